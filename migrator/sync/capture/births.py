"""Which tables of MariaDB have been emptied by TRUNCATE: no trigger fires for it, and its catalogue hardly tells.

The server makes a truncated table anew, with another number in its own dictionary. Whoever may not read that
(privilege PROCESS) can only see that a table which held rows holds none. What is known is kept in `migrator_births`,
so that it is also noticed when nobody has looked for a while.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Table, Text, delete, exists, insert, select, text
from sqlalchemy.exc import DBAPIError

from migrator.database.base import OURS
from migrator.lens.copy.session import Session
from migrator.lens.schema import named
from migrator.lens.side import Side
from migrator.sync.watch.watched import Watched

NAME = f"{OURS}births"
HELD, EMPTY = "rows", "empty"
"""What is known of a table where the server's numbers cannot be read."""


def note_births(session: Session, side: Side, tables: Sequence[Watched]) -> None:
    """Keep what the tables are now; what is known already stays."""
    if session.make != "mariadb":
        return
    session.run(f"CREATE TABLE IF NOT EXISTS {session.table(side, NAME)} "
                "(name varchar(64) COLLATE utf8mb4_bin PRIMARY KEY, born text NOT NULL)")
    known = _known(session, side)
    _keep(session, side, {name: born for name, born in births(session, side, tables).items() if name not in known})


def reborn(session: Session, side: Side, tables: Sequence[Watched], now: Mapping[str, str]) -> list[Watched]:
    """The tables that are not what was kept of them, and so may have been emptied unseen; from now on they are known.

    now: what `births` has just said.
    """
    known = _known(session, side)
    others = {name: born for name, born in now.items() if known.get(name) != born}
    _keep(session, side, others)
    return [one for one in tables if one.table.name in others and others[one.table.name] != HELD]


def births(session: Session, side: Side, tables: Sequence[Watched]) -> dict[str, str]:
    """What tells each table from the one that TRUNCATE would make of it; nothing on other makes."""
    if session.make != "mariadb":
        return {}
    numbers = _numbers(session, side)
    if numbers is None:
        asked = [exists(select(one.table.clause(side).c[one.columns[0]])).label(f"t_{n}")
                 for n, one in enumerate(tables)]
        found = session.connection.execute(select(*asked)).one() if asked else ()
        return {one.table.name: HELD if there else EMPTY for one, there in zip(tables, found, strict=True)}
    return {one.table.name: " ".join(sorted(numbers.get(one.table.name, []))) for one in tables}


def may_tell(session: Session, side: Side) -> bool:
    """Whether the server lets us see the numbers of its tables; a make that fires a trigger needs none."""
    return session.make != "mariadb" or _numbers(session, side) is not None


def _numbers(session: Session, side: Side) -> dict[str, list[str]] | None:
    """The server's numbers of each table, one for each partition."""
    try:
        rows = session.connection.execute(_NUMBERS, {"space": session.schema(side)}).all()
    except DBAPIError:
        return None
    found: dict[str, list[str]] = {}
    for name, number in rows:
        found.setdefault(name, []).append(str(number))
    return found


def _known(session: Session, side: Side) -> dict[str, str]:
    return dict(session.connection.execute(select(_table(side))).all())


def _keep(session: Session, side: Side, found: Mapping[str, str]) -> None:
    if found:
        table = _table(side)
        session.connection.execute(delete(table).where(table.c.name.in_(found)))
        session.connection.execute(insert(table), [{"name": name, "born": born} for name, born in found.items()])


def _table(side: Side) -> Table:
    return named(NAME, {"name": Text(), "born": Text()}, side)


# The dictionary writes names as files are called, and behind # the partition.
_NUMBERS = text("""
    select convert(convert(cast(substring_index(substring_index(name, '/', -1), '#', 1) as binary) using filename)
                   using utf8mb4), table_id
    from information_schema.innodb_sys_tables
    where substring_index(name, '/', 1) = cast(convert(:space using filename) as binary)""")
