"""Reach a host: run commands, move bytes, start jobs that outlive the connection."""
