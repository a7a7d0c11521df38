"""The acts that the story of a run is made of, on the journal and the sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from migrator import clock
from migrator.engine.gate.gates import require_open
from migrator.engine.gate.turn_back import crossed
from migrator.engine.gate.windows import window_of
from migrator.engine.plans.bindings import bindings_digest
from migrator.engine.run import people
from migrator.engine.run.context import Desk
from migrator.engine.run.ending import Ending
from migrator.engine.run.homeward import Homeward
from migrator.engine.run.preflight import preflight
from migrator.engine.run.row import Row
from migrator.engine.run.story import DRILL, At
from migrator.errors import ApprovalMissing, MigratorError
from migrator.events import RunParked, RunStarted
from migrator.here import from_here
from migrator.journal.next_command import waiting_command
from migrator.model import labels
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import RunState
from migrator.text import _


class Performer:
    """Does what the story says; every method converges when it is called again after a crash."""

    def __init__(self, desk: Desk, executor: str, leaving: Callable[[], bool]) -> None:
        """`leaving` tells whether this process has been asked to stop at the next safe boundary."""
        self._desk = desk
        self._journal = desk.journal
        self._executor = executor
        self._leaving = leaving
        self._ending = Ending(desk, executor)

    def begin(self, run: str) -> dict[str, Any]:
        """Open the gate and check all steps; or say why not."""
        plan = self._journal.runs.plan_of(run)
        row = self._journal.runs.get(run)
        self._desk.observers(RunStarted(run=run, title=plan.title, stage=plan.stage, environment=plan.environment,
                                        steps=len(plan.steps)))
        try:
            self._open(run, plan, row["started_by"])
            self._check(run, plan)
        except MigratorError as error:
            return {"ok": False, "message": str(error), "hint": error.hint or "", "code": int(error.code)}
        return {"ok": True}

    def go(self, run: str, at: dict[str, Any]) -> dict[str, Any]:
        """Act row by row until the end, or until something stops it."""
        plan, here = self._journal.runs.plan_of(run), At(**at)
        for place in range(here.place, len(plan.steps)):
            here = here.but(place=place)
            stop = self._stop_before(run, plan, here) or self._act(run, plan, here)
            if stop:
                return {"at": self._moved(run, here).as_json(), **stop}
        return {"what": "end", "at": self._moved(run, here).as_json()}

    def ask(self, run: str, at: dict[str, Any], about: str) -> dict[str, Any]:
        """Whether people, or the clock, have answered; what they decided of a step is carried out."""
        plan, here, row = self._journal.runs.plan_of(run), At(**at), dict(self._journal.runs.get(run))
        answer = people.answer(self._journal, plan, row, plan.steps[here.place].id, about)
        if answer.what == "on" and not self._carried_out(run, plan, here, row["order"] or {}):
            answer = people.Answer("waiting")
        if answer.what == "waiting":
            self._park(run, plan, row, here, about)
            return {"what": "waiting", "at": at}
        self._journal.runs.move(run, RunState.RUNNING, actor=self._executor, executor=self._executor)
        if answer.what == "on":  # an order to go back holds until the run is back
            self._journal.runs.order(run, None, actor=self._executor)
        return {**asdict(answer), "at": self._moved(run, _answered(here, about, answer.what)).as_json()}

    def turned(self, run: str, at: dict[str, Any]) -> dict[str, Any]:
        """The order to bring back a run that has ended; what was asked on its way forward is not asked again."""
        order = self._journal.runs.get(run)["order"] or {}
        answered = len(self._journal.runs.plan_of(run).steps)
        return {**asdict(people.back(order)), "at": self._moved(run, At(**at).but(answered=answered)).as_json()}

    def undo(self, run: str, at: dict[str, Any], why: str, to: str | None) -> dict[str, Any]:
        """Go back, wholly or until the step `to` is the next one again; a drill's minutes are kept as evidence."""
        plan, here = self._journal.runs.plan_of(run), At(**at)
        way = Homeward(self._desk, plan, run, self._executor, here.mark)
        if why != DRILL:
            self._journal.runs.move(run, RunState.GOING_BACK, actor=self._executor, message=why)
        failed = way.walk(_("the drill of the way back") if why == DRILL else why, to, self._leaving)
        if failed is None:
            return {"done": False, "clean": False, "at": at}
        back = here.but(place=plan.place(to))
        if why == DRILL:
            self._journal.evidence.keep(run, plan.steps[here.place].id, "-", "way back", way.measured())
            back = back.but(answered=here.place)
        else:
            self._journal.runs.order(run, None, actor=self._executor)
        return {"done": True, "clean": not failed, "at": self._moved(run, back).as_json()}

    def refuse(self, run: str, refusal: dict[str, Any]) -> int:
        """End a run that may not start."""
        return self._ending.refuse(run, refusal)

    def finish(self, run: str) -> int:
        """End a run that has passed."""
        return self._ending.finish(run)

    def finish_back(self, run: str, at: dict[str, Any], why: str) -> int:
        """End a run that went back."""
        return self._ending.finish_back(run, why, late=At(**at).line == "crossed")

    def _stop_before(self, run: str, plan: Plan, here: At) -> dict[str, Any] | None:
        """What forbids to begin, or to take up, the next row."""
        if self._leaving():
            return {"what": "leave"}
        row = dict(self._journal.runs.get(run))
        order = row["order"] or {}
        late = None if here.line else crossed(self._journal, plan, row, here.place, now=clock.now())
        if order.get("act") != "rollback" and late is None:
            return None
        if late is not None and late.decide_by and order.get("act") != "rollback":
            return {"what": "ask", "about": f"{people.LINE}:{clock.stamp(late.decide_by)}"}
        self._row(run, plan, plan.steps[here.place], here).give_up()
        if late is None:
            return asdict(people.back(order))
        return {"what": "back", "why": late.message, "to": None, "at": here.but(line="crossed").as_json()}

    def _act(self, run: str, plan: Plan, here: At) -> dict[str, Any] | None:
        """Bring a row about; what it asks for, or what has to happen because it failed."""
        stop = self._row(run, plan, plan.steps[here.place], here).forward()
        if not stop.ok and (stop.asks or plan.on_failure == "pause"):
            return {"what": "ask", "about": people.DECISION}
        if not stop.ok:
            return {"what": "back", "why": stop.message, "to": None}
        if stop.request is None or here.place <= here.answered:
            return None
        data = stop.request["data"]
        match stop.request["act"]:
            case "park":
                return {"what": "ask", "about": people.APPROVAL}
            case "wait":
                moment = clock.stamp(clock.now() + timedelta(seconds=data["seconds"]))
                return {"what": "ask", "about": f"{people.TIME}:{moment}"}
        return {"what": "drill", "to": data["to"]}

    def _carried_out(self, run: str, plan: Plan, here: At, order: Mapping[str, Any]) -> bool:
        """Do to the row what people have decided of it; False when it is not as they say."""
        row = self._row(run, plan, plan.steps[here.place], here)
        match order.get("act"):
            case "skip":
                row.skip(order)
            case "done" if not row.accept(order):
                self._journal.runs.order(run, None, actor=self._executor)
                return False
        return True

    def _moved(self, run: str, here: At) -> At:
        """The same place, with all attempts made so far behind it."""
        return here.but(mark=self._journal.attempts.newest_id(run))

    def _row(self, run: str, plan: Plan, step: PlannedStep, here: At) -> Row:
        return Row(self._desk, plan, run, step, self._executor, here.mark)

    def _park(self, run: str, plan: Plan, row: Mapping[str, Any], here: At, about: str) -> None:
        waiting_for = people.question(self._journal, plan, row, plan.steps[here.place].id, about)
        moment = about.partition(":")[2] or None
        shown = labels.waiting(waiting_for, moment)
        command = waiting_command({"id": run, "waiting_for": waiting_for}, plan)
        self._desk.observers(RunParked(run=run, waiting_for=shown, next=command))
        # Last, since whoever drives the run leaves as soon as the journal says that it waits.
        self._journal.runs.move(run, RunState.WAITING, actor=self._executor, waiting_for=waiting_for,
                                wake=moment)

    def _open(self, run: str, plan: Plan, operator: str) -> None:
        if bindings_digest(self._desk.site, plan) != plan.bound_to:
            raise ApprovalMissing(_("the inventory has changed since this plan was made"),
                                  where=plan.environment,
                                  hint=f"inv plan --playbook {from_here(plan.playbook)} --stage {plan.stage}")
        environment = self._desk.site(plan.environment).environment
        require_open(self._journal, plan, operator=operator, environment=environment)
        if window := window_of(plan, environment, clock.now()):
            self._journal.runs.limit(run, window, actor=self._executor)

    def _check(self, run: str, plan: Plan) -> None:
        result = preflight(self._desk, run, plan, changes=False)
        self._journal.evidence.keep_of_steps(run, "preflight", {
            step: [finding.as_json() for finding in findings] for step, findings in result.findings.items()})
        if problems := result.problems:
            raise result.refusal("; ".join(f.message for f in problems),
                                 hint="; ".join(f.advice for f in problems if f.advice))


def _answered(here: At, about: str, answer: str) -> At:
    """Where the story goes on after an answer; who goes back when it is late, goes back for lack of time."""
    match about.partition(":")[0]:
        case people.APPROVAL:
            return here.but(answered=here.place)
        case people.LINE:
            return here.but(line="accepted" if answer == "on" else "crossed")
    return here
