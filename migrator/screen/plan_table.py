"""The plan on one screen: what will change, how long it takes, how long the way back is, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrator import clock
from migrator.calendars.window import Verdict
from migrator.model import labels
from migrator.model.finding import Finding, Severity
from migrator.model.outcome import Change
from migrator.model.plan import Plan
from migrator.model.standing import Standing
from migrator.model.way_back import ways_back
from migrator.screen.grid import Column, grid, terminal_room
from migrator.screen.plan_time import limits_line, time_lines
from migrator.text import _, width
from migrator.units import show_seconds


def show_plan(plan: Plan, *, changes: Mapping[str, Sequence[Change]], findings: Mapping[str, Sequence[Finding]],
              approvals: Sequence[Standing], next_command: str, window: Verdict | None = None,
              room: int | None = None) -> str:
    """The plan as text. `changes` and `findings` are by step id; `window` is None when no calendar binds the plan;
    `room` is terminal columns, the terminal's when None.

    The decision stands in the last lines: findings, time, what is waived, approvals, and the command to type next.
    """
    room = terminal_room() if room is None else room
    return "\n".join([
        *_head(plan, room),
        *grid(_columns(), [*_rows(plan, changes)], room=room),
        "",
        *_findings(findings),
        *(f" {line}" for line in time_lines(plan, window)),
        *_waived(plan),
        *_approvals(approvals),
        _decision(plan, findings),
        _("next: {command}").format(command=next_command),
    ])


def _head(plan: Plan, room: int) -> list[str]:
    left = _("{title}  {path}  on {environment}").format(title=plan.title, path=" > ".join(plan.path),
                                                         environment=plan.environment)
    right = _("plan {id}   stage {stage}").format(id=plan.id, stage=plan.stage)
    blanks = " " * max(3, room - width(left) - width(right))
    return list(filter(None, [left + blanks + right, limits_line(plan)]))


def _columns() -> list[Column]:
    return [Column("#", right=True), Column(_("step")), Column(_("kind"), give=True), Column(_("at"), give=True),
            Column(_("what changes"), give=True), Column(_("time"), right=True), Column(_("way back")),
            Column(_("after this, back takes"), right=True)]


def _rows(plan: Plan, changes: Mapping[str, Sequence[Change]]) -> Iterator[list[str]]:
    for number, (step, back) in enumerate(zip(plan.steps, ways_back(plan.steps), strict=True), 1):
        yield [str(number), step.id, step.kind, _at(step.targets),
               "; ".join(dict.fromkeys(_change(c) for c in changes.get(step.id, ()))) or "-",
               _("not rehearsed") if step.estimate is None else show_seconds(step.estimate),
               _("no return") if step.point_of_no_return else labels.way_back(step.way_back),
               "?" if back is None else show_seconds(back)]


def _at(targets: Sequence[str]) -> str:
    return ", ".join(targets) if len(targets) <= 3 else _("{count} hosts").format(count=len(targets))


def _change(change: Change) -> str:
    values = f": {change.before} → {change.after}" if change.before and change.after else ""
    return f"{change.what}{values}"


def _findings(findings: Mapping[str, Sequence[Finding]]) -> list[str]:
    order = list(Severity)
    noted = sorted(((f, step) for step, found in findings.items() for f in found if f.severity is not Severity.INFORMS),
                   key=lambda pair: order.index(pair[0].severity))
    lines = []
    for finding, step in noted:
        lines.append(f" {labels.sign(finding.severity)} {labels.severity(finding.severity)}  {step}: {finding.message}")
        if finding.advice:
            lines.append(f"     {_('do')}: {finding.advice}")
    return lines


def _approvals(approvals: Sequence[Standing]) -> list[str]:
    if not approvals:
        return []
    return [" " + _("approvals {given} of {wanted}: {who}").format(
        given=sum(standing.granted for standing in approvals), wanted=len(approvals),
        who=" · ".join(map(_group, approvals)))]


def _group(standing: Standing) -> str:
    """Who agrees for the group and since when; what is missing, when that is not enough."""
    agreed = [f"{voice.who} {clock.local(voice.at)}" for voice in standing.voices if voice.agrees]
    if standing.granted:
        return f"{standing.group} {', '.join(agreed)}"
    if not standing.voices:
        return _("{group} missing").format(group=standing.group)
    return f"{standing.group} {labels.standing(standing)}"


def _waived(plan: Plan) -> list[str]:
    """The proofs that the playbook does without, each with its reason."""
    return [" " + _("waived: {proof}: {why}").format(proof=labels.proof(proof), why=why)
            for proof, why in plan.gate.get("waive", {}).items()]


def _decision(plan: Plan, findings: Mapping[str, Sequence[Finding]]) -> str:
    blocking = sum(f.severity is Severity.BLOCKS for found in findings.values() for f in found)
    if blocking:
        return " " + _("✗ cannot start, findings that block: {count}").format(count=blocking)
    return " " + _("✓ nothing found that blocks")
