"""Capture on real servers: whatever is written leaves its keys, and what keeps it from doing so is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rig_databases import Database, mariadb_database_on, postgres_database_on
from rig_host import TestHost
from sqlalchemy import insert, make_url

from migrator.errors import DatabaseError
from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.agreed import Agreed, create_halves
from migrator.sync.blind import blind_spots
from migrator.sync.capture import CaptureBroken, install, remove
from tests.capturing.world import EVERYWHERE, ROWS, Captured, Keys

Acts = dict[str, tuple[tuple[str, ...], dict[str, Keys]]]
EVERY_ITEM: Keys = {(1,), (2,), (3,)}
MEASURED = ("create table measured (id bigint, v int, primary key (id)) partition by range (id)",
            "create table measured_low partition of measured for values from (0) to (10)",
            "create table measured_high partition of measured for values from (10) to (20)",
            "insert into measured values (1, 0), (11, 0)")
POSTGRESQL: Acts = {
    "on conflict": (("insert into item values (1, 'x', 1) on conflict (id) do update set v = 5",), {"item": {(1,)}}),
    "truncate": (("truncate item",), {"item": EVERY_ITEM}),
    "truncate cascade": (("truncate outside cascade",), {"inside": {(1,), (2,), (3,)}}),
    "as a replica loads": (("set local session_replication_role = replica", "update item set v = 1 where id = 2"),
                           {"item": {(2,)}}),
    "by a partition's name": (("update measured_low set v = 1",), {"measured": {(1,)}}),
    "to another partition": (("update measured set id = 15 where id = 1",), {"measured": {(1,), (15,)}}),
    "truncate of a partition": (("truncate measured_high",), {"measured": {(11,), (15,)}}),
}
MARIADB: Acts = {
    "on duplicate key": (("insert into item values (1, 'x', 1) on duplicate key update v = 5",), {"item": {(1,)}}),
    "replace": (("replace into item values (9, 'a', 5)",), {"item": {(1,), (9,)}}),
    "of several tables": (("delete i, t from item i, tree t where i.id = 1 and t.id = 4",),
                          {"item": {(1,)}, "tree": {(4,)}}),
    "by a statement that reads what goes along": (
        ("delete p from parent p join child c on c.parent = p.id where c.n = 2",),
        {"parent": {(1,)}, "child": {(1, 1), (1, 2)}, "leaf": {(10,)}, "note": {(100,)}}),
}


@pytest.fixture(scope="module")
def postgres(open_postgres_host: TestHost) -> Iterator[Database]:
    with postgres_database_on(open_postgres_host) as database:
        yield database


@pytest.fixture(scope="module")
def mariadb(open_mariadb_host: TestHost) -> Iterator[Database]:
    with mariadb_database_on(open_mariadb_host) as database:
        yield database


@pytest.fixture(scope="module")
def on_postgresql(postgres: Database) -> Captured:
    return built(as_admin(postgres), "measured", *MEASURED)


@pytest.fixture(scope="module")
def on_mariadb(mariadb: Database) -> Captured:
    return built(as_admin(mariadb), None)


def as_admin(database: Database) -> Endpoint:
    return open_endpoint("old", make_url(database.direct_admin_url).set(database=database.name).render_as_string(False))


def built(end: Endpoint, also: str | None, *more: str) -> Captured:
    made = Captured(end) if also is None else Captured(end, (*Captured.names, also))
    made.build(*more)
    install(made.end, made.lens, Side.OLD)
    return made


def test_whatever_is_written_leaves_its_keys_on_postgresql(on_postgresql: Captured) -> None:
    require_all(on_postgresql, {**EVERYWHERE, **POSTGRESQL})


def test_whatever_is_written_leaves_its_keys_on_mariadb(on_mariadb: Captured) -> None:
    require_all(on_mariadb, {**EVERYWHERE, **MARIADB})


def require_all(captured: Captured, acts: Acts) -> None:
    table, key = captured.spelled_strange
    strange: Acts = {"names are only names": ((f"insert into {table} values ('键')", f"update {table} set {key} = 'k'"),
                                              {captured.strange_name: {("键",), ("k",)}})}
    for what, (statements, keys) in {**acts, **strange}.items():
        captured.reset()
        captured.act(*statements)
        assert captured.taken() == keys, what
    captured.reset()
    with pytest.raises(DatabaseError):
        captured.act("update item set v = 9", "insert into item values (1, 'e', 0)")
    assert captured.taken() == {}, "what is rolled back leaves nothing"


def test_rows_that_are_loaded_in_bulk_leave_their_keys(on_postgresql: Captured, on_mariadb: Captured, tmp_path: Path
                                                       ) -> None:
    on_postgresql.reset()
    with on_postgresql.connect() as connection, connection.begin():
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy("copy item from stdin") as copy:
            copy.write("7\tseven\t1\n8\teight\t1\n")
    assert on_postgresql.taken() == {"item": {(7,), (8,)}}
    on_mariadb.reset()
    (tmp_path / "rows").write_text("7\tseven\t1\n1\tone\t1\n")
    on_mariadb.act(f"load data local infile '{tmp_path / 'rows'}' replace into table item")
    assert on_mariadb.taken() == {"item": {(7,), (1,)}}


def test_an_application_that_may_only_write_its_tables_is_heard(on_postgresql: Captured, on_mariadb: Captured) -> None:
    for captured, made, grant, gone in (
            (on_postgresql, "create role clerk_{n} login password 'clerk-password'",
             "grant select, insert, update, delete on item to clerk_{n}",
             ("drop owned by clerk_{n}", "drop role clerk_{n}")),
            (on_mariadb, "create user clerk_{n} identified by 'clerk-password'",
             "grant select, insert, update, delete on item to clerk_{n}", ("drop user clerk_{n}",))):
        name = f"clerk_{captured.end.url.database}"
        captured.reset()
        admin = open_endpoint("admin", captured.end.url.render_as_string(False))
        with admin.connect() as connection, connection.begin():
            for statement in (made, grant):
                connection.exec_driver_sql(statement.format(n=captured.end.url.database))
        try:
            clerk = open_endpoint("clerk", captured.end.url.set(username=name, password="clerk-password")
                                  .render_as_string(False))
            with clerk.connect() as connection, connection.begin():
                connection.exec_driver_sql("update item set v = 5 where id = 1")
                connection.exec_driver_sql("delete from item where id = 2")
            assert captured.taken() == {"item": {(1,), (2,)}}
        finally:
            with admin.connect() as connection, connection.begin():
                for statement in gone:
                    connection.exec_driver_sql(statement.format(n=captured.end.url.database))


def test_blind_spots_are_told_on_postgresql(postgres: Database) -> None:
    with as_admin(postgres).connect() as connection, connection.begin():
        for statement in ("create schema spots", f"grant usage, create on schema spots to {postgres.user}",
                          "create table spots.theirs (id bigint primary key)"):
            connection.exec_driver_sql(statement)
    captured = Captured(open_endpoint("old", f"{postgres.direct_url}?options=-csearch_path%3Dspots"),
                        ("item", "parent", "theirs", "tree"))
    captured.build("alter table item set unlogged", "create table heir () inherits (tree)",
                   "create function act() returns trigger language plpgsql as 'begin return null; end'",
                   "create trigger acting after insert on parent for each row execute function act()")
    assert spots(captured) == {("sync.unlogged", "item"), ("sync.inherited", "tree"), ("sync.own-trigger", "acting"),
                               ("sync.not-owner", "theirs")}


def test_blind_spots_are_told_on_mariadb(open_mariadb_host: TestHost, on_mariadb: Captured) -> None:
    assert spots(on_mariadb) == {("sync.cascades", None)}
    with mariadb_database_on(open_mariadb_host) as database:
        captured = Captured(open_endpoint("old", database.direct_url), ("item", "parent"))
        captured.build("alter table item engine = MyISAM")
        assert spots(captured) == {("sync.engine", "item"), ("sync.truncate", "truncate")}
        with as_admin(database).connect() as connection, connection.begin():
            connection.exec_driver_sql(f"revoke trigger on {database.name}.* from {database.user}@'%%'")
        assert ("sync.trigger-right", database.name) in spots(captured)


def spots(captured: Captured) -> set[tuple[str, str | None]]:
    found = blind_spots(captured.lens, Meeting(captured.end, captured.end))
    return {(finding.code, finding.evidence.get("name")) for finding in found}


def test_a_table_that_was_emptied_is_noticed_on_mariadb_without_rights(open_mariadb_host: TestHost) -> None:
    with mariadb_database_on(open_mariadb_host) as database:
        captured = Captured(open_endpoint("old", database.direct_url), ("item",))
        captured.build()
        install(captured.end, captured.lens, Side.OLD)
        with captured.connect() as connection, connection.begin():
            create_halves(connection, captured.lens, Side.OLD)
            half = Agreed(captured.lens.pairs[0], Side.OLD).clause
            connection.execute(insert(half).values(
                {column.name: b"3" for column in half.c if "key" in column.name} | {"said": b""}))
        captured.confirm()
        captured.act("truncate item")
        captured.confirm()
        assert captured.taken() == {"item": {(3,)}}, "the row that both sides had agreed on"


def test_a_truncated_table_is_noticed_on_mariadb(on_mariadb: Captured) -> None:
    on_mariadb.reset()
    on_mariadb.confirm()
    on_mariadb.act("truncate item", "insert into item values (5, 'e', 0)")
    assert on_mariadb.taken() == {"item": {(5,)}}
    on_mariadb.confirm()
    assert on_mariadb.taken() == {"item": {(5,)}}, "the rows that are there; nobody had agreed on others yet"


def test_what_is_not_whole_any_more_is_named(on_postgresql: Captured, on_mariadb: Captured) -> None:
    trigger = trigger_of(on_postgresql, "select tgname from pg_trigger where tgname like 'migrator_capture_update%%' "
                                        "and tgrelid = 'item'::regclass")
    _require_named(on_postgresql, f"alter table item disable trigger {trigger}", "altered or disabled")
    _require_named(on_postgresql, f"alter table item enable replica trigger {trigger}", "altered or disabled")
    _require_named(on_postgresql, f"drop trigger {trigger} on item", "altered or disabled")
    _require_named(on_postgresql, f"drop function {trigger} cascade", "missing")
    _require_named(on_postgresql, f"create or replace function {trigger}() returns trigger language plpgsql "
                                  "as 'begin return null; end'", "altered or disabled")
    trigger = trigger_of(on_mariadb, "select trigger_name from information_schema.triggers where event_object_table "
                                     "= 'item' and trigger_name like 'migrator_capture_update%%' "
                                     "and trigger_schema = database()")
    _require_named(on_mariadb, f"drop trigger {trigger}", "missing")
    trigger = trigger_of(on_mariadb, "select trigger_name from information_schema.triggers where event_object_table "
                                     "= 'outside' and event_manipulation = 'DELETE' and trigger_schema = database()")
    _require_named(on_mariadb, f"drop trigger {trigger}", "missing", "outside", "inside")


def _require_named(captured: Captured, statement: str, said: str, table: str = "item", noted: str = "item") -> None:
    captured.reset()
    captured.confirm()
    captured.act(statement)
    with pytest.raises(CaptureBroken, match=f"of {table} .*{said}"):
        captured.confirm()
    captured.act(f"update {noted} set id = id")
    install(captured.end, captured.lens, Side.OLD)
    captured.confirm()
    assert captured.taken()[noted] == EVERY_ITEM, "what went unseen meanwhile is found after the installation"


def trigger_of(captured: Captured, query: str) -> str:
    with captured.connect() as connection, connection.begin():
        return str(connection.exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize("make", ["postgresql", "mariadb"])
def test_another_structure_is_named_and_nothing_is_left_at_the_end(make: str, request: pytest.FixtureRequest) -> None:
    captured: Captured = request.getfixturevalue(f"on_{make}")
    captured.reset()
    captured.confirm()
    captured.act("alter table item add column w int")
    with pytest.raises(CaptureBroken, match="structure of item"):
        captured.confirm()
    captured.act("alter table item drop column w")
    captured.confirm()
    remove(captured.end, captured.lens, Side.OLD)
    remove(captured.end, captured.lens, Side.OLD)
    captured.act("update item set v = 5", "delete from parent", *ROWS[1:2])
    with captured.connect() as connection, connection.begin():
        left = connection.exec_driver_sql(
            "select table_name from information_schema.tables where table_name like 'migrator%%' "
            f"and table_schema = '{captured.end.namespace}'").scalars().all()
    assert left == []
