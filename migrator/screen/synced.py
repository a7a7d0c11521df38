"""Two sides that are kept in step, for people: what waits, how far behind it is, who applies, and what keeps it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrator.screen.grid import Column, grid
from migrator.text import _
from migrator.units import show_seconds

AGES = ("p50", "p95", "oldest")


def show_sync(status: Mapping[str, Any], following: str, *, room: int | None = None) -> str:
    """Sides, applier, queues and what people have to look at; `status` is JSON data, `following` what to type."""
    working = [] if status["phase"] == "finished" else [*_applier(status["applier"]), *_tables(status, room)]
    return "\n".join([*_sides(status, room), *working, *_kept_up(status["pairs"]), _verdict(status),
                      _("next: {command}").format(command=following)])


def _sides(status: Mapping[str, Any], room: int | None) -> list[str]:
    columns = [Column(_("side")), Column(_("database"), give=True), Column(_("is")),
               Column(_("dirty keys"), right=True), Column(_("oldest"), right=True),
               Column(_("numbers left"), right=True)]
    rows = [[one["side"], one["where"], _is(one), _count(one), _age(one["oldest"]), _share(one["numbers"])]
            for one in status["sides"]]
    return grid(columns, rows, room=room)


def _is(side: Mapping[str, Any]) -> str:
    said = [_("the truth") if side["truth"] else _("follows")]
    if side["frozen"]:
        said.append(_("refuses writes"))
    return ", ".join(said)


def _count(one: Mapping[str, Any], name: str = "waiting") -> str:
    """A number of entries; beyond the bound nobody has counted them."""
    return f"{one[name]:,}{'+' if one['more'] else ''}"


def _age(seconds: float | None) -> str:
    return "-" if seconds is None else show_seconds(seconds)


def _share(numbers: float | None) -> str:
    """What is left of the numbers that this side may give to new rows; nothing where both sides give the same."""
    return "-" if numbers is None else f"{numbers:.0%}"


def _applier(applier: Mapping[str, Any]) -> Iterator[str]:
    words = {**applier, "why": applier["why"] or "-"}
    match applier["phase"]:
        case "begins" | "works":
            yield "▸ " + _("applier: process {pid} works").format(**words)
        case "elsewhere":
            yield "▸ " + _("{why}: process {pid} on {host} has it in hand").format(**words)
        case "waits":
            yield "! " + _("applier: process {pid} waits and tries again: {why}").format(**words)
        case "blocked":
            yield "✗ " + _("applier: it has given up: {why}").format(**words)
        case "fell":
            yield "✗ " + _("applier: process {pid} is gone without a word; it was killed, or its machine was").format(
                **words)
        case _:
            yield "! " + _("applier: none is alive, so nothing is carried over")
    if applier["hint"]:
        yield f"  {applier['hint']}"
    if applier["keys_per_second"] is not None:
        yield "  " + _("{speed} keys/s; a batch takes {middle}, 95% of them at most {most}").format(
            speed=f"{applier['keys_per_second']:,.0f}", middle=show_seconds(applier["batch_p50"]),
            most=show_seconds(applier["batch_p95"]))
    if applier["lag_p50"] is not None:
        yield "  " + _("a change arrives after {middle}, 95% of them after at most {most}").format(
            middle=show_seconds(applier["lag_p50"]), most=show_seconds(applier["lag_p95"]))


def _tables(status: Mapping[str, Any], room: int | None) -> list[str]:
    busy = [one for one in status["tables"] if one["count"]]
    if not busy:
        return []
    columns = [Column(_("side")), Column(_("table"), give=True), Column(_("dirty keys"), right=True),
               Column(_("half wait"), right=True), Column(_("95% wait"), right=True), Column(_("oldest"), right=True)]
    rows = [[one["side"], one["table"], _count(one, "count"), *(_age(one[name]) for name in AGES)]
            for one in busy]
    return grid(columns, rows, room=room)


def _kept_up(pairs: list[Mapping[str, Any]]) -> Iterator[str]:
    """What waits for people, pair by pair."""
    for one in pairs:
        if one["quarantined"]:
            yield "✗ " + _("{pair}: {count} rows are in quarantine").format(pair=one["pair"], count=one["quarantined"])
        if one["asked"]:
            yield "? " + _("{pair}: {count} conflicts wait for a decision").format(pair=one["pair"], count=one["asked"])
        if one["decided"]:
            yield "· " + _("{pair}: {count} conflicts were decided by policy").format(
                pair=one["pair"], count=one["decided"])


def summed_up(status: Mapping[str, Any]) -> str:
    """One line: which side is the truth, and what waits."""
    said = _("the old side is the truth; {verdict}") if status["truth"] == "old" \
        else _("the new side is the truth; {verdict}")
    return said.format(verdict=_verdict(status).removeprefix("✓ "))


def _verdict(status: Mapping[str, Any]) -> str:
    if status["phase"] == "finished":
        return "✓ " + _("finished: each side is on its own")
    if status["phase"] == "baseline":
        return "! " + _("the start has not ended, so not every row has been looked at")
    if status["phase"] == "switching":
        return "▸ " + _("users are on their way to the other side, or a switch was cut off")
    if not status["waiting"]:
        return "✓ " + _("drained: nothing waits on either side")
    if status["seconds_left"] is None:
        return _("{count} dirty keys wait").format(count=_count(status))
    return _("{count} dirty keys wait; drained in about {time}").format(
        count=_count(status), time=show_seconds(status["seconds_left"]))


def show_waited(said: Mapping[str, Any], following: str) -> str:
    """What is left after a wait."""
    told = _("drained after {time}: nothing waits on either side") if not said["waiting"] \
        else _("{count} dirty keys are left after {time}")
    return "\n".join(["✓ " + told.format(time=show_seconds(said["seconds"]), count=f"{said['waiting']:,}"),
                      _("next: {command}").format(command=following)])
