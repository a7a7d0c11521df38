"""A desk of its own for every test of the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.engine.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)
