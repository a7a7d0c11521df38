"""A crash at any point: the process dies at the k-th thing that it writes, in the journal or on the host."""

from __future__ import annotations

from typing import Any

from migrator.transport.base import Transport

CHANGING = ("run", "write_file", "stream_in")
JOURNALING = ("start", "end")


class Crash(BaseException):
    """The process is gone: no `except Exception` sees it."""


class Fuse:
    """Burns down with every write; at zero the process dies, before the write or just after it."""

    def __init__(self, writes: int, *, after: bool) -> None:
        self.left = writes
        self.after = after
        self.burnt = False

    def around(self, act: Any) -> Any:
        def acted(*arguments: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not self.after:
                self._burn()
            result = act(*arguments, **options)
            if self.left == 0:
                self._burn()
            return result
        return acted

    def _burn(self) -> None:
        self.burnt = True
        raise Crash


def fused_transport(transport: Transport, fuse: Fuse) -> Transport:
    """The transport with a fuse in everything that changes the host."""
    for name in CHANGING:
        setattr(transport, name, fuse.around(getattr(transport, name)))
    return transport


def fuse_journal(attempts: Any, fuse: Fuse) -> None:
    """Put the fuse into the writes of the attempt ledger."""
    for name in JOURNALING:
        setattr(attempts, name, fuse.around(getattr(attempts, name)))
