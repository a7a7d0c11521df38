"""Users go from one version to the other and back; nothing that they write is lost on the way."""

from __future__ import annotations

from migrator.here import from_here
from migrator.tasks.paired import Pair, paired
from migrator.text import _
from migrator.units import seconds

WAIT = "how long one attempt to refuse writes may keep writers waiting"


@paired(wait=WAIT)
def switch(pair: Pair, wait: str = "3s") -> int | None:
    """Make the new side the truth: refuse writes on the old one, carry the rest, compare, open the new one."""
    return _moved(pair, "new", wait)


@paired(wait=WAIT)
def back(pair: Pair, wait: str = "3s") -> int | None:
    """Make the old side the truth again, with everything that was written on the new one."""
    return _moved(pair, "old", wait)


@paired(wait=WAIT)
def forward(pair: Pair, wait: str = "3s") -> int | None:
    """Make the new side the truth once more, after a way back."""
    return _moved(pair, "new", wait)


def _moved(pair: Pair, to: str, wait: str) -> int | None:
    from migrator.screen.meter import Meter
    from migrator.screen.switched import show_switched
    from migrator.sync.moves import switch as moves

    move = moves.switch if to == "new" else moves.back
    moved = move(*pair.met, wait=seconds(wait), progress=Meter(as_json=pair.call.json)).as_json()
    ways = {"back": pair.typed("sync.back"), "forward": pair.typed("sync.forward"), "on": pair.typed("sync.finish"),
            "start": pair.typed("sync.start")}
    pair.call.show(show_switched(moved, ways, alive=pair.station.pid is not None), {"event": "switched", **moved})
    return None


@paired(yes="do not ask before the way back is closed", wait=WAIT,
        open_retired="let the side that is left be written again; else it goes on to refuse writes")
def finish(pair: Pair, yes: bool = False, wait: str = "3s", open_retired: bool = False) -> int | None:
    """Close the way back: carry the rest, compare, and take out everything that keeps both sides in step."""
    from migrator.screen.meter import Meter
    from migrator.screen.switched import show_finished
    from migrator.sync.moves.finish import finish as end
    from migrator.sync.service import process
    from migrator.sync.starting.begun import begun
    from migrator.tasks.watch import confirm

    lens, meeting = pair.met
    begun(meeting)
    if not yes:
        confirm(pair.call, _("finish"))
    folder = pair.station.folder / "kept"
    done = end(lens, meeting, archive=folder, open_retired=open_retired, wait=seconds(wait),
               progress=Meter(as_json=pair.call.json)).as_json()
    process.stop(pair.station)
    pair.call.show(show_finished(done, from_here(folder), pair.typed("map.verify")), {"event": "finished", **done})
    return None
