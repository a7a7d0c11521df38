"""Rows that the other side refuses are put aside with the reason; the rest goes on, and what is mended comes after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.errors import DatabaseError, WrongUse
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.batch.carrier import Carrier
from migrator.sync.quarantine import wards
from migrator.sync.quarantine.listing import Quarantined, counted, quarantined, release
from migrator.sync.quarantine.reasons import Reason
from tests.syncing.shop import Shop


def meeting_in(folder: Path) -> Meeting:
    return Meeting(*(open_endpoint(name, f"sqlite:///{folder / name}.db") for name in ("old", "new")))


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """After which pauses rows are tried again by themselves; never, if nothing is said."""
    monkeypatch.setattr(wards, "PAUSES", ())
    return lambda *seconds: monkeypatch.setattr(wards, "PAUSES", seconds)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop.opened(meeting_in(tmp_path))


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Keys of each batch that was tried."""
    tried: list[int] = []
    apply = Carrier._apply

    def counting(self: Carrier, parts, entries, *, last=True):  # type: ignore[no-untyped-def]
        tried.append(sum(part.count for part in parts))
        return apply(self, parts, entries, last=last)

    monkeypatch.setattr(Carrier, "_apply", counting)
    return tried


def only(shop: Shop) -> Quarantined:
    found, = quarantined(shop.meeting)
    return found


@pytest.mark.parametrize(("poison", "mended", "reason"), [
    ("title = '" + "长" * 41 + "'", "title = 'short'", Reason.NO_COUNTERPART),
    ("hours = 5000", "hours = 50", Reason.CHECK),
    ("state = 'X'", "state = 'C'", Reason.NO_COUNTERPART)])
def test_one_row_is_refused_and_comes_through_when_it_is_mended(shop: Shop, poison: str, mended: str, reason: Reason
                                                                ) -> None:
    shop.old(*(f"insert into task (id, title, state) values ({n}, 't{n}', 'O')" for n in range(2, 20)),
             f"update task set {poison} where id = 7")
    shop.drain()
    assert sorted(number for number, in shop.rows(Side.NEW, "select id from item")) == [*range(1, 7), *range(8, 20)]
    found = only(shop)
    assert (found.key, found.code, found.tries, found.side) == ({"id": "7"}, reason, 1, Side.OLD)
    assert "JSON" not in found.said, "what a server was made to say where there is no value"
    assert counted(shop.meeting) == {"task -> item": 1}
    shop.old(f"update task set {mended} where id = 7")
    shop.drain()
    assert shop.rows(Side.NEW, "select id from item where id = 7") == [(7,)]
    assert quarantined(shop.meeting) == []


def test_a_row_that_is_still_wrong_is_tried_when_it_is_written(shop: Shop) -> None:
    shop.old("update task set hours = 5000")
    shop.drain()
    since = only(shop).since
    shop.drain()
    assert only(shop).tries == 1, "nothing is tried while nothing is written"
    shop.old("update task set hours = 6000")
    shop.drain()
    assert (only(shop).tries, only(shop).since) == (2, since)
    shop.old("delete from task")
    shop.drain()
    assert quarantined(shop.meeting) == [] and shop.rows(Side.NEW, "select id from item") == []


def test_one_poison_in_a_thousand_costs_few_batches(shop: Shop, batches: list[int]) -> None:
    shop.old("insert into task (id, title, hours) with recursive n(i) as (select 2 union all select i + 1 from n "
             "where i < 1001) select i, 't', case when i = 700 then 5000 else 1 end from n")
    shop.drain()
    assert [one.key for one in quarantined(shop.meeting)] == [{"id": "700"}]
    assert shop.rows(Side.NEW, "select count(*) from item") == [(1000,)]
    assert len([keys for keys in batches if keys]) <= 24 and sum(batches) <= 4200


def test_twenty_poisons_do_not_bring_everything_to_a_halt(shop: Shop) -> None:
    shop.old("insert into task (id, title, hours) with recursive n(i) as (select 2 union all select i + 1 from n "
             "where i < 401) select i, 't', case when i % 20 = 0 then 5000 else 1 end from n")
    shop.drain()
    assert sorted(int(one.key["id"] or 0) for one in quarantined(shop.meeting)) == list(range(20, 401, 20))
    assert shop.rows(Side.NEW, "select count(*) from item") == [(381,)]
    shop.old("update task set hours = 2")
    shop.drain()
    assert quarantined(shop.meeting) == [] and shop.rows(Side.NEW, "select count(*) from item") == [(401,)]


