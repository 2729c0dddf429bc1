"""CDS Hooks 2.0: advice for an EHR that is about to book, by the gate that hsched's own bookings pass."""
