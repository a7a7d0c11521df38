"""Begin to keep two databases in step, and take that back."""
