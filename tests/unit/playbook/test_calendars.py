"""Calendars in the inventory: one for all, or an environment's own; what is wrong is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import PlaybookError
from migrator.playbook.inventory import Calendar
from migrator.playbook.inventory_read import load_inventory

TEXT = """\
format: 1
calendar:
  time_zone: Asia/Shanghai
  country: CN
  holidays: [2027-02-11]
  workdays: [2027-02-20]
  freeze: [freezes/audit.ics]
environments:
  oa: {hosts: {web: {}}}
  berlin: {hosts: {web: {}}, calendar: {time_zone: Europe/Berlin, country: DE-BE}}
sites:
  shops:
    like: {hosts: {till: {}}, calendar: {time_zone: Asia/Urumqi}}
    each: {shop-1: {}, shop-2: {}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "freezes").mkdir()
    (tmp_path / "freezes" / "audit.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    (tmp_path / "inventory.yaml").write_text(TEXT)
    return tmp_path / "inventory.yaml"


def calendar(file: Path, environment: str) -> Calendar | None:
    return load_inventory(file).environments[environment].calendar


def test_who_has_none_of_its_own_has_that_of_the_inventory(file: Path) -> None:
    shared = calendar(file, "oa")
    assert shared is not None
    assert (shared.country, shared.holidays, shared.workdays) == ("CN", ["2027-02-11"], ["2027-02-20"])
    assert shared.freeze == [str(file.parent / "freezes" / "audit.ics")]
    assert calendar(file, "berlin") == Calendar(time_zone="Europe/Berlin", country="DE-BE")
    assert calendar(file, "shop-2") == Calendar(time_zone="Asia/Urumqi")


def test_nobody_must_have_one(file: Path) -> None:
    file.write_text("format: 1\nenvironments: {oa: {hosts: {web: {}}}}\n")
    assert calendar(file, "oa") is None


@pytest.mark.parametrize(("old", "new", "words"), [
    ("Asia/Shanghai", "Asia/Shangai", '3:14 calendar.time_zone: "Asia/Shangai" is no time zone'),
    ("country: CN", "country: Cathay", '4:12 calendar.country: the public holidays of "Cathay" are not known'),
    ("DE-BE", "DE-XX", 'environments.berlin.calendar.country: the public holidays of "DE-XX" are not known'),
    ("2027-02-11", "11.2.2027", '"11.2.2027" is no day'),
    ("[freezes/audit.ics]", "[audit.ics]", "7:12 calendar.freeze[0]: there is no file audit.ics"),
    ("Asia/Urumqi", "Asia/Urumqi, freeze: [gone.ics]", "sites.shops.like.calendar.freeze[0]: there is no file gone"),
])
def test_what_is_wrong_is_told_with_its_place(file: Path, old: str, new: str, words: str) -> None:
    file.write_text(TEXT.replace(old, new))
    with pytest.raises(PlaybookError) as error:
        load_inventory(file)
    assert words in str(error.value)
