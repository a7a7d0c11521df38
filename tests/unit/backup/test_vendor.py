"""Trees that a vendor's export tool makes: run before the take, told of when it fails, proven as declared at most."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.backup.errors import SetMissing
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.catalog import newest_proven
from migrator.backup.taking.take import absent, take_set
from migrator.backup.verify import verify_set
from migrator.errors import CommandFailed, FindingsBlock
from migrator.site import Site

from .conftest import environment

TOOL = """#!/bin/sh
mkdir -p "$1"
date +%s%N > "$1/export of today.bin"
echo "exported 3 companies"
"""


@pytest.fixture
def make(root: Path, tmp_path: Path, make_site: Callable[..., Site]) -> Callable[..., Site]:
    """A site whose second tree `out` is made by a command, and how far it can be proven."""

    def make(*command: str, proves: int = 4) -> Site:
        live = environment(root, tmp_path / "work").model_dump()
        live["trees"]["out"] = {"path": str(tmp_path / "out"), "at": "here", "made_by": command, "proves": proves}
        return make_site(live=environment(root, tmp_path / "work", trees=live["trees"]))

    return make


@pytest.fixture
def tool(tmp_path: Path) -> str:
    path = tmp_path / "export tool"
    path.write_text(TOOL)
    path.chmod(0o755)
    return str(path)


def test_the_tool_runs_before_each_take_and_its_files_come_back(make: Callable[..., Site], tool: str, vault: Path,
                                                                tmp_path: Path) -> None:
    site, said = make(tool, str(tmp_path / "out")), list[str]()
    assert absent(site, [], ["out"]) == [], "the first export has still to be made"
    kept = take_set(site, vault, "one", databases=[], trees=["out"], say=said.append)
    record = kept.manifest.trees["out"]
    assert (record.files, record.made_by) == (1, (tool, str(tmp_path / "out"))) and "exported 3 companies" in said
    first = (tmp_path / "out/export of today.bin").read_text()
    take_set(site, vault, "two", databases=[], trees=["out"])
    assert (tmp_path / "out/export of today.bin").read_text() != first
    restore_set(site, kept.folder)
    assert (tmp_path / "out/export of today.bin").read_text() == first


def test_a_set_is_proven_no_higher_than_its_files_can_be(make: Callable[..., Site], tool: str, vault: Path,
                                                         tmp_path: Path) -> None:
    site = make(tool, str(tmp_path / "out"), proves=1)
    kept = take_set(site, vault, "one")
    facts = verify_set(site, kept.folder)
    assert (facts["level"], facts["proven"], kept.proof.level) == (1, False, 1)
    with pytest.raises(SetMissing):
        newest_proven(vault, "live")
    alone = take_set(site, vault, "two", trees=["app"])
    assert verify_set(site, alone.folder)["proven"], "without those files the rest can be"


def test_a_tool_that_fails_or_writes_nothing_stops_the_take(make: Callable[..., Site], vault: Path, tmp_path: Path,
                                                            ) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/export of last week.bin").write_text("old")
    with pytest.raises(CommandFailed) as failed:
        take_set(make("sh", "-c", "echo the licence has run out; exit 3"), vault, "one")
    assert "the licence has run out" in failed.value.output
    with pytest.raises(FindingsBlock, match="has written nothing"):
        take_set(make("true"), vault, "one")
    assert not list(vault.glob("*"))
