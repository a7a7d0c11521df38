"""What a gate is asked, and one reason why it is shut."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.errors import Exit
from migrator.journal.journal import Journal
from migrator.model.plan import Plan


@dataclass(frozen=True)
class Asked:
    """May this operator start this plan now?"""

    journal: Journal
    plan: Plan
    operator: str


@dataclass(frozen=True)
class Closed:
    """One reason why a gate is shut, the exit code for it, and the command that would open it."""

    reason: str
    code: Exit
    hint: str
