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
    return b"".join(f"{_apart(command)} </dev/null; err_ends $?; out_ends\n".encode() for command in commands)


def running(command: Command, mark: str, input: bytes) -> bytes:
    """Any command, with its input, which is empty or ends with a newline. Its output ends when what it leaves behind
    has ended too, or has closed descriptor 9.

    No secrets: a shell may keep the input in a file for a moment. Raises ValueError for input that does not fit.
    """
    if (input and not input.endswith(b"\n")) or b"\0" in input or mark.encode() in input:
        raise ValueError("this input cannot be written as lines")
    reads = f"<<'{mark}'\n".encode() + input + mark.encode() if input else b"</dev/null"
    # The substitution is only waited for: it ends with the last process that holds 9. Outputs go past it, untouched.
    return f'{{ : "$( {_apart(command)} 9>&1 >&8 8>&- '.encode() + reads + b'\nerr_ends $?)"; } 8>&1; out_ends\n'


def _apart(command: Command) -> str:
    """The command where it cannot change the shell that stays."""
    return f"({command.text})" if command.apart else f"(sh -c {shlex.quote(command.text)})"
