"""What capture consists of: triggers of one table, said the same way for every make."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from migrator.database.base import OURS
from migrator.lens.copy.session import Session
from migrator.sync.dirty import dirty_name, noted
from migrator.sync.watched import Watched

CAPTURE = f"{OURS}capture_"
"""Prefix of the names of all triggers and functions of capture."""


@dataclass(frozen=True)
class Trigger:
    """One trigger. `definition` is the part of it that the server's catalogue gives back word for word."""

    table: str
    name: str
    definition: str
    make: tuple[str, ...]
    """The statements that make it; it must not be there yet."""


class Make(Protocol):
    """What each make knows of capture."""

    def dirty_columns(self, session: Session, watched: Watched) -> str:
        """The columns of the dirty table, in the native types of what is watched."""

    def triggers(self, session: Session, watched: tuple[Watched, ...]) -> list[Trigger]:
        """What must be there."""

    def found(self, session: Session) -> dict[str, str]:
        """What is there of capture, by name: the definitions; of what does not fire, another text."""

    def drop(self, session: Session, name: str) -> None:
        """Remove a trigger and what belongs to it, whatever is left of it."""


def trigger_name(event: str, table: str) -> str:
    """The name of a table's trigger, within every server's limit."""
    return f"{CAPTURE}{event}_{hashlib.sha256(table.encode()).hexdigest()[:16]}"


def entry(session: Session, watched: Watched, *when: str) -> tuple[str, str]:
    """The columns and the values of an entry: `was` is the row before (OLD), `now` the row after (NEW)."""
    columns = [name for moment in when for name in noted(moment, watched)]
    rows = {"was": "OLD", "now": "NEW"}
    values = [f"{rows[moment]}.{session.quoted([name])}" for moment in when for name in watched.columns]
    return session.quoted(columns), ", ".join(values)


WHEN = {"insert": ("now",), "update": ("was", "now"), "delete": ("was",)}
"""What is noted of a row, by event."""


def types_of_entries(session: Session, watched: Watched, types: Iterable[str]) -> str:
    """The columns `was_..` and `now_..` with their types, for CREATE TABLE."""
    spelled = list(types)
    return ", ".join(f"{session.quoted([name])} {type_}" for when in ("was", "now")
                     for name, type_ in zip(noted(when, watched), spelled, strict=True))


def dirty(session: Session, watched: Watched) -> str:
    """The dirty table of a watched one, as statements of this session name it."""
    return session.table(watched.side, dirty_name(watched.table.name))
