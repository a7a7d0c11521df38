"""What was found before two sides are kept in step, and what a start has done, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from migrator.text import _

SHOWN = 3
"""Findings of one kind that are shown."""
SIGNS = {"blocks": "✗", "warns": "!", "informs": "·"}


def show_found(findings: Sequence[Mapping[str, Any]], following: str) -> str:
    """Every finding with its advice, the worst first, and that nothing was done; `findings` are JSON data."""
    refused = sum(one["severity"] == "blocks" for one in findings)
    return "\n".join([*_told(findings),
                      "✗ " + _("{count} findings forbid to begin; nothing was written").format(count=refused),
                      _("next: {command}").format(command=_("mend what was found, then {command}").format(
                          command=following))])


def show_started(said: Mapping[str, Any], log: str, following: str) -> str:
    """What a start has found and left running; `log` is the file in which the process says what it does."""
    words = {name: f"{said[name]:,}" for name in ("rows", "inserted", "updated")}
    if said["alive"]:
        done = _("process {pid} carries changes over already")
    elif said["already"]:
        done = _("every row had been looked at before; process {pid} carries on")
    else:
        done = _("{rows} rows looked at, {inserted} made and {updated} changed on the new side; process {pid} carries "
                 "changes over from now on")
    return "\n".join([*_told(said["findings"]), "✓ " + done.format(pid=said["pid"], **words),
                      "  " + _("log: {file}").format(file=log), _("next: {command}").format(command=following)])


def _told(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The worst first; of many of one kind only some."""
    ranked = sorted(findings, key=lambda one: ([*SIGNS].index(one["severity"]), one["code"]))
    for _code, alike in groupby(ranked, key=lambda one: (one["severity"], one["code"])):
        kind = list(alike)
        for one in kind[:SHOWN]:
            yield f"{SIGNS[one['severity']]} {one['message']}"
            if one["advice"]:
                yield f"    {one['advice']}"
        if kind[SHOWN:]:
            yield "    " + _("and {count} more of this kind; --json names them all").format(count=len(kind) - SHOWN)
