"""Blind spots on SQLite, and those that show in the structure alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.sync.blind import blind_spots
from tests.capturing.world import Captured

SPOTS = {
    "sync.replaced": ("create unique index some on item (v) where v > 0", "some"),
    "sync.own-trigger": ("create trigger theirs after insert on item begin select 1; end", "theirs"),
}


def spots(captured: Captured, *allowed: str) -> set[tuple[str, str]]:
    found = blind_spots(captured.lens, Meeting(captured.end, captured.end), allowed)
    return {(finding.code, finding.evidence["name"]) for finding in found}


@pytest.mark.parametrize("code", SPOTS)
def test_what_capture_could_not_see_is_told_until_it_is_allowed(code: str, tmp_path: Path) -> None:
    statement, name = SPOTS[code]
    captured = Captured(open_endpoint("old", f"sqlite:///{tmp_path / 'old.db'}"))
    captured.build()
    assert spots(captured) == set()
    captured = Captured(captured.end)
    captured.act(statement)
    assert spots(captured) == {(code, name)}
    assert spots(captured, name) == set()


def test_a_key_that_no_server_watches_over_is_told(tmp_path: Path) -> None:
    end = open_endpoint("old", f"sqlite:///{tmp_path / 'old.db'}")
    captured = Captured(end, ("item", "loose"), frozenset({"loose"}))
    captured.build("create table loose (id bigint not null, v int)")
    assert spots(captured) == {("sync.assumed-key", "loose")}


def test_rows_that_are_called_by_a_word_of_their_parents_are_told(tmp_path: Path) -> None:
    end = open_endpoint("old", f"sqlite:///{tmp_path / 'old.db'}")
    captured = Captured(end, ("item", "device", "reading", "counted", "line"))
    captured.build("create table device (code varchar(9) primary key)",
                   "create table reading (device varchar(9) references device (code), n int, primary key (device, n))",
                   "create table counted (id integer primary key)",
                   "create table line (counted int references counted (id), n int, primary key (counted, n))")
    assert spots(captured) == {("sync.called-by-parent", "reading")}
