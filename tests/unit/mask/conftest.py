"""A database of people that may be masked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from migrator.database.base import Database
from migrator.mask.rules import Rules
from tests.unit.mask.people import RULES, Ask, fill, opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    fill(tmp_path / "main.sqlite")
    return tmp_path / "main.sqlite"


@pytest.fixture
def database(path: Path) -> Database:
    return opened(path)


@pytest.fixture
def ask(path: Path) -> Ask:
    def asked(sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as database, database:
            return database.execute(sql).fetchall()

    return asked


@pytest.fixture
def rules() -> Rules:
    return Rules.parse(RULES.encode())
