"""Pure builders of shell commands: they quote and combine, and run nothing."""
