"""A journal, and runs in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A fresh journal in which the executor `alive` lives."""
    return Journal(sqlite_url(tmp_path / "m.db"), lambda executor: executor == "alive")
