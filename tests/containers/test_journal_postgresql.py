"""The journal on PostgreSQL: all that holds for it on SQLite, and what many machines at once need beyond that."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ProgrammingError

from migrator.engine.processes.tables import forget
from migrator.errors import JournalError, Locked, WrongUse
from migrator.housekeeping import migrate
from migrator.journal.journal import Journal
from tests.unit.journal.paper import PLAN, passed
from tests.unit.journal.test_audit import *  # noqa: F403
from tests.unit.journal.test_journal import *  # noqa: F403
from tests.unit.journal.test_writer import test_thirty_hosts_at_once_leave_a_sound_trail  # noqa: F401


@pytest.fixture
def database(open_postgres_host: TestHost, postgres_database: Callable[[TestHost], Database]) -> Database:
    return postgres_database(open_postgres_host)


@pytest.fixture
def journal(database: Database) -> Journal:
    """As in the tests of the journal itself, but on PostgreSQL."""
    return on(database)


def on(database: Database) -> Journal:
    """The journal as one more process would open it."""
    return Journal(database.direct_url, lambda executor: executor == "alive")


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """Do this in as many threads at the same moment; what each gave or raised."""
    ready = threading.Barrier(count)

    def together(number: int) -> object:
        ready.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        calls = [pool.submit(together, number) for number in range(count)]
        return [call.exception() or call.result() for call in calls]


def test_only_one_of_many_machines_takes_a_lock(database: Database) -> None:
    machines = [on(database) for _machine in range(6)]
    machines[0].runs.list()
    gave = at_once(6, lambda n: machines[n].locks.take("live", run=f"r{n}", owner="alive"))
    assert gave.count(1) == 1
    assert sum(isinstance(each, Locked) for each in gave) == 5


def test_machines_that_write_at_once_leave_a_sound_trail(database: Database) -> None:
    machines = [on(database) for _machine in range(4)]
    runs = at_once(4, lambda n: [passed(machines[n]) for _run in range(3)])
    assert not [each for each in runs if isinstance(each, BaseException)]
    trail = machines[0].audit_trail()
    assert (trail.count, trail.broken) == (12 * 7, None)


def test_many_threads_of_many_machines_neither_block_nor_lose_each_other(database: Database) -> None:
    machines = [on(database) for _machine in range(3)]
    shared = machines[0].runs.new(PLAN, started_by="li", folder="/")

    def act(n: int) -> str:
        run = passed(machines[n % 3])
        machines[n % 3].runs.order(shared, {"act": "retry"}, actor="li")
        machines[n % 3].runs.finalize(PLAN, actor="li")
        return run

    runs = at_once(12, act)
    assert not [each for each in runs if isinstance(each, BaseException)]
    trail = machines[0].audit_trail()
    assert (trail.count, trail.broken) == (12 * 9 + 2, None)


def test_machines_that_come_first_at_once_make_one_journal(database: Database) -> None:
    machines = [on(database) for _machine in range(4)]
    assert at_once(4, lambda n: machines[n].runs.count()) == [0, 0, 0, 0]


def test_our_tables_keep_to_their_schema(database: Database, journal: Journal) -> None:
    passed(journal)
    with journal.engine.connect() as connection:
        schemas = connection.execute(text("select distinct table_schema from information_schema.tables "
                                          "where table_schema not in ('pg_catalog', 'information_schema')"))
        assert list(schemas.scalars()) == ["migrator"]


def test_a_newer_journal_is_refused(database: Database, journal: Journal) -> None:
    with journal.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(JournalError, match="newer"):
        on(database).runs.list()


def test_a_lost_connection_is_told_and_the_next_call_connects_anew(database: Database, journal: Journal) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    cut = text("select pg_terminate_backend(pid) from pg_stat_activity "
               "where datname = current_database() and pid <> pg_backend_pid()")

    def cut_off(connection: Connection) -> None:
        with on(database).engine.connect() as other:
            other.execute(cut)
        connection.execute(text("select 1"))

    with pytest.raises(JournalError) as told:
        journal.writer.write(cut_off)
    assert "server runs" in str(told.value.hint)
    assert database.password not in str(told.value)
    assert journal.runs.get(run)["id"] == run


def test_a_server_that_is_away_is_told(database: Database) -> None:
    away = database.direct_url.replace(f":{database.host.published[5432]}/", ":1/")
    with pytest.raises(JournalError, match="cannot be used") as told:
        Journal(away, lambda _executor: False).runs.list()
    assert database.password not in str(told.value)


def test_rights_are_granted_only_to_a_login_that_exists(database: Database, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATOR_DATABASE", database.direct_url)
    with pytest.raises(WrongUse, match="no login No such") as told:
        migrate(tmp_path, "No such")
    assert 'CREATE ROLE "No such" LOGIN' in str(told.value.hint)


def test_a_worker_without_rights_on_tables_is_told_what_to_ask_for(database: Database, tmp_path: Path,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    host = database.host
    worker = f"worker_{database.name}"
    host.must(["psql", "-qX", "-c", f"CREATE ROLE {worker} LOGIN PASSWORD 'worker-password'"], user="postgres")
    theirs = make_url(database.direct_url).set(username=worker, password="worker-password")
    refused = Journal(theirs, lambda _executor: False)
    with pytest.raises(JournalError) as told:
        refused.runs.list()
    assert f"inv journal.migrate --worker-role {worker}" in str(told.value.hint)

    monkeypatch.setenv("MIGRATOR_DATABASE", database.direct_url)
    migrate(tmp_path, worker)
    journal = Journal(theirs, lambda _executor: False)
    run = passed(journal)
    assert journal.audit_trail().sound
    assert forget(theirs, [run]) == 0
    with pytest.raises(ProgrammingError, match="permission denied"), journal.engine.begin() as connection:
        connection.execute(text("update audit set actor = 'nobody'"))
    journal.engine.dispose()
    host.must(["psql", "-qX", "-d", database.name, "-c", f"DROP OWNED BY {worker}", "-c", f"DROP ROLE {worker}"],
              user="postgres")
