"""The station of an applier on this machine: a lock that tells whether it lives, a state file, and its log.

Whether anybody may apply is decided by the lease at the databases, which all machines see. This folder helps people
and programs on one machine: to find the process, to stop it, and to read why it has ended.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from migrator.errors import Locked
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.sync.service.standing import Phase, Standing
from migrator.text import _

LOOKS = 10
PAUSE = 0.02
"""Seconds between two looks at a lock that is taken."""


@dataclass(frozen=True)
class Station:
    """One folder for each pair of databases, below the project's home."""

    folder: Path

    @classmethod
    def of(cls, home: Path, meeting: Meeting) -> Station:
        """The station of the pair that meets there, whatever mapping relates it."""
        said = "\n".join(_place(end) for end in (meeting.old, meeting.new))
        return cls(home / "sync" / hashlib.sha256(said.encode()).hexdigest()[:12])

    @property
    def log(self) -> Path:
        """What a process without a terminal has printed."""
        return self.folder / "log.txt"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the one applier of this station until the block ends; raises Locked while another process is."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock.open("a+") as file:
            if not _locked(file):
                raise Locked(_("process {pid} applies these databases' changes already").format(pid=self.pid or "?"),
                             where=str(self.folder), hint="inv sync.status")
            self._pid.write_text(f"{os.getpid()}\n")
            yield

    @property
    def pid(self) -> int | None:
        """The process that is the applier now; the kernel frees the lock of one that dies, however it dies."""
        try:
            with self._lock.open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
        except FileNotFoundError:
            return None
        except BlockingIOError:
            said = self._pid.read_text().strip() if self._pid.exists() else ""
            return int(said) if said else None

    def say(self, standing: Standing) -> None:
        """Have the standing read by whoever asks; a reader finds the one before or this one, never a part."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = self.folder / f"state.{os.getpid()}"
        made.write_text(standing.as_text(), encoding="utf-8")
        made.replace(self._state)

    def standing(self) -> Standing | None:
        """What the present or last applier said last; None where none ever was."""
        try:
            return Standing.from_text(self._state.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    @property
    def fell(self) -> bool:
        """Whether the last applier is gone and has not said why: it was killed, or its machine was."""
        said = self.standing()
        return said is not None and said.phase not in (Phase.STOPPED, Phase.BLOCKED) and self.pid is None

    @property
    def _lock(self) -> Path:
        return self.folder / "lock"

    @property
    def _pid(self) -> Path:
        return self.folder / "pid"

    @property
    def _state(self) -> Path:
        return self.folder / "state.json"


def _locked(file: IO[str]) -> bool:
    """Whether the lock is ours now. Whoever only asks for the process holds it for a moment, so one look is not enough.
    """
    for _look in range(LOOKS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(PAUSE)
    return False


def _place(end: Endpoint) -> str:
    """Which database an endpoint leads to, whoever logs in."""
    if end.make == "sqlite":
        return str(Path(str(end.url.database)).resolve())
    return f"{end.server} {end.namespace}"
