"""File trees: listed, packed with what has changed, unpacked, held still."""
