"""What a copy has brought, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.screen.grid import Column, grid
from migrator.text import _
from migrator.units import show_seconds


def show_copied(copied: Mapping[str, Any], following: str, *, room: int | None = None) -> str:
    """Every pair with its rows, chunks and speed, and the verdict; `copied` is JSON data, `following` what to type."""
    columns = [Column(_("pair"), give=True), Column(_("rows"), right=True), Column(_("chunks"), right=True),
               Column(_("time"), right=True), Column(_("rows/s"), right=True), Column(_("way"))]
    rows = [[one["name"], f"{one['rows']:,}", f"{one['chunks']:,}", show_seconds(one["seconds"]),
             f"{one['rows'] / one['seconds']:,.0f}" if one["seconds"] else "-", one["path"] or "-"]
            for one in copied["pairs"]]
    return "\n".join([*grid(columns, rows, room=room), _verdict(copied),
                      _("next: {command}").format(command=following)])


def _verdict(copied: Mapping[str, Any]) -> str:
    words = {"rows": f"{copied['rows']:,}", "resumed": f"{sum(one['resumed'] for one in copied['pairs']):,}"}
    if copied["already"]:
        return "✓ " + _("all {rows} rows had been copied before; nothing was done").format(**words)
    if words["resumed"] != "0":
        return "✓ " + _("{rows} rows are copied, {resumed} of them by an earlier start").format(**words)
    return "✓ " + _("{rows} rows are copied").format(**words)


def show_put(written: Mapping[str, Any], following: str) -> str:
    """What was carried home; `written` counts rows."""
    said = _("{inserted} rows inserted, {updated} updated, {deleted} deleted on the old side")
    return "\n".join(["✓ " + said.format(**{name: f"{count:,}" for name, count in written.items()}),
                      _("next: {command}").format(command=following)])
