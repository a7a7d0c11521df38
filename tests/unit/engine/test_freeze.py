"""A run's own copy of the playbook holds all that its steps use, and nothing that was changed since the plan."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.engine.freeze import freeze
from migrator.errors import PackageWrong
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


def plan_of(source: Path) -> Plan:
    return replace(PLAN, content={LIST: hashlib.sha256((source / LIST).read_bytes()).hexdigest()})


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
