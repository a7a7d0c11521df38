"""A host for looking only, some of whose answers are known already: they were asked together, a moment ago."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from migrator.commands import files
from migrator.commands.shell import Command
from migrator.transport.base import Result, Stat, Transport
from migrator.transport.by_shell import checked, stat_from
from migrator.transport.read_only import ReadOnlyTransport


class Question(NamedTuple):
    """A command that changes nothing, and the name of the host that it is asked of."""

    host: str
    command: Command


Known = Mapping[str, Mapping[Command, Result]]
"""Answers by host and command."""


class AskedTransport(ReadOnlyTransport):
    """Answers exactly the commands of `known` from there, and asks the host for all else."""

    def __init__(self, inner: Transport, known: Mapping[Command, Result]) -> None:
        super().__init__(inner)
        self._known = known

    def read(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True) -> Result:
        result = None if input else self._known.get(command)
        if result is None:
            return super().read(command, input=input, timeout=timeout, check=check)
        return checked(self.name, command, result) if check else result

    def stat(self, path: str) -> Stat | None:
        command = files.stat(self.expand(path))
        return stat_from(self.read(command)) if command in self._known else super().stat(path)
