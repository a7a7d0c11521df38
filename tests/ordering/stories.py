"""What people do in an office, and what must have come over then, however small the batches are."""

from __future__ import annotations

from collections.abc import Callable

from migrator.lens.side import Side
from tests.ordering.office import Office

Story = Callable[[Office], None]


def children_before_parents(office: Office) -> None:
    """The queue has the tasks before their people, and the people before their team."""
    office.old("insert into team (id, code) values (1, 'A')", "insert into person (id, team_id, seat) values (1, 1, 1)",
               "insert into task values (1, 1, 1)")
    office.drain()
    office.old("insert into team (id, code) values (2, 'B')", "insert into person (id, team_id, seat) values (2, 2, 2)",
               "insert into task values (2, 2, 1), (3, 2, 2)", "update team set code = 'C' where id = 2",
               "update task set person_id = 2, place = 3 where id = 1")
    office.drain()
    assert office.came("select id, person_id, place from task order by id") == [(1, 2, 3), (2, 2, 1), (3, 2, 2)]


def deep_trees(office: Office) -> None:
    """A chain of bosses arrives from below, is turned round, and goes."""
    bosses = ", ".join(f"({n}, {n - 1 or 'null'}, {n})" for n in range(1, 9))
    office.old(f"insert into person (id, boss_id, seat) values {bosses}")
    office.drain()
    office.new("update person set note = 'tall' where id = 4")
    office.old("update person set boss_id = null",
               *(f"update person set boss_id = {n + 1} where id = {n}" for n in range(1, 8)))
    office.drain()
    assert office.came("select id, boss_id, note from person where boss_id is null or id = 4 order by id") == [
        (4, 5, "tall"), (8, None, None)]
    office.old("update person set boss_id = 8 where id <= 4", "delete from person where id = 5",
               "delete from person where id = 6", "insert into person (id, boss_id, seat) values (10, 8, 5)",
               "update person set boss_id = 10 where id = 8")
    office.drain()
    assert office.came("select id, boss_id from person order by id") == [
        (1, 8), (2, 8), (3, 8), (4, 8), (7, 8), (8, 10), (10, 8)]
    office.old("update person set boss_id = null where id = 8", "delete from person where id < 8",
               "delete from person where id = 10", "delete from person")
    office.drain()
    assert office.came("select count(*) from person") == [(0,)]


def parents_go_with_their_children(office: Office) -> None:
    """Deletions arrive in any order, among rows that are given to somebody else."""
    office.old("insert into team (id, code) values (1, 'A'), (2, 'B')",
               "insert into person (id, team_id, seat) values (1, 1, 1), (2, 1, 2), (3, 1, 3)",
               "insert into task values (1, 1, 1), (2, 2, 1), (3, 3, 1)")
    office.drain()
    office.old("delete from task where id < 3", "update person set team_id = 2 where id = 3",
               "delete from person where id < 3", "delete from team where id = 1",
               "insert into team (id, code) values (3, 'A')")
    office.drain()
    assert office.came("select id, code from team order by id") == [(2, "B"), (3, "A")]
    assert office.came("select id, team_id from person") == [(3, 2)]
    office.old("insert into person (id, seat) values (4, 4)", "update task set person_id = 4",
               "delete from person where id = 3", "delete from team")
    office.drain()
    assert office.came("select id, person_id from task") == [(3, 4)]


