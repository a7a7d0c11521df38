"""What a stage that changes a live system must bring before it starts, and the stages that bring it."""

from __future__ import annotations

from enum import StrEnum

PREPARE = "prepare"
TRIAL = "trial"


class Proof(StrEnum):
    """Each can be waived by the playbook, with a written reason."""

    REHEARSAL = "rehearsal"
    """The stage trial has passed as a whole, with this very playbook."""
    DRILL = "drill"
    """The way back was walked, and the seconds of every changing step are known."""
    BACKUP = "backup"
    """A backup of this environment was restored and compared."""
    ASSESSMENT = "assessment"
    """The newest look at this environment has found nothing that blocks."""
