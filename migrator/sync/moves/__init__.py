"""Move the users from one side to the other, back, and to the end."""
