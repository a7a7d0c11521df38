"""Who agrees to a plan, who is still missing, and what each of them types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote

from migrator import clock
from migrator.commands.ssh_keygen import shown_sign
from migrator.model import labels
from migrator.model.approvers import approvers
from migrator.model.decision import Decision
from migrator.model.plan import Plan
from migrator.model.standing import Standing, Voice
from migrator.screen.grid import Column, grid
from migrator.text import _


def show_standings(standings: Sequence[Standing], *, room: int | None = None) -> str:
    """Every decision with what it is worth, then each group in one line."""
    table = _decisions(standings, room) or [_("nobody has decided yet")]
    return "\n".join([*table, *(_line(standing) for standing in standings)])


def show_noted(plan: Plan, decision: Decision, standings: Sequence[Standing], following: str) -> str:
    """A decision just taken, where the groups stand that do not agree yet, and what to type when there are none."""
    does = _("refuses") if decision.decision == "reject" else _("approves")
    noted = _("noted: {who} for group {group} {decision} plan {plan} ({title}, stage {stage})").format(
        who=decision.who, group=decision.group, decision=does, plan=plan.id, title=plan.title, stage=plan.stage)
    missing = [_line(standing) for standing in standings if not standing.granted]
    return "\n".join([noted, *(missing or [_("next: {command}").format(command=following)])])


def show_request(plan: Plan, standings: Sequence[Standing], texts: Mapping[str, Mapping[str, Path]], *,
                 signed: bool, room: int | None = None) -> str:
    """Who must approve a plan, who has, and the commands; `texts` are the files for people who sign elsewhere."""
    lines = [_("plan {plan}: {title}, stage {stage} on {env}").format(
        plan=plan.id, title=plan.title, stage=plan.stage, env=plan.environment), *_decisions(standings, room)]
    for standing in standings:
        command = f"inv approve.sign --plan {plan.id} --as {standing.group} --who"
        people = ", ".join(approvers(plan, standing.group).people)
        lines += [_("{line}: {people}").format(line=_line(standing), people=people), f"    {command} NAME"]
        for who, path in texts.get(standing.group, {}).items():
            lines += [f"  {who}: {path}", f"    {shown_sign(path)}",
                      f"    {command} {who} --text {quote(str(path))} --signature {quote(f'{path}.sig')}"]
    if signed and not texts:
        lines.append(_("  who signs on another machine: --out FOLDER writes the text to sign"))
    return "\n".join(lines)


def _decisions(standings: Sequence[Standing], room: int | None) -> list[str]:
    columns = [Column(_("when")), Column(_("group")), Column(_("who")), Column(_("decision")), Column(_("signed")),
               Column(_("good until")), Column(_("counts")), Column(_("reason"), give=True)]
    rows = [_row(standing.group, voice) for standing in standings for voice in standing.voices]
    return grid(columns, rows, room=room) if rows else []


def _row(group: str, voice: Voice) -> list[str]:
    return [clock.local(voice.at), group, voice.who, labels.decision(voice.decision),
            _("signed") if voice.signed else _("not signed"),
            clock.local(voice.until) if voice.decision == "approve" else "-",
            labels.void(voice.void) if voice.void else _("yes"), voice.reason]


def _line(standing: Standing) -> str:
    """`it: 1 of 2 agree, 1 missing`; a refusal is named."""
    given = standing.at_least - standing.missing
    line = _("  {group}: {given} of {wanted} agree, {missing} missing").format(
        group=standing.group, given=given, wanted=standing.at_least, missing=standing.missing)
    return line + (f"; {labels.void(standing.reason)} ({standing.who})" if standing.reason == "rejected" else "")
