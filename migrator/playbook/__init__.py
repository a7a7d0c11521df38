"""The playbook, the inventory and the version graph as data."""
