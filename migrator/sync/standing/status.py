"""How a sync fares, read from both databases and from what the applier of this machine has said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.freeze import is_frozen
from migrator.sync.numbers import Left, left
from migrator.sync.service.standing import Phase
from migrator.sync.service.station import Station
from migrator.sync.standing.unsettled import met
from migrator.sync.standing.waiting import Waiting, waiting
from migrator.sync.starting.begun import begun
from migrator.sync.state import Holder, State
from migrator.sync.state import Phase as Ended
from migrator.sync.state.pulse import STALE

FIGURES = ("keys_per_second", "batch_p50", "batch_p95", "lag_p50", "lag_p95")


def status(lens: Lens, meeting: Meeting, station: Station) -> dict[str, Any]:
    """Everything about a sync, as JSON data. Raises WrongUse where none was ever begun."""
    state = begun(meeting)
    tables = [one for side in Side for one in waiting(lens, meeting, side)]
    applier = applier_of(station, state.holder)
    numbers = left(lens, meeting, state.settings.get("numbers", {})) if state.phase is not Ended.FINISHED else []
    return {"truth": state.truth.value, "phase": state.phase.value, "applier": applier,
            "sides": [{**_side(lens, meeting, side, state, tables), "numbers": _least(numbers, side)} for side in Side],
            "tables": [asdict(one) for one in tables], "pairs": met(meeting), **_sum(tables),
            "seconds_left": _left(tables, applier["keys_per_second"])}


def applier_of(station: Station, holder: Holder | None) -> dict[str, Any]:
    """Who applies: the process of this machine, another one that holds the lease, or nobody."""
    said = station.standing()
    found: dict[str, Any] = dict.fromkeys(FIGURES) | {"phase": "none", "pid": None, "host": "", "why": "", "hint": ""}
    if said is not None and (station.pid == said.pid or said.phase is Phase.BLOCKED):
        return found | {"phase": said.phase.value, "pid": said.pid, "host": "", "why": said.why, "hint": said.hint} \
            | said.figures
    if holder is not None and holder.silent <= STALE and not _fallen(station, holder):
        return found | {"phase": "elsewhere", "pid": holder.pid, "host": holder.host, "why": holder.text}
    if said is not None and station.fell:
        return found | {"phase": "fell", "pid": said.pid}
    return found


def _fallen(station: Station, holder: Holder) -> bool:
    said = station.standing()
    return station.fell and said is not None and said.pid == holder.pid


def _side(lens: Lens, meeting: Meeting, side: Side, state: State, tables: list[Waiting]) -> dict[str, Any]:
    own = [one for one in tables if one.side is side]
    return {"side": side.value, "where": meeting.end(side).name, "truth": state.truth is side,
            "frozen": is_frozen(meeting.end(side), lens, side), **_sum(own),
            "oldest": max((one.oldest for one in own if one.oldest is not None), default=None)}


def _least(numbers: list[Left], side: Side) -> float | None:
    """The smallest share of a column's numbers that is left on a side; None where none are kept apart."""
    return min((one.left / one.of for one in numbers if one.side is side and one.of), default=None)


def _sum(tables: list[Waiting]) -> Mapping[str, Any]:
    return {"waiting": sum(one.count for one in tables), "more": any(one.more for one in tables)}


def _left(tables: list[Waiting], speed: float | None) -> float | None:
    count = sum(one.count for one in tables)
    return round(count / speed, 1) if speed and count and not any(one.more for one in tables) else None
