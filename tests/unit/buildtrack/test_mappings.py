"""The shipped mappings of the sample product say exactly what the vendor's upgrades make of the data."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from migrator.lens.copy.copy import forward
from migrator.lens.put.put import Written, put
from migrator.lens.side import Way
from migrator.lens.verify.view import number_of
from tests.buildtrack.installation import Installation
from tests.mapped import compared, met

FIRST, SECOND = "buildtrack/mapping/5.1-6.1.yaml", "buildtrack/mapping/6.1-7.0.yaml"


def url(system: Installation) -> str:
    return f"sqlite:///{system.data}/buildtrack.db"


def test_the_first_hop(seeded_51: Installation, finished_61: Installation) -> None:
    report = compared([FIRST], url(seeded_51), url(finished_61))
    assert report.equal, report.differences
    assert report.rows > 1000


def test_the_second_hop(finished_61: Installation, upgraded_70: Installation) -> None:
    report = compared([SECOND], url(finished_61), url(upgraded_70))
    assert report.equal, report.differences
    assert report.rows > 1000


def test_both_hops_at_once(seeded_51: Installation, finished_61: Installation, upgraded_70: Installation) -> None:
    report = compared([FIRST, SECOND], url(seeded_51), url(finished_61), url(upgraded_70))
    assert report.equal, report.differences
    assert report.rows > 1000


def test_both_hops_keep_the_numbers_of_rows(
        seeded_51: Installation, finished_61: Installation, upgraded_70: Installation) -> None:
    lens, _meeting = met([FIRST, SECOND], url(seeded_51), url(finished_61), url(upgraded_70))
    assert {number_of(pair) for pair in lens.pairs} == {("id", "id")}


@pytest.mark.parametrize(("damage", "told"), [
    ("update contract set amount = amount + 0.01 where id = 7", ("contract", "amount")),
    ("update work_item set changed_at = datetime(changed_at, '1 hour') where id = 30", ("work_item", "changed_at")),
    ("update account set given_name = given_name || ' ' where id = 5", ("account", "given_name")),
    ("update contract set partner_id = 1 where id = (select id from contract where partner_id <> 1 limit 1)",
     ("contract", "partner")),
    ("delete from project_member where rowid = (select min(rowid) from project_member)", ("project", "member_ids")),
])
def test_what_is_damaged_on_the_way_is_named(
        seeded_51: Installation, finished_61: Installation, upgraded_70: Installation,
        tmp_path: Path, damage: str, told: tuple[str, str]) -> None:
    damaged = upgraded_70.copy(tmp_path / "damaged")
    with closing(sqlite3.connect(damaged.data / "buildtrack.db")) as database, database:
        assert database.execute(damage).rowcount == 1
    report = compared([FIRST, SECOND], url(seeded_51), url(finished_61), url(damaged))
    assert report.different == 1
    difference, = report.differences
    assert told[0] in difference.table
    assert told[1] in str(difference)


def test_both_hops_are_carried_and_what_was_written_since_comes_home(
        seeded_51: Installation, finished_61: Installation, upgraded_70: Installation, tmp_path: Path) -> None:
    old, new = seeded_51.copy(tmp_path / "old"), upgraded_70.copy(tmp_path / "new")
    empty(new)
    between = [url(finished_61)]
    lens, meeting = met([FIRST, SECOND], url(old), *between, url(new))
    before = dump(old)

    copied = forward(lens, meeting)
    assert copied.rows > 1000
    assert compared([FIRST, SECOND], url(old), *between, url(new)).equal
    assert put(lens, meeting, Way.BACKWARD) == Written()
    assert dump(old) == before

    run(new, "update contract set amount = 12.5 where id = 3",
        "insert into project_member (project_id, account_id) select 2, id from account "
        "where id not in (select account_id from project_member where project_id = 2) limit 1",
        "update work_item set status_code = 'DONE', changed_at = '2026-01-05 01:02:03' where id = 9",
        "insert into work_item (id, project_id, subject, status_code, created_at, changed_at) "
        "values (9001, 1, '新的任务', 'TODO', '2026-01-05 20:00:00', '2026-01-05 20:00:00')",
        "insert into attachment (id, owner_kind, owner_id, file_name, path, size_bytes, uploaded_by, uploaded_at) "
        "values (9002, 'work_item', 9001, '图.pdf', 'files/2026/ab/9002', 3, 'admin', '2026-01-05 20:00:00')")
    assert put(lens, meeting, Way.BACKWARD) == Written(inserted=2, updated=3)
    assert old.rows("select amount from contract where id = 3") == [(12.5,)]
    assert old.rows("select status, changed_at from task where id = 9") == [("已完成", "2026-01-05 09:02:03")]
    assert old.rows("select title, status, created_at from task where id = 9001") == [
        ("新的任务", "未开始", "2026-01-06 04:00:00")]
    assert old.rows("select owner_kind, file_name, path from attachment where id = 9002") == [("task", "图.pdf", "")]
    assert put(lens, meeting, Way.FORWARD) == Written()


def empty(system: Installation) -> None:
    """Leave nothing but what 7.0 brings along: codes and roles."""
    kept = "('code_label', 'role', 'role_right', 'bt_meta', 'sqlite_sequence')"
    tables = system.rows(f"select name from sqlite_master where type = 'table' and name not in {kept}")
    run(system, *(f"delete from {table}" for table, in tables))


def run(system: Installation, *statements: str) -> None:
    with closing(sqlite3.connect(system.data / "buildtrack.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def dump(system: Installation) -> list[str]:
    with closing(sqlite3.connect(system.data / "buildtrack.db")) as database:
        return list(database.iterdump())
