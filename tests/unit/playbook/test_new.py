"""A fresh playbook passes the check with the kinds that really exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.checks.suite_read import read_suite
from migrator.errors import WrongUse
from migrator.playbook.inventory_read import load_inventory
from migrator.playbook.lookups import scope
from migrator.playbook.new import new_playbook
from migrator.playbook.read import load_playbook
from migrator.playbook.schema import playbook_schema
from migrator.step import kinds


@pytest.mark.parametrize(("product", "old", "new"), [("roundup", "2.1.0", "2.6.0"), ("Build-Track_pm", "5", "7.0rc1")])
def test_it_passes_the_check(tmp_path: Path, product: str, old: str, new: str) -> None:
    written = new_playbook(tmp_path / "fresh", product=product, from_=old, to=new)
    assert {path.name for path in written} == {"playbook.yaml", "versions.yaml", "works.yaml", "before.yaml",
                                               "after.yaml", "inventory.example.yaml"}
    loaded = load_playbook(tmp_path / "fresh", kinds())
    assert loaded.playbook.path.versions == [old, new]
    inventory = load_inventory(tmp_path / "fresh" / "inventory.example.yaml")
    environment = inventory.environments[loaded.playbook.environments["trial"]]
    for name in ("works", "before", "after"):
        content = (tmp_path / "fresh" / "checks" / f"{name}.yaml").read_bytes()
        assert read_suite(content, name, scope(environment=environment)).checks


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(WrongUse, match="not empty"):
        new_playbook(tmp_path, product="a", from_="1", to="2")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(("product", "old", "new"), [
    ("a b", "1", "2"), ("a", "1 x", "2"), ("a", "1", "1"), ("", "1", "2"), ("a", "}}", "2"), ("../a", "1", "2")])
def test_what_cannot_be_a_name_is_refused(tmp_path: Path, product: str, old: str, new: str) -> None:
    with pytest.raises(WrongUse):
        new_playbook(tmp_path / "fresh", product=product, from_=old, to=new)
    assert not (tmp_path / "fresh").exists()


def test_the_schema_knows_every_kind() -> None:
    schema = playbook_schema(kinds())
    assert {kind for step in schema["$defs"]["Step"]["anyOf"] for kind in step["properties"]} > set(kinds())
