"""Rows that both sides have changed: nothing that a user wrote is lost, and who is asked is heard."""
