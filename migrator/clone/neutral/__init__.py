"""Make a copy harmless: what reaches the world outside is named, taken out, and proven to be gone."""
