"""Two versions of a small system, the old one full: a lookup, values that need memory, a list, a key of two columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect, text

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.verify import compare

OLD = (
    "create table dept (id bigint primary key, code varchar(10) not null, name varchar(50))",
    "create table task (id bigint primary key, title varchar(200), status varchar(20), dept varchar(10), "
    "members varchar(100), fax varchar(20))",
    "create table note (task bigint, number bigint, body varchar(200), primary key (task, number))",
)
NEW = (
    "create table department (id bigint primary key, code varchar(10) not null unique, title varchar(50))",
    "create table item (id {counted}, subject varchar(200), state varchar(20), department_id bigint"
    ", foreign key (department_id) references department (id))",
    "create table item_member (item_id bigint not null, member varchar(20) not null, primary key (item_id, member)"
    ", foreign key (item_id) references item (id))",
    "create table remark (item bigint not null, number bigint not null, body varchar(200), primary key (item, number)"
    ", foreign key (item) references item (id))",
    "create index item_state on item (state, id)",
    "create unique index remark_body on remark (body)",
)
COUNTED = {"sqlite": "integer primary key autoincrement", "mariadb": "bigint auto_increment primary key",
           "postgresql": "bigint generated always as identity primary key"}
SAID = """
from: "1"
to: "2"
tables:
  - old: dept
    new: department
    columns:
      - rename: {old: name, new: title}
  - old: task
    new: item
    columns:
      - rename: {old: title, new: subject}
      - values: {old: status, new: state, map: {planned: OPEN, doing: OPEN, done: DONE}}
      - lookup: {old: dept, new: department_id, table: department, value: code}
      - explode: {old: members, separator: ",", new: {table: item_member, owner: item_id, value: member}}
      - only-old: {column: fax}
  - old: note
    new: remark
    columns:
      - rename: {old: task, new: item}
"""
STATUS = ("planned", "doing", "done", None)


@dataclass(frozen=True)
class World:
    """The two sides; `tasks` rows of the largest table, each with two notes."""

    old: Endpoint
    new: Endpoint
    tasks: int = 10

    @property
    def meeting(self) -> Meeting:
        return Meeting(self.old, self.new)

    def lens(self, said: str = SAID) -> Lens:
        """The lens as the structures are now."""
        return compile_lens(Mapping.parse(said.encode(), "m.yaml"), read_schema(self.old), read_schema(self.new))

    def build(self) -> None:
        """Both sides from nothing: the old one full, the new one empty."""
        self.clear()
        with self.old.connect() as connection, connection.begin():
            _run(connection, OLD)
            connection.execute(text("insert into dept values (:id, :code, :name)"),
                               [{"id": n, "code": f"D{n}", "name": f"Dept {n}"} for n in range(3)])
            connection.execute(text("insert into task values (:id, :title, :status, :dept, :members, 'fax')"), [
                {"id": n, "title": f"task {n}", "status": STATUS[n % 4], "dept": f"D{n % 3}" if n else None,
                 "members": "li, wang" if n % 2 else None} for n in range(self.tasks)])
            connection.execute(text("insert into note values (:task, :number, :body)"), [
                {"task": n, "number": m, "body": f"note {n}.{m}"} for n in range(self.tasks) for m in (1, 2)])
        self.build_new()

    def build_new(self) -> None:
        """The new side empty."""
        with self.new.connect() as connection, connection.begin():
            _run(connection, [statement.format(counted=COUNTED[self.new.make]) for statement in NEW])

    def clear(self) -> None:
        """Take all tables of both sides away."""
        for end in (self.old, self.new):
            with end.connect() as connection, connection.begin():
                names = set(inspect(connection).get_table_names()) - {"sqlite_sequence"}
                if end.make == "mariadb":
                    connection.exec_driver_sql("set foreign_key_checks = 0")
                for name in names:
                    connection.exec_driver_sql(f"drop table {name}{' cascade' if end.make == 'postgresql' else ''}")

    def there(self, query: str) -> list[tuple[Any, ...]]:
        """What the new side answers."""
        with self.new.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def require_copied(self) -> None:
        """All is there, once: data as the mapping says, indexes, foreign keys, memory, and what the ledger tells."""
        assert self.there("select id, subject, state, department_id from item order by id") == [
            (n, f"task {n}", ("OPEN", "OPEN", "DONE", None)[n % 4], n % 3 if n else None) for n in range(self.tasks)]
        assert self.there("select item_id, member from item_member order by 1, 2") == [
            (n, member) for n in range(self.tasks) if n % 2 for member in ("li", "wang")]
        assert self.there("select count(*), count(distinct body) from remark") == [(2 * self.tasks, 2 * self.tasks)]
        assert compare(self.lens(), self.meeting).as_json()["equal"]
        assert self.there("select count(*) from migrator_deferred") == [(0,)]
        assert self.there("select sum(rows) from migrator_ledger".replace("rows", self._quoted("rows"))) == [
            (3 + self.tasks + 2 * self.tasks,)]
        assert self.remembered() == len([n for n in range(self.tasks) if STATUS[n % 4] == "doing"]) + self.tasks // 2

    def remembered(self) -> int:
        """Rows of all memories."""
        with self.new.connect() as connection:
            names = [name for name in inspect(connection).get_table_names() if name.startswith("migrator_memory_")]
        return sum(self.there(f"select count(*) from {name}")[0][0] for name in names)

    def ledger(self) -> set[tuple[Any, ...]]:
        """The chunks that have arrived, with the moment of each; none where nothing has begun."""
        with self.new.connect() as connection:
            begun = inspect(connection).has_table("migrator_ledger")
        return set(self.there("select unit, number, high, at from migrator_ledger")) if begun else set()

    def _quoted(self, name: str) -> str:
        return self.new.engine.dialect.identifier_preparer.quote_identifier(name)


def _run(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
