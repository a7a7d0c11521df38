"""The one shell that stays open on a host, where there can be one: used by one thread at a time, opened when needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from migrator.transport.ssh_channel import SessionRefused
from migrator.transport.ssh_link import Link
from migrator.transport.ssh_shell import SshShell

R = TypeVar("R")


class StayingShell:
    """Keeps a shell on the host that `connected` leads to."""

    def __init__(self, connected: Callable[[], Link], host: str) -> None:
        self._connected = connected
        self._host = host
        self._free = threading.Lock()
        self._allowed = True
        self._shell: SshShell | None = None

    def use(self, act: Callable[[SshShell], R], deadline: float) -> R | None:
        """What `act` gives; None, with nothing done, while the shell is busy and where the host allows none beside
        other sessions. Raises what `act` raises, and ConnectionLost.
        """
        if not self._allowed or not self._free.acquire(blocking=False):
            return None
        try:
            if self._shell is None or not self._shell.open:
                self._shell = SshShell(self._connected(), self._host, deadline)
            return act(self._shell)
        except SessionRefused:
            self.give_up()
            return None
        finally:
            self._free.release()

    def give_up(self) -> None:
        """Make room for other sessions, for good."""
        self._allowed = False
        if self._shell:
            self._shell.close()
