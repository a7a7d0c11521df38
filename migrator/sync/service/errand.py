"""What an applier that is to run by itself is told: the mapping and both databases, as the command line has them.

The words of a process are read by everybody on the machine. So a URL is never one of them: it goes over in the
environment, which only the process's own user can read (`/proc/PID/environ` has mode 0400), and the words name the
variable. Standard input would do as well once; but then a process could not be started again from what is known of it.
A reference in a URL (`env:NAME`, `file:PATH`) stays a reference there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrator.lens.places.endpoint import Endpoint

ASKED = ":prompt:"
"""In a URL: a password that only a person at a terminal can give."""


@dataclass(frozen=True)
class Errand:
    """`old` and `new` are environments of the inventory, or URLs; `between` may be files too."""

    mapping: Sequence[str]
    old: str
    new: str
    home: Path
    between: Sequence[str] = ()
    database: str = "main"
    inventory: Path | None = None
    more: Sequence[str] = field(default=())
    """Further flags with their values."""

    @property
    def words(self) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", "migrator", "sync.apply", *self._flags()]

    @property
    def environment(self) -> dict[str, str]:
        """The environment: ours, and the URLs."""
        places = {"old": self.old, "new": self.new, **{f"between_{n}": one for n, one in enumerate(self.between, 1)}}
        return {**os.environ, **{_variable(name): place for name, place in places.items() if _is_url(place)}}

    def _flags(self) -> Iterator[str]:
        yield from ("--mapping", ",".join(self.mapping))
        yield from ("--old", _named("old", self.old), "--new", _named("new", self.new))
        if self.between:
            yield from ("--between", ",".join(_named(f"between_{n}", one) for n, one in enumerate(self.between, 1)))
        yield from ("--database", self.database, "--home", str(self.home))
        if self.inventory:
            yield from ("--inventory", str(self.inventory))
        yield from self.more


def without_asking(place: str, end: Endpoint) -> str:
    """The place with the password in it that a person has just typed, if one was asked: a process has no terminal."""
    return end.url.render_as_string(hide_password=False) if ASKED in place else place


def _named(name: str, place: str) -> str:
    return f"env:{_variable(name)}" if _is_url(place) else place


def _variable(name: str) -> str:
    return f"MIGRATOR_URL_{name.upper()}"


def _is_url(place: str) -> bool:
    return "://" in place
