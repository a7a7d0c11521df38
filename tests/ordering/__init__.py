"""Rows that depend on each other, written on both sides of a sync."""
