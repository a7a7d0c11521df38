"""BuildTrack's records can be read without BuildTrack."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.buildtrack.installation import Installation
from tests.exported import exported


def test_every_list_holds_what_users_would_count(seeded_51: Installation, tmp_path: Path) -> None:
    with closing(sqlite3.connect(seeded_51.data / 'buildtrack.db')) as database:
        there = {f"{table}s": database.execute(f"select count(*) from {table}").fetchone()[0]
                 for table in ("project", "task", "contract", "payment", "approval", "attachment")}
        early, = database.execute("select count(*) from project where started_on <= '2023-06-30'").fetchone()
        without, = database.execute("select count(*) from project where started_on is null").fetchone()
    url = f"sqlite:///{seeded_51.data / 'buildtrack.db'}"
    assert exported("buildtrack", url, tmp_path / "all") == there
    assert min(there.values()) > 0
    some = exported("buildtrack", url, tmp_path / "old", until="2023-06-30")
    assert some["projects"] == early + without < there["projects"]
