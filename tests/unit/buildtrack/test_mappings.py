"""The shipped mappings of the sample product say exactly what the vendor's upgrades make of the data."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.buildtrack.installation import Installation
from tests.mapped import compared

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
