"""What waits for people: conflicts to be decided, and rows in quarantine to be tried again."""

from __future__ import annotations

from migrator.errors import WrongUse
from migrator.tasks.paired import Pair, paired
from migrator.text import _


@paired(all="also conflicts that were decided; the row that lost is kept whole in each",
        decide="number of a conflict, such as new-7, or several with commas, or all that wait",
        take="the side that is right about it: old or new",
        again="number of a row in quarantine, such as old-3, or all: try it once more")
def conflicts(pair: Pair, all: bool = False, decide: str | None = None, take: str | None = None,
              again: str | None = None) -> int | None:
    """List what waits for people: conflicts with what either side says, and rows in quarantine with the reason."""
    from migrator.screen.conflicting import show_waiting
    from migrator.sync.conflicts.listing import listed
    from migrator.sync.quarantine.listing import quarantined
    from migrator.sync.starting.begun import begun

    begun(pair.met[1])
    if again is not None:
        return _again(pair, again)
    if decide is not None or take is not None:
        return _decide(pair, decide, take)
    found = {"conflicts": [one.as_json() for one in listed(pair.met[1], standing=not all)],
             "quarantine": [one.as_json() for one in quarantined(pair.met[1])]}
    pair.call.show(show_waiting(found, pair.typed("sync.conflicts")), found)
    return None


def _decide(pair: Pair, decide: str | None, take: str | None) -> int | None:
    from migrator.lens.side import Side
    from migrator.screen.conflicting import show_decided
    from migrator.sync.conflicts.resolve import resolve, resolve_all

    if decide is None or take not in list(Side):
        raise WrongUse(_("which conflict, and which side is right?"), hint="--decide new-7 --take old")
    by = pair.call.app.user
    decided = resolve_all(*pair.met, Side(take), by) if decide == "all" else \
        [resolve(*pair.met, number.strip(), Side(take), by) for number in decide.split(",")]
    said = {"event": "decided", "take": take, "conflicts": [one.number for one in decided]}
    pair.call.show(show_decided(said, pair.typed("sync.wait")), said)
    return None


def _again(pair: Pair, number: str) -> int | None:
    from migrator.screen.conflicting import show_again
    from migrator.sync.quarantine.listing import release

    released = [one.number for one in release(*pair.met, None if number == "all" else number)]
    pair.call.show(show_again(released, pair.typed("sync.wait")), {"event": "again", "rows": released})
    return None
