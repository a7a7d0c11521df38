"""What a set holds comes back: all of it, or a part."""
