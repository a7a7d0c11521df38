"""Begin: refuse by name what could not be kept in step, then start; where all of that was done before, nothing is."""

from __future__ import annotations

from collections.abc import Collection

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.model.finding import Finding, blocking
from migrator.sync.blind import blind_spots
from migrator.sync.service.station import Station
from migrator.sync.starting.start import Progress, Started, start
from migrator.sync.starting.strays import Strays
from migrator.sync.state import Phase, read_state


def begin(lens: Lens, meeting: Meeting, station: Station, *, only_new: Strays = Strays.REFUSE,
          allowed: Collection[str] = (), progress: Progress | None = None) -> tuple[Started | None, list[Finding]]:
    """What the start has found, and all findings, which are told once; None where one of them forbids to begin.

    only_new: what becomes of rows that only the new side has.
    allowed: names of triggers, tables and indexes that somebody calls harmless.
    Raises what `start` raises.
    """
    if station.pid:
        return Started(already=True), []
    found = [] if _goes_on(lens, meeting) else blind_spots(lens, meeting, allowed)
    if blocking(found):
        return None, found
    begun = start(lens, meeting, progress=progress, strays=only_new)
    return begun, [] if begun.already else [*found, *begun.findings]


def _goes_on(lens: Lens, meeting: Meeting) -> bool:
    """Whether just this sync was found to be possible before."""
    state = read_state(meeting)
    return state is not None and state.phase is not Phase.FINISHED and state.lens == lens.digest
