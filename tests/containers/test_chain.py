"""Increments of a tree on another host: little is carried, and every day comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from backup_rig import TREE, left_behind, make_tree, sqlite_site
from rig_host import TestHost

from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.entry import compare
from migrator.backup.taking.take import take_set
from migrator.backup.trees import folder as folders
from migrator.backup.trees.tree_folder import tree_folder
from migrator.backup.verify import verify_set

DAYS = [
    "true",
    "echo two > files/one; mkdir new; echo new > new/file; chmod 600 files/large",
    "rm -r new; ln -s files new; ln files/one files/third; rm files/link",
    "rm new; mkdir new; mv files/large new; printf y > files/$(printf 'line\\nbreak \\377')",
]


def test_each_day_of_a_tree_comes_back(ssh_host: TestHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`deploy` logs in and may write nothing of what belongs to `ops`, whom it can become."""
    monkeypatch.setattr(folders, "SETTLED", 0)
    make_tree(ssh_host, TREE)
    ssh_host.must(["sh", "-ec", f"cd {TREE}; for n in $(seq 200); do echo $n > files/many-$n; done; chown -R ops: ."])
    site = sqlite_site(ssh_host, "ops", user="deploy")
    kept, seen = [], []
    for day, script in enumerate(DAYS):
        ssh_host.must(["sh", "-ec", f"cd {TREE}; {script}"], user="ops")
        kept.append(take_set(site, tmp_path / "vault", f"day{day}", databases=[], base=kept[-1] if kept else None))
        seen.append(tree_folder(site, "app").entries(hashed=True))
    assert all(each.manifest.notes == () for each in kept)
    assert [len([e for e in each.entries("app").values() if not e.held and e.kind == "file"]) for each in kept] == [
        204, 4, 3, 2]
    assert verify_set(site, kept[3].folder)["level"] == 3
    for day in (2, 0, 1):
        restore_set(site, kept[day].folder)
        assert not compare(seen[day], tree_folder(site, "app").entries(hashed=True), owners=True)
    ssh_host.must(["sh", "-c", f"rm -rf {TREE}/files {TREE}/new {TREE}/empty"])
    restore_set(site, kept[3].folder)
    assert not compare(seen[3], tree_folder(site, "app").entries(hashed=True), owners=True)
    assert left_behind(ssh_host) == ""
