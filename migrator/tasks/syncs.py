"""Both versions live: keep their data in step, see how it fares, and the process that does it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from migrator import clock
from migrator.errors import Exit, WrongUse
from migrator.here import from_here
from migrator.tasks.maps import number
from migrator.tasks.paired import Pair, paired
from migrator.tasks.streams import flush
from migrator.text import _

if TYPE_CHECKING:
    from migrator.sync.service.serve import Manner
    from migrator.sync.standing.waiting import Waiting
    from migrator.sync.starting.strays import Strays

AIM = "how long a batch should take at most: so long may a writer have to wait for a row"
PAUSE_ABOVE = "go slower while more sessions of others than this are at work on one of the servers"
EVERY = 1.0
"""Seconds between two looks of a status that is watched."""


@paired(aim=AIM, pause_above=PAUSE_ABOVE,
        only_new="what becomes of rows that only the new side has: refuse, carry (to the old side) or delete",
        allow="names of triggers, tables and indexes that were found to be harmless, with commas between")
def start(pair: Pair, aim: str = "0.5s", pause_above: str | None = None, only_new: str = "refuse",
          allow: str | None = None) -> int | None:
    """Note every change on both sides, bring the new one up to date, and leave a process that carries changes over."""
    from migrator.screen.meter import Meter
    from migrator.screen.started import show_found, show_started
    from migrator.sync.service import process
    from migrator.sync.starting.begin import begin

    _manner(aim, pause_above)
    begun, found = begin(*pair.met, pair.station, only_new=_strays(only_new), progress=Meter(as_json=pair.call.json),
                         allowed=[name.strip() for name in (allow or "").split(",")])
    findings = [finding.as_json() for finding in found]
    if begun is None:
        pair.call.show(show_found(findings, pair.typed("sync.start")), {"event": "refused", "findings": findings})
        return Exit.FINDINGS_BLOCK
    alive = pair.station.pid is not None
    pid = process.start(pair.station, pair.errand(aim=aim, pause_above=pause_above))
    said = {**begun.as_json(), "pid": pid, "alive": alive, "findings": findings}
    told = show_started(said, from_here(pair.station.log), pair.typed("sync.touch"))
    pair.call.show(told, {"event": "started", **said})
    return None


@paired(aim=AIM, pause_above=PAUSE_ABOVE)
def apply(pair: Pair, aim: str = "0.5s", pause_above: str | None = None) -> int | None:
    """Carry changes over in this process, until SIGTERM or Ctrl-C; for systemd and containers."""
    from migrator.sync.service.serve import serve

    manner = _manner(aim, pause_above)

    def tell(line: str) -> None:
        at = clock.stamp()
        pair.call.show(f"{clock.local(at, form='%H:%M:%S')}  {line}", {"at": at, "told": line})
        flush()

    serve(pair.station, pair.meet, tell, manner)
    return None


@paired()
def stop(pair: Pair) -> int | None:
    """End the process that carries changes over, after its batch; changes go on to be noted on both sides."""
    from migrator.sync.service import process

    pid = process.stop(pair.station)
    said = _("process {pid} has left").format(pid=pid) if pid else _("no process of this machine carries changes over")
    pair.call.show("\n".join([said, _("changes go on to be noted on both sides, and wait"),
                              _("next: {command}").format(command=pair.typed("sync.start"))]),
                   {"event": "stopped", "pid": pid})
    return None


@paired(below="how many dirty keys may be left (100), or how old the oldest may be (2s); none if left out",
        timeout="how long to wait at most")
def wait(pair: Pair, below: str | None = None, timeout: str = "10m") -> int | None:
    """Wait until nothing is left to be carried over, or little enough; does it itself where no process does."""
    from migrator.screen.meter import Meter
    from migrator.screen.synced import show_waited
    from migrator.sync.standing.goal import Goal
    from migrator.sync.standing.wait import wait as until
    from migrator.sync.starting.begun import begun
    from migrator.units import seconds

    meter, since = Meter(as_json=pair.call.json), time.monotonic()
    goal, deadline = Goal.parse(below), since + seconds(timeout)
    left = until(*pair.met, goal, deadline=deadline, told=lambda tables: meter(*_amount(tables)))
    said = {"waiting": sum(one.count for one in left), "seconds": round(time.monotonic() - since, 3)}
    following = _onward(begun(pair.met[1]).truth)
    pair.call.show(show_waited(said, pair.typed(following)), {"event": "drained", **said})
    return None


@paired(watch="go on to look until Ctrl-C")
def status(pair: Pair, watch: bool = False) -> int | None:
    """Show which side is the truth, what waits on either, how fast it goes, and what keeps it up."""
    from migrator.screen.again import Again
    from migrator.screen.synced import show_sync, summed_up
    from migrator.sync.standing.status import status as read

    found = _placed(pair, read(*pair.met, pair.station))
    if not watch:
        pair.call.show(show_sync(found, _following(pair, found)), found)
        return None
    with Again(as_json=pair.call.json) as again:
        while True:
            again(show_sync(found, _following(pair, found)), summed_up(found), found)
            time.sleep(EVERY)
            found = _placed(pair, read(*pair.met, pair.station))


@paired(sample="mark only so many rows of each table, at random")
def touch(pair: Pair, sample: str | None = None) -> int | None:
    """Prove that nothing changes where nobody has changed anything: mark rows of each side as written, and carry."""
    from migrator.screen.meter import Meter
    from migrator.screen.touched import show_touched
    from migrator.sync.touch import touch as prove

    meter = Meter(as_json=pair.call.json)
    rows = None if sample is None else number("sample", sample, 1)
    proof = prove(*pair.met, sample=rows, progress=meter).as_json()
    following = pair.typed("sync.touch" if proof["changes"] else "sync.status")
    pair.call.show(show_touched(proof, following), {"event": "touched", **proof})
    return Exit.FINDINGS_BLOCK if proof["changes"] else None


def _strays(wish: str) -> Strays:
    from migrator.sync.starting.strays import Strays

    if wish not in list(Strays):
        raise WrongUse(_('--only-new is refuse, carry or delete, not "{text}"').format(text=wish),
                       hint="--only-new carry")
    return Strays(wish)


def _manner(aim: str, pause_above: str | None) -> Manner:
    from migrator.sync.service.serve import Manner
    from migrator.units import seconds

    most = seconds(aim)
    if not most:
        raise WrongUse(_("a batch takes some time"), hint="--aim 0.5s")
    return Manner(most, None if pause_above is None else number("pause-above", pause_above, 0))


def _following(pair: Pair, found: dict[str, Any]) -> str:
    """The command that the state of a sync asks for."""
    if found["phase"] == "finished":
        return pair.typed("map.verify")
    if found["phase"] == "baseline" or found["applier"]["phase"] in ("none", "fell", "blocked"):
        return pair.typed("sync.start")
    if any(one["asked"] or one["quarantined"] for one in found["pairs"]):
        return pair.typed("sync.conflicts")
    if found["waiting"]:
        return pair.typed("sync.wait")
    return pair.typed(_onward(found["truth"]))


def _onward(truth: str) -> str:
    """The command that comes next where nothing waits any more."""
    return "sync.switch" if truth == "old" else "sync.finish"


def _placed(pair: Pair, found: dict[str, Any]) -> dict[str, Any]:
    """With environments under their names; databases that were given as URLs have one."""
    for side in found["sides"]:
        place = str(pair.old if side["side"] == "old" else pair.new)
        side["where"] = side["where"] if ":" in place else place
    return found


def _amount(tables: list[Waiting]) -> tuple[float, None, str]:
    return sum(one.count for one in tables), None, _("dirty keys")
