"""Removes every container and network of one test session as soon as its standard input ends.

The test process holds the other end of that pipe and never writes: the end comes when it exits, however it exits.
"""

from __future__ import annotations

import sys

SESSION_LABEL = "org.testcontainers.session-id"


def remove_everything_of(session: str) -> None:
    """Remove the session's containers, running or not, with their volumes, then its networks."""
    import docker

    client = docker.from_env()
    mine = {"label": f"{SESSION_LABEL}={session}"}
    for container in client.containers.list(all=True, filters=mine):
        container.remove(force=True, v=True)
    for network in client.networks.list(filters=mine):
        network.remove()


if __name__ == "__main__":
    sys.stdin.buffer.read()
    remove_everything_of(sys.argv[1])
