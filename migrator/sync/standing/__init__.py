"""How it stands: what waits, what is unsettled, and waiting until nothing does."""
