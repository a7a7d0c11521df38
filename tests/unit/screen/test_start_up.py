"""What is quick to type must not load what is slow to load."""

from __future__ import annotations

import subprocess
import sys


def test_tables_load_nothing_heavy() -> None:
    heavy = {"rich", "jinja2", "babel", "dbos", "paramiko", "sqlalchemy", "pydantic"}
    code = ("import sys, migrator.screen.tables, migrator.screen.failure, migrator.screen.plan_table, "
            "migrator.screen.choose, migrator.screen.log; print(*sorted(m.partition('.')[0] for m in sys.modules))")
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy & set(loaded)
