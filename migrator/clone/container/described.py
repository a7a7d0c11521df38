"""The copy as an environment of the inventory: the original's, on its own machines and with its own secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from migrator.clone.container.machine import ADMIN
from migrator.database.open import make_of
from migrator.playbook.inventory import Database, Environment

MAINTENANCE = {"postgresql": "postgres", "mariadb": "mysql"}
KEY, KNOWN_HOSTS, PASSWORD, ADMIN_PASSWORD = "login_key", "known_hosts", "database_password", "admin_password"
"""Names of files in the copy's folder."""
MASKING = "masking"
"""The secret that made the masks is none of the copy's."""


def described(live: Environment, folder: Path, ports: Mapping[str, int], product: Path | None) -> dict[str, Any]:
    """The environment, ready to be written as the inventory of a copy in containers.

    A secret of the original that is its database's password becomes the copy's own; the copy has its vault in its
    folder and is disposable. Trees keep their places, and belong to root.
    """
    own = f"file:{folder / PASSWORD}"
    passwords = {database.password for database in live.databases.values() if database.password}
    whole = live.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    kept = {key: whole[key] for key in ("roles", "values", "calendar") if key in whole}
    return kept | {
        "title": live.title, "disposable": True, "vault": str(folder / "vault"),
        **({"product": str(product)} if product else {}),
        "hosts": {name: {"connect": "ssh", "address": "127.0.0.1", "port": port, "user": "root",
                         "key": str(folder / KEY), "known_hosts": str(folder / KNOWN_HOSTS)}
                  for name, port in ports.items()},
        "databases": {name: _database(entry, folder) for name, entry in live.databases.items()},
        "trees": {name: {key: value for key, value in tree.items() if key != "owner"}
                  for name, tree in whole.get("trees", {}).items()},
        "services": {name: {key: value for key, value in service.items() if key != "user"}
                     for name, service in whole.get("services", {}).items()},
        "secrets": {name: own if reference in passwords else reference for name, reference in live.secrets.items()
                    if name != MASKING}}


def _database(entry: Database, folder: Path) -> dict[str, Any]:
    make = make_of(entry.url)
    if make == "sqlite":
        return {"url": entry.url, "at": entry.at}
    port = {"postgresql": 5432, "mariadb": 3306}[make]
    url = make_url(entry.url).set(host="127.0.0.1", port=port, password=None)
    admin = url.set(username=ADMIN, database=MAINTENANCE[make])
    return {"url": str(url), "at": entry.at, "password": f"file:{folder / PASSWORD}",
            "admin_url": str(admin), "admin_password": f"file:{folder / ADMIN_PASSWORD}"}
