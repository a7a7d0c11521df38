"""The oracle of the sync's proof sees what is lost, what is invented and every wrong cell."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, MetaData, delete, insert, select, update

from fixtures.proofs.sync import acts
from fixtures.proofs.sync.books import Books
from fixtures.proofs.sync.kinds import ANY
from fixtures.proofs.sync.oracle import Judgement
from fixtures.proofs.sync.places import Places, files
from fixtures.proofs.sync.product import MAPPING
from fixtures.proofs.sync.seen import judged
from fixtures.proofs.sync.writer import Writer, author_of, connected, remembered
from migrator.lens.copy.copy import forward
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side

pytestmark = pytest.mark.filterwarnings("ignore:Dialect sqlite")
OWNERS = (1, 2)
TASK = ["put", "task", [1], {"id": 1, "owner": 1, "title": "t", "status": "准备", "price": "7.50", "tags": "red, late",
                             "budget": "1.5", "due": "20260131", "changed": "2026-01-31 20:00:00", "slot": 4,
                             "dept": None, "fax": "555"}]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Two sides: what two owners have written on the old one, and what the lens has made of it on the new one."""
    places = files(tmp_path_factory.mktemp("sync"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        places.build()
        for owner in OWNERS:
            write(places, Side.OLD, owner, 60)
    ends = {side: open_endpoint(side, url) for side, url in places.urls.items()}
    lens = compile_lens(Mapping.load(MAPPING), *(read_schema(ends[side]) for side in Side))
    forward(lens, Meeting(ends[Side.OLD], ends[Side.NEW]))
    return places


def write(places: Places, side: Side, owner: int, transactions: int) -> Writer:
    """Have an owner write."""
    books, last, counted = remembered(owner, dict(places.urls))
    writer = Writer(side, places.urls[side], author_of(owner, 7, counted), books, last)
    for _each in range(transactions):
        writer.transact()
    writer.engine.dispose()
    return writer


def after(places: Places, side: Side, change: Callable[[Connection, MetaData], object]) -> Judgement:
    """What is judged of both sides with a change that is taken back afterwards."""
    file = Path(places.urls[side].removeprefix("sqlite:///"))
    before = file.read_bytes()
    with connected(side, places.urls[side]) as (connection, tables):
        connection.exec_driver_sql("pragma defer_foreign_keys = on")
        change(connection, tables)
    found = judged(places.urls)
    file.write_bytes(before)
    return found


def test_what_the_lens_makes_is_what_plain_python_says(copied: Places) -> None:
    found = judged(copied.urls)
    assert (found.missing, found.invented) == ([], [])
    assert found.rows > 80


def test_a_row_that_is_lost_is_seen(copied: Places) -> None:
    found = after(copied, Side.NEW, lambda connection, tables: connection.execute(
        delete(tables.tables["measurement"]).where(tables.tables["measurement"].c.n == 0)))
    assert found.missing
    assert all(wrong.startswith("measurement") and wrong.endswith("on the new side") for wrong in found.missing)
    assert found.invented == []


def test_a_row_that_nobody_made_is_seen(copied: Places) -> None:
    found = after(copied, Side.OLD, lambda connection, tables: connection.execute(
        insert(tables.tables["dept"]).values(id=5, owner=1, name="nobody's")))
    assert (found.missing, found.invented) == ([], ["dept (5,) on the old side"])


@pytest.mark.parametrize(("side", "table", "column", "value"), [
    (Side.NEW, "item", "stars", 5), (Side.NEW, "item", "state", "NONE"), (Side.OLD, "task", "fax", "other"),
    (Side.NEW, "site", "city", "elsewhere"), (Side.OLD, "entry", "body", "other"),
    (Side.OLD, "place", "code", "other")])
def test_a_wrong_cell_is_seen(copied: Places, side: Side, table: str, column: str, value: object) -> None:
    def bend(connection: Connection, tables: MetaData) -> None:
        bent = tables.tables[table]
        key = next(iter(bent.primary_key))
        connection.execute(update(bent).where(key == connection.scalar(select(key).limit(1))).values({column: value}))

    found = after(copied, side, bend)
    assert len(found.missing) == 1
    assert "not" in found.missing[0]


def test_a_list_that_is_not_the_same_is_seen(copied: Places) -> None:
    found = after(copied, Side.NEW, lambda connection, tables: connection.execute(
        delete(tables.tables["item_tag"])))
    assert found.missing
    assert all("tags is" in wrong for wrong in found.missing)


def test_what_is_shared_must_be_the_same_and_written_by_somebody(copied: Places) -> None:
    def bend(connection: Connection, tables: MetaData) -> None:
        connection.execute(update(tables.tables["board"]).where(tables.tables["board"].c.id == 1).values(mark="x"))

    assert len(after(copied, Side.NEW, bend).missing) == 1


def test_a_writer_that_is_refused_or_takes_back_writes_nothing_in_its_books(copied: Places) -> None:
    writer = write(copied, Side.OLD, 9, 0)
    for _each in range(5):
        writer.transact([acts.add_task])
    before, n = len(writer.books.rows["task"]), writer.n

    def refused(pen: acts.Pen, author: acts.Author) -> None:
        acts.add_task(pen, author)
        pen.insert("entry", {"id": 1, "task": 404, "hours": "1", "body": None, "done": None})

    writer.transact([refused])
    assert (len(writer.books.rows["task"]), writer.n, sum(writer.refusals.values())) == (before, n, 1)
    assert judged(copied.urls).invented == []


def test_a_side_keeps_its_own_word_where_it_means_the_same() -> None:
    books = Books()
    books.take(1, Side.OLD, [TASK])
    row = books.rows["task"][1,]
    assert row.cells[Side.NEW] == {
        "id": 1, "owner": 1, "title": "t", "status": "PLAN", "price": "7.5", "tags": ["late", "red"], "budget": "15000",
        "due": "2026-01-31", "changed": "2026-01-31 12:00:00", "slot": 4, "dept": None, "stars": 0}
    books.take(1, Side.NEW, [["put", "task", [1], {"status": "PLAN", "price": "8", "stars": 3}]])
    assert (row.cells[Side.OLD]["status"], row.cells[Side.OLD]["price"]) == ("准备", ANY)
    assert (row.cells[Side.OLD]["fax"], row.cells[Side.NEW]["stars"]) == ("555", 3)
