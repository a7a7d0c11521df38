"""Rows that both sides have changed: see them, and decide about those that wait for a person."""

from __future__ import annotations

from migrator.errors import WrongUse
from migrator.tasks.paired import Pair, paired
from migrator.text import _


@paired(all="also those that were decided; the row that lost is kept whole in each",
        decide="number of a conflict, such as new-7, or several with commas, or all that wait",
        take="the side that is right about it: old or new")
def conflicts(pair: Pair, all: bool = False, decide: str | None = None, take: str | None = None) -> int | None:
    """List rows that both sides have changed, with what either says; or decide which side is right."""
    from migrator.lens.side import Side
    from migrator.screen.conflicting import show_conflicts, show_decided
    from migrator.sync.begun import begun
    from migrator.sync.conflicts.listing import listed
    from migrator.sync.conflicts.resolve import resolve, resolve_all

    lens, meeting = pair.met
    begun(meeting)
    if decide is None and take is None:
        found = [one.as_json() for one in listed(meeting, standing=not all)]
        following = pair.typed("sync.conflicts") + (" --decide NUMBER --take new" if found and not all else " --all")
        pair.call.show(show_conflicts(found, following), found)
        return None
    if decide is None or take not in list(Side):
        raise WrongUse(_("which conflict, and which side is right?"), hint="--decide new-7 --take old")
    by = pair.call.app.user
    decided = resolve_all(lens, meeting, Side(take), by) if decide == "all" else \
        [resolve(lens, meeting, number.strip(), Side(take), by) for number in decide.split(",")]
    said = {"event": "decided", "take": take, "conflicts": [one.number for one in decided]}
    pair.call.show(show_decided(said, pair.typed("sync.wait")), said)
    return None
