"""Amounts, speeds and estimates as all screens say them, and the colours of the signs."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.text import _
from migrator.units import show_seconds, show_size

COLOURS = {"✓": "green", "✗": "red", "?": "yellow", "!": "yellow", "▸": "cyan", "↩": "magenta"}


def numbered(lines: Sequence[str]) -> list[str]:
    """Lines with their numbers, in the order in which they have to be done."""
    return [f"{n}  {line}" for n, line in enumerate(lines, 1)]


def estimate_word(seconds: float | None) -> str:
    """The rehearsed time in brackets, with a blank before it; empty when nobody rehearsed it."""
    return "" if seconds is None else " (" + _("est {time}").format(time=show_seconds(seconds)) + ")"


def amount(done: float, total: float | None, unit: str) -> str:
    """How far something is: `41.2 GB of 60.5 GB`, `1,200 of 5,000 rows`, `1,200 rows`."""
    if unit == "bytes":
        return _("{done} of {total}").format(done=show_size(done), total=show_size(total)) if total \
            else show_size(done)
    name = {"rows": _("rows"), "files": _("files"), "tables": _("tables"), "checks": _("checks")}.get(unit, unit)
    if total:
        return _("{done} of {total} {unit}").format(done=f"{done:,.0f}", total=f"{total:,.0f}", unit=name)
    return f"{done:,.0f} {name}"


def speed(per_second: float, unit: str) -> str:
    """How fast it goes: `88.0 MB/s`, `1,200/s`."""
    return f"{show_size(per_second)}/s" if unit == "bytes" else f"{per_second:,.0f}/s"


def measures(done: float, total: float | None, unit: str, rate: float | None) -> list[str]:
    """Amount, speed and time left, as far as they are known; `rate` is units a second."""
    found = [amount(done, total, unit)]
    if rate:
        found.append(speed(rate, unit))
    if rate and total:
        found.append(_("{time} left").format(time=show_seconds((total - done) / rate)))
    return found
