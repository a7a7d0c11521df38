"""Many reading commands as one POSIX script: each runs as it would alone, and a mark ends what it printed.

Nothing is stored on the host for it, and no byte of an answer is touched: behind each command's output stands a line
with a mark that nobody can guess, on both streams.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from migrator.commands.resource import source
from migrator.commands.shell import Command, words


def asker(mark: str) -> Command:
    """A shell that answers what it reads: `opening`, then any number of `asking`."""
    return words("sh", "-s", mark)


def opening() -> bytes:
    """What the shell must read first; it answers with the mark, and its process number on standard error."""
    return source("questions").encode()


def asking(commands: Iterable[Command]) -> bytes:
    """The questions, to be run one after the other as the shell's user; they get nothing to read."""
    return b"".join(f"ask {shlex.quote(command.text)}\n".encode() for command in commands)
