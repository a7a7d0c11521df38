"""A playbook over many sites: batches, who is next, and when to stop."""
