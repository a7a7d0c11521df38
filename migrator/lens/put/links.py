"""Put the links of a list: only rows whose list says something else than before lose and gain links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    MetaData,
    Subquery,
    and_,
    delete,
    exists,
    insert,
    not_,
    or_,
    select,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.elements import quoted_name

from migrator.lens.group import Group, Satellite
from migrator.lens.lens import in_pair, key_made, source_row
from migrator.lens.memory import Memory
from migrator.lens.pair import Face, Pair
from migrator.lens.put.remember import COUNTED
from migrator.lens.satellites import satellite_rows
from migrator.lens.scope import Row, Tables, Values
from migrator.lens.side import Way
from migrator.lens.sql.canonical import same


class Links:
    """The links that one group has on the target's side."""

    def __init__(self, connection: Connection, pair: Pair, group: Group, satellite: Satellite, way: Way,
                 tables: Tables, memory: Memory | None) -> None:
        self._connection = connection
        self._pair = pair
        self._group = group
        self._satellite = satellite
        self._way = way
        self._tables = tables
        self._memory = memory
        links = tables(satellite.side, satellite.table)
        assert isinstance(links, SqlTable)
        self._links = links
        self._owners = SqlTable(f"migrator_owners_{satellite.table}"[:60], MetaData(), *(
            Column(quoted_name(name, quote=True), links.c[name].type) for name in satellite.owner),
            prefixes=["TEMPORARY"])

    def look(self) -> None:
        """Note the owners whose links must change, while both sides are still as they are."""
        self._owners.create(self._connection, checkfirst=False)
        row = source_row(self._pair, self._way, self._tables)
        want = self._memory.over(self._way, row) if self._memory else self._group.over(self._way, row)
        made = self._keyed(self._way, row, key_made(self._pair, self._way, row), want)
        there = self._face.read(self._tables)
        end = self._group.ends[self._way.target]
        have = self._keyed(self._way.reverse, there, there(*self._face.key), end.values(there))
        differs = or_(have.c.key0.is_(None), *(not_(same(made.c[f"value{n}"], have.c[f"value{n}"], type_))
                                               for n, type_ in enumerate(end.types)))
        both = made.outerjoin(have, and_(*(made.c[f"key{n}"] == have.c[f"key{n}"] for n in self._places)))
        keys = select(*(made.c[f"key{n}"] for n in self._places)).select_from(both).where(differs)
        self._connection.execute(insert(self._owners).from_select(list(self._satellite.owner), keys))

    def remove(self) -> int:
        """Delete links that are not wanted any more, and those of rows that are gone; links deleted."""
        wanted = satellite_rows(self._pair, self._group, self._satellite, self._way, self._tables,
                                memory=self._memory).subquery()
        row, there = source_row(self._pair, self._way, self._tables), self._face.read(self._tables)
        kept = self._keyed(self._way, row, key_made(self._pair, self._way, row))
        now = self._keyed(self._way.reverse, there, there(*self._face.key))
        of_owner = {f"key{n}": name for n, name in enumerate(self._satellite.owner)}
        unwanted = and_(self._has(self._owners, {name: name for name in self._satellite.owner}),
                        not_(self._has(wanted, {name: name for name in self._identity})))
        orphaned = and_(self._has(now, of_owner), not_(self._has(kept, of_owner)))
        return self._connection.execute(delete(self._links).where(or_(unwanted, orphaned))).rowcount

    def write(self) -> int:
        """Insert the links that are missing; links inserted."""
        wanted = satellite_rows(self._pair, self._group, self._satellite, self._way, self._tables,
                                memory=self._memory).subquery()
        there = self._links.alias("there")
        changed = exists().where(_equal(self._owners, wanted, self._satellite.owner)).correlate(wanted)
        known = exists().where(_equal(there, wanted, self._identity)).correlate(wanted)
        missing = select(wanted).where(changed, not_(known))
        made = insert(self._links).from_select(list(wanted.c.keys()), missing)
        return self._connection.execute(made, execution_options=COUNTED).rowcount

    @property
    def _face(self) -> Face:
        return self._pair.faces[self._way.target]

    @property
    def _places(self) -> range:
        return range(len(self._satellite.owner))

    @property
    def _identity(self) -> tuple[str, ...]:
        return (*self._satellite.owner, *self._satellite.natural)

    def _keyed(self, way: Way, row: Row, key: Values, values: Values = ()) -> Subquery:
        """Rows of the pair as a source of keys and values, named by their numbers."""
        cells = [cell.label(f"key{n}") for n, cell in enumerate(key)]
        cells += [cell.label(f"value{n}") for n, cell in enumerate(values)]
        return row.scope.select(*cells).where(in_pair(self._pair, way.source, row)).subquery()

    def _has(self, rows: FromClause, on: Mapping[str, str]) -> ColumnElement[bool]:
        """Whether `rows` holds one whose columns equal those of a link, NULL being equal to NULL."""
        return exists().where(and_(*(rows.c[theirs].is_not_distinct_from(self._links.c[ours])
                                     for theirs, ours in on.items()))).correlate(self._links)


def _equal(left: FromClause, right: FromClause, names: Iterable[str]) -> ColumnElement[bool]:
    return and_(*(left.c[name].is_not_distinct_from(right.c[name]) for name in names))
