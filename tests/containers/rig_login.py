"""Plain paramiko log-ins to test machines, for tests that must not trust the product's own ssh."""

from __future__ import annotations

import paramiko
from rig_host import TestHost


def log_in(host: TestHost, user: str = "", through: paramiko.SSHClient | None = None) -> paramiko.SSHClient:
    """A connection that accepts the pinned host key and nothing else."""
    client = paramiko.SSHClient()
    client.load_host_keys(str(host.known_hosts_file))
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    where, channel = (host.address, host.port), None
    if through:
        where = (host.name, 22)
        outer = through.get_transport()
        assert outer, "the jump host's connection is closed"
        channel = outer.open_channel("direct-tcpip", where, ("", 0))
    key = paramiko.Ed25519Key.from_private_key_file(str(host.key_file))
    client.connect(*where, username=user or host.user, pkey=key, sock=channel, allow_agent=False, look_for_keys=False)
    return client


def ask(client: paramiko.SSHClient, command: str, typed: str = "") -> tuple[int, str]:
    """Exit code and standard output of a command that is given `typed` on its standard input."""
    stdin, stdout, _ = client.exec_command(command, timeout=30)
    stdin.write(typed)
    stdin.channel.shutdown_write()
    out = stdout.read().decode().strip()
    return stdout.channel.recv_exit_status(), out
