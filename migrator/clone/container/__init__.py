"""Copies in containers: machines on a network that leads nowhere, and the sinkhole that hears what they try."""
