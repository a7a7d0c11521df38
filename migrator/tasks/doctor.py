"""doctor: is this machine ready?"""

from __future__ import annotations

import importlib.metadata
import shutil
import sys

from migrator import __version__
from migrator.errors import Exit
from migrator.tasks.command import Call, command
from migrator.text import _

NEEDED = ("invoke", "paramiko", "SQLAlchemy", "alembic", "psycopg", "PyMySQL", "dbos", "pydantic", "rich", "Jinja2")


@command()
def doctor(call: Call) -> int | None:
    """Say what this machine has and lacks: Python, packages, tools, journal, inventory."""
    lines = [("✓", f"migrator {__version__}, Python {sys.version.split()[0]}")]
    missing = [name for name in NEEDED if not _installed(name)]
    lines += [("✗", _("package {name} is missing").format(name=name)) for name in missing]
    lines += [("✓" if shutil.which(tool) else "-", f"{tool}: {use}") for tool, use in _tools().items()]
    lines.append(("✓", _("journal: {path}, {count} runs").format(
        path=call.app.home, count=call.app.journal.runs.count())))
    found = call.app.inventory_file.exists()
    lines.append(("✓" if found else "-", _("inventory: {path}").format(path=call.app.inventory_file)))
    call.show("\n".join(f"{sign} {line}" for sign, line in lines), [{"sign": s, "what": line} for s, line in lines])
    return Exit.UNEXPECTED if missing else None


def _tools() -> dict[str, str]:
    """Programs of this machine and what each is for; without one, only that is not to be had."""
    return {"ssh": _("reads ssh_config exactly"), "tar": _("moves file trees"),
            "sqlite3": _("backs up SQLite while it is used"), "pg_dump": _("dumps a PostgreSQL that runs here"),
            "mariadb-dump": _("dumps a MariaDB that runs here")}


def _installed(name: str) -> bool:
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False
