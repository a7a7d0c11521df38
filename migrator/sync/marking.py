"""Mark rows dirty as if they had been written, though nothing in them has changed."""

from __future__ import annotations

from sqlalchemy import Insert, func, insert, select

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.watch.dirty import dirty_table, noted
from migrator.sync.watch.watched import Watched, watched


def mark(lens: Lens, meeting: Meeting, side: Side, sample: int | None = None) -> dict[str, int]:
    """Mark every row of each watched table of a side, or so many at random; how many of each table."""
    marked = {}
    for one in watched(lens, side):
        with meeting.connect(side) as connection, connection.begin():
            marked[one.table.name] = connection.execute(
                _entries(one, sample), execution_options={"preserve_rowcount": True}).rowcount
    return marked


def _entries(watched: Watched, sample: int | None) -> Insert:
    """Entries that say of each row that it was what it is: an update that changed nothing."""
    rows = watched.table.clause(watched.side)
    cells = [rows.c[name].label(label) for when in ("was", "now")
             for name, label in zip(watched.columns, noted(when, watched), strict=True)]
    chosen = select(*cells)
    if sample is not None:
        chosen = chosen.order_by(func.random()).limit(sample)
    return insert(dirty_table(watched)).from_select([cell.name for cell in cells], chosen)
