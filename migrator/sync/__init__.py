"""Keep both versions' data in step while both are in use, and move the users from one to the other and back."""
