"""What people do to keys in an office, and what must have come over then."""

from __future__ import annotations

from migrator.lens.side import Side
from tests.ordering.office import Office
from tests.ordering.stories import Story


def a_parent_gets_another_key(office: Office) -> None:
    """A person is called otherwise, with tasks, teams and bosses that say so; notes and badges stay with them."""
    _people(office)
    office.old("insert into person (id, team_id, seat, name) values (11, 1, 91, 'x')",
               "update task set person_id = 11 where person_id = 1", "update person set boss_id = 11 where boss_id = 1",
               "update team set lead_id = 11", "delete from person where id = 1",
               "update person set id = 7, seat = 7 where id = 3")
    office.drain()
    assert office.came("select id, note from person order by id") == [(2, "n2"), (7, "n3"), (11, None)]
    office.old("update person set id = 8 where id = 7")
    office.drain()
    assert office.came("select id, note, seat from person where id > 2 order by id") == [(8, "n3", 7), (11, None, 91)]
    assert office.came("select id, person_id from badge order by id") == [(2, 2), (3, 8)]


def chains_of_keys(office: Office) -> None:
    """One person takes the key that another gives up, and one key is changed twice."""
    _people(office)
    office.old("update person set id = 30 where id = 3", "update person set id = 31 where id = 30",
               "delete from task where person_id = 2", "update person set id = 3 where id = 2",
               "insert into person (id, seat) values (2, 22)")
    office.drain()
    assert office.came("select id, note from person order by id") == [(1, "n1"), (2, None), (3, "n2"), (31, "n3")]
    assert office.came("select person_id from badge where id > 1 order by id") == [(3,), (31,)]


def keys_are_swapped(office: Office) -> None:
    """Two people exchange their keys; nothing else tells them apart but what the new version knows."""
    _people(office)
    office.old("delete from task", "update person set id = 30 where id = 3", "update person set id = 3 where id = 2",
               "update person set id = 2 where id = 30")
    office.drain()
    assert office.came("select id, note, seat from person order by id") == [(1, "n1", 1), (2, "n3", 3), (3, "n2", 2)]
    assert office.came("select id, person_id from badge order by id") == [(1, 1), (2, 3), (3, 2)]


def a_key_is_used_again(office: Office) -> None:
    """Somebody leaves, and another gets their key."""
    _people(office)
    office.old("delete from task where person_id = 2", "delete from person where id = 2",
               "update person set id = 2 where id = 3")
    office.drain()
    assert office.came("select id, note, seat from person order by id") == [(1, "n1", 1), (2, "n3", 3)]
    assert office.came("select id, person_id from badge order by id") == [(1, 1), (3, 2)]


def keys_change_at_the_new_side(office: Office) -> None:
    """The other way round: what the old version says of a row follows it."""
    _people(office)
    office.new("delete from badge", "update person set id = 9 where id = 3")
    office.drain()
    assert office.rows(Side.OLD, "select id, seat from person order by id") == [(1, 1), (2, 2), (9, 3)]


def _people(office: Office) -> None:
    """A lead with a team, two others, tasks of the first two; all with notes and badges of the new version alone."""
    office.old("insert into team (id, code) values (1, 'A')",
               "insert into person (id, team_id, seat) values (1, 1, 1), (2, 1, 2), (3, 1, 3)",
               "update person set boss_id = 1", "update team set lead_id = 1",
               "insert into task values (1, 1, 1), (2, 2, 1)")
    office.drain()
    office.new(*(f"update person set note = 'n{n}' where id = {n}" for n in (1, 2, 3)),
               *(f"insert into badge values ({n}, {n})" for n in (1, 2, 3)))
    office.drain()


KEYS: list[Story] = [a_parent_gets_another_key, chains_of_keys, keys_are_swapped, a_key_is_used_again,
                     keys_change_at_the_new_side]
