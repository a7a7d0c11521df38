"""Copies of a set on another host, over a connection that breaks and a disk that is full."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pyrage.x25519 import Identity
from rig import HostFactory
from rig_host import TestHost
from ssh_places import entry

from migrator.backup.keeping.copies import copies_of, copy_set
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.doors import InventoryDoors
from migrator.playbook.inventory import Inventory
from migrator.site import Site

SIZE = 24_000_000
"""Bytes of the one file in the tree, which does not compress."""
KEY = Identity.generate()


@pytest.fixture(scope="module")
def away(module_host_factory: HostFactory) -> TestHost:
    return module_host_factory("host", tmpfs={"/small": "size=8m,mode=1777"})


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tree")
    (path / "large").write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def site(away: TestHost, tree: Path) -> Callable[[str], Site]:
    """This machine's tree, its sets sealed and copied to a folder of the other host."""

    def make(folder: str) -> Site:
        live = {"hosts": {"here": {"connect": "local"}, "away": entry(away).model_dump()},
                "trees": {"app": {"path": str(tree), "at": "here"}},
                "backups": {"sealed_for": [str(KEY.to_public())], "copies": [f"away:{folder}"]}}
        return InventoryDoors(Inventory.model_validate({"format": 1, "environments": {"live": live}})).site("live")

    return make


@pytest.fixture
def kept(site: Callable[[str], Site], tmp_path: Path) -> BackupSet:
    return take_set(site("~/sets"), tmp_path / "vault", "one")


def test_a_copy_is_whole_there_and_damage_is_found_there(site: Callable[[str], Site], kept: BackupSet,
                                                         away: TestHost) -> None:
    here = site("~/sets")
    [copied] = copy_set(here, kept)
    assert (copied.state, copied.new, copied.detail) == ("whole", True, "")
    assert away.must(["find", "/home/ops/sets", "-perm", "/077"]) == "", "nobody else may read it"
    [again] = copy_set(here, kept)
    assert (again.state, again.new) == ("whole", False)
    part = f"/home/ops/sets/one/{kept.manifest.trees['app'].part.path}"
    away.must(["dd", "if=/dev/zero", f"of={part}", "bs=1", "count=9", "seek=9000000", "conv=notrunc"])
    assert copies_of(here, kept)[0].state == "whole", "sizes alone do not tell"
    [found] = copies_of(here, kept, hashed=True)
    assert found.state == "damaged" and "app.tar.zst.age" in found.detail
    assert copy_set(here, kept)[0].new and copies_of(here, kept, hashed=True)[0].state == "whole"


def test_a_connection_that_is_cut_leaves_no_set_there(site: Callable[[str], Site], kept: BackupSet,
                                                      away: TestHost) -> None:
    here, cut = site("~/cut"), []

    def watch(done: float, _total: float | None, _unit: str) -> None:
        if done > SIZE / 3 and not cut:
            cut.append(done)
            away.cut()

    [copied] = copy_set(here, kept, progress=watch)
    assert cut and copied.state == "unknown" and copied.detail
    assert "one\n" not in away.must(["ls", "/home/ops/cut"])
    assert copy_set(here, kept)[0].state == "whole"
    assert away.must(["ls", "/home/ops/cut"]) == "one\n"


def test_a_host_without_room_or_rights_is_told_of(site: Callable[[str], Site], kept: BackupSet, away: TestHost,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    [before] = copy_set(site("/small/sets"), kept)
    assert before.state == "unknown" and "are needed" in before.detail
    monkeypatch.setattr("migrator.backup.keeping.place.KEEP_FREE", -SIZE * 2)
    [during] = copy_set(site("/small/sets"), kept)
    assert during.state == "unknown" and "No space left" in during.detail
    assert away.must(["find", "/small", "-type", "f"]) == ""
    monkeypatch.undo()
    [refused] = copy_set(site("/root/sets"), kept)
    assert refused.state == "unknown" and "Permission denied" in refused.detail
