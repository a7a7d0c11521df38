"""A child of this process that is killed where a copy commits something, or defines something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

from fixtures.proofs.dying import Step, dies_at

DEFINES = ("CREATE", "DROP", "ALTER", "TRUNCATE")
WRITES = ("INSERT", "UPDATE", "DELETE", *DEFINES)


def killed_at(boundary: int, act: Callable[[], object]) -> bool:
    """Whether a child that acts was killed at its boundary of this number; False: it ended well before it came there.

    A boundary is a commit of something, or a statement that defines something, which commits in MariaDB.
    Raises AssertionError when the child failed otherwise.
    """
    return dies_at(boundary, act, _boundaries)


def _boundaries(step: Step) -> None:
    written: set[Connection] = set()

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
