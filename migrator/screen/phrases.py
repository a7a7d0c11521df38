"""One line of text for each event, the same words in every observer."""

from __future__ import annotations

from collections.abc import Mapping

from migrator import events
from migrator.model import labels
from migrator.screen.words import estimate_word, numbered
from migrator.text import _
from migrator.units import show_seconds


def phrase(event: events.Event, estimates: Mapping[tuple[str, str], float | None]) -> list[str]:
    """The lines that tell of the event; none when it is only a measure on the way (progress).

    `estimates` are seconds by step and target; a step that it does not hold is told without an estimate.
    """
    match event:
        case events.RunStarted():
            return [_("run {run}: {title}, stage {stage} on {environment}, {count} steps").format(
                run=event.run, title=event.title, stage=event.stage, environment=event.environment, count=event.steps)]
        case events.StepStarted():
            return [_begins(event)]
        case events.StepSaid():
            return [f"  │ {_place(event.step, event.target)}: {event.text}"]
        case events.StepEnded():
            first, *more = _ends(event, estimates).split("\n")
            return [first, *(f"  │ {line}" for line in more)]
        case events.FindingMade():
            return _found(event)
        case events.RunParked():
            return [_("‖ the run waits for {who}").format(who=event.waiting_for), _next(event.next)]
        case events.GoingBack():
            return [_back(event)]
        case events.WayBackAsked():
            return [_("↩ run {run} is driven by process {process}; it was asked to go back").format(
                run=event.run, process=event.process)]
        case events.LeavingAsked():
            return [_leaving(event)]
        case events.RunEnded():
            return _over(event)
    return []


def _place(step: str, target: str) -> str:
    return step if target == "-" else _("{step} on {target}").format(step=step, target=target)


def _begins(event: events.StepStarted) -> str:
    act = {"undo": _("goes back"), "check": _("is checked")}.get(event.direction, _("begins"))
    sign = "↩" if event.direction == "undo" else "▸"
    place = _place(event.step, event.target)
    return f"{sign} {event.number}/{event.of} {place} {act}{estimate_word(event.estimate)}"


def _ends(event: events.StepEnded, estimates: Mapping[tuple[str, str], float | None]) -> str:
    estimate = estimate_word(estimates.get((event.step, event.target)))
    sign = "↩" if event.direction == "undo" and event.state == "OK" else labels.sign(event.state)
    words = [f"{sign} {_place(event.step, event.target)}", _state(event.state, event.direction),
             f"{show_seconds(event.seconds)}{estimate}", event.summary]
    line = "  ".join(word for word in words if word)
    return f"{line}: {event.message}" if event.message else line


def _state(state: str, direction: str) -> str:
    if state == "OK" and direction != "forward":
        return _("checked") if direction == "check" else labels.state("UNDONE")
    return labels.state(state)


def _found(event: events.FindingMade) -> list[str]:
    sign = labels.sign(event.severity)
    line = f"{sign} {labels.severity(event.severity)} · {_place(event.step, event.target)}: {event.message}"
    return [line, f"    {_('do')}: {event.advice}"] if event.advice else [line]


def _back(event: events.GoingBack) -> str:
    if event.steps == 0:
        return _("↩ nothing is to be taken back: {why}").format(why=event.why)
    if event.estimate is None:
        return _("↩ going back (steps: {count}), nobody measured how long it takes: {why}").format(
            count=event.steps, why=event.why)
    return _("↩ going back (steps: {count}), about {time}: {why}").format(
        count=event.steps, time=show_seconds(event.estimate), why=event.why)


def _leaving(event: events.LeavingAsked) -> str:
    return _("? leave now? {steps} is being undone, {left} are still to go, and half-way back the system is neither "
             "old nor new: wait, or press Ctrl-C again to leave when this step is undone; inv resume --run {run} goes "
             "on with it").format(steps=", ".join(event.undoing) or "-", left=event.left, run=event.run)


def _over(event: events.RunEnded) -> list[str]:
    sign = {0: "✓", 21: "↩", 24: "‖"}.get(event.exit_code, "✗")
    line = _("{sign} run {run} {state} after {time} (exit {code})").format(
        sign=sign, run=event.run, state=labels.run_state(event.state), time=show_seconds(event.seconds),
        code=event.exit_code)
    lines = [f"{line}: {event.message}" if event.message else line]
    lines += [_("  by hand {line}").format(line=line) for line in numbered(event.by_hand)]
    return [*lines, _next(event.next)] if event.next else lines


def _next(command: str) -> str:
    return _("next: {command}").format(command=command)
