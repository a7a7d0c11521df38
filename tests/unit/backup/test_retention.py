"""Which sets are kept, by laws that hold for every vault; and removing them, whatever happens meanwhile."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.backup.keeping.retention import Candidate, Pruning, choose, plan, prune, remove
from migrator.backup.sets.catalog import sets
from migrator.backup.taking.take import take_set
from migrator.backup.verify import verify_set
from migrator.errors import WrongUse
from migrator.playbook.inventory import Backups
from migrator.site import Site

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)


def candidate(name: str, taken: datetime, base: str | None = None, **more: Any) -> Candidate:
    return Candidate(name, taken, base, **{"proven": False, "failed": False, "bytes": 10, **more})


@st.composite
def vaults(draw: st.DrawFn) -> list[Candidate]:
    """Up to forty sets within three years; increments build on any of the seven before."""
    hours = sorted(draw(st.sets(st.integers(0, 3 * 365 * 24), max_size=40)), reverse=True)
    found: list[Candidate] = []
    for number, hour in enumerate(hours):
        proven = draw(st.booleans())
        base = draw(st.sampled_from([None, *(c.id for c in found[-7:])]))
        found.append(candidate(f"set{number}", NOW - timedelta(hours=hour), base, proven=proven,
                               failed=not proven and draw(st.booleans()),
                               holds=draw(st.frozensets(st.sampled_from(["database", "tree"])))))
    return found


keepings = st.builds(Backups, daily=st.integers(1, 20), weekly=st.integers(0, 10), monthly=st.integers(0, 12),
                     yearly=st.integers(0, 3))


@given(vaults(), keepings)
def test_the_newest_proven_set_stays(vault: list[Candidate], keeping: Backups) -> None:
    kept = choose(vault, keeping, NOW).kept
    proven = [c for c in vault if c.proven]
    assert not proven or max(proven, key=lambda c: c.taken).id in kept


@given(vaults(), keepings, st.data())
def test_what_is_needed_and_all_that_it_builds_on_stays(
        vault: list[Candidate], keeping: Backups, data: st.DataObject) -> None:
    needed = data.draw(st.sets(st.sampled_from([c.id for c in vault]))) if vault else set()
    kept = choose(vault, keeping, NOW, needed).kept
    assert needed <= kept.keys()
    assert all(c.base in kept for c in vault if c.id in kept and c.base)


@given(vaults(), keepings)
def test_a_second_pruning_removes_nothing(vault: list[Candidate], keeping: Backups) -> None:
    kept = choose(vault, keeping, NOW).kept
    again = choose([c for c in vault if c.id in kept], keeping, NOW)
    assert not again.removed and again.kept.keys() == kept.keys()


@given(vaults(), keepings, st.sampled_from(["daily", "weekly", "monthly", "yearly"]))
def test_larger_numbers_keep_more(vault: list[Candidate], keeping: Backups, which: str) -> None:
    larger = keeping.model_copy(update={which: getattr(keeping, which) + 1})
    assert choose(vault, keeping, NOW).kept.keys() <= choose(vault, larger, NOW).kept.keys()


@given(vaults(), keepings)
def test_every_set_is_either_kept_for_a_reason_or_removed(vault: list[Candidate], keeping: Backups) -> None:
    pruning = choose(vault, keeping, NOW)
    assert pruning.kept.keys() | pruning.removed.keys() == {c.id for c in vault}
    assert not pruning.kept.keys() & pruning.removed.keys() and all(pruning.kept.values())
    assert pruning.bytes == 10 * len(pruning.removed)


@given(vaults(), keepings, st.integers(0, 5000))
def test_nothing_goes_away_because_time_passes(vault: list[Candidate], keeping: Backups, days: int) -> None:
    assert choose(vault, keeping, NOW).kept == choose(vault, keeping, NOW + timedelta(days=days)).kept


def test_grandfather_father_and_son() -> None:
    """A year of daily sets, whole on Sundays."""
    vault, whole = [], ""
    for back in range(364, -1, -1):
        taken = NOW - timedelta(days=back)
        whole = f"{taken:%m-%d}" if taken.weekday() == 6 or not whole else whole
        vault.append(candidate(f"{taken:%m-%d}", taken, None if f"{taken:%m-%d}" == whole else whole))
    pruning = choose(vault, Backups(daily=3, weekly=2, monthly=3, yearly=2), NOW)
    assert {name: why[0] for name, why in pruning.kept.items()} == {
        "11-21": "the newest of 2026-11-21", "11-20": "the newest of 2026-11-20", "11-19": "the newest of 2026-11-19",
        "11-15": "the newest of 2026-W46", "11-08": "the newest of 2026-W45", "10-25": "the newest of 2026-10",
        "09-27": "the newest of 2026-09", "12-28": "the newest of 2025"}
    assert pruning.kept["11-15"] == ("the newest of 2026-W46", "the newest of 2026-11", "the newest of 2026",
                                     "11-21 builds on it", "11-20 builds on it", "11-19 builds on it")


def test_days_are_those_of_the_site() -> None:
    """Half past five in the evening in London is the next day in Shanghai."""
    vault = [candidate("a", datetime(2026, 11, 19, 15, 30, tzinfo=UTC)),
             candidate("b", datetime(2026, 11, 19, 17, 30, tzinfo=UTC))]
    keeping = Backups(daily=5, weekly=0, monthly=0, yearly=0)
    assert choose(vault, keeping, NOW).removed.keys() == {"a"}
    assert not choose(vault, keeping, NOW.astimezone(ZoneInfo("Asia/Shanghai"))).removed


def test_a_set_that_failed_its_proof_does_not_push_out_the_one_before() -> None:
    vault = [candidate("morning", NOW), candidate("noon", NOW + timedelta(hours=5), failed=True)]
    assert choose(vault, Backups(weekly=0, monthly=0, yearly=0), NOW).removed.keys() == {"noon"}


def test_a_set_of_databases_alone_does_not_push_out_the_one_with_the_trees() -> None:
    night, noon, evening = (candidate(name, NOW + timedelta(hours=hour), holds=frozenset(holds), proven=True)
                            for name, hour, holds in [("night", 0, ["main", "app"]), ("noon", 5, ["main"]),
                                                      ("evening", 9, ["main"])])
    pruning = choose([night, noon, evening], Backups(weekly=0, monthly=0, yearly=0), NOW)
    assert pruning.kept.keys() == {"night", "evening"}


@pytest.fixture
def three(site: Site, vault: Path) -> list[str]:
    """A whole set, one that builds on it, and a second whole one."""
    first = take_set(site, vault, "first", databases=[])
    take_set(site, vault, "second", databases=[], base=first)
    take_set(site, vault, "third", databases=[])
    return ["first", "second", "third"]


KEEP_ONE = Backups(daily=1, weekly=0, monthly=0, yearly=0)


def test_sets_of_a_vault_are_pruned(site: Site, vault: Path, three: list[str]) -> None:
    said: list[str] = []
    pruning = plan(sets(vault), KEEP_ONE, NOW)
    assert list(pruning.removed) == ["second", "first"]
    prune(vault, pruning, said.append)
    assert [p.name for p in vault.iterdir()] == ["third"] and len(said) == 2
    prune(vault, pruning)


def test_the_last_proven_one_stays_with_what_it_builds_on(site: Site, vault: Path, three: list[str]) -> None:
    verify_set(site, vault / "second")
    assert not plan(sets(vault), KEEP_ONE, NOW).removed


def test_a_base_is_not_removed_under_a_set_that_came_since(site: Site, vault: Path, three: list[str]) -> None:
    pruning = Pruning({}, {"first": 1})
    with pytest.raises(WrongUse, match="first cannot be removed: second"):
        prune(vault, pruning)
    assert {p.name for p in vault.iterdir()} == set(three)


def test_killed_while_it_removes_leaves_no_half_set(
        site: Site, vault: Path, three: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pruning, whole = plan(sets(vault), KEEP_ONE, NOW), shutil.rmtree

    def killed(folder: Path) -> None:
        os.remove(folder / "README.txt")
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        prune(vault, pruning)
    assert {s.id for s in sets(vault)} == {"first", "third"}
    monkeypatch.setattr(shutil, "rmtree", whole)
    prune(vault, pruning)
    assert [p.name for p in vault.iterdir()] == ["third"]


def test_removing_what_is_not_there_is_fine(vault: Path) -> None:
    remove(vault / "gone")
