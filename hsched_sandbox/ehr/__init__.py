"""The sandbox practice's EHR: an HTTP server with the shapes of real ones, their faults, and a log of what truly happened."""
