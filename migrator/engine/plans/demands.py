"""What a stage must prove before it starts: decided when the plan is made, so that people approve that too."""

from __future__ import annotations

from typing import Any

from migrator.model.proof import PREPARE, TRIAL, Proof
from migrator.playbook.read import LoadedPlaybook
from migrator.step import changes, kinds


def demands(loaded: LoadedPlaybook, stage: str, *, live: bool) -> dict[str, Any]:
    """The gate of a stage as a plan keeps it.

    Beside what the playbook writes there: `proofs` that are demanded, and for what each need `stands_for`. A stage with
    a gate that changes something in a live environment (one that may not be replaced) demands every proof which the
    playbook does not waive. A stage without any gate demands nothing.
    """
    gate = loaded.playbook.stages[stage].gate
    waived = gate.waive.model_dump(exclude_none=True)
    demanded = gate.closed and live and any(changes(item.step.kind) for item in loaded.stages[stage])
    return {"approvals": list(gate.approvals), "needs": list(gate.needs), "waive": waived,
            "proofs": [proof for proof in _bringable(loaded) if demanded and proof not in waived],
            "stands_for": {need: _stands_for(loaded, stage, need) for need in gate.needs}}


def _bringable(loaded: LoadedPlaybook) -> list[Proof]:
    """All proofs; a playbook without the stage prepare assesses nothing."""
    return [proof for proof in Proof if proof is not Proof.ASSESSMENT or PREPARE in loaded.stages]


def _stands_for(loaded: LoadedPlaybook, stage: str, need: str) -> list[Proof]:
    """What a needed step proves: a rehearsal when it stands in the stage trial, and what its kind says; a backup only
    of the very environment.
    """
    where, _dot, name = need.partition(".")
    kind = next(item.step.kind for item in loaded.stages[where] if item.id == name)
    stages = loaded.playbook.stages
    elsewhere = stages[where].environment != stages[stage].environment
    own = {kinds()[kind].proves} - ({Proof.BACKUP} if elsewhere else set()) - {None}
    return [proof for proof in Proof if proof in own or (where == TRIAL and proof is Proof.REHEARSAL)]
