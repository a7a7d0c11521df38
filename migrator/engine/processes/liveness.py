"""Whether an executor's process lives: it holds a file lock that the kernel frees when it dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def new_executor() -> str:
    """A name for this process that no other ever had: host, process id and chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Liveness:
    """Locks named after executors, in one folder of a local disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: IO[str] | None = None
        self._roles: list[IO[str]] = []
        self.executor = new_executor()

    def claim(self) -> str:
        """Show this process as alive until it ends; gives its executor id."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._held = self._path(self.executor).open("w")
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self.executor

    def alive(self, executor: str) -> bool:
        """Whether the process that claimed this id still runs; removes what a dead one left."""
        path = self._path(executor)
        try:
            with path.open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
                return False
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True

    def serve(self, role: str) -> None:
        """Show, until it ends, that this process is one of those in a role."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._role(role).open("w")
        fcntl.flock(file, fcntl.LOCK_SH)
        self._roles.append(file)

    def served(self, role: str) -> bool:
        """Whether any process in this role lives."""
        try:
            with self._role(role).open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return False
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True

    @contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        """Whether no other process has this turn now; if so it is ours for as long as this lasts."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / f"{name}.turn").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _role(self, role: str) -> Path:
        return self._folder / f"{role}.role"

    def _path(self, executor: str) -> Path:
        return self._folder / f"{executor.replace('/', '_')}.lock"
