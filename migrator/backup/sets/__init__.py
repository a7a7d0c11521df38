"""What a set is, and what the vault knows of its sets."""
