"""What has to be watched on a side, and where the keys of what was written are noted."""
