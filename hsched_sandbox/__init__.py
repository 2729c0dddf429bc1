"""A practice in a box: a synthetic practice with known true probabilities, written as an EHR would export it."""
