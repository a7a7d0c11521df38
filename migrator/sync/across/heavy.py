"""What would go over as a whole and is too large for that: told before anything begins."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, literal, select

from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Way
from migrator.model.finding import Finding, warns
from migrator.sync.across.crossed import Crossed
from migrator.sync.across.far import Far
from migrator.sync.across.whole import Whole
from migrator.sync.batch.make import made_rows
from migrator.sync.batch.needed import records
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.writing.links import links
from migrator.text import _

LARGE = 50_000
"""Rows that may be read through in every batch, and sent whenever one of them has changed."""


def heavy(lens: Lens, meeting: Meeting, *, large: int = LARGE) -> list[Finding]:
    """A finding for each table that look-ups need as a whole at the other server and that has more rows than `large`;
    none where one connection sees both sides.
    """
    return [] if meeting.shared else [finding for way in Way for finding in _heavy(lens, meeting, way, large)]


def _heavy(lens: Lens, meeting: Meeting, way: Way, large: int) -> Iterator[Finding]:
    needed: dict[str, tuple[Far, list[str]]] = {}
    for number, pair in enumerate(lens.pairs):
        for far in _whole(Shape(lens, pair, way, number)):
            needed.setdefault(far.table.name, (far, []))[1].append(pair.name)
    for far, pairs in needed.values():
        with meeting.connect(far.side) as connection:
            some = select(literal(1).label("one")).select_from(far.table).limit(large + 1).subquery()
            if (connection.scalar(select(func.count()).select_from(some)) or 0) > large:
                yield warns("sync.heavy", _("look-ups of {pairs} need all of {table} at the other server, and it has "
                                            "more than {rows} rows").format(
                    pairs=", ".join(dict.fromkeys(pairs)), table=far.table.name, rows=large),
                    _("keep both sides on one server, or look up by a number or a key"), table=far.table.name)


def _whole(shape: Shape) -> Iterator[Far]:
    """Tables of which nobody can tell which rows a batch of the pair looks up."""
    makers = [lambda tables: made_rows(shape, tables), *(one.made for one in links(shape)),
              *(one.rows for one in records(shape))]
    for rows in makers:
        tables = Crossed(shape.lens, shape.way)
        rows(tables)
        yield from (stop.far for stop in tables.stops if isinstance(stop, Whole))
