"""Again: rows in quarantine are marked dirty, as if they had been written."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.side import Side
from migrator.lens.sql.canonical import typed
from migrator.lens.sql.column import as_stored
from migrator.lens.sql.json import spelled, under
from migrator.sync.quarantine.table import quarantine
from migrator.sync.watch.dirty import dirty_table, noted
from migrator.sync.watch.watched import Watched, watched


def marked(session: Session, lens: Lens, pair: Pair, side: Side, numbers: Sequence[int]) -> None:
    """Mark rows of a pair by their numbers in a side's quarantine; they stay there until they have come through."""
    main = pair.faces[side].main.name
    mark(session, pair, next(one for one in watched(lens, side) if one.table.name == main), numbers)


def mark(session: Session, pair: Pair, watched: Watched, numbers: Sequence[int]) -> None:
    """The same with the watched table of the pair at hand."""
    face, table = pair.faces[watched.side], quarantine(watched.side)
    columns = [name for when in ("was", "now") for name in noted(when, watched)[:len(face.key)]]
    cells = [typed(spelled(under(table.c.row_key, name)), face.type(name)) for name in face.key] * 2
    rows = select(*(cell.label(name) for name, cell in zip(columns, cells, strict=True))).where(table.c.n.in_(numbers))
    types = {name: face.type(column) for name, column in zip(columns, [*face.key] * 2, strict=True)}
    session.run(session.rendered(insert(dirty_table(watched)).from_select(columns, as_stored(rows, types))))
    session.run(session.rendered(update(table).values(again=1).where(table.c.n.in_(numbers))))
