"""Renaming: one row of the target gets another key, and whoever names it is told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from sqlalchemy import ColumnElement, delete, literal, null, select, update
from sqlalchemy.sql.dml import UpdateBase

from migrator.lens.copy.keys import Key
from migrator.lens.schema import ForeignKey, Table
from migrator.lens.scope import Cell
from migrator.lens.sql.canonical import typed
from migrator.lens.sql.column import as_stored
from migrator.sync.batch.order.company import Company
from migrator.sync.batch.order.rules import Rule
from migrator.sync.batch.order.spots import has_spots, spots
from migrator.sync.batch.renamed.followers import Followers, Naming, at, values
from migrator.sync.batch.renamed.kin import Kin
from migrator.sync.batch.road import Road
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.temporary import Temporary


class Renaming:
    """Renames rows of a pair's target, in its main table and further ones. A few rows, one by one."""

    def __init__(self, company: Company, shape: Shape, road: Road) -> None:
        self._company = company
        self._shape = shape
        self._session = road.target
        self._kin = Kin(company, road)
        self._table = shape.target.main
        self._rows = self._table.clause(company.side)
        self._followers = Followers(company, road.target)

    @cached_property
    def shelf(self) -> Temporary:
        """A whole row, while its copy is made."""
        return Temporary(f"migrator_shelf_{self._shape.number}", self._company.side, {}, {
            cell: (self._table, self._table.columns[name]) for name, cell in self._cells.items()})

    @cached_property
    def _cells(self) -> dict[str, str]:
        """What the columns of the main table are called on the shelf."""
        return {name: f"c_{n}" for n, (name, column) in enumerate(self._table.columns.items(), 1)
                if not column.generated}

    def there(self, key: Key) -> bool:
        """Whether the target has a row of this key."""
        return self._session.ask(select(literal(1)).select_from(self._rows).where(self._it(key))).first() is not None

    def named(self, key: Key) -> bool:
        """Whether a row names the row of a key that does not go when it goes."""
        staying = [(child, named) for child, foreign, named in self._children
                   if not self._company.goes_along(child, foreign) and (child, named) not in self._belonging]
        return any(self._session.ask(select(literal(1)).select_from(rows).where(
            at(rows, child, named, key)).limit(1)).first() is not None
            for child, named in staying for rows in [child.clause(self._company.side)])

    def aside(self, key: Key) -> Key:
        """Give a row a key that no row has; which."""
        place = next(n for n, name in enumerate(self._table.key) if has_spots(self._table.columns[name].type))
        spot, = spots(self._session, self._rows, self._table.columns[self._table.key[place]], 1)
        away = (*key[:place], spot, *key[place + 1:])
        self.rename(key, away)
        return away

    def rename(self, was: Key, now: Key) -> None:
        """Give a row another key, which no row has. Raises DatabaseError where the target does not let it go."""
        followers = self._followers.as_agreed(self._naming, was)
        if self._follow_by_themselves:
            self._run(update(self._rows).where(self._it(was)).values(values(self._table, self._table.key, now)))
            self._tell(was, now)
        else:
            self._copy(was, now)
            self._tell(was, now)
            self._run(delete(self._rows).where(self._it(was)))
        self._followers.agree(self._kin.follow(self._table, was, now, followers))

    def remove(self, key: Key) -> None:
        """Delete a row with its links and its rows in further tables."""
        for table, columns in reversed(self._belonging):
            rows = table.clause(self._company.side)
            self._run(delete(rows).where(at(rows, table, columns, key)))
        self._run(delete(self._rows).where(self._it(key)))

    def _copy(self, was: Key, now: Key) -> None:
        """Make the row again under its new key; the old one stands aside with its unique values until it goes."""
        table, session, shelf = self._table, self._session, self.shelf
        shelf.empty(session)
        kept = select(*(self._rows.c[name].label(cell) for name, cell in self._cells.items())).where(self._it(was))
        session.run(shelf.fill(session, kept))
        for unique in table.uniques:
            spot = next((name for name in unique if name not in table.key and table.columns[name].nullable), None)
            name = spot or next((name for name in unique if name not in table.key
                                 and has_spots(table.columns[name].type)), None)
            if name:
                value: Cell = null() if spot else typed(
                    literal(spots(session, self._rows, table.columns[name], 1)[0]), table.columns[name].type)
                self._run(update(self._rows).where(self._it(was)).values({name: value}))
        cells: dict[str, Cell] = {**{name: shelf.clause.c[cell] for name, cell in self._cells.items()},
                                  **values(table, table.key, now)}
        copied = as_stored(select(*(cell.label(name) for name, cell in cells.items())),
                           {name: table.columns[name].type for name in cells})
        session.insert(self._company.side, table.name, list(cells), copied)

    def _tell(self, was: Key, now: Key) -> None:
        """Have whoever names the row by its key name it by the new one."""
        for table, columns in self._naming:
            rows = table.clause(self._company.side)
            self._run(update(rows).where(at(rows, table, columns, was)).values(values(table, columns, now)))

    @cached_property
    def _naming(self) -> list[Naming]:
        """Tables with the columns that hold the row's key."""
        found = [*self._belonging, *((child, named) for child, _foreign, named in self._children)]
        return [one for n, one in enumerate(found) if one not in found[:n]]

    @cached_property
    def _children(self) -> list[tuple[Table, ForeignKey, Sequence[str]]]:
        """Tables whose rows name the row by its key, with the foreign key, and its columns in the key's order."""
        found: list[tuple[Table, ForeignKey, Sequence[str]]] = []
        for child, foreign in self._company.referring(self._table.name):
            if set(foreign.refers) == set(self._table.key):
                by = dict(zip(foreign.refers, foreign.columns, strict=True))
                found.append((child, foreign, [by[name] for name in self._table.key]))
        return found

    @cached_property
    def _belonging(self) -> list[Naming]:
        """Further tables of the row, and links of its own."""
        further: list[Naming] = [
            (table, list(table.key)) for table in self._shape.target.tables[1:]]
        return further + [(one.table, list(one.satellite.owner)) for one in self._company.links_of(self._shape)]

    @cached_property
    def _follow_by_themselves(self) -> bool:
        """Whether the server lets a row be renamed while others name it."""
        rules = [self._company.rules.get((child.name, foreign.columns), Rule())
                 for child, foreign in self._company.referring(self._table.name)]
        return self._session.make == "sqlite" or all(rule.deferrable or rule.updates == "CASCADE" for rule in rules)

    def _it(self, key: Key) -> ColumnElement[bool]:
        return at(self._rows, self._table, self._table.key, key)

    def _run(self, statement: UpdateBase) -> int:
        return self._session.run(self._session.rendered(statement)).rowcount

