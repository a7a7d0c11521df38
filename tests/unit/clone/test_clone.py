"""A clone never hits the original, fits name by name, and speaks of itself alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.backup.restoring.former import give_back, present
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.clone.apart import too_close
from migrator.clone.clone import make_clone
from migrator.clone.fitting import misfits
from migrator.clone.traces import Traces, adapt, file_in, leftovers, missing
from migrator.errors import WrongUse
from migrator.playbook.inventory import Environment
from migrator.site import Site
from tests.unit.backup.conftest import LocalDoors, environment, fill


class Pair:
    """A live system in `srv` and a copy described by the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "srv"
        fill(self.root)
        self.live_environment = environment(self.root, folder / "work", values={"url": "http://live.example/pm"})

    def copy_at(self, root: Path, **more: object) -> Site:
        described = {"disposable": True, "values": {"url": "http://127.0.0.1:8081/pm"}, **more}
        return self.open(environment(root, self.folder / "work", **described))

    def open(self, copy: Environment) -> Site:
        self.doors = LocalDoors({"live": self.live_environment, "trial": copy})
        return Site("trial", copy, self.doors)

    @property
    def live(self) -> Site:
        return Site("live", self.live_environment, self.doors)

    def taken(self) -> BackupSet:
        return take_set(self.live, self.folder / "vault", "live.one")


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def codes(findings: list[object]) -> list[str]:
    return [f.code for f in findings]  # type: ignore[attr-defined]


def test_two_environments_apart_may_be_cloned(pair: Pair) -> None:
    copy = pair.copy_at(pair.folder / "trial")
    assert too_close(copy, pair.live) == []
    assert misfits(pair.taken(), copy, pair.live) == []


@pytest.mark.parametrize("place", ["srv", "srv/inside", ".", "via-link", "via-link/db/..", "srv/../srv/./files"])
def test_no_spelling_of_the_original_place_is_accepted(place: str, pair: Pair) -> None:
    (pair.folder / "via-link").symlink_to(pair.root)
    copy = pair.copy_at(pair.folder / place)
    assert "clone.hits_live" in codes(too_close(copy, pair.live))


def test_a_neighbour_whose_name_begins_the_same_is_accepted(pair: Pair) -> None:
    assert too_close(pair.copy_at(pair.folder / "srv-trial"), pair.live) == []


def test_an_environment_that_is_not_marked_as_a_copy_is_refused(pair: Pair) -> None:
    copy = pair.copy_at(pair.folder / "trial", disposable=False)
    assert codes(too_close(copy, pair.live)) == ["clone.not_disposable"]


def test_the_original_itself_is_refused_even_when_it_is_marked_as_a_copy(pair: Pair) -> None:
    pair.copy_at(pair.folder / "trial")
    again = Site("live", pair.live_environment.model_copy(update={"disposable": True}), pair.doors)
    assert codes(too_close(again, pair.live)) == ["clone.hits_live"]


def test_names_that_only_one_side_has_are_errors_with_advice(pair: Pair) -> None:
    copy = pair.copy_at(pair.folder / "trial", trees={"other": {"path": str(pair.folder / "trial"), "at": "here"}})
    found = misfits(pair.taken(), copy, pair.live)
    assert codes(found) == ["clone.names", "clone.names"] and all(f.advice for f in found)


@pytest.mark.parametrize(("target", "refused"), [
    ("{root}/files", True), ("../../srv/files", True), ("{root}", True), ("/usr/bin/python3", False),
    ("one.txt", False)])
def test_a_link_that_would_lead_from_the_copy_into_the_original_is_refused(
        target: str, refused: bool, pair: Pair) -> None:
    (pair.root / "files/leads").symlink_to(target.format(root=pair.root))
    copy = pair.copy_at(pair.folder / "trial")
    assert codes(misfits(pair.taken(), copy, pair.live)) == ["clone.link"] * refused


def test_a_clone_holds_all_and_is_undone_to_what_was_there(pair: Pair) -> None:
    trial = pair.folder / "deep/trial"
    copy = pair.copy_at(trial)
    record = present(copy)
    vault = pair.folder / "vault"
    facts = make_clone(copy, pair.taken().folder, vault, "trial.before", record)
    assert facts["restored"] == ["main", "app"]
    assert (trial / "files/one.txt").read_text() == "one"
    assert give_back(copy, vault, "trial.before", record)
    assert not (pair.folder / "deep").exists()
    assert give_back(copy, vault, "trial.before", {}) is False


def test_traces_become_the_copys_own_and_twice_is_once(pair: Pair) -> None:
    copy = pair.copy_at(pair.folder / "srv-trial")
    traces = Traces.of(pair.live, copy)
    text = (f"root={pair.root}/files\nurl = http://live.example/pm/login\ndb = sqlite:///{pair.root}/db/main.sqlite\n"
            f"other = {pair.root}2/x\n问题 \udcff")
    once = traces.replaced(text)
    assert once == (f"root={pair.root}-trial/files\nurl = http://127.0.0.1:8081/pm/login\n"
                    f"db = sqlite:///{pair.root}-trial/db/main.sqlite\nother = {pair.root}2/x\n问题 \udcff")
    assert traces.replaced(once) == once
    assert traces.left(text) and not traces.left(once)


def test_files_are_adapted_with_their_mode_and_what_is_left_is_found(pair: Pair) -> None:
    (pair.root / "app.ini").write_text(f"root = {pair.root}\n")
    (pair.root / "app.ini").chmod(0o600)
    copy = pair.copy_at(pair.folder / "trial")
    make_clone(copy, pair.taken().folder, pair.folder / "vault", "b", present(copy))
    traces = Traces.of(pair.live, copy)
    assert leftovers(copy, traces, ["app/app.ini"]) == {"app/app.ini": [str(pair.root)]}
    assert adapt(copy, traces, ["app/app.ini", "app/absent.ini"]) == ["app/app.ini"]
    assert leftovers(copy, traces, ["app/app.ini"]) == {} and missing(copy, ["app/absent.ini"]) == ["app/absent.ini"]
    assert (pair.folder / "trial/app.ini").read_text() == f"root = {pair.folder}/trial\n"
    assert (pair.folder / "trial/app.ini").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["app", "app/", "app/../../etc/passwd", "nothing/x"])
def test_a_name_that_is_no_file_of_a_tree_is_refused(name: str, pair: Pair) -> None:
    with pytest.raises(WrongUse):
        file_in(pair.copy_at(pair.folder / "trial"), name)


