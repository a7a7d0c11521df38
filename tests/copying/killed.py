"""A child of this process that is killed between two of its acts, as by the system: nothing can be tidied up."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, event

DEFINES = ("CREATE", "DROP", "ALTER", "TRUNCATE")
WRITES = ("INSERT", "UPDATE", "DELETE", *DEFINES)


def killed_at(boundary: int, act: Callable[[], object]) -> bool:
    """Whether a child that acts was killed at its boundary of this number; False: it ended well before it came there.

    A boundary is a commit of something, or a statement that defines something, which commits in MariaDB.
    Raises AssertionError when the child failed otherwise.
    """
    child = os.fork()
    if child == 0:
        _die_at(boundary)
        try:
            act()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.waitstatus_to_exitcode(status) == 0, "the child failed"
    return killed


def _die_at(boundary: int) -> None:
    numbers = count(1)
    written: set[Connection] = set()

    def step() -> None:
        if next(numbers) == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_statement(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        word = statement.split(None, 1)[0].upper()
        if word in DEFINES:
            step()
        if word in WRITES:
            written.add(connection)

    def before_commit(connection: Connection) -> None:
        if connection in written:
            step()
            written.discard(connection)

    event.listen(Engine, "before_cursor_execute", before_statement)
    event.listen(Engine, "commit", before_commit)
