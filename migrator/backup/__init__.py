"""Backup sets: databases and file trees taken together, proven by restoring them, and brought back exactly."""
