"""What must have been proven lately before a stage starts: rehearsed, walked back, backed up, assessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from migrator import clock
from migrator.engine.gate.closed import Asked, Closed
from migrator.errors import Exit
from migrator.here import from_here
from migrator.journal.next_command import waiting_command
from migrator.model.plan import Plan, PlannedStep
from migrator.model.proof import PREPARE, TRIAL, Proof
from migrator.model.states import Direction, RunState
from migrator.step import changes, kinds
from migrator.text import _
from migrator.units import seconds, show_seconds

LOOKED_AT = 50
"""Newest runs among which a parked one is looked for."""
PROVEN = 3
"""Level from which on a backup was restored and the copy compared."""


def needs(asked: Asked) -> list[Closed]:
    """What the gate names has passed with this very playbook, and not too long ago."""
    return [reason for need in asked.plan.gate.get("needs", []) for reason in _need(asked, need)]


def rehearsal(asked: Asked) -> list[Closed]:
    """The whole stage trial has passed with this very playbook, and not too long ago."""
    if not _demanded(asked, Proof.REHEARSAL):
        return []
    run = asked.journal.proofs.rehearsal(asked.plan.digest)
    if run is None:
        return [_shut(asked, _("no rehearsal has passed with this very playbook"), TRIAL)]
    return _too_old(asked, _("the rehearsal"), run["ended"], "rehearsal_valid_for", TRIAL)


def drill(asked: Asked) -> list[Closed]:
    """The way back was walked in such a rehearsal, and not too long ago."""
    if not _demanded(asked, Proof.DRILL):
        return []
    drills = asked.journal.proofs.drills(asked.plan.digest, _kinds_that_prove(Proof.DRILL))
    if not drills:
        return [_shut(asked, _("nobody has walked the way back with this very playbook"), TRIAL)]
    return _too_old(asked, _("the drill of the way back"), drills[0]["ended"], "rehearsal_valid_for", TRIAL)


def way_back(asked: Asked) -> list[Closed]:
    """Of every step that changes something and can be undone it is known how long that takes."""
    if Proof.DRILL not in asked.plan.gate.get("proofs", []):
        return []
    undone = [step for step in _returning(asked.plan) if changes(step.kind)]
    measured = asked.journal.measures.times([step.digest for step in undone])
    unknown = [step.id for step in undone if (step.digest, Direction.UNDO) not in measured]
    if not unknown:
        return []
    sentence = _("nobody knows how long the way back of {steps} takes: the drill must begin before it")
    return [_shut(asked, sentence.format(steps=", ".join(unknown)), TRIAL)]


def backup(asked: Asked) -> list[Closed]:
    """A backup of this environment was restored and compared, and was not taken too long ago."""
    if not _demanded(asked, Proof.BACKUP):
        return []
    rows = asked.journal.proofs.backups(asked.plan.environment, _kinds_that_prove(Proof.BACKUP))
    if not rows:
        return [_shut(asked, _("no backup of {environment} is proven").format(environment=asked.plan.environment),
                      PREPARE)]
    best = next((row for row in rows if _level(row) >= PROVEN), rows[0])
    return _backup(asked, _("the backup of {environment}").format(environment=asked.plan.environment), best, PREPARE)


def assessment(asked: Asked) -> list[Closed]:
    """The newest assessment of this environment has found nothing that blocks."""
    if not _demanded(asked, Proof.ASSESSMENT):
        return []
    found = asked.journal.proofs.blocking(asked.plan.environment)
    if found is None:
        return [_shut(asked, _("{environment} was not assessed").format(environment=asked.plan.environment), PREPARE)]
    return [_shut(asked, _("the newest assessment blocks: {finding}").format(finding=finding.message), PREPARE)
            for finding in found]


def _need(asked: Asked, need: str) -> list[Closed]:
    stage, _dot, step = need.partition(".")
    is_backup = Proof.BACKUP in asked.plan.gate.get("stands_for", {}).get(need, [])
    row = asked.journal.proofs.step(asked.plan.digest, stage, step,
                                    environment=asked.plan.environment if is_backup else None)
    if row is None:
        return [_shut(asked, _("{need} has not passed with this very playbook").format(need=need), stage)]
    if is_backup:
        return _backup(asked, need, row, stage)
    rule = "backup_valid_for" if row["kind"].startswith("backup.") else "rehearsal_valid_for"
    return _too_old(asked, need, row["ended"], rule, stage)


def _demanded(asked: Asked, proof: Proof) -> bool:
    """Whether the stage must bring this proof and names no step in its gate that stands for it."""
    gate = asked.plan.gate
    named = [proven for proofs in gate.get("stands_for", {}).values() for proven in proofs]
    return proof in gate.get("proofs", []) and proof not in named


def _backup(asked: Asked, what: str, row: RowMapping, stage: str) -> list[Closed]:
    if _level(row) < PROVEN:
        return [_shut(asked, _("{what} is proven to level {level} only, level {wanted} is needed").format(
            what=what, level=_level(row), wanted=PROVEN), stage)]
    taken = _facts(row).get("taken") or row["ended"]
    return _too_old(asked, what, taken, "backup_valid_for", stage)


def _too_old(asked: Asked, what: str, since: str, rule: str, stage: str) -> list[Closed]:
    valid = asked.plan.rules[rule]
    age = (clock.now() - clock.parse(since)).total_seconds()
    if age <= seconds(valid):
        return []
    return [_shut(asked, _("{need} is {age} old, {valid} are allowed").format(
        need=what, age=show_seconds(age), valid=valid), stage)]


def _shut(asked: Asked, reason: str, stage: str) -> Closed:
    return Closed(reason, Exit.FINDINGS_BLOCK, _opens(asked, stage))


def _opens(asked: Asked, stage: str) -> str:
    """The command that leads to what a stage must bring: what its parked run waits for, else the stage itself."""
    journal, plan = asked.journal, asked.plan
    parked = [dict(run) for run in journal.runs.list(limit=LOOKED_AT) if run["state"] == RunState.WAITING
              and (run["digest"], run["stage"]) == (plan.digest, stage)]
    if parked:
        return waiting_command(parked[0], journal.runs.plan(parked[0]["plan"]))
    command = "inv assess" if stage == PREPARE else "inv rehearse"
    return f"{command} --playbook {from_here(plan.playbook)}"


def _returning(plan: Plan) -> list[PlannedStep]:
    """The steps that a way back would undo: what lies before a point of no return has none once that is passed."""
    last = next((number for number, step in enumerate(plan.steps) if step.point_of_no_return), len(plan.steps))
    return [step for step in plan.steps[:last] if step.way_back != "none"]


def _kinds_that_prove(proof: Proof) -> list[str]:
    return [name for name, kind in kinds().items() if kind.proves is proof]


def _level(row: RowMapping) -> int:
    return int(_facts(row).get("level", 0))


def _facts(row: RowMapping) -> Mapping[str, Any]:
    facts: Mapping[str, Any] = (row["outcome"] or {}).get("facts", {})
    return facts
