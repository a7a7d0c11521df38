"""One file for each operation of a mapping file; a new file here is all that a new operation needs."""
