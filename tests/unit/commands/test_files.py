"""File commands do what they say, with names that hold anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from migrator.commands import archive, files
from migrator.commands.shell import Command

NASTY = "it's \"a\" $(touch boom) `x`; -rf\nname"


def sh(command: Command, stdin: bytes = b"") -> tuple[int, str]:
    done = subprocess.run(["sh", "-c", command.text], input=stdin, capture_output=True, timeout=20)
    return done.returncode, done.stdout.decode()


def test_a_file_is_replaced_whole_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / NASTY
    path.write_text("old")
    assert sh(files.replace(str(path), 0o640), b"new\0content")[0] == 0
    assert path.read_bytes() == b"new\0content"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == [NASTY]


def test_replacing_what_a_link_names_leaves_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    assert sh(files.replace(str(tmp_path / "link"), 0o600), b"new")[0] == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_link_is_switched_and_its_target_not_entered(tmp_path: Path) -> None:
    for version in ("1", "2"):
        (tmp_path / version).mkdir()
        assert sh(files.link(str(tmp_path / version), str(tmp_path / "current")))[0] == 0
    assert os.readlink(tmp_path / "current") == str(tmp_path / "2")
    assert sh(files.link_target(str(tmp_path / "current"))) == (0, f"{tmp_path}/2\n")
    assert list((tmp_path / "1").iterdir()) == []


def test_moving_never_moves_into_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert sh(files.move(str(tmp_path / "a"), str(tmp_path / "b")))[0] != 0
    assert sh(files.move(str(tmp_path / "a"), str(tmp_path / NASTY)))[0] == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["b", NASTY])


@pytest.mark.parametrize("path", ["", "/", "//", "relative", "~/x", "/a/../..", "/.."])
def test_removing_refuses_what_could_be_everything(path: str) -> None:
    with pytest.raises(ValueError, match="refused"):
        files.remove_tree(path)


def test_free_space_is_told_where_the_path_will_be(tmp_path: Path) -> None:
    code, told = sh(files.free(str(tmp_path / "not" / "yet")))
    mounted, free = told.rsplit(maxsplit=1)
    assert code == 0
    assert Path(mounted).is_mount()
    real = os.statvfs(tmp_path)
    assert abs(int(free) - real.f_bavail * real.f_frsize) < 1e9


def test_a_package_appears_only_whole_and_right(tmp_path: Path) -> None:
    place = tmp_path / "packages" / "p.tar"
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of "x"
    assert sh(archive.receive(str(place), digest), b"y")[0] != 0
    assert not place.exists()
    assert sh(archive.receive(str(place), digest), b"x")[0] == 0
    assert sh(archive.has(str(place), digest))[0] == 0


def test_a_release_is_put_in_place_only_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "taken").mkdir()
    assert sh(archive.put_in_place(str(tmp_path / "new"), str(tmp_path / "taken"), ".mark", "m"))[0] != 0
    assert sh(archive.put_in_place(str(tmp_path / "new"), str(tmp_path / "opt" / "2"), ".mark", "m"))[0] == 0
    assert sh(archive.mark_of(str(tmp_path / "opt" / "2"), ".mark")) == (0, "m\n")
    assert sh(archive.mark_of(str(tmp_path / "taken"), ".mark")) == (0, "foreign\n")
    assert sh(archive.mark_of(str(tmp_path / "none"), ".mark")) == (0, "missing\n")
