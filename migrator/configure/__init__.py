"""Changing single keys of configuration files, every other byte left as it was."""
