"""Paths between versions: the shortest allowed one, and the reason for every hop that is not taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import PlaybookError, WrongUse
from migrator.model.version import Hop
from migrator.playbook.path import SystemFacts, solve
from migrator.playbook.version_range import within
from migrator.playbook.versions import Versions, load_versions

TEXT = """\
format: 1
product: erp
versions:
  5.0: {}
  6.0: {compulsory: true, why: numbers are rewritten}
  7.0: {needs: {database: {postgresql: ">=12"}, runtime: {python: ">=3.9"}}}
  7.4: {}
  8.0: {needs: {free_space: 2GB, packages: {erp-8.0.tar.gz: %s}}}
hops:
  - {from: 5.0, to: 6.0, takes: 51s}
  - {from: 6.0, to: 7.0, takes: 13s, needs: {jobs_done: [renumber]}}
  - {from: 6.0, to: 7.4, takes: 5m}
  - {from: 7.0, to: 7.4, takes: 7s}
  - {from: 7.4, to: 8.0, takes: 24s}
  - {from: 7.0, to: 8.0, takes: 10m}
  - {from: 5.0, to: 8.0, direct: false, why: no more than two series can be skipped}
  - {from: 5.0, to: 7.0, takes: 1s}
""" % ("a" * 64)


@pytest.fixture
def graph(tmp_path: Path) -> Versions:
    (tmp_path / "versions.yaml").write_text(TEXT)
    return load_versions(tmp_path / "versions.yaml")


def test_fewest_hops_then_shortest_time(graph: Versions) -> None:
    route = solve(graph, "5.0", "8.0")
    assert route.path == ("5.0", "6.0", "7.4", "8.0")
    assert solve(graph, "6.0", "7.4").path == ("6.0", "7.4")
    assert solve(graph, "7.4", "7.4").path == ("7.4",)


def test_every_rejected_hop_has_its_reason(graph: Versions) -> None:
    rejected = dict(solve(graph, "5.0", "8.0").rejected)
    assert rejected == {
        Hop("5.0", "8.0"): ("no more than two series can be skipped",
                            "jumps over 6.0, which is compulsory: numbers are rewritten"),
        Hop("5.0", "7.0"): ("jumps over 6.0, which is compulsory: numbers are rewritten",)}
    assert dict(solve(graph, "6.0", "8.0").rejected)[Hop("6.0", "8.0")] == ("no upgrade from 6.0 to 8.0 is described",)


def test_what_is_not_known_yet_is_not_passed(graph: Versions) -> None:
    route = solve(graph, "5.0", "8.0")
    assert dict(route.unknown) == {Hop("7.4", "8.0"): ("free space", "package erp-8.0.tar.gz")}


def test_conditions_reject_hops(graph: Versions) -> None:
    facts = SystemFacts(database=("mariadb", "10.11"), runtimes={"python": "3.8.2"}, free_space=10**9,
                        packages={"erp-8.0.tar.gz": "b" * 64}, jobs_done=frozenset())
    route = solve(graph, "6.0", "8.0", facts)
    assert route.path == ()
    rejected = dict(route.rejected)
    assert rejected[Hop("6.0", "7.0")] == (
        "the background job renumber has not finished", "works on postgresql, not on mariadb",
        "needs python >=3.9, here is 3.8.2")
    assert rejected[Hop("7.4", "8.0")] == (
        "needs 2GB free space, here are 1.0 GB", "the package erp-8.0.tar.gz has another SHA-256")


def test_conditions_that_hold(graph: Versions) -> None:
    facts = SystemFacts(database=("postgresql", "15.3"), runtimes={"python": "3.11"}, free_space=3 * 10**9,
                        packages={"erp-8.0.tar.gz": "a" * 64}, jobs_done=frozenset({"renumber"}))
    route = solve(graph, "6.0", "8.0", facts)
    assert route.path == ("6.0", "7.4", "8.0")
    assert route.unknown == ()


def test_no_way_back(graph: Versions) -> None:
    assert solve(graph, "8.0", "5.0").path == ()


def test_an_unknown_version(graph: Versions) -> None:
    with pytest.raises(WrongUse, match=r'unknown version "8\.1", did you mean "8\.0"'):
        solve(graph, "5.0", "8.1")


@pytest.mark.parametrize(("version", "text", "holds"), [
    ("12", ">=12 <17", True), ("12.4", ">=12 <17", True), ("16.9", ">=12, <17", True), ("17", ">=12 <17", False),
    ("17.1", "<17", False), ("9.6", ">=12", False), ("3.10", ">3.9", True), ("12.4", "=12", True), ("12.4", "12", True),
    ("120", "12", False), ("12.4", "!=12", False), ("8.0.36", "<=8.0", False), ("1", "any", True),
    ("7.0rc1", "<7.0", True),
])
def test_ranges(version: str, text: str, holds: bool) -> None:
    assert within(version, text) is holds


@pytest.mark.parametrize(("old", "new", "words"), [
    ("to: 7.4, takes: 5m", "to: 7.5, takes: 5m", 'versions.yaml:12:21 hops[2].to: unknown version "7.5"'),
    ("from: 7.0, to: 7.4", "from: 6.0, to: 7.0", "hops[3]: the hop 6.0 > 7.0 stands here again"),
    ("from: 7.0, to: 7.4", "from: 7.0, to: 7.0", "hops[3]: a hop leads to another version"),
    ('">=12"', '"twelve"', '"twelve" is no range of versions'),
    ("2GB", "much", '"much" is no size'),
    ("a" * 64, "abc", "does not have the form"),
    ("postgresql", "oracle", "should be 'sqlite', 'postgresql' or 'mariadb'"),
])
def test_a_wrong_file(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in TEXT
    (tmp_path / "versions.yaml").write_text(TEXT.replace(old, new))
    with pytest.raises(PlaybookError) as caught:
        load_versions(tmp_path / "versions.yaml")
    assert words in str(caught.value)
