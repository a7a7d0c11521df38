"""What a verification of mapped data found, for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from migrator import clock
from migrator.screen.grid import Column, grid
from migrator.text import _
from migrator.units import show_seconds


def show_verified(report: Mapping[str, Any], following: str, *, room: int | None = None) -> str:
    """Tables, differences, what was not compared, and the verdict; `report` is JSON data, `following` what to type."""
    return "\n".join([*_tables(report, room), *_differences(report), *_left_out(report), _verdict(report),
                      _("next: {command}").format(command=following)])


def _tables(report: Mapping[str, Any], room: int | None) -> list[str]:
    columns = [Column(_("table"), give=True), Column(_("old rows"), right=True), Column(_("new rows"), right=True),
               Column(_("gone"), right=True), Column(_("invented"), right=True), Column(_("differing"), right=True),
               Column(_("time"), right=True)]
    rows = [[one["table"], *(f"{one[name]:,}" for name in ("old", "new", "missing", "invented", "differing")),
             show_seconds(one["seconds"])] for one in report["tables"]]
    return grid(columns, rows, room=room)


def _differences(report: Mapping[str, Any]) -> Iterator[str]:
    for one in report["differences"]:
        key = ", ".join(f"{name} {_said(text)}" for name, text in one["key"].items())
        yield f"✗ {one['table']}, {key}: {_what(one)}"
    more = report["different"] - len({(d["table"], *d["key"].values()) for d in report["differences"]})
    if more > 0:
        yield _("and {count} more rows (--most N names more)").format(count=f"{more:,}")


def _what(one: Mapping[str, Any]) -> str:
    match one["kind"], one["column"]:
        case "missing", _column:
            return _("the new side does not have it")
        case "invented", _column:
            return _("the old side does not have it")
        case _kind, None:
            return _("old: {old}, new: {new}").format(old=one["old"], new=one["new"])
    return _("{column}: from the old side comes {old}, the new side says {new}").format(
        column=one["column"], old=_said(one["old"]), new=_said(one["new"]))


def _left_out(report: Mapping[str, Any]) -> Iterator[str]:
    if report["not_compared"]:
        yield _("not compared:")
    for one in report["not_compared"]:
        yield f"  {one['side']}  {one['what']}: {one['why']}"


def _verdict(report: Mapping[str, Any]) -> str:
    words = {"rows": f"{report['rows']:,}", "cells": f"{report['cells']:,}", "rate": f"{report['rows_per_second']:,}",
             "time": show_seconds(report["seconds"]), "different": f"{report['different']:,}",
             "began": clock.local(report["began"])}
    measured = _("{rows} rows, {cells} cells compared in {time} ({rate} rows/s)").format(**words)
    if report["resumed"]:
        measured += _(", the first of them in a part that began at {began}").format(**words)
    if report["equal"]:
        return "✓ " + _("equal: {measured}").format(measured=measured)
    return "✗ " + _("{different} rows differ: {measured}").format(measured=measured, **words)


def _said(text: str | None) -> str:
    """A text with its blanks to be seen; NULL as that."""
    return "NULL" if text is None else json.dumps(text, ensure_ascii=False)
