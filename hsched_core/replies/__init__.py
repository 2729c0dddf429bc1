"""Understanding what clients write back: rules, English and Spanish. Pure: a text in, a reading out. Nothing here keeps or shows a text."""
