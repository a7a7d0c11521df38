"""Drafts between databases of servers: samples are drawn there, and mean the same on every make."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rig_databases import Database
from rig_host import TestHost

from migrator.lens.places.meeting import Meeting
from tests.unit.lens.drafting import drafted, filled, said

STATES = {"筹备": "PLAN", "在建": "BUILD", "竣工": "DONE"}
OLD = """
create table task (id integer primary key, title varchar(80) not null, status varchar(20), budget_wan double precision,
                   began {moment} null, body text);
insert into task values {rows}
"""
NEW = """
create table work_item (id integer primary key, subject varchar(80) not null, status_code varchar(10),
                        budget numeric(14, 2), began {moment} null, body text);
insert into work_item values {rows}
"""
MOMENTS = {"postgres": "timestamp", "mariadb": "datetime"}


def _rows(new: bool) -> str:
    rows = []
    for n in range(1, 61):
        state = list(STATES.items())[n % 3][new]
        moment = f"2024-03-{1 + n % 28:02} {4 if new else 12}:{n % 60:02}:00"
        body = "长" * 250 if n % 2 else "很长" * 400  # within and beyond what a sample carries
        rows.append(f"({n}, 'T{n * 37 % 101} ''é', '{state}', {n * 12500 if new else n * 1.25}, '{moment}', '{body}')")
    return ", ".join(rows)


@pytest.mark.parametrize(("old", "new"), [("postgres", "postgres"), ("mariadb", "mariadb"), ("mariadb", "postgres")])
def test_a_draft_names_what_changed_between_servers(
        old: str, new: str, open_postgres_host: TestHost, open_mariadb_host: TestHost,
        postgres_database: Callable[[TestHost], Database], mariadb_database: Callable[[TestHost], Database]) -> None:
    def database(make: str, script: str, rows: str) -> str:
        made = postgres_database(open_postgres_host) if make == "postgres" else mariadb_database(open_mariadb_host)
        filled(made.direct_url, script.format(moment=MOMENTS[make], rows=rows))
        return made.direct_url

    ends = database(old, OLD, _rows(new=False)), database(new, NEW, _rows(new=True))
    found = drafted(Meeting(*(filled(url, "") for url in ends)))
    assert [entry.name for entry in found.entries] == ["task -> work_item"]
    proposed = {(operation, args["old"], args["new"]) for operation, args in said(found)}
    assert proposed == {("rename", "title", "subject"), ("values", "status", "status_code"),
                        ("convert", "budget_wan", "budget"), ("convert", "began", "began")}, found.questions
    assert next(args["map"] for operation, args in said(found) if operation == "values") == STATES
