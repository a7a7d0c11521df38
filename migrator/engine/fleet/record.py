"""Where a fleet stands, as plain data: what `inv fleet.status` and `--json` show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from migrator import clock
from migrator.journal.journal import Journal
from migrator.journal.next_command import next_command
from migrator.model.fleet import FleetState, SiteState
from migrator.model.plan import Plan

LOOKED_BACK = timedelta(hours=1)
"""How far back the sites are counted that tell how fast it goes."""


def fleet_record(journal: Journal, name: str, *, worker_lives: bool) -> dict[str, Any]:
    """Counts per batch and state, what failed or waits with the command for it, the pace and what is left.

    `idle` is a fleet that should go on and does not, since no worker lives; it has no pace.
    """
    row = dict(journal.fleets.get(name))
    plan = journal.runs.plan(row["plan"])
    sites = journal.fleet_sites.all(name)
    left = sum(not SiteState(site["site_state"]).settled for site in sites)
    running = row["state"] == FleetState.RUNNING
    pace = _per_second(sites, clock.now()) if running and worker_lives else None
    return {
        "fleet": {**row, "title": plan.title, "sites": len(sites)},
        "states": _counted(sites),
        "batches": [{"batch": number, "sites": size, "states": _counted([s for s in sites if s["batch"] == number])}
                    for number, size in enumerate(row["batches"], 1)],
        "failed": _named(sites, SiteState.FAILED, plan), "waiting": _named(sites, SiteState.PARKED, plan),
        "left_out": [{"environment": s["environment"], "reason": s["left_out"]} for s in sites if s["left_out"]],
        "idle": running and not worker_lives,
        "per_minute": None if pace is None else round(pace * 60, 1),
        "seconds_left": None if pace is None else round(left / pace), "next": _next(row, worker_lives),
    }


def _counted(sites: Sequence[RowMapping]) -> dict[str, int]:
    """How many sites stand where, in the order of a site's life; states that none has are left out."""
    counts = Counter(site["site_state"] for site in sites)
    return {str(state): counts[state] for state in SiteState if counts[state]}


def _named(sites: Sequence[RowMapping], state: SiteState, plan: Plan) -> list[dict[str, Any]]:
    return [{"environment": site["environment"], "run": site["run"], "state": site["state"],
             "message": site["message"] or "", "next": next_command({**site, "id": site["run"]}, plan)}
            for site in sites if site["site_state"] == state]


def _per_second(sites: Sequence[RowMapping], now: datetime) -> float | None:
    """Sites that ended per second lately; None while none has."""
    began = [clock.parse(site["started"]) for site in sites if site["started"]]
    since = max(min(began, default=now), now - LOOKED_BACK)
    ended = sum(clock.parse(site["ended"]) >= since for site in sites if site["ended"])
    return ended / max((now - since).total_seconds(), 1) if ended else None


def _next(row: dict[str, Any], worker_lives: bool) -> str:
    if row["state"] == FleetState.STOPPED:
        return f"inv fleet.go-on --fleet {row['id']} --reason TEXT"
    if row["state"] == FleetState.DONE:
        return "inv run.list"
    return f"inv fleet.status --fleet {row['id']}" if worker_lives else "inv worker"
