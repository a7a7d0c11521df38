"""What a census has counted and found, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrator.screen.grid import Column, grid
from migrator.text import _

SIGNS = {"refused": "✗", "needs memory": "•", "ok": "!"}
"""By what a finding means for a copy, the worst first."""


def show_counted(census: Mapping[str, Any], following: str, *, room: int | None = None) -> str:
    """Rows of each pair, every finding with its advice, and the verdict; `census` is JSON data."""
    return "\n".join([*_pairs(census["pairs"], room), *_findings(census["findings"]), _verdict(census),
                      _("next: {command}").format(command=following)])


def show_tally(census: Mapping[str, Any], *, room: int | None = None) -> str:
    """Rows of each pair and the verdict, before a copy that shows what came of them."""
    return "\n".join([*_pairs(census["pairs"], room), _verdict(census)])


def _pairs(pairs: list[Mapping[str, Any]], room: int | None) -> list[str]:
    columns = [Column(_("pair"), give=True), Column(_("rows"), right=True), Column(_("survive"), right=True),
               Column(_("need memory"), right=True), Column(_("refused"), right=True)]
    rows = [[one["pair"], *(f"{one[name]:,}" for name in ("rows", "surviving", "needing_memory", "refused"))]
            for one in pairs]
    return grid(columns, rows, room=room)


def _findings(findings: list[Mapping[str, Any]]) -> Iterator[str]:
    for verdict, sign in SIGNS.items():
        for one in findings:
            if one["verdict"] == verdict:
                where = ", ".join(filter(None, (one["about"], one["columns"])))
                yield f"{sign} {_of(verdict)}: {where}: {one['message']} ({one['code']}){_counted(one)}"
                yield f"  {one['advice']}"


def _counted(finding: Mapping[str, Any]) -> str:
    if finding["rows"] is None:
        return ""
    keys = ["/".join(key) for key in finding["keys"]]
    more = ["…"] if keys and len(keys) < finding["rows"] else []
    named = ", " + _("keys: {keys}").format(keys="; ".join(keys + more)) if keys else ""
    return ", " + _("rows: {n}").format(n=f"{finding['rows']:,}") + named


def _of(verdict: str) -> str:
    return {"refused": _("refused"), "needs memory": _("needs memory"), "ok": _("to know")}[verdict]


def _verdict(census: Mapping[str, Any]) -> str:
    refused = sum(one["verdict"] == "refused" for one in census["findings"])
    rows = {name: f"{sum(one[name] for one in census['pairs']):,}" for name in ("rows", "needing_memory")}
    if refused:
        return "✗ " + _("{count} findings forbid to copy; nothing was written").format(count=refused)
    return "✓ " + _("{rows} rows can go over and come back, {needing_memory} of them with pair memory").format(**rows)
