"""Housekeeping: what prune removes on this machine, what it asks before, and which stories the engine forgets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from migrator import clock, housekeeping
from migrator.engine.processes import tables
from migrator.errors import WrongUse
from migrator.journal.journal import Journal
from migrator.journal.place import engine_url
from migrator.journal.store import sqlite_url
from tests.unit.journal.paper import PLAN, passed

DAY = 86400.0


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.delenv("MIGRATOR_DATABASE", raising=False)
    return Journal(sqlite_url(tmp_path / "migrator.db"), lambda _executor: False)


def old_run(journal: Journal, home: Path) -> str:
    """A run that was finalized, with a folder here."""
    run = passed(journal)
    journal.runs.finalize(PLAN, actor="li")
    (home / "runs" / run / "playbook").mkdir(parents=True)
    return run


def years_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now() + timedelta(days=800)
    monkeypatch.setattr(clock, "now", lambda: now)


def test_nothing_is_removed_when_only_looked_at(journal: Journal, tmp_path: Path,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    run = old_run(journal, tmp_path)
    years_later(monkeypatch)
    for dry in (True, False):
        found = housekeeping.prune(tmp_path, journal, older=200 * DAY, actor="li", reason=None, dry=dry)
        assert [(each.id, each.kept) for each in found] == [(run, "")]
        assert (tmp_path / "runs" / run).exists() == dry
        assert bool(journal.attempts.of_run(run)) == dry


def test_less_than_half_a_year_needs_a_reason(journal: Journal, tmp_path: Path) -> None:
    run = old_run(journal, tmp_path)
    with pytest.raises(WrongUse, match="183 days") as refused:
        housekeeping.prune(tmp_path, journal, older=0, actor="li", reason=None, dry=False)
    assert refused.value.hint == "--reason TEXT"
    housekeeping.prune(tmp_path, journal, older=0, actor="li", reason="a test system", dry=False)
    assert not (tmp_path / "runs" / run).exists()


def test_the_engine_forgets_these_stories_and_no_others(tmp_path: Path) -> None:
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    url = engine_url(tmp_path)
    assert tables.forget(url, ["0101-ab12"]) == 0
    tables.migrate(url)
    client = DBOSClient(system_database_url=str(url), serializer=DBOSPortableJSONSerializer())
    for story in ("0101-ab12", "0101-ab12.back.1", "0101-ab123", "0101-cd34"):
        client.enqueue({"workflow_name": "run.v2", "queue_name": "nobody", "workflow_id": story}, story)
    assert tables.forget(url, ["0101-ab12"]) == 2
    assert sorted(story.workflow_id for story in client.list_workflows()) == ["0101-ab123", "0101-cd34"]
    client.destroy()
