"""What a gate is asked, and one reason why it is shut."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.errors import Exit
from migrator.journal.journal import Journal
from migrator.model.plan import Plan
from migrator.playbook.inventory import Environment


@dataclass(frozen=True)
class Asked:
    """May this operator start this plan now?"""

    journal: Journal
    plan: Plan
    operator: str
    environment: Environment | None = None
    """Where the plan works; None for a plan of many sites, each of which is asked when its turn comes."""


@dataclass(frozen=True)
class Closed:
    """One reason why a gate is shut, the exit code for it, and the command that would open it."""

    reason: str
    code: Exit
    hint: str
