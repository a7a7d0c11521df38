"""One consistent set is taken."""
