"""Journals of other revisions: an older one is brought up with all that it holds, a newer one is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Inspector, create_engine, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from migrator.errors import JournalError
from migrator.journal.audit_check import Break
from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url
from migrator.journal.tables import metadata
from migrator.model.states import AttemptState, RunState
from tests.unit.journal.paper import PLAN, started

OLD = Path(__file__).parent / "revision_0001.sql"
"""A journal as the first revision wrote it: a run that passed and one that was killed, with one chain for all."""


@pytest.fixture
def old(tmp_path: Path) -> Journal:
    """That journal, opened by this version."""
    with closing(sqlite3.connect(tmp_path / "old.db")) as database:
        database.executescript(OLD.read_text())
    return Journal(sqlite_url(tmp_path / "old.db"), lambda _executor: False)


def test_the_trail_of_an_older_journal_still_holds(old: Journal) -> None:
    assert (old.audit_trail().count, old.audit_trail().broken) == (10, None)
    assert old.runs.plan_of("1121-aaaa") == PLAN


def test_a_run_begun_under_the_older_revision_goes_on_in_a_chain_of_its_own(old: Journal) -> None:
    run = "1121-bbbb"
    old.runs.move(run, RunState.RUNNING, actor="x", executor="x")
    old.attempts.end(started(old, run, 2), AttemptState.OK, executor="x", seconds=1.0)
    old.runs.move(run, RunState.PASSED, actor="x", exit_code=0)
    assert (old.audit_trail(run).count, old.audit_trail().count, old.audit_trail().broken) == (4, 15, None)


def test_damage_to_the_older_part_is_found(old: Journal) -> None:
    with old.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("update audit set actor = 'nobody' where seq = 4"))
    assert old.audit_trail().broken == Break("", 4)


def test_an_older_journal_becomes_what_a_new_one_is(old: Journal, journal: Journal) -> None:
    assert shape(old) == shape(journal)


def test_the_migrations_make_the_tables_that_the_code_speaks_of(journal: Journal, tmp_path: Path) -> None:
    declared = create_engine(sqlite_url(tmp_path / "declared.db"))
    metadata.create_all(declared)
    made = shape(journal)
    made.pop("alembic_version")
    with declared.begin() as connection:
        connection.execute(text("create index ix_audit_anchor on audit (run, seq) where chain = ''"))
    assert made == shape_of(inspect(declared), list(made))


def test_a_journal_of_a_newer_version_is_refused_and_left_alone(journal: Journal) -> None:
    with journal.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(JournalError, match="newer"):
        Journal(str(journal.engine.url), lambda _executor: False).runs.list()


def shape(journal: Journal) -> dict[str, object]:
    """Columns, keys and indexes of every table."""
    seen = inspect(journal.engine)
    return shape_of(seen, seen.get_table_names())


def shape_of(seen: Inspector, tables: list[str]) -> dict[str, object]:
    return {table: [
        sorted((column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table)),
        sorted((str(index["name"]), index["column_names"], index["unique"], where(index))
               for index in seen.get_indexes(table)),
        sorted(map(str, seen.get_foreign_keys(table))),
        sorted(map(str, seen.get_unique_constraints(table))), seen.get_pk_constraint(table)["constrained_columns"],
    ] for table in tables}


def where(index: ReflectedIndex) -> str:
    """The condition of an index on a part of its table; empty for an index on all of it."""
    return str(index.get("dialect_options", {}).get("sqlite_where", ""))
