"""Re-key: what is agreed on and remembered of a row goes along when its key changes at the source.

Entries say of each change which key a row had and which it has. In the order in which they were written they tell, for
a whole batch, whose row each key is now: also when keys are swapped, passed on, or used again by a row that is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, delete, insert, select, tuple_
from sqlalchemy import Table as SqlTable

from migrator.lens.copy.keys import Key
from migrator.lens.copy.session import Session

Orderable = TypeVar("Orderable", int, Key)
AT_ONCE = 500
"""Keys that one statement names."""


def moves_of(changes: Iterable[tuple[Key | None, Key | None]]) -> dict[Key, Key]:
    """For each key whose row has another now, that one. A row that goes and comes again under its key is the same row.

    changes: each the key before (None for a row that is new) and after (None for one that goes), in their order.
    """
    rows: dict[Key, Key | None] = {}
    gone: dict[Key, Key | None] = {}
    for was, now in changes:
        row = rows.get(was, was) if was else gone.pop(now, None) if now else None
        if was:
            rows[was] = None
            if not now:
                gone[was] = row
        if now:
            rows[now] = row
    return {row: now for now, row in rows.items() if row and row != now}


def rekey(session: Session, table: SqlTable, by: Sequence[str], said: Sequence[str], news: Mapping[Key, Key],
          twice: Mapping[str, str] | None = None) -> list[Mapping[str, Any]]:
    """Have rows of a table of ours say another key; the rows that had to go, as they said what others say now.

    news: for rows by their columns `by`, the key that their columns `said` hold from now on.
    twice: further columns, each with the one of `said` whose word it repeats.
    """
    found, wanted = rows_by(session, table, by, news), set(news.values())
    there = rows_by(session, table, said, wanted)
    for columns, keys in ((by, news), (said, wanted)):
        for some in chunks(keys):
            with session.refusals():
                session.connection.execute(delete(table).where(_among(table, columns, some)))
    going = wanted & {news[key] for key in found}
    mine = [dict(row) for row in found.values()]
    made = [{**row, **dict(zip(said, news[key], strict=True))} for key, row in found.items()]
    for row in made:
        row.update({column: row[named] for column, named in (twice or {}).items()})
    made += [row for key, row in there.items() if key not in going and row not in mine]
    if made:
        with session.refusals():
            session.connection.execute(insert(table), made)
    return [row for key, row in there.items() if key in going and row not in mine]


def rows_by(session: Session, table: SqlTable, columns: Sequence[str], keys: Iterable[Key]
            ) -> dict[Key, dict[str, Any]]:
    """The rows by these columns that have one of the keys, their texts as texts."""
    found = {}
    for some in chunks(keys):
        with session.refusals():
            rows = session.connection.execute(select(table).where(_among(table, columns, some))).mappings().all()
        for row in rows:
            texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()}
            found[tuple(texts[name] for name in columns)] = texts
    return found


def _among(table: SqlTable, columns: Sequence[str], keys: Sequence[Key]) -> ColumnElement[bool]:
    mine = [table.c[name] for name in columns]
    return mine[0].in_([key[0] for key in keys]) if len(mine) == 1 else tuple_(*mine).in_(keys)


def chunks(things: Iterable[Orderable]) -> Iterator[Sequence[Orderable]]:
    """All of them in their order, so many at once as a statement may name."""
    ordered = sorted(things)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start:start + AT_ONCE]
