"""Users go from one version to the other and back; nothing that they write is lost on the way."""

from __future__ import annotations

from migrator.here import from_here
from migrator.tasks.paired import Pair, paired
from migrator.text import _
from migrator.units import seconds

WAIT = "how long one attempt to refuse writes may keep writers waiting"
OPEN_LEFT = "let the side that is left be written again too, as before the first switch"


@paired(wait=WAIT, open_left=OPEN_LEFT)
def switch(pair: Pair, wait: str = "3s", open_left: bool = False) -> int | None:
    """Make the new side the truth: refuse writes on the old one, carry the rest, compare, open the new one."""
    return _moved(pair, "new", wait, open_left)


@paired(wait=WAIT, open_left=OPEN_LEFT)
def back(pair: Pair, wait: str = "3s", open_left: bool = False) -> int | None:
    """Make the old side the truth again, with everything that was written on the new one."""
    return _moved(pair, "old", wait, open_left)


@paired(wait=WAIT, open_left=OPEN_LEFT)
def forward(pair: Pair, wait: str = "3s", open_left: bool = False) -> int | None:
    """Make the new side the truth once more, after a way back."""
    return _moved(pair, "new", wait, open_left)


def _moved(pair: Pair, to: str, wait: str, open_left: bool) -> int | None:
    from migrator.screen.meter import Meter
    from migrator.screen.switched import show_switched
    from migrator.sync.moves import switch as moves

    move = moves.switch if to == "new" else moves.back
    moved = move(*pair.met, wait=seconds(wait), open_left=open_left, progress=Meter(as_json=pair.call.json)).as_json()
    ways = {"back": pair.typed("sync.back"), "forward": pair.typed("sync.forward"), "on": pair.typed("sync.finish"),
            "start": pair.typed("sync.start")}
    pair.call.show(show_switched(moved, ways, open_left=open_left, alive=pair.station.pid is not None),
                   {"event": "switched", **moved, "open_left": open_left})
    return None


@paired(yes="do not ask before everything of ours is taken out",
        keep="tables of ours that stay, as SIDE.TABLE with commas between")
def undo(pair: Pair, yes: bool = False, keep: str | None = None) -> int | None:
    """Undo a start: have each side on its own again, without triggers and tables of ours; data stay as they are."""
    from migrator.screen.switched import show_undone
    from migrator.sync.service import process
    from migrator.sync.starting.take_back import kept, take_back
    from migrator.tasks.watch import confirm

    tables = kept(keep)
    lens, meeting = pair.met
    if not yes:
        confirm(pair.call, _("undo"))
    process.stop(pair.station)
    changed = take_back(lens, meeting, tables)
    pair.call.show(show_undone(changed, pair.typed("sync.start")), {"event": "undone", "changed": changed})
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
