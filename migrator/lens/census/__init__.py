"""The census: before the first write, what the old data would lose on its way, counted where it lies."""
