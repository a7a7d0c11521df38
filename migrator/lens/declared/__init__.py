"""A mapping as somebody writes it, and how it becomes a lens."""
