"""What each make knows of a gate: one word that tells the triggers of all tables whether to refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Protocol

from migrator.database.base import OURS
from migrator.text import _

FREEZE = f"{OURS}freeze"
"""The name, or what begins the names, of all that a freeze makes."""
EVENTS = ("insert", "update", "delete")


class Gate(Protocol):
    """The gate of one side; asked and changed within a transaction of its session."""

    def writing_through(self, tables: Collection[str]) -> set[str]:
        """Tables whose writers change rows of these without any trigger of theirs being fired."""

    def needed(self, table: str) -> set[str]:
        """The names of the triggers that must be there before the gate is closed."""

    def found(self) -> Mapping[str, str]:
        """The triggers of ours that are there, with their tables; those that do not fire are left out."""

    def arm(self, table: str) -> None:
        """Make the triggers of a table, those that are there already too."""

    def is_closed(self, tables: Collection[str]) -> bool:
        """Whether writes of these tables are refused, once all are armed."""

    def close(self, tables: Collection[str], seconds: float) -> None:
        """Refuse from the end of this transaction on; whoever is writing is waited for, for so long."""

    def open(self) -> None:
        """Refuse no more; no table is locked for it."""

    def drop(self, trigger: str, table: str) -> None:
        """Remove a trigger."""


def trigger_of(event: str, table: str) -> str:
    """The name of a table's trigger where names are known to the whole database, within every server's limit."""
    return f"{FREEZE}_{event}_{hashlib.sha256(table.encode()).hexdigest()[:16]}"


def refusal() -> str:
    """What whoever writes is told, as a constant for statements."""
    told = _("read-only while users move between versions, and after they have left; migrator")
    return "'" + told.replace("'", "''") + "'"
