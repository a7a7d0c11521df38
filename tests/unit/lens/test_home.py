"""The way home deletes what is gone on the new side, and never what had not arrived there."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import FindingsBlock
from migrator.lens.copy.copy import forward
from migrator.lens.copy.home import backward
from migrator.lens.places.endpoint import open_endpoint
from tests.copying.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    made = World(old, new)
    made.build()
    return made


def on(world: World, side: str, *statements: str) -> list[tuple[object, ...]]:
    """What the last statement found."""
    with getattr(world, side).connect() as connection, connection.begin():
        *first, last = statements
        for statement in first:
            connection.exec_driver_sql(statement)
        found = connection.exec_driver_sql(last)
        return [tuple(row) for row in found] if found.returns_rows else []


def tasks(world: World) -> list[tuple[object, ...]]:
    return on(world, "old", "select * from task order by id")


def test_what_was_never_carried_over_is_not_gone(world: World) -> None:
    before = tasks(world)
    on(world, "new", "insert into department values (1, 'D1', 'here')")  # as a vendor's installation brings some
    with pytest.raises(FindingsBlock) as caught:
        backward(world.lens(), world.meeting)
    assert "holds no rows of task -> item, note -> remark" in caught.value.message
    assert tasks(world) == before


def test_what_a_copy_has_not_brought_yet_is_not_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tasks(world)
    monkeypatch.setattr("migrator.lens.copy.copy.raise_counters", interrupt)
    with pytest.raises(KeyboardInterrupt):
        forward(world.lens(), world.meeting)
    on(world, "new", "delete from remark", "delete from item_member", "delete from item where id > 3")
    with pytest.raises(FindingsBlock) as caught:
        backward(world.lens(), world.meeting)
    assert "has not ended" in caught.value.message
    assert tasks(world) == before


def interrupt(*_about: object) -> None:
    raise KeyboardInterrupt


def test_a_table_that_was_emptied_after_the_copy_is_empty_at_home(world: World) -> None:
    forward(world.lens(), world.meeting)
    on(world, "new", "delete from remark")
    backward(world.lens(), world.meeting)
    assert on(world, "old", "select count(*) from note") == [(0,)]
    assert len(tasks(world)) == world.tasks


def test_what_cannot_be_said_at_home_is_named(world: World) -> None:
    before = tasks(world)
    forward(world.lens(), world.meeting)
    on(world, "new", "update item set state = 'LOST' where id = 3")
    with pytest.raises(FindingsBlock) as caught:
        backward(world.lens(), world.meeting)
    assert "task -> item, status <-> state: " in caught.value.message
    assert "rows: 1, keys: 3" in caught.value.message
    assert tasks(world) == before
