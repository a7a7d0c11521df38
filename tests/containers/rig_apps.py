"""Old systems of real applications on test machines: built there, by the account that runs them, without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig_databases import Database
from rig_host import TestHost

from fixtures import package_files
from fixtures.roundup import release as roundup
from fixtures.tryton import release as tryton

PACKAGES = "/opt/packages"
CODE = "/opt/old-systems"
_FIXTURES = Path(package_files.__file__).parent


@dataclass(frozen=True)
class OldSystem:
    """What was built: `made` holds the paths on the machine as the application's own `System` names them."""

    host: TestHost
    root: str
    owner: str
    made: Mapping[str, Any]

    def must(self, *argv: str) -> str:
        """Run a command on the machine as the account that owns the application; its output, or AssertionError."""
        return self.host.must(argv, user=self.owner)


def old_tryton_on(host: TestHost, database: Database, *, owner: str = "ops", root: str = "/srv/tryton") -> OldSystem:
    """Tryton 6.0 with data in an empty database of the same machine; all later series lie in PACKAGES."""
    tryton.fetch(package_files.cache_folder())
    uri = f"TRYTOND_DATABASE_URI=postgresql://{database.user}:{database.password}@127.0.0.1:{database.port}/"
    return _build(host, "tryton", owner, root, ["--database", database.name], uri)


def old_roundup_on(host: TestHost, database: Database | None = None, *, owner: str = "ops",
                   root: str = "/srv/roundup") -> OldSystem:
    """Roundup 2.1.0 with data, on SQLite or in an empty PostgreSQL database of the machine; 2.6.0 lies in PACKAGES."""
    roundup.fetch(package_files.cache_folder(), postgresql=database is not None)
    if database is None:
        return _build(host, "roundup", owner, root, [])
    options = ["--db-backend", "postgresql", "--db-name", database.name, "--db-user", database.user,
               "--db-port", str(database.port)]
    return _build(host, "roundup", owner, root, options, f"ROUNDUP_DATABASE_PASSWORD={database.password}")


def _build(host: TestHost, application: str, owner: str, root: str, options: list[str],
           *surroundings: str) -> OldSystem:
    host.copy_in(package_files.cache_folder(), PACKAGES)
    for name in "package_files.py", "background.py", application:
        host.copy_in(_FIXTURES / name, f"{CODE}/fixtures/{name}")
    host.must(["install", "-d", "-o", owner, "-g", owner, root])
    build = ["python3", "-m", f"fixtures.{application}", "build", "--packages", PACKAGES, "--root", root, *options]
    printed = host.must(["env", f"PYTHONPATH={CODE}", "PYTHONDONTWRITEBYTECODE=1", *surroundings, *build], user=owner)
    return OldSystem(host, root, owner, json.loads(printed[printed.index("{"):]))