def values_change_hands(office: Office) -> None:
    """Seats and addresses are swapped, rotate, are left and taken; only-new notes stay with their rows."""
    office.old("insert into team (id, code) values (1, 'A'), (2, 'B'), (3, 'C')",
               "insert into person (id, seat, email) values (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c'), (4, 4, null)",
               "insert into task values (1, 1, 1), (2, 1, 2), (3, 1, 3)")
    office.drain()
    office.new(*(f"update {table} set note = 'n{n}' where id = {n}" for table in ("person", "team", "task")
                 for n in (1, 2, 3)))
    _swap(office, "person", "seat", {1: 2, 2: 1}, away="99")
    _swap(office, "person", "email", {1: "'b'", 2: "'c'", 3: "'a'"}, away="null")
    _swap(office, "team", "code", {1: "'B'", 2: "'C'", 3: "'A'"}, away="'-'")
    _swap(office, "task", "place", {1: 2, 2: 3, 3: 1}, away="99")
    office.drain()
    assert office.came("select id, seat, email, note from person order by id") == [
        (1, 2, "b", "n1"), (2, 1, "c", "n2"), (3, 3, "a", "n3"), (4, 4, None, None)]
    assert office.came("select id, code, note from team order by id") == [
        (1, "B", "n1"), (2, "C", "n2"), (3, "A", "n3")]
    assert office.came("select id, place, note from task order by id") == [(1, 2, "n1"), (2, 3, "n2"), (3, 1, "n3")]
    office.old("delete from person where id = 3",
               "insert into person (id, seat, email) values (5, 3, 'a'), (6, 6, null)",
               "update person set email = null, seat = 7 where id = 1",
               "update person set email = 'b', seat = 2 where id = 4")
    office.drain()
    assert office.came("select id, seat, email from person order by id") == [
        (1, 7, None), (2, 1, "c"), (4, 2, "b"), (5, 3, "a"), (6, 6, None)]


def rows_name_each_other(office: Office) -> None:
    """A team names its lead, who belongs to it; a person is their own boss."""
    office.old("insert into team (id, code) values (1, 'A'), (2, 'B')",
               "insert into person (id, team_id, boss_id, seat) values (1, 1, 1, 1), (2, 2, 1, 2)",
               "update team set lead_id = 1 where id = 1", "update team set lead_id = 2 where id = 2")
    office.drain()
    assert office.came("select id, lead_id from team order by id") == [(1, 1), (2, 2)]
    office.old("insert into team (id, code) values (3, 'C')",
               "insert into person (id, team_id, boss_id, seat) values (3, 3, 3, 3)",
               "update team set lead_id = 3", "update person set boss_id = 3", "update person set team_id = 3")
    office.drain()
    assert office.came("select id, lead_id from team order by id") == [(1, 3), (2, 3), (3, 3)]
    assert office.came("select id, team_id, boss_id from person order by id") == [(1, 3, 3), (2, 3, 3), (3, 3, 3)]
    office.old("update team set lead_id = null where id < 3", "delete from team where id < 3",
               "update team set lead_id = null", "update person set boss_id = null, team_id = null",
               "delete from team", "delete from person")
    office.drain()
    assert office.came("select (select count(*) from team) + (select count(*) from person)") == [(0,)]


def tickets_change_their_kind(office: Office) -> None:
    """A bug becomes a wish under the same key, and keeps what the new version alone knows."""
    office.old("insert into bug values (1, 'slow'), (2, 'dark')", "insert into wish values (3, 'fast')")
    office.drain()
    office.new("update ticket set note = 'n' || id" if office.meeting.new.make != "mariadb"
               else "update ticket set note = concat('n', id)")
    office.old("delete from bug where id = 1", "insert into wish values (1, 'slow')",
               "delete from wish where id = 3", "insert into bug values (3, 'dark one')")
    office.drain()
    assert office.came("select id, kind, title, note from ticket order by id") == [
        (1, "wish", "slow", "n1"), (2, "bug", "dark", "n2"), (3, "bug", "dark one", "n3")]
    office.new("update ticket set kind = 'wish' where id = 2", "update ticket set kind = 'bug' where id = 1")
    office.drain()
    assert office.came("select id, kind, note from ticket order by id") == [
        (1, "bug", "n1"), (2, "wish", "n2"), (3, "bug", "n3")]
    assert office.rows(Side.OLD, "select id from wish") == [(2,)]


def _swap(office: Office, table: str, column: str, wanted: dict[int, object], away: str) -> None:
    """Each row takes the value of the next, as an application does it: the first steps aside meanwhile."""
    first, *others = wanted
    last = [(first, away), *((row, wanted[row]) for row in reversed(others)), (first, wanted[first])]
    office.old(*(f"update {table} set {column} = {value} where id = {row}" for row, value in last))


STORIES: list[Story] = [children_before_parents, deep_trees, parents_go_with_their_children, values_change_hands,
                        rows_name_each_other, tickets_change_their_kind]
