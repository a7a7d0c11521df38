"""Look at a system before anything is changed: which version it really is, what it holds, and whether it is sound."""
