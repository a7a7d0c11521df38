"""What capture consists of: triggers of one table, said the same way for every make."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from migrator.database.base import OURS
from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.sync.watch.dirty import dirty_name, noted
from migrator.sync.watch.watched import Watched

CAPTURE = f"{OURS}capture_"
"""Prefix of the names of all triggers and functions of capture."""
MOMENTS = {"insert": ("now",), "update": ("was", "now"), "delete": ("was",)}
"""What is noted of a row, by event."""
_ROWS = {"was": "OLD", "now": "NEW"}


@dataclass(frozen=True)
class Trigger:
    """One trigger on a table. `definition` is what of it the server's catalogue gives back word for word."""

    table: str
    notes: frozenset[str]
    """The watched tables of whose rows it makes entries."""
    name: str
    definition: str
    make: tuple[str, ...]
    """The statements that make it; it must not be there yet."""


class Make(Protocol):
    """What each make knows of capture."""

    COLUMNS: str
    """The columns of a dirty table that every one has, for CREATE TABLE."""

    def triggers(self, session: Session, side: Side, watched: Sequence[Watched]) -> list[Trigger]:
        """What must be there for these tables: on them, and on tables whose rows take theirs along."""

    def found(self, session: Session, side: Side) -> dict[str, str]:
        """What is there of capture, by name: the definitions; of what does not fire, something else."""

    def drop(self, session: Session, side: Side, name: str) -> None:
        """Remove a trigger and what belongs to it, whatever is left of it."""


def trigger_name(event: str, table: str) -> str:
    """The name of a table's trigger, within every server's limit."""
    return f"{CAPTURE}{event}_{hashlib.sha256(table.encode()).hexdigest()[:16]}"


def as_told(session: Session, words: str) -> str:
    """Words with quoted names, as the server itself reads them: drivers that take percent signs for parameters have
    them doubled.
    """
    return words if session.make == "sqlite" else words.replace("%%", "%")


def dirty(session: Session, watched: Watched) -> str:
    """The dirty table of a watched one, as statements of this session name it."""
    return session.table(watched.side, dirty_name(watched.table.name))


def columns(session: Session, watched: Watched, *when: str) -> str:
    """The columns of an entry for these moments."""
    return session.quoted(name for moment in when for name in noted(moment, watched))


def values(session: Session, watched: Watched, *when: str) -> str:
    """What a row trigger fills them with."""
    return cells(session, watched, *when, of=lambda moment, name: f"{_ROWS[moment]}.{session.quoted([name])}")


def cells(session: Session, watched: Watched, *when: str, of: Callable[[str, str], str]) -> str:
    """What fills the columns of an entry: `of` says it for a moment and a watched column."""
    return ", ".join(of(moment, name) for moment in when for name in watched.columns)
