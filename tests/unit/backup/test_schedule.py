"""Whole on its day, changes on others; never built on what cannot be relied on."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from migrator.backup.keeping.schedule import due, last_full_day, sound
from migrator.backup.sets.chain import Chain
from migrator.backup.sets.manifest_file import MANIFEST
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.playbook.inventory import Backups
from migrator.site import Site

KEEPING = Backups(full_on="sunday")
SUNDAY, MONDAY, TUESDAY = (datetime(2026, 11, day, 2, tzinfo=UTC) for day in (15, 16, 17))
TREE = "trees/app.tar.zst"


def taken_at(kept: BackupSet, moment: datetime) -> BackupSet:
    """The same set as if it had been taken then."""
    data = json.loads((kept.folder / MANIFEST).read_text())
    (kept.folder / MANIFEST).write_text(json.dumps({**data, "taken": moment.isoformat()}))
    return BackupSet.open(kept.folder)


def on(site: Site, vault: Path, moment: datetime) -> BackupSet:
    """The backup that is due at a moment."""
    base = due(vault, "live", KEEPING, moment).base
    return taken_at(take_set(site, vault, f"{moment:%m-%d}", databases=[], base=base), moment)


def test_a_week_begins_whole_and_goes_on_with_changes(site: Site, vault: Path) -> None:
    first = due(vault, "live", KEEPING, SUNDAY)
    assert first.whole and first.why == "there is no sound set to build on"
    chains = [[s.id for s in Chain.of(on(site, vault, datetime(2026, 11, day, 2, tzinfo=UTC))).sets]
              for day in (15, 16, 17)]
    assert chains == [["11-15"], ["11-15", "11-16"], ["11-15", "11-16", "11-17"]]
    next_sunday = due(vault, "live", KEEPING, datetime(2026, 11, 22, 2, tzinfo=UTC))
    assert next_sunday.whole and next_sunday.why == "no whole set was taken since 2026-11-22"


def test_a_sunday_that_was_missed_is_made_up_for_once(site: Site, vault: Path) -> None:
    on(site, vault, datetime(2026, 11, 10, 2, tzinfo=UTC))
    assert due(vault, "live", KEEPING, TUESDAY).whole
    on(site, vault, TUESDAY)
    wednesday = due(vault, "live", KEEPING, datetime(2026, 11, 18, 2, tzinfo=UTC))
    assert not wednesday.whole and wednesday.base and wednesday.base.id == "11-17"


@pytest.mark.parametrize("harm", ["missing", "short", "failed"])
def test_what_is_harmed_is_not_built_on(harm: str, site: Site, vault: Path) -> None:
    on(site, vault, SUNDAY)
    monday = on(site, vault, MONDAY)
    path = monday.folder / TREE
    if harm == "missing":
        path.unlink()
    elif harm == "short":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        monday.proof.after(1, 0, held=False).save(monday.folder / "proof.json")
    assert not sound(monday)
    tuesday = due(vault, "live", KEEPING, TUESDAY)
    assert tuesday.base and tuesday.base.id == "11-15"


def test_a_harmed_whole_set_takes_all_that_builds_on_it_along(site: Site, vault: Path) -> None:
    sunday = on(site, vault, SUNDAY)
    on(site, vault, MONDAY)
    (sunday.folder / TREE).unlink()
    assert due(vault, "live", KEEPING, TUESDAY).whole


def test_a_set_without_the_trees_is_no_base(site: Site, vault: Path) -> None:
    on(site, vault, SUNDAY)
    taken_at(take_set(site, vault, "databases-alone", trees=[]), MONDAY)
    tuesday = due(vault, "live", KEEPING, TUESDAY, trees=["app"])
    assert tuesday.base and tuesday.base.id == "11-15"


def test_it_says_what_the_day_has_already(site: Site, vault: Path) -> None:
    on(site, vault, SUNDAY)
    today = due(vault, "live", KEEPING, SUNDAY.replace(hour=20)).today
    assert today and today.id == "11-15"
    assert due(vault, "live", KEEPING, MONDAY).today is None
    assert due(vault, "trial", KEEPING, SUNDAY).whole


@pytest.mark.parametrize(("weekday", "expected"), [("monday", 16), ("tuesday", 17), ("wednesday", 11), ("sunday", 15)])
def test_the_last_full_day(weekday: str, expected: int) -> None:
    assert last_full_day(weekday, date(2026, 11, 17)) == date(2026, 11, expected)  # type: ignore[arg-type]
