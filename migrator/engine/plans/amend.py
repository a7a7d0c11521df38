"""A playbook that is edited while a run of it is on the way: what differs, and what the run may take over.

The run keeps its own copy. A new plan takes the place of the old one only where it says the same of every step that has
begun, and only when its own gate is open: approvals and rehearsals of the old plan do not speak for the new one.
"""

from __future__ import annotations

from pathlib import Path

from migrator.engine.plans.freeze import LINKED_FROM, freeze
from migrator.errors import PackageWrong, WrongUse
from migrator.journal.journal import Journal
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import Direction
from migrator.playbook.checksum import sha256
from migrator.text import _

PLAYBOOK = "playbook"
"""A run's own copy of its playbook, in the run's folder."""


def differences(plan: Plan, folder: Path) -> list[str]:
    """Files of the plan that are gone from the folder or hold something else now; packages are not read for it."""
    return [name for name, expected in plan.content.items() if _differs(folder / name, expected)]


def require_whole(run: str, plan: Plan, folder: Path) -> None:
    """Raise PackageWrong unless the run's own copy of the playbook, in its folder, is what its plan was made from."""
    copy = folder / PLAYBOOK
    if wrong := differences(plan, copy) if copy.exists() else []:
        raise PackageWrong(_("the run's own copy of the playbook is not what was planned: {names}").format(
            names=", ".join(wrong)), where=str(copy),
            hint=_("put back the files as they were planned, or inv rollback --run {run}").format(run=run))


def require_fit(journal: Journal, run: str, new: Plan) -> None:
    """Raise WrongUse unless the new plan is for the same systems and the same in every step that has begun."""
    old = journal.runs.plan_of(run)
    if journal.runs.get(run)["fleet"]:
        raise WrongUse(_("run {run} belongs to a fleet, which has one plan for all").format(run=run),
                       hint=f"inv resume --run {run}")
    if new.bindings != old.bindings:
        raise WrongUse(_("the inventory has changed since run {run} was planned").format(run=run),
                       hint=_("a run goes on where it began: put the inventory back"))
    begun = _begun(journal, run, old)
    for place, step in enumerate(begun):
        if place >= len(new.steps) or _core(new.steps[place]) != _core(step):
            raise WrongUse(_("step {step} of run {run} has begun and is another one now").format(step=step.id, run=run),
                           hint=_("only what comes after {step} may change").format(step=begun[-1].id))


def amend(journal: Journal, run: str, new: Plan, folder: Path, *, who: str) -> None:
    """Put the new plan and its files in the place of the old ones; a crash in between is told by `require_whole`."""
    fresh, present, former = (folder / f"{PLAYBOOK}{ending}" for ending in (
        f".{new.id}", "", f".{journal.runs.plan_of(run).id}"))
    freeze(new, Path(new.playbook), fresh)
    journal.runs.amend(run, new, actor=who)
    present.rename(former)
    fresh.rename(present)


def _begun(journal: Journal, run: str, plan: Plan) -> tuple[PlannedStep, ...]:
    """The steps up to the last one that was ever tried; one that its own check forbade has not begun."""
    tried = {row["step"] for row in journal.attempts.of_run(run)
             if row["direction"] == Direction.FORWARD and row["changes"] is not None}
    last = max((place for place, step in enumerate(plan.steps, 1) if step.id in tried), default=0)
    return plan.steps[:last]


def _core(step: PlannedStep) -> tuple[object, ...]:
    return step.id, step.digest, step.targets


def _differs(path: Path, expected: str) -> bool:
    if not path.is_file():
        return True
    return path.stat().st_size < LINKED_FROM and sha256(path) != expected
