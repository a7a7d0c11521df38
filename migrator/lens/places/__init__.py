"""Where the two sides lie, and what their structure is."""
