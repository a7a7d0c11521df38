"""What makes a mask of a value: one kind of value per file."""
