"""Capture on SQLite: what is written leaves an entry, and what keeps it from doing so is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from migrator.errors import DatabaseError
from migrator.lens.copy.session import Session
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.side import Side
from migrator.sync.capture import CaptureBroken, install, remove
from migrator.sync.guard import applying
from tests.capturing.world import EVERYWHERE, Captured, Keys

REPLACED: dict[str, tuple[tuple[str, ...], dict[str, Keys]]] = {
    "by a unique value": (("insert or replace into item values (9, 'a', 5)",), {"item": {(1,), (9,)}}),
    "by its key": (("replace into item values (1, 'z', 5)",), {"item": {(1,)}}),
    "by an update": (("update or replace item set code = 'a' where id = 2",), {"item": {(1,), (2,)}}),
    "with what names it": (("replace into parent values (1, 5)",),
                           {"parent": {(1,)}, "child": {(1, 1), (1, 2)}, "leaf": {(10,)}, "note": {(100,)}}),
    "not, but changed": (("insert into item values (9, 'a', 5) on conflict (code) do update set v = 5",),
                         {"item": {(1,)}}),
}


@pytest.fixture
def captured(tmp_path: Path) -> Captured:
    made = Captured(open_endpoint("old", f"sqlite:///{tmp_path / 'old.db'}"))
    made.build()
    install(made.end, made.lens, Side.OLD)
    return made


@pytest.mark.parametrize("what", EVERYWHERE)
def test_whatever_is_written_leaves_its_keys(captured: Captured, what: str) -> None:
    statements, keys = EVERYWHERE[what]
    captured.act(*statements)
    assert captured.taken() == keys


@pytest.mark.parametrize("what", REPLACED)
def test_rows_that_are_replaced_leave_their_keys(captured: Captured, what: str) -> None:
    statements, keys = REPLACED[what]
    captured.act(*statements)
    assert captured.taken() == keys


def test_names_are_only_names(captured: Captured) -> None:
    table, key = captured.spelled_strange
    captured.act(f"insert into {table} values ('键')", f"update {table} set {key} = 'k'")
    assert captured.taken() == {captured.strange_name: {("键",), ("k",)}}


def test_what_is_rolled_back_leaves_nothing(captured: Captured) -> None:
    with pytest.raises(DatabaseError):
        captured.act("insert into item values (4, 'd', 0)", "insert into item values (1, 'e', 0)")
    assert captured.taken() == {}


def test_what_we_write_leaves_nothing_and_what_others_write_after_us_does(captured: Captured) -> None:
    with captured.connect() as connection, connection.begin():
        with applying(Session(captured.end, connection), Side.OLD):
            connection.exec_driver_sql("update item set v = 1")
        connection.exec_driver_sql("update item set v = 2 where id = 3")
    assert captured.taken() == {"item": {(3,)}}


def test_the_guard_falls_with_an_error(captured: Captured) -> None:
    with captured.connect() as connection, connection.begin():
        with pytest.raises(DBAPIError), applying(Session(captured.end, connection), Side.OLD):
            connection.exec_driver_sql("update item set code = 'a'")
        connection.exec_driver_sql("update item set v = 2 where id = 3")
    assert captured.taken() == {"item": {(3,)}}


def test_all_is_well_after_an_installation_and_after_another(captured: Captured) -> None:
    captured.confirm()
    captured.act("update item set v = 1 where id = 1")
    install(captured.end, captured.lens, Side.OLD)
    captured.confirm()
    assert captured.taken() == {"item": {(1,)}}, "another installation takes nothing away and adds nothing"


@pytest.mark.parametrize(("statements", "said"), [
    (("drop trigger {trigger}",), "a trigger that notes changes of item is missing"),
    (("drop trigger {trigger}", "create trigger {trigger} after update on item begin select 1; end"),
     "a trigger that notes changes of item was altered or disabled"),
    (("alter table item add column w int",), "the structure of item is not the one"),
    (("create trigger theirs after insert on item begin select 1; end",), "the structure of item is not the one"),
])
def test_what_is_not_whole_any_more_is_named(captured: Captured, statements: tuple[str, ...], said: str) -> None:
    captured.confirm()
    trigger = update_trigger(captured)
    captured.act(*(statement.format(trigger=trigger) for statement in statements))
    with pytest.raises(CaptureBroken, match=said):
        captured.confirm()


def test_an_installation_mends_and_counts_every_row_as_written(captured: Captured) -> None:
    captured.act(f"drop trigger {update_trigger(captured)}", "update item set v = 1")
    install(captured.end, captured.lens, Side.OLD)
    captured.confirm()
    assert captured.taken() == {"item": {(1,), (2,), (3,)}}


def test_nothing_is_left_after_a_removal_and_another(captured: Captured) -> None:
    remove(captured.end, captured.lens, Side.OLD)
    remove(captured.end, captured.lens, Side.OLD)
    with captured.connect() as connection, connection.begin():
        left = connection.exec_driver_sql("select name from sqlite_master where name like 'migrator%'").scalars().all()
    assert left == ["migrator_applying"]


def update_trigger(captured: Captured) -> str:
    with captured.connect() as connection, connection.begin():
        return str(connection.exec_driver_sql(
            "select name from sqlite_master where type = 'trigger' and tbl_name = 'item' "
            "and name like 'migrator_capture_update%'").scalar_one())
