"""A host for looking only: the dry run is that nothing else can be reached."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import BinaryIO, NoReturn

from migrator.commands.shell import Command
from migrator.errors import ReadOnly
from migrator.secret import Secret, scrub
from migrator.text import _
from migrator.transport.base import LEFT_BEHIND, OnLine, Result, Stat, Transport


class ReadOnlyTransport:
    """Everything that reads goes through to `inner`; everything that could change the host raises ReadOnly."""

    sudo_password: Secret | None = None

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.name = inner.name

    @property
    def local(self) -> bool:
        return self._inner.local

    def read(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True) -> Result:
        return self._inner.read(command, input=input, timeout=timeout, check=check)

    def ask(self, commands: Iterable[Command], *, timeout: float = 20) -> dict[Command, Result]:
        return self._inner.ask(commands, timeout=timeout)

    def stream_out(self, command: Command, sink: BinaryIO, *, input: bytes = b"", timeout: float = 3600,
                   check: bool = True) -> Result:
        return self._inner.stream_out(command, sink, input=input, timeout=timeout, check=check)

    def read_file(self, path: str, *, limit: int = 16 * 1024 * 1024) -> bytes:
        return self._inner.read_file(path, limit=limit)

    def stat(self, path: str) -> Stat | None:
        return self._inner.stat(path)

    def expand(self, path: str) -> str:
        return self._inner.expand(path)

    def tunnel(self, address: str, port: int) -> AbstractContextManager[tuple[str, int]]:
        return self._inner.tunnel(address, port)

    def close(self) -> None:
        self._inner.close()

    def run(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True,
            on_line: OnLine | None = None, lingers: float = LEFT_BEHIND) -> Result:
        self._refuse(str(command))

    def stream_in(self, command: Command, source: BinaryIO, *, timeout: float = 3600, check: bool = True) -> Result:
        self._refuse(str(command))

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644, user: str | None = None) -> None:
        self._refuse(path)

    def _refuse(self, what: str) -> NoReturn:
        raise ReadOnly(_("refused while only looking: {what}").format(what=scrub(what)[:200]), where=self.name)
