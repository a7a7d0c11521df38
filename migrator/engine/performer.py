"""The acts that the story of a run is made of, on the journal and the sites."""

from __future__ import annotations

from typing import Any

from migrator import clock
from migrator.engine.bindings import bindings_digest
from migrator.engine.context import Desk
from migrator.engine.gates import require_open
from migrator.engine.preflight import preflight
from migrator.engine.tidy import tidy
from migrator.engine.unit import Unit
from migrator.errors import ApprovalMissing, Exit, FindingsBlock, MigratorError
from migrator.events import GoingBack, RunEnded, RunParked, RunStarted
from migrator.here import from_here
from migrator.journal.attempts import Key
from migrator.journal.next_command import waiting_command
from migrator.model.plan import Plan
from migrator.model.states import AttemptState, Direction, RunState, Touches
from migrator.step import kinds
from migrator.text import _


class Performer:
    """Does what the story says; every method converges when it is called again after a crash."""

    def __init__(self, desk: Desk, executor: str) -> None:
        self._desk = desk
        self._journal = desk.journal
        self._executor = executor

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
        return unit.give_up() if self._asked(run) == "rollback" else unit.act()

    def undo(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        """Undo a step on a target."""
        return self._unit(run, step, target, Direction.UNDO, n).undo()

    def leave(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        """Record that a step on a target could not be undone because of a later one."""
        return self._unit(run, step, target, Direction.UNDO, n).leave()

    def ask(self, run: str, step: str, target: str, what: str) -> str:
        """Whether people have decided: granted, refused, retry, rollback, or waiting."""
        plan, row = self._journal.runs.plan_of(run), self._journal.runs.get(run)
        act = (row["order"] or {}).get("act")
        answer = "rollback" if act == "rollback" else self._decision(plan, row, step, what, act)
        if answer != "waiting":
            self._journal.runs.order(run, None if act == "retry" else row["order"], actor=self._executor)
            self._journal.runs.move(run, RunState.RUNNING, actor=self._executor, executor=self._executor)
            return answer
        waiting_for = self._question(plan, run, step, what)
        command = waiting_command({"id": run, "waiting_for": waiting_for}, plan)
        shown = _("a decision") if what == "decision" else _("the approval of {groups}").format(
            groups=waiting_for.removeprefix("approval:"))
        self._desk.observers(RunParked(run=run, waiting_for=shown, next=command))
        # Last, since whoever drives the run leaves as soon as the journal says that it waits.
        self._journal.runs.move(run, RunState.WAITING, actor=self._executor, waiting_for=waiting_for)
        return answer

    def again(self, run: str, step: str, to: str) -> list[list[str]]:
        """The units that a drill repeats after its way back: from `to` up to the drill, without what only adds."""
        plan = self._journal.runs.plan_of(run)
        repeated = _between(plan, step, to)
        return [[s.id, target] for s in repeated if kinds()[s.kind].touches is not Touches.ADDS or s.way_back != "none"
                for target in s.targets]

    def way_back(self, run: str, why: str, to: str | None) -> list[list[Any]]:
        """The units to undo, newest first, with the number of their undo."""
        plan, row = self._journal.runs.plan_of(run), self._journal.runs.get(run)
        drill = why == "drill"
        within = {s.id for s in (_between(plan, None, to) if to else plan.steps)}
        rows = [r for r in self._journal.attempts.to_undo(run)
                if r["step"] in within and plan.step(r["step"]).way_back != "none"]
        if not drill:
            self._journal.runs.move(run, RunState.GOING_BACK, actor=self._executor, message=why)
        estimates = [plan.step(r["step"]).way_back_estimate for r in rows]
        known = None if None in estimates else sum(e for e in estimates if e is not None)
        self._desk.observers(GoingBack(run=row["id"], why=why, steps=len(rows), estimate=known))
        return [[r["step"], r["target"],
                 self._journal.attempts.count(run, r["step"], r["target"], Direction.UNDO) + 1] for r in rows]

    def drilled(self, run: str, step: str, target: str, n: int) -> dict[str, Any]:
        """Keep the measured seconds of the way back as evidence of the drill."""
        undone = [row for row in self._journal.attempts.of_run(run) if row["direction"] == Direction.UNDO]
        value = {"seconds": round(sum(row["seconds"] or 0 for row in undone), 3),
                 "steps": [{"step": row["step"], "target": row["target"], "seconds": row["seconds"]} for row in undone]}
        self._journal.evidence.keep(run, step, target, "way back", value)
        return value

    def refuse(self, run: str, refusal: dict[str, Any]) -> int:
        """End a run that may not start; nothing was changed."""
        return self._end(run, RunState.FAILED, Exit(refusal["code"]), refusal["message"], refusal["hint"])

    def finish(self, run: str) -> int:
        """End a run that has passed; one with a point of no return closes the way back of all before it."""
        plan = self._journal.runs.plan_of(run)
        if any(step.point_of_no_return for step in plan.steps):
            for closed_run in [*self._journal.runs.finalize(plan, actor=self._executor), run]:
                self._tidy(closed_run)
        return self._end(run, RunState.PASSED, Exit.DONE, "", f"inv report --run {run}")

    def finish_back(self, run: str, why: str) -> int:
        """End a run that went back: brought back, failed before anything changed, or left for hands."""
        by_hand = self._by_hand(run)
        if by_hand:
            return self._end(run, RunState.HANDS_NEEDED, Exit.HANDS_NEEDED, why, f"inv rollback --run {run}", by_hand)
        undone = [row for row in self._journal.attempts.of_run(run) if row["direction"] == Direction.UNDO]
        if undone:
            self._tidy(run)
            return self._end(run, RunState.BROUGHT_BACK, Exit.BROUGHT_BACK, why, f"inv report --run {run}")
        return self._end(run, RunState.FAILED, self._failure_code(run), why, f"inv run.log --run {run}")

    def _tidy(self, run: str) -> None:
        if left := tidy(self._desk, run, self._journal.runs.plan_of(run)):
            self._journal.evidence.keep(run, "-", "-", "left over", left)

    def _open(self, plan: Plan, operator: str) -> None:
        if bindings_digest(self._desk.site, plan) != plan.bindings:
            raise ApprovalMissing(_("the inventory has changed since this plan was made"),
                                  where=plan.environment,
                                  hint=f"inv plan --playbook {from_here(plan.playbook)} --stage {plan.stage}")
        require_open(self._journal, plan, operator=operator)

    def _asked(self, run: str) -> str | None:
        return (self._journal.runs.get(run)["order"] or {}).get("act")

    def _check(self, run: str, plan: Plan) -> None:
        result = preflight(self._desk, run, plan, changes=False)
        for step, findings in result.findings.items():
            self._journal.evidence.keep(run, step, "-", "preflight", [f.as_json() for f in findings])
        if problems := result.problems:
            raise FindingsBlock("; ".join(f.message for f in problems),
                                hint="; ".join(f.advice for f in problems if f.advice))

    def _decision(self, plan: Plan, row: Any, step: str, what: str, act: str | None) -> str:
        if what == "decision":
            return "retry" if act == "retry" else "waiting"
        not_by = None if plan.rules.get("approver_may_operate") else row["started_by"]
        groups = _groups(plan, step)
        standings = [self._journal.approvals.standing(plan, group, not_by=not_by) for group in groups]
        if any(s.reason == "rejected" for s in standings):
            return "refused"
        return "granted" if all(s.granted for s in standings) else "waiting"

    def _question(self, plan: Plan, run: str, step: str, what: str) -> str:
        if what == "decision":
            return f"decision:{step}"
        standings = [self._journal.approvals.standing(plan, group) for group in _groups(plan, step)]
        return "approval:" + ",".join(s.group for s in standings if not s.granted)

    def _by_hand(self, run: str) -> list[str]:
        """What people have to bring back, each with the steps that it is about; the same words are said once."""
        undone = [row for row in self._journal.attempts.of_run(run) if row["direction"] == Direction.UNDO]
        newest = {(row["step"], row["target"]): row for row in undone}
        hands: dict[str, list[str]] = {}
        for (step, target), row in newest.items():
            if row["state"] != AttemptState.OK:
                for line in (row["outcome"] or {}).get("by_hand") or [row["message"] or _("undo did not end")]:
                    hands.setdefault(line, []).append(step if target == "-" else f"{step} @ {target}")
        return [f"{', '.join(steps)}: {line}" for line, steps in hands.items()]

    def _failure_code(self, run: str) -> Exit:
        failed = [row for row in self._journal.attempts.of_run(run) if row["state"] == AttemptState.FAILED]
        blocked = bool(failed) and any(f["severity"] == "blocks" for f in failed[-1]["findings"] or [])
        return Exit.FINDINGS_BLOCK if blocked else Exit.STOPPED

    def _end(self, run: str, state: RunState, code: Exit, message: str, next_: str,
             by_hand: list[str] | None = None) -> int:
        row = self._journal.runs.get(run)
        self._journal.runs.move(run, state, actor=self._executor, exit_code=int(code), message=message,
                                by_hand=by_hand or [])
        self._journal.locks.free(row["environment"], run=run)
        begun = clock.parse(row["started"] or row["created"])
        self._desk.observers(RunEnded(run=run, state=state, exit_code=int(code), message=message, by_hand=by_hand or [],
                                      seconds=(clock.now() - begun).total_seconds(), next=next_))
        return int(code)

    def _unit(self, run: str, step: str, target: str, direction: Direction, n: int) -> Unit:
        plan = self._journal.runs.plan_of(run)
        return Unit(self._desk, plan, Key(run, step, target, direction, n), self._executor)


def _groups(plan: Plan, step: str) -> list[str]:
    by = plan.step(step).args.get("by", [])
    return [by] if isinstance(by, str) else list(by)


def _between(plan: Plan, step: str | None, to: str | None) -> list[Any]:
    """The steps from `to` (or the start) up to, and without, `step` (or the end)."""
    ids = [s.id for s in plan.steps]
    first = ids.index(to) if to in ids else 0
    last = ids.index(step) if step else len(ids)
    return list(plan.steps[first:last])
