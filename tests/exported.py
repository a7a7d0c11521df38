"""A product's records of a database that runs, exported and read back."""

from __future__ import annotations

from pathlib import Path

from migrator.playbook.inventory import Environment
from migrator.records.export import export_records
from migrator.records.read import read_records
from migrator.site import Site
from tests.unit.backup.conftest import LocalDoors

PLAYBOOKS = Path(__file__).parent.parent / "playbooks"


def exported(product: str, url: str, folder: Path, **values: str) -> dict[str, int]:
    """How many rows each list of the product has; the database is reached from this machine."""
    environment = Environment.model_validate({
        "hosts": {"here": {"connect": "local"}}, "databases": {"main": {"url": url, "at": "here"}}})
    file = PLAYBOOKS / product / "records.yaml"
    index = export_records(Site("live", environment, LocalDoors({"live": environment})).reading(),
                           read_records(file.read_bytes(), file.name), folder, values=values)
    return {one.name: one.rows for one in index.lists}
