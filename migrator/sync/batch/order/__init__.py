"""Which rows of a batch can be written now, and in which order, so that no key breaks on the way."""
