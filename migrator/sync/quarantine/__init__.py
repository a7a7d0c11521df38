"""Rows that a server refuses or that wait in vain: put aside with the reason, so that the rest goes on."""
