"""Indexes and foreign keys that a copy sets aside while it loads, since making them once is cheaper than row by row."""
