"""Reach a database: read it, compare it, dump and restore it."""
