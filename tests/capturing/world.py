"""A small system under capture, and what capture says of what is done to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, delete, select

from migrator.lens.copy.session import Session
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.sync.capture import Watch
from migrator.sync.guard import applying
from migrator.sync.watch.dirty import dirty_table, noted
from migrator.sync.watch.watched import Watched, watched

Keys = set[tuple[object, ...]]
STRANGE, KEY = 'order 表 "`"', "select 键 %s"
"""A table and its key that mean something in every dialect; MariaDB's names cannot have a backtick."""
TABLES = (
    "create table item (id bigint primary key, code varchar(20) unique, v int)",
    "create table parent (id bigint primary key, v int)",
    "create table child (parent bigint not null, n bigint not null, primary key (parent, n), "
    "foreign key (parent) references parent (id) on delete cascade on update cascade)",
    "create table leaf (id bigint primary key, parent bigint, n bigint, "
    "foreign key (parent, n) references child (parent, n) on delete cascade on update cascade)",
    "create table note (id bigint primary key, leaf bigint, "
    "foreign key (leaf) references leaf (id) on delete set null)",
    "create table tree (id bigint primary key, above bigint, "
    "foreign key (above) references tree (id) on delete cascade)",
    "create table outside (id bigint primary key)",
    "create table inside (id bigint primary key, outside bigint, "
    "foreign key (outside) references outside (id) on delete cascade)",
)
ROWS = (
    "insert into item values (1, 'a', 0), (2, 'b', 0), (3, 'c', 0)",
    "insert into parent values (1, 0), (2, 0)",
    "insert into child values (1, 1), (1, 2), (2, 1)",
    "insert into leaf values (10, 1, 1), (20, 2, 1)",
    "insert into note values (100, 10), (200, 20)",
    "insert into tree values (1, null), (2, 1), (3, 2), (4, null)",
    "insert into outside values (1), (2)",
    "insert into inside values (1, 1), (2, 2), (3, 1)",
)
WATCHED = ("item", "parent", "child", "leaf", "note", "tree", "inside")
EVERYWHERE: dict[str, tuple[tuple[str, ...], dict[str, Keys]]] = {
    "insert": (("insert into item values (4, 'd', 0)",), {"item": {(4,)}}),
    "update": (("update item set v = 1 where id = 2",), {"item": {(2,)}}),
    "delete": (("delete from item where id in (1, 3)",), {"item": {(1,), (3,)}}),
    "key change": (("update item set id = 9 where id = 1",), {"item": {(1,), (9,)}}),
    "bulk": (("insert into item select id + 100, null, 5 from item", "update item set v = 7"),
             {"item": {(n,) for n in (1, 2, 3, 101, 102, 103)}}),
    "deleted along": (("delete from parent where id = 1",),
                      {"parent": {(1,)}, "child": {(1, 1), (1, 2)}, "leaf": {(10,)}, "note": {(100,)}}),
    "changed along": (("update parent set id = 7 where id = 1",),
                      {"parent": {(1,), (7,)}, "child": {(1, 1), (1, 2), (7, 1), (7, 2)}, "leaf": {(10,)}}),
    "nothing changed along": (("update parent set v = 7 where id = 1",), {"parent": {(1,)}}),
    "deleted along itself": (("delete from tree where id = 1",), {"tree": {(1,), (2,), (3,)}}),
    "deleted along from outside": (("delete from outside where id = 1",), {"inside": {(1,), (3,)}}),
}
"""Statements of every make, and the keys that they touch."""


@dataclass
class Captured:
    """The system on one make; it stands for the old side."""

    end: Endpoint
    names: tuple[str, ...] = WATCHED
    assumed: frozenset[str] = frozenset()
    """Tables of which the mapping says that `id` is the key."""

    def build(self, *more: str) -> None:
        """Everything from nothing: tables, those of `more`, and rows."""
        with self.connect() as connection, connection.begin():
            for statement in (*TABLES, *self.strange, *more, *ROWS):
                connection.exec_driver_sql(statement)

    @property
    def strange(self) -> Iterable[str]:
        """The table with names that are hard to spell."""
        table, key = self.spelled_strange
        yield f"create table {table} ({key} varchar(30) primary key)"

    @property
    def spelled_strange(self) -> tuple[str, str]:
        """The strange names as statements have them; percent signs as drivers read them."""
        quote = self.end.engine.dialect.identifier_preparer.quote_identifier
        return quote(self.strange_name), quote(KEY)

    @property
    def strange_name(self) -> str:
        return STRANGE.replace("`", "") if self.end.make == "mariadb" else STRANGE

    @cached_property
    def lens(self) -> Lens:
        """All but `outside` mapped to themselves."""
        schema = read_schema(self.end)
        tables = [f"  - {{old: {_yaml(name)}, new: {_yaml(name)}{', key: [id]' if name in self.assumed else ''}}}"
                  for name in (*self.names, self.strange_name)]
        others = ", ".join(_yaml(name) for name in schema.tables if name not in {*self.names, self.strange_name})
        said = "\n".join(['from: "1"', 'to: "2"', f"only-old: [{others}]", f"only-new: [{others}]", "tables:",
                          *tables])
        return compile_lens(Mapping.parse(said.encode(), "m.yaml"), schema, schema)

    @cached_property
    def watch(self) -> Watch:
        return Watch(self.end, self.lens, Side.OLD)

    def confirm(self) -> None:
        """What is asked before every batch."""
        with self.connect() as connection, connection.begin():
            self.watch.confirm(Session(self.end, connection))

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self.end.connect({Side.OLD: self.end.namespace}) as connection:
            if self.end.make == "sqlite":
                driver: Any = connection.connection.driver_connection
                driver.execute("pragma foreign_keys = on")
            yield connection

    def act(self, *statements: str) -> None:
        """Run statements as the application would, in one transaction."""
        with self.connect() as connection, connection.begin():
            for statement in statements:
                connection.exec_driver_sql(statement)

    def reset(self) -> None:
        """The rows of the beginning, and nothing is dirty."""
        with self.connect() as connection, connection.begin(), applying(Session(self.end, connection), Side.OLD):
            for name in ("note", "leaf", "child", "parent", "item", "tree", "inside", "outside"):
                connection.exec_driver_sql(f"delete from {name}")
            for statement in ROWS:
                connection.exec_driver_sql(statement)
        self.taken()

    def taken(self) -> dict[str, Keys]:
        """The keys in the dirty tables, by table, and nothing is dirty any more; tables without any are left out."""
        with self.connect() as connection, connection.begin():
            found = {one.table.name: self._keys(connection, one) for one in watched(self.lens, Side.OLD)}
        return {name: keys for name, keys in found.items() if keys}

    def _keys(self, connection: Connection, one: Watched) -> Keys:
        dirty, places = dirty_table(one), range(len(one.table.key))
        keys: Keys = set()
        for when in ("was", "now"):
            cells = [dirty.c[noted(when, one)[place]] for place in places]
            keys |= {tuple(row) for row in connection.execute(select(*cells).where(cells[0].is_not(None)))}
        connection.execute(delete(dirty))
        return keys


def _yaml(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
