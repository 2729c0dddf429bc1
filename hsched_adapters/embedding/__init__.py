"""hsched inside the EHR: launches of the sidebar, its sessions, and advice when something is booked."""
