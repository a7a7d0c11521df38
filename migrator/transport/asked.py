"""A host for looking only, some of whose answers are known already: they were asked together, a moment ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from migrator.commands import files
from migrator.commands.shell import Command
from migrator.errors import MigratorError
from migrator.transport.base import Result, Stat, Transport
from migrator.transport.by_shell import checked, stat_from
from migrator.transport.read_only import ReadOnlyTransport


class Question(NamedTuple):
    """A command that changes nothing, and the name of the host that it is asked of."""

    host: str
    command: Command


@dataclass(frozen=True)
class Answered:
    """What a host answered when it was asked, or why it cannot be asked anything."""

    results: Mapping[Command, Result] = field(default_factory=dict)
    refusal: MigratorError | None = None


Known = Mapping[str, Answered]
"""Answers by host."""


class AskedTransport(ReadOnlyTransport):
    """Answers exactly the commands that were asked, and asks the host for all else; one that cannot be asked, and has
    said why once, is not tried again.
    """

    def __init__(self, inner: Transport, known: Answered) -> None:
        super().__init__(inner)
        self._known = known

    def read(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True) -> Result:
        result = None if input else self._looked_up(command)
        if result is None:
            return super().read(command, input=input, timeout=timeout, check=check)
        return checked(self.name, command, result) if check else result

    def stat(self, path: str) -> Stat | None:
        command = files.stat(self.expand(path))
        return super().stat(path) if self._looked_up(command) is None else stat_from(self.read(command))

    def _looked_up(self, command: Command) -> Result | None:
        if self._known.refusal:
            raise self._known.refusal
        return self._known.results.get(command)
