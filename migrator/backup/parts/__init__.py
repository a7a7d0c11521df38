"""The files of a set: packed, sealed, hashed, read."""
