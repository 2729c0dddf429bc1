"""Numbers in, numbers out. NumPy and SciPy live here and nowhere else in the core."""
