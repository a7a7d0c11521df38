"""The alarm rings for a day without a backup, a proof that is too old, a set that is gone, and falls silent again."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from migrator.backup.errors import SetMissing
from migrator.backup.keeping.gaps import alarms, missing_days
from migrator.backup.sets.catalog import newest_proven, newest_unharmed, sets
from migrator.backup.sets.manifest import Manifest
from migrator.backup.sets.manifest_file import save
from migrator.backup.sets.proof import NONE, RESTORED
from migrator.backup.sets.set import PROOF, BackupSet
from migrator.backup.taking.take import take_set
from migrator.backup.verify import verify_set
from migrator.model.finding import Severity
from migrator.playbook.inventory import Backups
from migrator.site import Site

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
KEEPING = Backups(daily=14)


@pytest.fixture
def taken(vault: Path) -> list[BackupSet]:
    """Sets of the last twenty days, the newest last and proven; nothing is in them."""
    return [put(vault, NOW - timedelta(days=back), proven=back == 0) for back in range(20, -1, -1)]


def put(vault: Path, moment: datetime, *, proven: bool = False, base: str | None = None) -> BackupSet:
    folder = vault / f"{moment:%m-%d}"
    folder.mkdir(parents=True)
    save(Manifest(folder.name, "live", moment.isoformat(), "", "0", {}, {}, base=base), folder)
    if proven:
        NONE.after(RESTORED, 0).save(folder / PROOF)
    return BackupSet.open(folder)


def told(vault: Path, now: datetime = NOW) -> list[tuple[Severity, str]]:
    return [(f.severity, f.message) for f in alarms(sets(vault, "live"), "live", KEEPING, now)]


def test_all_is_well(taken: list[BackupSet], vault: Path) -> None:
    assert told(vault) == []


def test_a_day_that_was_missed_is_told_and_blocks_while_nothing_followed(taken: list[BackupSet], vault: Path) -> None:
    shutil.rmtree(vault / "11-19")
    assert told(vault) == [(Severity.WARNS, "no backup of live on 2026-11-19")]
    tomorrow = NOW + timedelta(days=2)
    assert told(vault, tomorrow) == [(Severity.WARNS, "no backup of live on 2026-11-19"),
                                     (Severity.BLOCKS, "no backup of live on 2026-11-22")]


def test_today_is_not_missing_before_it_is_over(taken: list[BackupSet], vault: Path) -> None:
    assert told(vault, NOW.replace(hour=23) + timedelta(days=1)) == []


def test_a_day_is_missed_by_the_clock_of_the_site(vault: Path) -> None:
    found = [put(vault, datetime(2026, 11, day, hour, tzinfo=UTC)) for day, hour in ((17, 18), (19, 6))]
    assert [str(day) for day in missing_days(found, KEEPING, NOW)] == ["2026-11-18", "2026-11-20"]
    assert [str(day) for day in missing_days(found, KEEPING, NOW.astimezone(ZoneInfo("Asia/Shanghai")))] == [
        "2026-11-20"]


def test_days_whose_sets_were_pruned_are_not_missing(taken: list[BackupSet], vault: Path) -> None:
    for back in (16, 17, 18):
        shutil.rmtree(vault / f"{NOW - timedelta(days=back):%m-%d}")
    assert told(vault) == []


@pytest.mark.parametrize(("days", "expected"), [(8, []), (9, ["the newest proven set of live is 9 days old"])])
def test_an_old_proof_is_told(days: int, expected: list[str], taken: list[BackupSet], vault: Path) -> None:
    for back in range(-days, 0):
        put(vault, NOW - timedelta(days=back))
    assert [message for _severity, message in told(vault, NOW + timedelta(days=days))] == expected


def test_no_proof_and_no_set_at_all_are_told(vault: Path) -> None:
    assert told(vault) == [(Severity.BLOCKS, "there is no backup of live")]
    put(vault, NOW)
    assert told(vault) == [(Severity.BLOCKS, "no backup set of live is proven")]


def test_a_set_that_is_gone_is_told_with_those_that_need_it(taken: list[BackupSet], vault: Path) -> None:
    for back, base in ((-1, "11-21"), (-2, "11-22"), (-3, "11-23")):
        put(vault, NOW - timedelta(days=back), base=base)
    shutil.rmtree(vault / "11-22")
    assert (Severity.BLOCKS, "the set 11-22 is gone: 11-23, 11-24 cannot be restored") in told(
        vault, NOW + timedelta(days=3))


def test_a_harmed_set_gives_way_to_the_proven_one_before(site: Site, root: Path, vault: Path) -> None:
    for name in ("first", "second"):
        verify_set(site, take_set(site, vault, name, databases=[]).folder)
    last = take_set(site, vault, "third", databases=[], base=BackupSet.open(vault / "second"))
    verify_set(site, last.folder)
    assert newest_unharmed(vault, "live") == (last, [])
    path = vault / "second/trees/app.tar.zst"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    kept, notes = newest_unharmed(vault, "live")
    assert kept.id == "first" and [n.message.partition(":")[0] for n in notes] == [
        "third cannot be used", "second cannot be used"]
    assert newest_proven(vault, "live").id == "first" and not last.proof.proven
    (vault / "first/trees/app.list.zst").unlink()
    with pytest.raises(SetMissing, match="no backup set of live is proven"):
        newest_unharmed(vault, "live")
