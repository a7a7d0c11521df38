"""Drills for people: how one went, phase by phase, and which are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from migrator import clock
from migrator.model import labels
from migrator.model.finding import Finding
from migrator.screen.grid import Column, grid
from migrator.text import _
from migrator.units import show_seconds


def show_drill(told: Mapping[str, Any], following: str, *, room: int | None = None) -> str:
    """One drill, told by `migrator.drill.told`."""
    record = told["record"]
    columns = [Column(_("phase")), Column(_("time"), right=True), Column(_("what is done"), give=True)]
    phases = [[phase["label"], _time(phase["seconds"]), phase["what"]] for phase in told["phases"]]
    lines = [f"{'✓' if told['mood'] == 'good' else '✗'} {told['verdict']}", *([record.why] if record.why else []),
             *grid(columns, phases, room=room),
             _("recovery time: {time} ({target})").format(time=_time(record.rto and record.rto.seconds),
                                                          target=told["rto"]),
             _("data lost: {time} ({target})").format(time=_time(record.rpo and record.rpo.seconds),
                                                      target=told["rpo"]),
             told["forecast"], *(f"! {note}" for note in record.notes)]
    return "\n".join([*lines, _next(following)])


def show_drills(rows: Sequence[Mapping[str, Any]], findings: Sequence[Finding], following: str, *,
                room: int | None = None) -> str:
    """Drills, the newest first, then what is due, one line for each environment."""
    columns = [Column(_("drill")), Column(_("set")), Column(_("held")), Column(_("recovery time"), right=True),
               Column(_("data lost"), right=True), Column(_("result")), Column(_("signature"), give=True)]
    table = [[row["id"], row["set"], clock.local(row["began"]), _time(row["rto"]), _time(row["rpo"]), row["result"],
              row["signature"]] for row in rows]
    lines = grid(columns, table, room=room) if rows else [_("no drill yet")]
    for finding in findings:
        lines += [f"{labels.sign(finding.severity)} {finding.message}",
                  *([f"    {finding.advice}"] if finding.advice else [])]
    return "\n".join([*lines, _next(following)])


def _time(seconds: float | None) -> str:
    return "–" if seconds is None else show_seconds(seconds)


def _next(command: str) -> str:
    return _("next: {command}").format(command=command)
