"""A playbook folder that is right, for the tests of reading playbooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.playbook.world import PLAYBOOK


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A playbook folder that is right."""
    (tmp_path / "checks").mkdir()
    for name in ("before", "6.1", "7.0"):
        (tmp_path / "checks" / f"{name}.yaml").write_text(f"# {name}\n")
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK)
    return tmp_path
