"""How alike a copy and its original are: a score, and every difference by name."""
