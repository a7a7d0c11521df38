"""What was written while capture was not whole comes over once it has been mended."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.verify import compare
from migrator.sync.applier import open_applier
from migrator.sync.capture import CaptureBroken
from migrator.sync.starting.start import start
from tests.copying.world import World


def test_changes_that_left_no_entry_come_over_after_a_start(tmp_path: Path) -> None:
    world = World(*(open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")))
    world.build()
    lens = world.lens()
    start(lens, world.meeting)
    forget(world.old, "task")
    run(world.old, "update task set title = 'unseen' where id = 1", "delete from note where task = 2",
        "delete from task where id = 2", "insert into task (id, title) values (77, 'unseen too')")
    with open_applier(lens, world.meeting, holder="test") as applier, pytest.raises(CaptureBroken, match="task"):
        applier.drain()
    start(lens, world.meeting)
    with open_applier(lens, world.meeting, holder="test") as applier:
        applier.drain()
    assert compare(lens, world.meeting).as_json()["equal"]
    assert world.there("select id, subject from item where subject like 'unseen%' or id = 2 order by id") == [
        (1, "unseen"), (77, "unseen too")]


def forget(end: Endpoint, table: str) -> None:
    """Drop the triggers of capture on a table."""
    with end.connect() as connection, connection.begin():
        for name in connection.execute(text("select name from sqlite_master where type = 'trigger' and tbl_name = :t "
                                            "and name like 'migrator_capture%'"), {"t": table}).scalars().all():
            connection.exec_driver_sql(f"drop trigger {name}")


def run(end: Endpoint, *statements: str) -> None:
    with end.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)
