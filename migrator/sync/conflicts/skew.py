"""How far the clocks of the two servers are apart."""

from __future__ import annotations

import time

from sqlalchemy import select

from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.state.row import Moment

LOOKS = 5
"""How often clocks are asked; the look that took least time counts, as its answer is the most certain."""


def skew(meeting: Meeting) -> float:
    """Seconds that the new side's clock is ahead of the old side's; 0 where both are one server's.

    Clocks are asked one after the other and compared at the middle of each question (Cristian, 1989).
    """
    if meeting.shared:
        return 0.0
    ahead = {side: _ahead(meeting, side) for side in Side}
    return ahead[Side.NEW] - ahead[Side.OLD]


def _ahead(meeting: Meeting, side: Side) -> float:
    """Seconds that a server's clock is ahead of ours."""
    looks = []
    with meeting.connect(side) as connection, connection.begin():
        for _ in range(LOOKS):
            before = time.monotonic()
            here = time.time()
            told = float(connection.execute(select(Moment())).scalar_one())
            took = time.monotonic() - before
            looks.append((took, told - here - took / 2))
    return min(looks)[1]
