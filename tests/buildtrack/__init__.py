"""The sample product as tests use it: an installation on this machine and a client of its server."""
