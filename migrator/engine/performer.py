"""The acts that the story of a run is made of, on the journal and the sites."""

from __future__ import annotations

from typing import Any

from migrator.engine import people
from migrator.engine.bindings import bindings_digest
from migrator.engine.context import Desk
from migrator.engine.ending import Ending
from migrator.engine.gates import require_open
from migrator.engine.preflight import preflight
from migrator.engine.unit import Unit
from migrator.errors import ApprovalMissing, MigratorError
from migrator.events import GoingBack, RunParked, RunStarted
from migrator.here import from_here
from migrator.journal.attempts import Key
from migrator.journal.next_command import waiting_command
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AttemptState, Direction, RunState, Touches
from migrator.step import kinds
from migrator.text import _


class Performer:
    """Does what the story says; every method converges when it is called again after a crash."""

    def __init__(self, desk: Desk, executor: str) -> None:
        self._desk = desk
        self._journal = desk.journal
        self._executor = executor
        self._ending = Ending(desk, executor)

    def begin(self, run: str) -> dict[str, Any]:
        """Hold the environment, open the gate, check all steps; the units to do, or why not."""
        plan = self._journal.runs.plan_of(run)
        row = self._journal.runs.get(run)
        self._desk.observers(RunStarted(run=run, title=plan.title, stage=plan.stage, environment=plan.environment,
                                        steps=len(plan.steps)))
        try:
            self._open(plan, row["started_by"])
            self._check(run, plan)
        except MigratorError as error:
            return {"ok": False, "message": str(error), "hint": error.hint or "", "code": int(error.code)}
        return {"ok": True, "units": [[step.id, target] for step in plan.steps for target in step.targets]}

    def act(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        """Try a step on a target for the n-th time, unless somebody has asked to go back."""
        unit = self._unit(run, step, target, Direction.FORWARD, n)
        order = (self._journal.runs.get(run)["order"] or {}).get("act")
        return unit.give_up() if order == "rollback" else unit.act()

    def undo(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        """Undo a step on a target."""
        return self._unit(run, step, target, Direction.UNDO, n).undo()

    def leave(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        """Record that a step on a target could not be undone because of a later one."""
        return self._unit(run, step, target, Direction.UNDO, n).leave()

    def ask(self, run: str, step: str, target: str, what: str) -> str:
        """Whether people have decided: granted, refused, retry, rollback, or waiting."""
        plan, row = self._journal.runs.plan_of(run), dict(self._journal.runs.get(run))
        answer = people.answer(self._journal, plan, row, step, what)
        if answer == "waiting":
            self._park(run, plan, people.question(self._journal, plan, row, step, what))
        else:
            order = None if answer == "retry" else row["order"]  # an order to go back holds until the run is back
            self._journal.runs.order(run, order, actor=self._executor)
            self._journal.runs.move(run, RunState.RUNNING, actor=self._executor, executor=self._executor)
        return answer

    def again(self, run: str, step: str, to: str) -> list[list[str]]:
        """The units that a drill repeats after its way back: from `to` up to the drill, without what only adds."""
        plan = self._journal.runs.plan_of(run)
        repeated = _between(plan, step, to)
        return [[s.id, target] for s in repeated if kinds()[s.kind].touches is not Touches.ADDS or s.way_back != "none"
                for target in s.targets]

    def way_back(self, run: str, why: str, to: str | None) -> list[list[Any]]:
        """The units to undo, newest first, with the number of their undo."""
        plan = self._journal.runs.plan_of(run)
        drill = why == "drill"
        within = {s.id for s in self._open_steps(run, _between(plan, None, to))}
        rows = [r for r in self._journal.attempts.to_undo(run)
                if r["step"] in within and plan.step(r["step"]).way_back != "none"]
        if not drill:
            self._journal.runs.move(run, RunState.GOING_BACK, actor=self._executor, message=why)
        estimates = [plan.step(r["step"]).way_back_estimate for r in rows]
        known = None if None in estimates else sum(e for e in estimates if e is not None)
        told = _("the drill of the way back") if drill else why
        self._desk.observers(GoingBack(run=run, why=told, steps=len(rows), estimate=known))
        return [[r["step"], r["target"],
                 self._journal.attempts.count(run, r["step"], r["target"], Direction.UNDO) + 1] for r in rows]

    def _open_steps(self, run: str, steps: list[PlannedStep]) -> list[PlannedStep]:
        """Those behind the last point of no return that was passed: what lies before it has no way back any more."""
        done = {row["step"] for row in self._journal.attempts.of_run(run)
                if (row["direction"], row["state"]) == (Direction.FORWARD, AttemptState.OK)}
        passed = [place for place, s in enumerate(steps, 1) if s.point_of_no_return and s.id in done]
        return steps[passed[-1]:] if passed else steps

    def drilled(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        """Keep the measured seconds of the way back as evidence of the drill."""
        undone = [row for row in self._journal.attempts.of_run(run) if row["direction"] == Direction.UNDO]
        value = {"seconds": round(sum(row["seconds"] or 0 for row in undone), 3),
                 "steps": [{"step": row["step"], "target": row["target"], "seconds": row["seconds"]} for row in undone]}
        self._journal.evidence.keep(run, step, target, "way back", value)
        return value

    def refuse(self, run: str, refusal: dict[str, Any]) -> int:
        """End a run that may not start."""
        return self._ending.refuse(run, refusal)

    def finish(self, run: str) -> int:
        """End a run that has passed."""
        return self._ending.finish(run)

    def finish_back(self, run: str, why: str) -> int:
        """End a run that went back."""
        return self._ending.finish_back(run, why)

    def _park(self, run: str, plan: Plan, waiting_for: str) -> None:
        what, _colon, groups = waiting_for.partition(":")
        shown = _("a decision") if what == "decision" else _("the approval of {groups}").format(groups=groups)
        command = waiting_command({"id": run, "waiting_for": waiting_for}, plan)
        self._desk.observers(RunParked(run=run, waiting_for=shown, next=command))
        # Last, since whoever drives the run leaves as soon as the journal says that it waits.
        self._journal.runs.move(run, RunState.WAITING, actor=self._executor, waiting_for=waiting_for)

    def _open(self, plan: Plan, operator: str) -> None:
        if bindings_digest(self._desk.site, plan) != plan.bindings:
            raise ApprovalMissing(_("the inventory has changed since this plan was made"),
                                  where=plan.environment,
                                  hint=f"inv plan --playbook {from_here(plan.playbook)} --stage {plan.stage}")
        require_open(self._journal, plan, operator=operator)

    def _check(self, run: str, plan: Plan) -> None:
        result = preflight(self._desk, run, plan, changes=False)
        for step, findings in result.findings.items():
            self._journal.evidence.keep(run, step, "-", "preflight", [f.as_json() for f in findings])
        if problems := result.problems:
            raise result.refusal("; ".join(f.message for f in problems),
                                 hint="; ".join(f.advice for f in problems if f.advice))

    def _unit(self, run: str, step: str, target: str, direction: Direction, n: int) -> Unit:
        plan = self._journal.runs.plan_of(run)
        return Unit(self._desk, plan, Key(run, step, target, direction, n), self._executor)


def _between(plan: Plan, step: str | None, to: str | None) -> list[PlannedStep]:
    """The steps from `to` (or the start) up to, and without, `step` (or the end)."""
    ids = [s.id for s in plan.steps]
    first = ids.index(to) if to in ids else 0
    last = ids.index(step) if step else len(ids)
    return list(plan.steps[first:last])
