"""Conflicts and quarantine on real servers: in one of each make, and between two of different makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from rig_databases import mariadb_database_on, postgres_database_on
from rig_host import TestHost
from sqlalchemy import make_url

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.sync.batch.take import Entries
from migrator.sync.conflicts.listing import Conflict, listed, open_conflicts
from migrator.sync.conflicts.resolve import resolve
from migrator.sync.conflicts.table import Kind, State
from migrator.sync.quarantine import wards
from migrator.sync.quarantine.listing import quarantined
from migrator.sync.quarantine.reasons import Reason
from tests.syncing.shop import Shop

Open = Callable[[str], Shop]
PLACES = ["postgresql", "mariadb", "postgresql > mariadb"]
EACH = "{default: ask, title: pilot, hours: old, members: old}"


@pytest.fixture
def shop_of(request: pytest.FixtureRequest, open_postgres_host: TestHost, open_mariadb_host: TestHost,
            monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """The shop by its policy, at the places that the test names."""
    monkeypatch.setattr(wards, "PAUSES", ())
    with ExitStack() as stack:
        def postgresql() -> tuple[str, str]:
            url = stack.enter_context(postgres_database_on(open_postgres_host)).direct_url
            with open_endpoint("new", url).connect() as connection, connection.begin():
                connection.exec_driver_sql("create schema later")
            return url, f"{url}?options=-csearch_path%3Dlater"

        def mariadb() -> tuple[str, str]:
            both = [stack.enter_context(mariadb_database_on(open_mariadb_host)) for _ in Side]
            old, new = (make_url(both[0].direct_admin_url).set(database=one.name).render_as_string(False)
                        for one in both)
            return old, new

        def opened(policy: str) -> Shop:
            urls = {"postgresql": postgresql, "mariadb": mariadb,
                    "postgresql > mariadb": lambda: (postgresql()[0], mariadb()[1])}[request.param]()
            ends = (open_endpoint(side, url) for side, url in zip(Side, urls, strict=True))
            return Shop.opened(Meeting(*ends), policy)

        yield opened


@pytest.mark.parametrize("shop_of", PLACES, indirect=True)
def test_quarrels(shop_of: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_of(EACH)
    _losers_are_whole(shop)
    _a_batch_that_is_cut_off_tells_nothing_twice(shop, monkeypatch)
    _who_is_asked_decides(shop)
    _two_things_under_one_number(shop)
    _changes_outlive_deletions(shop)


@pytest.mark.parametrize("shop_of", PLACES, indirect=True)
def test_who_wrote_last(shop_of: Open) -> None:
    shop = shop_of("newest")
    for first in Side:
        for side in (first, first.other):
            column = "task set title" if side is Side.OLD else "item set subject"
            shop.write(side, f"update {column} = '{first} {side}'")
        shop.drain()
        assert shop.titles()[1] == (f"{first} {first.other}",) * 2
    assert [one.winner for one in listed(shop.meeting)] == [Side.OLD, Side.NEW]


@pytest.mark.parametrize("shop_of", PLACES, indirect=True)
def test_what_a_server_refuses(shop_of: Open) -> None:
    shop = shop_of("pilot")
    poison = {2: "title = '" + "长" * 41 + "'", 3: "hours = 5000.5", 4: "state = 'X'", 5: "customer_id = 9"}
    shop.old(*(f"insert into task (id, title, state) values ({n}, 't', 'O')" for n in range(2, 12)),
             *(f"update task set {wrong} where id = {n}" for n, wrong in poison.items()))
    shop.new("insert into item (id, subject, status) values (20, 'strange', 'lost'), (21, 'fine', 'open')")
    shop.drain()
    found = {(one.side, one.key["id"]): one.code for one in quarantined(shop.meeting)}
    long = found.pop((Side.OLD, "2"))
    assert long in (Reason.TOO_LONG, Reason.NO_COUNTERPART)
    assert found == {(Side.OLD, "3"): Reason.CHECK, (Side.OLD, "4"): Reason.NO_COUNTERPART,
                     (Side.OLD, "5"): Reason.WAITS, (Side.NEW, "20"): Reason.NO_COUNTERPART}
    assert shop.rows(Side.NEW, "select count(*) from item where id between 6 and 11") == [(6,)]
    assert shop.rows(Side.OLD, "select title from task where id = 21") == [("fine",)]
    shop.old("update task set title = 'short', hours = 5.5, state = 'C' where id in (2, 3, 4)",
             "insert into customer values (9, 'late')")
    shop.new("update item set status = 'closed' where id = 20")
    shop.drain()
    assert quarantined(shop.meeting) == []
    assert shop.rows(Side.NEW, "select id, hours, client_id from item where id in (3, 5) order by id") == [
        (3, 5.5, None), (5, None, 9)]
    assert shop.rows(Side.OLD, "select state from task where id = 20") == [("C",)]


def _latest(shop: Shop) -> Conflict:
    return listed(shop.meeting)[0]


def _losers_are_whole(shop: Shop) -> None:
    shop.old("update task set title = '旧 \"x\" 表', state = null, fax = '0755'")
    shop.new("update item set subject = 'new'")
    shop.drain()
    assert _latest(shop).rows == {Side.OLD: {
        "id": "1", "title": '旧 "x" 表', "state": None, "hours": "1.5", "members": "li,wang", "customer_id": None,
        "fax": "0755"}}
    shop.old("update task set members = 'li', hours = 12.25")
    shop.new("update item set hours = 7.5", "insert into item_member values (1, '赵')")
    shop.drain()
    assert shop.rows(Side.NEW, "select subject, hours from item") == [("new", 12.25)]
    assert shop.rows(Side.NEW, "select member from item_member") == [("li",)]
    lost = _latest(shop).rows[Side.NEW]
    assert (lost["hours"], lost["status"], lost["note"], lost["item_member"]) == ("7.5", None, None, "=li,=wang,=赵")


def _a_batch_that_is_cut_off_tells_nothing_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_args: object) -> None:
        raise KeyboardInterrupt

    before = len(listed(shop.meeting))
    shop.old("update task set title = 'old', hours = 3")
    shop.new("update item set subject = 'right', hours = 100")
    forget = Entries.forget
    monkeypatch.setattr(Entries, "forget", cut)
    with pytest.raises(KeyboardInterrupt):
        shop.drain()
    monkeypatch.setattr(Entries, "forget", forget)
    shop.drain()
    assert sorted(str(one.winner) for one in listed(shop.meeting)[:-before]) == ["new", "old"]
    assert shop.titles() == {1: ("right", "right")}


def _who_is_asked_decides(shop: Shop) -> None:
    shop.old("update task set state = 'O'")
    shop.drain()
    for take in Side:
        shop.old("update task set state = 'C', title = 'waits too'")
        shop.new("update item set status = null")
        shop.drain()
        waiting, = listed(shop.meeting, standing=True)
        assert (waiting.rows[Side.OLD]["state"], waiting.rows[Side.NEW]["status"]) == ("C", None)
        assert shop.rows(Side.NEW, "select status, subject from item") != [("closed", "waits too")]
        resolve(shop.lens, shop.meeting, waiting.number, take, "tester")
        shop.drain()
        assert shop.rows(Side.NEW, "select status, subject from item") == [
            ("closed" if take is Side.OLD else None, "waits too")]
        assert open_conflicts(shop.meeting) == 0
        shop.old("update task set state = 'O', title = 'next'")
        shop.drain()


def _two_things_under_one_number(shop: Shop) -> None:
    shop.old("insert into task (id, title) values (5, 'old five')")
    shop.new("insert into item (id, subject) values (5, 'new five')")
    shop.drain()
    assert shop.titles()[5] == ("old five", "new five")
    waiting, = listed(shop.meeting, standing=True)
    assert waiting.kind is Kind.SAME_KEY
    resolve(shop.lens, shop.meeting, waiting.number, Side.NEW, "tester")
    shop.drain()
    assert shop.titles()[5] == ("new five", "new five")
    assert any(one.rows.get(Side.OLD, {}).get("title") == "old five" and one.state is State.SETTLED
               for one in listed(shop.meeting))


def _changes_outlive_deletions(shop: Shop) -> None:
    for number, deletes in ((1, Side.OLD), (5, Side.NEW)):
        shop.write(deletes, f"delete from {'task' if deletes is Side.OLD else 'item'} where id = {number}")
        shop.write(deletes.other, f"update {'item set subject' if deletes is Side.OLD else 'task set title'} = 'kept' "
                                  f"where id = {number}")
        shop.drain()
        assert shop.titles()[number] == ("kept", "kept")
        assert (_latest(shop).kind, _latest(shop).winner) == (Kind.DELETED, deletes.other)
    assert open_conflicts(shop.meeting) == 0
