"""A run's own copy of the playbook holds all that its steps use, and nothing that was changed since the plan."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from migrator.engine.plans import freeze as freezing
from migrator.engine.plans.freeze import at_hand, freeze, receive, send
from migrator.errors import JournalError, PackageWrong
from migrator.journal.blobs import Blobs
from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url
from migrator.journal.tables import blob
from migrator.model.plan import Plan

LIST = "packages/2.sha256"
PLAN = Plan(product="p", title="p", playbook="p", stage="s", environment="e", environments={}, path=("1", "2"),
            steps=(), digest="", bindings="", on_failure="rollback", gate={}, people={}, rules={}, budget={},
            content={})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A playbook folder whose list of checksums names a package that no step names."""
    (tmp_path / "playbook" / "packages").mkdir(parents=True)
    (tmp_path / "playbook" / LIST).write_text("0  app.whl\n")
    (tmp_path / "elsewhere.whl").write_bytes(b"wheel")
    (tmp_path / "playbook" / "packages" / "app.whl").symlink_to(tmp_path / "elsewhere.whl")
    return tmp_path / "playbook"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(sqlite_url(tmp_path / "migrator.db"), lambda executor: False)


@pytest.fixture
def blobs(journal: Journal) -> Blobs:
    return journal.blobs


def plan_of(source: Path, *more: str) -> Plan:
    content = {name: hashlib.sha256((source / name).read_bytes()).hexdigest() for name in (LIST, *more)}
    return replace(PLAN, content=content, digest="d" * 64, playbook=str(source))


def test_packages_that_only_a_list_names_lie_beside_it(source: Path, tmp_path: Path) -> None:
    for _again in range(2):
        freeze(plan_of(source), source, tmp_path / "run")
    kept = tmp_path / "run" / "packages" / "app.whl"
    assert kept.read_bytes() == b"wheel"
    assert not kept.is_symlink()


def test_what_was_changed_since_the_plan_is_refused(source: Path, tmp_path: Path) -> None:
    plan = plan_of(source)
    (source / LIST).write_text("1  app.whl\n")
    with pytest.raises(PackageWrong, match="has changed since the plan was made"):
        freeze(plan, source, tmp_path / "run")


def test_a_machine_without_the_playbook_gets_it_from_the_journal_once(source: Path, blobs: Blobs,
                                                                     tmp_path: Path) -> None:
    plan = plan_of(source)
    for _again in range(2):
        send(plan, source, blobs)
    away = replace(plan, playbook=str(tmp_path / "not here"))
    for run in ("one", "two", "two"):
        at_hand(away, tmp_path / "runs" / run, blobs, tmp_path / "shelf")
    assert (tmp_path / "runs" / "two" / "playbook" / LIST).read_text() == "0  app.whl\n"
    assert [path.name for path in (tmp_path / "shelf").iterdir()] == [plan.digest]


def test_a_run_that_has_its_own_copy_keeps_it(source: Path, blobs: Blobs, tmp_path: Path) -> None:
    freeze(plan_of(source), source, tmp_path / "run" / "playbook")
    at_hand(plan_of(source), tmp_path / "run", blobs, tmp_path / "shelf")
    assert not (tmp_path / "run" / "playbook").is_symlink()


def test_a_large_package_comes_from_the_machines_own_folder_or_is_asked_for(
        source: Path, blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "LINKED_FROM", 100)
    (source / "packages" / "big.tar").write_bytes(b"x" * 100)
    plan = plan_of(source, "packages/big.tar")
    send(plan, source, blobs)
    laid = receive(plan, blobs, tmp_path / "here")
    assert (laid / "packages" / "big.tar").samefile(source / "packages" / "big.tar")
    assert (laid / "packages" / "app.whl").read_bytes() == b"wheel"
    with pytest.raises(PackageWrong, match="too large for the journal"):
        receive(replace(plan, playbook=str(tmp_path)), blobs, tmp_path / "there")
    (source / "packages" / "big.tar").unlink()
    (source / "packages" / "big.tar").write_bytes(b"y" * 100)
    with pytest.raises(PackageWrong, match="has changed since"):
        receive(plan, blobs, tmp_path / "elsewhere")


def test_a_changed_file_is_neither_sent_nor_received(source: Path, journal: Journal, tmp_path: Path) -> None:
    plan = plan_of(source)
    send(plan, source, journal.blobs)
    with journal.engine.execution_options(writes=True).begin() as connection:
        connection.execute(update(blob).values(content=b"1  app.whl\n"))
    with pytest.raises(JournalError, match="was changed in the journal"):
        receive(plan, journal.blobs, tmp_path / "shelf")
    (source / LIST).write_text("1  app.whl\n")
    with pytest.raises(PackageWrong, match="has changed since"):
        send(plan, source, journal.blobs)
