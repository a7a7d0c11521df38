"""One unit of a run, a step on a target: tried forward, or undone. Intent is written before the act."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from migrator.engine.run.asking import answers, knowing, probes
from migrator.engine.run.context import Contexts, Desk
from migrator.engine.run.settle import settle
from migrator.errors import Fenced, FindingsBlock, HostAway, MigratorError, OutcomeUnknown, Unreachable
from migrator.events import FindingMade, StepEnded, StepStarted
from migrator.journal.attempts import Key
from migrator.model.finding import Finding, blocking
from migrator.model.outcome import Outcome
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import AttemptState, Direction, Touches
from migrator.step import Probes, StepContext
from migrator.text import _
from migrator.transport.asked import Known, Question

log = logging.getLogger(__name__)
HOUR = 3600.0


class Unit:
    """Acts on one unit; every method may be called again after a crash and then goes on where it was."""

    def __init__(self, desk: Desk, plan: Plan, key: Key, executor: str) -> None:
        self._journal = desk.journal
        self._observers = desk.observers
        self._site = desk.site(plan.environment)
        self._contexts = Contexts(desk, key.run, plan)
        self._plan = plan
        self._key = key
        self._step = plan.step(key.step)
        self._kind = self._contexts.kind(self._step)
        self._executor = executor

    def act(self, *, new: bool = False) -> dict[str, Any]:
        """Try the step; a finished attempt gives its recorded result, one that was cut off is taken up.

        new: it is known that this attempt never began, so the journal is not asked.
        """
        row = None if new else self._journal.attempts.find(self._key)
        if row is not None and row["state"] != AttemptState.STARTED:
            return _told(row["state"], row["message"] or "", row["outcome"])
        self._announce()
        begun = time.monotonic()
        try:
            known = self._intend() if row is None else {}
            context = self._contexts.acting(self._step, self._key, resumed=row is not None)
            outcome = self._kind.apply(replace(context, known=known))
            return self._end(begun, AttemptState.OK, outcome, self._verified())
        except (Fenced, HostAway):
            raise  # every word about this attempt is for another process now, or for one that finds its job again
        except Exception as error:
            if row is not None and isinstance(error, Unreachable):
                raise  # what an earlier process began may still work there
            return self._failed(begun, error)

    def give_up(self) -> None:
        """Do not take up this try, which was cut off: the run goes back, and what it did counts as unknown."""
        self._journal.attempts.end(self._key, AttemptState.UNKNOWN, executor=self._executor, seconds=0,
                                   message=_("somebody asked to go back"))

    def skip(self, order: Mapping[str, Any]) -> None:
        """Pass over the step here, as a named person has decided with a reason."""
        self._decided(AttemptState.SKIPPED, _("skipped by {who}: {reason}").format(**order), [])

    def accept(self, order: Mapping[str, Any]) -> bool:
        """Take over what a named person has brought about by hand; False when verify finds something against it."""
        findings = self._verified()
        refused = "; ".join(f.message for f in blocking(findings))
        self._decided(AttemptState.FAILED if refused else AttemptState.OK,
                      refused or _("done by hand by {who}: {reason}").format(**order), findings)
        return not refused

    def _decided(self, state: AttemptState, message: str, findings: list[Finding]) -> None:
        """An attempt that a person made: it begins and ends at once."""
        begun = time.monotonic()
        self._announce()
        if self._journal.attempts.find(self._key) is None:
            self._journal.attempts.start(self._key, self._step, {}, [], executor=self._executor)
        self._journal.attempts.end(self._key, state, executor=self._executor, seconds=0, findings=findings,
                                   message=message)
        self._tell_end(begun, state, None, message)

    def undo(self) -> dict[str, Any]:
        """Bring the unit back to what its first `before` recorded."""
        row = self._journal.attempts.find(self._key)
        if row is not None and row["state"] != AttemptState.STARTED:
            return _told(row["state"], row["message"] or "")
        self._announce()
        begun = time.monotonic()
        if row is None:
            self._journal.attempts.start(self._key, self._step, {}, [], executor=self._executor)
        try:
            self._settle()
            context = self._contexts.acting(self._step, self._key, resumed=row is not None)
            outcome = self._kind.undo(context, context.record)
            return self._end(begun, AttemptState.FAILED if outcome.by_hand else AttemptState.OK, outcome, [])
        except Fenced:
            raise  # the run is another process's now, and so is every word about this attempt
        except Exception as error:
            return self._failed(begun, error)

    def leave(self) -> dict[str, Any]:
        """Record that this unit was not brought back because a later one on the same target could not be."""
        if self._journal.attempts.find(self._key) is None:
            self._journal.attempts.start(self._key, self._step, {}, [], executor=self._executor)
            self._end(time.monotonic(), AttemptState.FAILED, self._hands(), [],
                      message=_("not attempted: a later step on the same host could not be undone"))
        return {"ok": False, "message": ""}

    def _hands(self) -> Outcome | None:
        """What a person types instead of this undo; None when its kind cannot say. No host is reached for it."""
        try:
            context = self._contexts.acting(self._step, self._key)
            lines = self._kind.by_hand(context, context.record)
        except Exception:
            log.exception("nobody can say how %s is undone by hand", self._step.id)
            return None
        return Outcome(changed=False, by_hand=lines) if lines else None

    def _intend(self) -> Known:
        """Check once more, read what undo needs, and write both before anything acts; gives what was heard for it."""
        context = self._reading(lambda asked: (*asked.check, *asked.before))
        findings = self._kind.check(context)
        self._show(findings)
        if problems := blocking(findings):
            message = "; ".join(f.message for f in problems)
            self._journal.attempts.refuse(self._key, self._step, executor=self._executor, findings=findings,
                                          message=message)
            raise FindingsBlock(message, where=self._key.target, hint="; ".join(f.advice for f in problems if f.advice))
        changes = [] if self._kind.touches is Touches.NOTHING else self._kind.plan(context)
        record = self._kind.before(context)
        self._journal.attempts.start(self._key, self._step, record, changes, executor=self._executor)
        return context.known

    def _verified(self) -> list[Finding]:
        findings = self._kind.verify(self._reading(lambda asked: asked.verify))
        self._show(findings)
        return findings

    def _reading(self, phases: Callable[[Probes], Iterable[Question]]) -> StepContext[Any]:
        """A context for looking only, for phases whose questions its hosts have answered just now."""
        context = self._contexts.reading(self._step, self._key.target)
        return knowing(context, answers(self._site, phases(probes(self._kind, context))))

    def _end(self, begun: float, state: AttemptState, outcome: Outcome | None, findings: list[Finding],
             message: str = "") -> dict[str, Any]:
        if problems := blocking(findings):
            state, message = AttemptState.FAILED, "; ".join(f.message for f in problems)
        seconds = time.monotonic() - begun
        self._journal.attempts.end(self._key, state, executor=self._executor, seconds=seconds, outcome=outcome,
                                   findings=findings, message=message)
        self._tell_end(begun, state, outcome, message)
        return _told(state, message, outcome.as_json() if outcome else None)

    def _tell_end(self, begun: float, state: AttemptState, outcome: Outcome | None, message: str) -> None:
        self._observers(StepEnded(
            run=self._key.run, step=self._step.id, kind=self._step.kind, target=self._key.target,
            direction=self._key.direction, state=state, seconds=time.monotonic() - begun,
            changed=bool(outcome and outcome.changed), message=message, summary=outcome.summary if outcome else ""))

    def _failed(self, begun: float, error: Exception) -> dict[str, Any]:
        """An act that raised: failed, unless the system shows that it took effect although nobody saw it end."""
        if not isinstance(error, MigratorError):
            log.exception("%s of %s ended in an unexpected error", self._key.direction, self._step.id)
        hint = getattr(error, "hint", None)
        message = f"{error or type(error).__name__}" + (f" ({hint})" if hint else "")
        row = self._journal.attempts.find(self._key)
        if row is None:
            self._journal.attempts.refuse(self._key, self._step, executor=self._executor, findings=[], message=message)
        if row is None or row["state"] != AttemptState.STARTED:
            self._tell_end(begun, AttemptState.FAILED, None, message)
            return _told(AttemptState.FAILED, message)
        if isinstance(error, OutcomeUnknown) and self._key.direction is Direction.FORWARD:
            findings = self._verified()
            if findings and not blocking(findings):
                found = Outcome(changed=True, summary=_("found done after a crash"))
                return self._end(begun, AttemptState.OK, found, findings)
            return self._end(begun, AttemptState.UNKNOWN, None, [], message)
        hands = self._hands() if self._key.direction is Direction.UNDO else None
        return self._end(begun, AttemptState.FAILED, hands, [], message)

    def _settle(self) -> None:
        """Wait until no job of the forward attempts works on the target any more: undoing beside it would tear both."""
        for host in self._site.environment.hosts if self._key.target == "-" else [self._key.target]:
            settle(self._site, host, self._key, timeout=self._step.timeout or HOUR)

    def _announce(self) -> None:
        ids = [step.id for step in self._plan.steps]
        back = self._key.direction is Direction.UNDO
        self._observers(StepStarted(
            run=self._key.run, step=self._step.id, kind=self._step.kind, target=self._key.target,
            direction=self._key.direction, number=ids.index(self._step.id) + 1, of=len(ids),
            estimate=self._step.way_back_estimate if back else self._step.estimate))

    def _show(self, findings: list[Finding]) -> None:
        show_findings(self._observers, self._key.run, self._step, self._key.target, findings)


def _told(state: str, message: str, outcome: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """How an attempt ended and what it asks for, for whoever called it."""
    return {"ok": state == AttemptState.OK, "message": message, "request": (outcome or {}).get("request")}


def show_findings(observers: Callable[[FindingMade], None], run: str, step: PlannedStep, target: str,
                  findings: list[Finding]) -> None:
    """Tell the observers of findings, one event each."""
    for finding in findings:
        observers(FindingMade(run=run, step=step.id, target=target, severity=finding.severity,
                              message=finding.message, advice=finding.advice))
