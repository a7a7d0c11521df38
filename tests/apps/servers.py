"""Servers of real applications, started and stopped for a test with the script that playbooks use too."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port of the loopback address that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(background: Path, pid_file: Path, url: str, command: Sequence[str]) -> Iterator[None]:
    """The command runs in the background and answers on the URL as long as the block lasts."""
    control = [sys.executable, str(background)]
    subprocess.run([*control, "start", "--pid-file", pid_file, "--answers", url, "--", *command], check=True)
    try:
        assert subprocess.run([*control, "status", "--pid-file", pid_file]).returncode == 0
        yield
    finally:
        subprocess.run([*control, "stop", "--pid-file", pid_file], check=True)
    assert subprocess.run([*control, "status", "--pid-file", pid_file]).returncode == 3
