"""Sites that are alike: written once, each an environment of its own, chosen by pattern or group."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import PlaybookError, WrongUse
from migrator.playbook.inventory import Inventory
from migrator.playbook.inventory_read import load_inventory
from migrator.playbook.sites import chosen

TEXT = """\
format: 1
environments:
  trial:
    hosts: {main: {connect: local}}
sites:
  shops:
    like:
      title: "Shop ${site.name}"
      hosts:
        main: {address: "${site.address}", user: deploy, port: "${site.port}"}
      trees:
        app: {path: "/srv/${site.name}", at: main}
    each:
      shop-01: {address: 10.1.0.1, port: 22}
      shop-02: {address: 10.1.0.2, port: 2222}
  depots:
    like:
      hosts: {main: {connect: local}}
    each:
      depot-01: {}
"""


def read(folder: Path, *changes: tuple[str, str]) -> Inventory:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "inventory.yaml").write_text(text)
    return load_inventory(folder / "inventory.yaml")


def test_every_site_is_an_environment_with_its_own_values(tmp_path: Path) -> None:
    inventory = read(tmp_path)
    assert list(inventory.environments) == ["trial", "shop-01", "shop-02", "depot-01"]
    second = inventory.environments["shop-02"]
    assert (second.title, second.hosts["main"].address, second.hosts["main"].port) == ("Shop shop-02", "10.1.0.2", 2222)
    assert second.trees["app"].path == "/srv/shop-02"


@pytest.mark.parametrize(("old", "new", "place", "words"), [
    ("${site.address}", "${site.adress}", ":10:", "did you mean ${site.address}"),
    ("shop-02: {address: 10.1.0.2,", "shop-02: {", ":10:", "${site.address}"),
    ("port: 2222", "port: high", ":10:", "site shop-02: should be a whole number"),
    ("at: main}", "at: mian}", ":12:", 'did you mean "main"'),
    ("user: deploy", "usr: deploy", ":10:", 'did you mean "user"'),
    ("depot-01: {}", "shop-01: {}", ":20:", "is taken"),
    ("depot-01: {}", "trial: {}", ":20:", "is taken"),
])
def test_a_fault_is_told_where_it_is_written(tmp_path: Path, old: str, new: str, place: str, words: str) -> None:
    with pytest.raises(PlaybookError) as refusal:
        read(tmp_path, (old, new))
    assert place in str(refusal.value)
    assert words in str(refusal.value)
    assert str(refusal.value).count("\n") == 0


def test_sites_are_chosen_by_pattern_and_group_in_the_order_of_the_file(tmp_path: Path) -> None:
    inventory = read(tmp_path)
    assert chosen(inventory, ["shop-*"]) == ["shop-01", "shop-02"]
    assert chosen(inventory, ["*-02", "shop-01"]) == ["shop-01", "shop-02"]
    assert chosen(inventory, ["*"], group="depots") == ["depot-01"]
    with pytest.raises(WrongUse, match='did you mean "shops"'):
        chosen(inventory, ["*"], group="shop")
    with pytest.raises(WrongUse, match="named like store"):
        chosen(inventory, ["store-*"])
