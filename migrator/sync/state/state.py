"""What is known of a sync, read from both databases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping

from migrator.errors import FindingsBlock
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.state.row import DECIDED, read_row
from migrator.text import _

Rows = Mapping[Side, RowMapping | None]


class Phase(StrEnum):
    """How far a sync has come. While it is `switching`, users are on their way from the truth to the other side."""

    BASELINE = "baseline"
    LIVE = "live"
    SWITCHING = "switching"
    FINISHED = "finished"


@dataclass(frozen=True)
class Holder:
    """Who acts in a sync; `silent` are the seconds since it was last heard of, by the old side's clock."""

    text: str
    host: str
    pid: int
    since: str
    silent: float


@dataclass(frozen=True)
class State:
    """What both sides say. `truth` is the side that users are meant to work on."""

    lens: str
    truth: Side
    phase: Phase
    settings: Mapping[str, Any]
    """What all processes must know alike: policies, ranges of numbers."""
    revision: int
    """How often something was decided."""
    fence: int
    holder: Holder | None


def read_state(meeting: Meeting) -> State | None:
    """The state of the sync of two databases; None where there never was one.

    Raises FindingsBlock when they contradict each other.
    """
    rows = read_rows(meeting)
    ahead = require_alike(rows)
    return state_of(ahead, rows[Side.OLD] or ahead) if ahead else None


def read_rows(meeting: Meeting) -> Rows:
    """Both control rows. The old side's is written first and read last, so it is never seen behind."""
    rows: dict[Side, RowMapping | None] = {}
    for side in (Side.NEW, Side.OLD):
        with meeting.connect(side) as connection, connection.begin():
            rows[side] = read_row(connection, side)
    return rows


def decided(state: State) -> dict[str, Any]:
    """What is decided, as the columns of a control row."""
    return {"lens": state.lens, "truth": state.truth.value, "phase": state.phase.value,
            "settings": json.dumps(dict(state.settings), ensure_ascii=False, sort_keys=True),
            "revision": state.revision}


def state_of(ahead: RowMapping, held: RowMapping) -> State:
    """The state that a control row tells; `held` tells who acts."""
    holder = None if held["holder"] is None else Holder(
        held["holder"], held["host"], held["pid"], held["since"], float(held["silent"]))
    return State(ahead["lens"], Side(ahead["truth"]), Phase(ahead["phase"]), json.loads(ahead["settings"]),
                 int(ahead["revision"]), int(held["fence"]), holder)


def require_alike(rows: Rows) -> RowMapping | None:
    """The row that was changed last; the other one may be one change behind, after a crash between the two.

    None where there is no row at all. Raises FindingsBlock when they contradict each other: one of the databases has
    been put back, or made anew.
    """
    old, new = rows[Side.OLD], rows[Side.NEW]
    if old is None and new is None:
        return None
    if old is None or new is None:
        alone = old or new
        if alone is not None and old is not None and alone["revision"] == 0:
            return alone
        raise _contradiction(rows)
    ahead = old if old["revision"] >= new["revision"] else new
    apart = abs(old["revision"] - new["revision"])
    same = all(old[name] == new[name] for name in DECIDED)
    if old["fence"] < new["fence"] or apart > 1 or (apart == 0 and not same):
        raise _contradiction(rows)
    return ahead


def _contradiction(rows: Rows) -> FindingsBlock:
    nothing = _("nothing")
    said = {side: nothing if row is None else "{truth} {phase} {revision}/{fence}".format(**row)
            for side, row in rows.items()}
    return FindingsBlock(
        _("the databases contradict each other about the sync between them: the old side says {old}, the new side {new}"
          ).format(old=said[Side.OLD], new=said[Side.NEW]),
        hint=_("one of them was put back from a backup or made anew since the sync began: put both back to the same "
               "moment, or start with a new side that is made anew"))
