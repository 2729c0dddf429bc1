"""hsched in a frame of the EHR: launched by it, about the client and the visit that somebody has open there."""
