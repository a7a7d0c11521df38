"""Commands for a shell that stays: each runs as it would alone, and a mark ends what it printed.

Nothing is stored on the host for it, and no byte of an answer is touched: behind each command's output stands a line
with a mark that nobody can guess, on both streams.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from migrator.commands.resource import source
from migrator.commands.shell import Command, words


def asker(mark: str) -> Command:
    """A shell that does what it reads: `opening`, then any number of `asking` and `running`."""
    return words("sh", "-s", mark)


def opening() -> bytes:
    """What the shell must read first; it answers with the mark, and its process number on standard error."""
    return source("questions").encode()


def asking(commands: Iterable[Command]) -> bytes:
    """Commands that only read, to be run one after the other as the shell's user; they get nothing to read."""
    return b"".join(f"ask {shlex.quote(command.text)}\n".encode() for command in commands)


def running(command: Command, mark: str, input: bytes) -> bytes:
    """Any command, with its input, which is empty or ends with a newline.

    No secrets: a shell may keep the input in a file for a moment. Raises ValueError for input that does not fit.
    """
    if (input and not input.endswith(b"\n")) or b"\0" in input or mark.encode() in input:
        raise ValueError("this input cannot be written as lines")
    lines = f"<<'{mark}'\n".encode() + input + f"{mark}\n".encode() if input else b"</dev/null\n"
    return f"run {shlex.quote(command.text)} ".encode() + lines
