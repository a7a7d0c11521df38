"""What is allowed in a playbook and yet unwise: said when it is checked, before anybody relies on it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.model.finding import Finding, warns
from migrator.model.proof import TRIAL, Proof
from migrator.model.states import Touches
from migrator.playbook.kinds import Kinds
from migrator.playbook.read import LoadedPlaybook
from migrator.text import _

LIVE = "live"
"""The alias of the environment that people work in."""
GO_LIVE = "go-live"


def advice(loaded: LoadedPlaybook, kinds: Kinds) -> list[Finding]:
    """Go-live without a gate; gates that demand a proof which no stage of the playbook can bring."""
    return [finding for stage, entry in loaded.playbook.stages.items()
            if entry.environment == LIVE and _changes(loaded, stage, kinds)
            for finding in _of_stage(loaded, stage, kinds)]


def _of_stage(loaded: LoadedPlaybook, stage: str, kinds: Kinds) -> Iterator[Finding]:
    gate = loaded.playbook.stages[stage].gate
    if not gate.closed:
        if stage == GO_LIVE:
            yield warns("gate.none", _("the stage {stage} changes the live system and has no gate").format(stage=stage),
                        _("write a gate with approvals and needs, so that nothing starts unrehearsed and unapproved"))
        return
    waived = gate.waive.model_dump(exclude_none=True)
    bringers = {Proof.REHEARSAL: TRIAL in loaded.stages, Proof.DRILL: _has(loaded, TRIAL, Proof.DRILL, kinds),
                Proof.BACKUP: any(_has(loaded, name, Proof.BACKUP, kinds) for name in _on_live(loaded)),
                Proof.ASSESSMENT: True}
    for proof, can in bringers.items():
        if not can and proof not in waived:
            told = _("the stage {stage} demands the proof {proof}, which no stage brings")
            todo = _("add the step that brings it, or write why not: gate: {waive}")
            yield warns("gate.unprovable", told.format(stage=stage, proof=proof),
                        todo.format(waive=f"{{waive: {{{proof}: ...}}}}"))


def _changes(loaded: LoadedPlaybook, stage: str, kinds: Kinds) -> bool:
    return any(kinds[item.step.kind].touches is Touches.CHANGES for item in loaded.stages[stage])


def _has(loaded: LoadedPlaybook, stage: str, proof: Proof, kinds: Kinds) -> bool:
    return any(kinds[item.step.kind].proves is proof for item in loaded.stages.get(stage, ()))


def _on_live(loaded: LoadedPlaybook) -> list[str]:
    return [name for name, entry in loaded.playbook.stages.items() if entry.environment == LIVE]
