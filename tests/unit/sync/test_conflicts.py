"""Both sides have changed the same row: who is right, what becomes of the other, and who is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.errors import FindingsBlock, WrongUse
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.conflicts.listing import Conflict, listed, open_conflicts
from migrator.sync.conflicts.resolve import resolve, resolve_all
from migrator.sync.conflicts.table import Kind, State
from tests.syncing.shop import Shop

Open = Callable[[str], Shop]


@pytest.fixture
def shop_of(tmp_path: Path) -> Open:
    """The shop by its policy."""
    ends = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    meeting = Meeting(*ends)
    return lambda policy: Shop.opened(meeting, policy)


def only(shop: Shop) -> Conflict:
    found, = listed(shop.meeting)
    return found


def quarrel(shop: Shop, first: Side = Side.OLD) -> None:
    for side in (first, first.other):
        shop.write(side, f"update {'task set title' if side is Side.OLD else 'item set subject'} = 'by {side}'")


@pytest.mark.parametrize("first", list(Side))
@pytest.mark.parametrize(("policy", "right"), [("pilot", Side.NEW), ("old", Side.OLD)])
def test_a_side_is_right_whoever_came_first(shop_of: Open, policy: str, right: Side, first: Side) -> None:
    shop = shop_of(policy)
    quarrel(shop, first)
    shop.drain()
    assert shop.titles() == {1: (f"by {right}", f"by {right}")}
    found = only(shop)
    assert (found.kind, found.state, found.winner, found.groups) == (
        Kind.CHANGED, State.SETTLED, right, ("title <-> subject",))
    assert found.keys == {Side.OLD: {"id": "1"}, Side.NEW: {"id": "1"}}


@pytest.mark.parametrize("first", list(Side))
def test_who_wrote_last_is_right(shop_of: Open, first: Side) -> None:
    shop = shop_of("newest")
    quarrel(shop, first)
    shop.drain()
    assert shop.titles() == {1: (f"by {first.other}", f"by {first.other}")}
    assert only(shop).winner is first.other


def test_the_loser_is_kept_to_the_last_cell(shop_of: Open) -> None:
    shop = shop_of("pilot")
    shop.old("update task set title = '旧 \"x\" \\ 表', hours = 12.50, members = 'wang,李', state = null, fax = '0755'")
    shop.new("update item set subject = 'new', hours = 3")
    shop.drain()
    assert only(shop).rows == {Side.OLD: {
        "id": "1", "title": '旧 "x" \\ 表', "state": None, "hours": "12.5", "members": "wang,李", "customer_id": None,
        "fax": "0755"}}
    assert shop.rows(Side.NEW, "select subject, hours, status from item") == [("new", 3, None)]


def test_different_places_of_a_row_are_merged(shop_of: Open) -> None:
    shop = shop_of("ask")
    shop.old("update task set title = 'from old'")
    shop.new("update item set hours = 9", "insert into item_member values (1, 'zhao')")
    shop.drain()
    assert shop.rows(Side.OLD, "select title, hours, members from task") == [("from old", 9, "li,wang,zhao")]
    assert shop.rows(Side.NEW, "select subject, hours from item") == [("from old", 9)]
    assert listed(shop.meeting) == []


def test_several_writes_in_a_row_are_one_conflict(shop_of: Open) -> None:
    shop = shop_of("pilot")
    for number in range(3):
        shop.old(f"update task set title = 'old {number}'")
        shop.new(f"update item set subject = 'new {number}'")
    shop.drain()
    assert shop.titles() == {1: ("new 2", "new 2")}
    assert only(shop).rows[Side.OLD]["title"] == "old 2"
    shop.drain()
    assert len(listed(shop.meeting)) == 1


def test_the_same_change_on_both_sides_is_none(shop_of: Open) -> None:
    shop = shop_of("ask")
    shop.old("update task set title = 'same'")
    shop.new("update item set subject = 'same'")
    shop.drain()
    assert listed(shop.meeting) == []


def test_lists_of_links_can_be_at_odds(shop_of: Open) -> None:
    shop = shop_of("old")
    shop.old("update task set members = 'li'")
    shop.new("insert into item_member values (1, 'zhao')")
    shop.drain()
    assert shop.rows(Side.NEW, "select member from item_member") == [("li",)]
    assert only(shop).rows[Side.NEW]["item_member"] == "=li,=wang,=zhao"


@pytest.mark.parametrize("policy", ["pilot", "old", "newest", "ask"])
@pytest.mark.parametrize("deletes", list(Side))
def test_a_change_outlives_a_deletion(shop_of: Open, policy: str, deletes: Side) -> None:
    shop = shop_of(policy)
    change = {Side.OLD: "update task set title = 'kept'", Side.NEW: "update item set subject = 'kept'"}
    shop.write(deletes, f"delete from {'task' if deletes is Side.OLD else 'item'}")
    shop.write(deletes.other, change[deletes.other])
    shop.drain()
    assert shop.titles() == {1: ("kept", "kept")}
    found = only(shop)
    assert (found.kind, found.winner, found.rows, found.state) == (Kind.DELETED, deletes.other, {}, State.SETTLED)


def test_who_is_asked_is_waited_for(shop_of: Open) -> None:
    shop = shop_of("ask")
    quarrel(shop)
    shop.drain()
    shop.old("update task set hours = 7")  # what comes later waits too
    shop.new("update item set note = 'mine', status = 'closed'")
    shop.drain()
    assert shop.titles() == {1: ("by old", "by new")}
    assert shop.rows(Side.NEW, "select hours, status from item") == [(1.5, "closed")]
    assert shop.rows(Side.OLD, "select hours, state from task") == [(7, "O")]
    found = only(shop)
    assert (found.state, open_conflicts(shop.meeting)) == (State.OPEN, 1)
    assert (found.rows[Side.OLD]["hours"], found.rows[Side.NEW]["note"]) == ("7", "mine")


@pytest.mark.parametrize("take", list(Side))
def test_a_decision_is_acted_upon(shop_of: Open, take: Side) -> None:
    shop = shop_of("ask")
    quarrel(shop)
    shop.old("update task set hours = 7")
    shop.drain()
    decided = resolve(shop.lens, shop.meeting, only(shop).number, take, "tester")
    assert only(shop).state is State.DECIDED and decided.number == only(shop).number
    shop.drain()
    assert shop.titles() == {1: (f"by {take}", f"by {take}")}
    assert shop.rows(Side.NEW, "select hours from item") == [(7,)], "what one side alone has changed is merged"
    assert open_conflicts(shop.meeting) == 0
    lost = next(one for one in listed(shop.meeting) if take.other in one.rows)
    assert (lost.winner, lost.settled_by, lost.state) == (take, "tester", State.SETTLED)
    assert "by " + take.other in lost.rows[take.other].values()


def test_people_may_settle_it_themselves(shop_of: Open) -> None:
    shop = shop_of("ask")
    quarrel(shop)
    shop.new("update item set status = 'closed'")
    shop.drain()
    shop.old("update task set title = 'by new'")
    shop.drain()
    assert shop.titles() == {1: ("by new", "by new")}
    assert shop.rows(Side.OLD, "select state from task") == [("C",)], "what had to wait comes over"
    assert open_conflicts(shop.meeting) == 0


@pytest.mark.parametrize("policy", ["pilot", "old", "newest", "ask"])
def test_two_things_under_one_number_are_never_mixed(shop_of: Open, policy: str) -> None:
    shop = shop_of(policy)
    shop.old("insert into task (id, title, hours) values (5, 'old five', 1)")
    shop.new("insert into item (id, subject, hours) values (5, 'new five', 2)")
    shop.drain()
    assert shop.titles()[5] == ("old five", "new five")
    found = only(shop)
    assert (found.kind, found.state) == (Kind.SAME_KEY, State.OPEN)
    assert (found.rows[Side.OLD]["title"], found.rows[Side.NEW]["subject"]) == ("old five", "new five")
    assert [one.number for one in resolve_all(shop.lens, shop.meeting, Side.OLD, "tester")] == [found.number]
    shop.drain()
    assert shop.titles()[5] == ("old five", "old five")
    assert any(one.rows.get(Side.NEW, {}).get("subject") == "new five" for one in listed(shop.meeting))
    assert open_conflicts(shop.meeting) == 0


@pytest.mark.parametrize("moves", list(Side))
def test_one_of_two_may_make_room(shop_of: Open, moves: Side) -> None:
    shop = shop_of("pilot")
    shop.old("insert into task (id, title) values (5, 'old five')")
    shop.new("insert into item (id, subject) values (5, 'new five')")
    shop.drain()
    shop.write(moves, f"update {'task' if moves is Side.OLD else 'item'} set id = 6 where id = 5")
    shop.drain()
    names = {moves: f"{moves} six", moves.other: f"{moves.other} five"}
    assert shop.titles()[5] == (names[moves.other],) * 2
    assert shop.titles()[6] == (f"{moves} five",) * 2
    assert open_conflicts(shop.meeting) == 0


def test_before_the_baseline_has_ended_the_old_side_is_right(shop_of: Open) -> None:
    shop = shop_of("ask")
    assert listed(shop.meeting) == []
    assert shop.titles() == {1: ("合同", "合同")}


def test_what_is_not_there_cannot_be_resolved(shop_of: Open) -> None:
    shop = shop_of("pilot")
    with pytest.raises(WrongUse, match="there is no conflict new-9"):
        resolve(shop.lens, shop.meeting, "new-9", Side.OLD, "tester")
    quarrel(shop)
    shop.drain()
    with pytest.raises(FindingsBlock, match="waits for nobody"):
        resolve(shop.lens, shop.meeting, only(shop).number, Side.OLD, "tester")


def test_a_stamp_that_both_have_written_is_no_quarrel(shop_of: Open) -> None:
    shop = shop_of("{default: ask, hours: newest}")
    shop.old("update task set title = 'from old', hours = 5")
    shop.new("update item set status = 'closed', hours = 6")
    shop.drain()
    assert shop.rows(Side.OLD, "select title, state, hours from task") == [("from old", "C", 6)]
    assert shop.rows(Side.NEW, "select subject, status, hours from item") == [("from old", "closed", 6)]
    assert listed(shop.meeting) == []


def test_each_group_has_its_own_policy(shop_of: Open) -> None:
    shop = shop_of("{default: pilot, subject: old}")
    shop.old("update task set title = 'by old', hours = 5")
    shop.new("update item set subject = 'by new', hours = 6")
    shop.drain()
    assert shop.rows(Side.NEW, "select subject, hours from item") == [("by old", 6)]
    assert shop.rows(Side.OLD, "select title, hours from task") == [("by old", 6)]
    lost = [one.rows for one in listed(shop.meeting)]
    assert [row.get(Side.NEW, {}).get("subject") for row in lost if Side.NEW in row] == ["by new"]
    assert [row.get(Side.OLD, {}).get("hours") for row in lost if Side.OLD in row] == ["5"]
