"""Rows whose key has changed: what is known of them goes along."""