def test_rows_that_wait_in_vain_stand_aside_until_what_they_wait_for_comes(shop: Shop) -> None:
    shop.old("insert into task (id, title, customer_id) values (2, 'child', 9)",
             "update task set hours = 2 where id = 1")
    shop.drain()
    found = only(shop)
    assert (found.key, found.code, found.said) == (
        {"id": "2"}, Reason.WAITS, "it waits for a row that does not come: parent: item(client_id) -> client")
    assert shop.rows(Side.NEW, "select id, hours from item") == [(1, 2)]
    shop.old("insert into customer values (9, 'late')")
    shop.drain()
    assert shop.rows(Side.NEW, "select id, client_id from item where id = 2") == [(2, 9)]
    assert quarantined(shop.meeting) == []


def test_children_of_a_refused_row_say_what_they_wait_for_and_come_with_it(shop: Shop) -> None:
    shop.old("insert into customer values (9, 'bad')",
             "insert into task (id, title, customer_id) values (2, 'child', 9), (3, 'child', 9)")
    shop.drain()
    assert {(one.tables, one.code) for one in quarantined(shop.meeting)} == {
        ("customer -> client", Reason.CHECK), ("task -> item", Reason.WAITS)}
    assert counted(shop.meeting) == {"customer -> client": 1, "task -> item": 2}
    shop.old("update customer set title = 'mended'")
    shop.drain()
    assert shop.rows(Side.NEW, "select id, client_id from item where id > 1") == [(2, 9), (3, 9)]
    assert quarantined(shop.meeting) == []


def test_people_may_have_it_tried_again(shop: Shop) -> None:
    shop.old("update task set hours = 5000")
    shop.drain()
    with pytest.raises(WrongUse, match="there is no new-3 in quarantine"):
        release(shop.lens, shop.meeting, "new-3")
    assert [one.number for one in release(shop.lens, shop.meeting, only(shop).number)] == [only(shop).number]
    assert only(shop).again
    shop.drain()
    assert (only(shop).tries, only(shop).again) == (2, False)


def test_it_is_tried_again_by_itself(shop: Shop, pauses: Callable[..., None]) -> None:
    shop.new("insert into client values (8, 'only one')")
    shop.drain()
    shop.old("insert into customer values (9, 'only one')")
    shop.drain()
    assert (only(shop).code, only(shop).said) == (
        Reason.WAITS, "the other side has another row with a value that only one may have: unique: client(label)")
    shop.new("update client set label = 'another' where id = 8")
    shop.drain()
    assert only(shop).tries == 1
    pauses(0)
    shop.drain()
    shop.drain()
    assert shop.rows(Side.NEW, "select label from client where id = 9") == [("only one",)]
    assert quarantined(shop.meeting) == []


def test_but_not_for_ever(shop: Shop, pauses: Callable[..., None]) -> None:
    shop.old("update task set hours = 5000")
    pauses(0, 0)
    for _ in range(5):
        shop.drain()
    assert only(shop).tries == 3


def test_the_way_home_has_a_quarantine_of_its_own(shop: Shop) -> None:
    shop.new("update item set status = 'strange'", "insert into item (id, subject) values (4, 'fine')")
    shop.drain()
    assert (only(shop).side, only(shop).code) == (Side.NEW, Reason.NO_COUNTERPART)
    assert shop.rows(Side.OLD, "select title from task where id = 4") == [("fine",)]


def test_a_start_goes_on_behind_a_row_that_is_refused(tmp_path: Path) -> None:
    shop = Shop.opened(meeting_in(tmp_path), before=(
        "insert into task (id, title, hours) values (2, 'x', 5000), (3, 'y', 1)",))
    assert shop.rows(Side.NEW, "select id from item order by id") == [(1,), (3,)]
    assert only(shop).key == {"id": "2"}


def test_what_is_not_the_rows_fault_ends_the_batch(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError("the disk is full", where="new")

    monkeypatch.setattr(Carrier, "_write", failing)
    shop.old("update task set hours = 3")
    with pytest.raises(DatabaseError, match="the disk is full"):
        shop.drain()
    monkeypatch.undo()
    shop.drain()
    assert shop.rows(Side.NEW, "select hours from item") == [(3,)] and quarantined(shop.meeting) == []
