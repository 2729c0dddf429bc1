"""The sandbox practice's days, lived in its EHR: clients book, cancel, come or not, answer offers; staff answer the phone."""
