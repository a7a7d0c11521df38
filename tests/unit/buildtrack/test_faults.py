"""The faults that the upgrader has on demand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.buildtrack.installation import Installation


def test_fail_half_leaves_a_half_upgraded_system_that_asks_for_its_backup(
    seeded_51: Installation, tmp_path: Path
) -> None:
    system = seeded_51.copy(tmp_path / "copy")
    result = system.run("6.1", "upgrade", fault="fail-half")
    assert result.code == 70
    assert "fatal: lost contact" in result.err
    labels = dict(system.rows("SELECT name, value FROM bt_meta"))
    assert labels == {"version": "5.1", "upgrading": "6.1 step 2"}
    columns = {row[1] for row in system.rows("PRAGMA table_info(app_user)")}
    assert "surname" in columns
    assert "full_name" not in columns
    again = system.run("6.1", "upgrade")
    assert again.code == 5
    assert "restore the backup" in again.err


def test_hang_stops_half_way_until_somebody_ends_it(seeded_51: Installation, tmp_path: Path) -> None:
    system = seeded_51.copy(tmp_path / "copy")
    with system.started("6.1", "upgrade", fault="hang") as upgrader:
        assert upgrader.stdout is not None
        while "[2/5]" not in upgrader.stdout.readline():
            pass
        while ("upgrading", "6.1 step 2") not in system.rows("SELECT name, value FROM bt_meta"):
            pass
        assert upgrader.poll() is None
        upgrader.kill()
        assert upgrader.stdout.read() == ""
    assert ("version", "5.1") in system.rows("SELECT name, value FROM bt_meta")


def test_damage_row_ends_well_and_changes_one_amount(
    seeded_51: Installation, upgraded_61: Installation, tmp_path: Path
) -> None:
    system = seeded_51.copy(tmp_path / "copy")
    assert system.run("6.1", "upgrade", fault="damage-row").code == 0
    amounts = "SELECT id, amount FROM contract ORDER BY id"
    pairs = zip(upgraded_61.rows(amounts), system.rows(amounts), strict=True)
    changed = [(good[0], damaged[1] - good[1]) for good, damaged in pairs if good != damaged]
    assert changed == [(1, pytest.approx(1000))]


def test_chatty_prints_what_was_asked_for(seeded_51: Installation, tmp_path: Path) -> None:
    system = seeded_51.copy(tmp_path / "copy")
    result = system.run("6.1", "upgrade", fault="chatty:3")
    assert result.code == 0
    assert 3_000_000 <= len(result.out) < 3_010_000
