"""What a run leaves for people: one self-contained page, and the same as Markdown and JSON."""
