"""Databases kept by their server's own log: whole once, then what has changed, and brought back as of any moment."""
