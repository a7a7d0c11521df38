"""Rows that depend on each other come over in batches of any size, and wait where they must."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from migrator.lens.copy.session import Session
from migrator.lens.side import Way
from migrator.sync.batch.decide import Act
from migrator.sync.batch.shape import Shape
from tests.ordering.office import Office
from tests.ordering.stories import STORIES, Story


@pytest.mark.parametrize("batch", [2, 1000])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_story(office: Office, story: Story, batch: int) -> None:
    office.small(batch)
    story(office)


def test_who_hangs_on_a_row_decides_whether_it_goes(office: Office) -> None:
    office.old("insert into person (id, seat) values (1, 1), (2, 2)")
    office.drain()
    office.new("insert into badge values (1, 1), (2, 2)", "insert into audit values (1, 0, 2)")
    office.old("delete from person")
    assert reasons(office) == [None, "child: audit(person_id)"]
    assert office.came("select id from person") == [(2,)]
    assert office.came("select id from badge") == [(2,)]


def test_a_row_that_waits_comes_when_it_can(office: Office) -> None:
    office.old("insert into person (id, seat) values (1, 1)")
    office.drain()
    office.new("insert into person (id, seat) values (5, 50)")
    office.old("insert into person (id, seat) values (2, 50), (3, 3)")
    assert reasons(office) == ["unique: person(seat)", None]
    office.new("update person set seat = 51 where id = 5")
    for _round in range(4):
        office.round()
    assert office.came("select id, seat from person order by id") == [(1, 1), (2, 50), (3, 3), (5, 51)]


def test_a_row_of_nobody_is_not_written_over(office: Office) -> None:
    office.new("insert into ticket (id, kind, title) values (9, 'none', 'kept')")
    office.old("insert into bug values (9, 'new')")
    assert reasons(office) == ["claim: ticket"]
    assert office.came("select kind, title from ticket") == [("none", "kept")]


def test_a_parent_that_is_gone_is_waited_for(office: Office) -> None:
    office.old("insert into person (id, seat) values (1, 1)")
    office.drain()
    office.new("delete from person")
    office.old("insert into task values (1, 1, 1)")
    assert reasons(office) == ["parent: task(person_id) -> person"]
    assert office.came("select id from task") == []


def reasons(office: Office) -> list[str | None]:
    """Why rows wait in the next batch out of the old version, in the order of their keys."""
    found: list[str | None] = []

    def heed(shape: Shape, session: Session) -> None:
        if shape.way is Way.FORWARD:
            stage, plan = shape.stage.clause, shape.plan.clause
            asked = select(plan.c.why).select_from(stage.join(plan, plan.c.stage == stage.c.id))
            found.extend(session.ask(asked.where(plan.c.act != Act.NONE).order_by(stage.c.s_1)).scalars())

    office.appliers[0].heed(heed)
    office.round()
    return found
