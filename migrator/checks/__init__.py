"""Checks that prove a system works: web requests, SQL, commands and files, described in one file."""
