"""A fleet for people: its batches, what failed or waits and the command for it, and when it will be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from migrator import clock
from migrator.model import labels
from migrator.model.fleet import SiteState
from migrator.screen.grid import Column, grid
from migrator.text import _
from migrator.units import show_seconds

NAMED = 20
"""Sites that are named one by one; of more, the number is said."""


def show_fleet(record: Mapping[str, Any], *, room: int | None = None) -> str:
    """Everything about one fleet, ending with the command to type next; `record` is the engine's."""
    fleet = record["fleet"]
    head = _("fleet {id}  {title}  stage {stage} on {sites} sites  plan {plan}: {state}").format(
        **{**fleet, "state": labels.fleet_state(fleet["state"])})
    states = [str(state) for state in SiteState if str(state) in record["states"]]
    columns = [Column(_("batch"), right=True), Column(_("sites"), right=True),
               *(Column(labels.site_state(state), right=True) for state in states)]
    rows = [[str(batch["batch"]), str(batch["sites"]), *(str(batch["states"].get(state, 0)) for state in states)]
            for batch in record["batches"]]
    total = [_("all"), str(fleet["sites"]), *(str(record["states"][state]) for state in states)]
    why = [fleet["message"]] if fleet["message"] else []
    named = [*_sites(_("failed"), record["failed"]), *_sites(_("waits"), record["waiting"])]
    table = grid(columns, [*rows, total], room=room)
    return "\n".join([head, *why, *table, *named, *_pace(record), *following(record)])


def following(record: Mapping[str, Any]) -> list[str]:
    """That nobody works for a fleet which should go on, if so, and the command to type next."""
    idle = [_("no worker is alive, so no site begins or goes on")] if record["idle"] else []
    return [*idle, _("next: {command}").format(command=record["next"])]


def _sites(what: str, sites: list[dict[str, Any]]) -> list[str]:
    lines = [_("{what}: {environment}  {message}").format(what=what, **site).rstrip() + f"\n    {site['next']}"
             for site in sites[:NAMED]]
    more = len(sites) - NAMED
    return lines + ([_("and {count} more; --json names them all").format(count=more)] if more > 0 else [])


def _pace(record: Mapping[str, Any]) -> list[str]:
    if record["per_minute"] is None:
        return []
    end = clock.stamp(clock.now() + timedelta(seconds=record["seconds_left"]))
    return [_("{pace} sites a minute; about {time} left, until {moment}").format(
        pace=record["per_minute"], time=show_seconds(record["seconds_left"]), moment=clock.local(end))]
