"""Package files are believed by checksum only."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from fixtures import package_files

GOOD = hashlib.sha256(b"good").hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.whl").write_bytes(b"good")
    (tmp_path / "changed.whl").write_bytes(b"bad")
    return tmp_path


def test_missing_and_changed_files_are_named(folder: Path) -> None:
    pinned = dict.fromkeys(("good.whl", "changed.whl", "missing.whl"), GOOD)
    assert package_files.wrong_files(folder, pinned, pinned) == ["changed.whl", "missing.whl"]


def test_what_is_there_is_not_fetched_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_files, "_pip_download", lambda *_: pytest.fail("asked the index"))
    package_files.download(folder, {"good.whl": "good==1"}, {"good.whl": GOOD})


def test_a_file_with_another_content_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(package_files, "_pip_download", lambda _folder, group, _options: asked.append(group))
    with pytest.raises(package_files.PackageError, match=r"changed\.whl"):
        package_files.download(folder, {"changed.whl": "changed==1"}, {"changed.whl": GOOD})
    assert asked == [["changed==1"]]


def test_two_versions_of_a_project_are_asked_for_one_after_the_other(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(package_files, "_pip_download", lambda _folder, group, _options: asked.append(group))
    wanted = {"a-1": "a==1", "a-2": "a==2", "b-1": "b==1"}
    with pytest.raises(package_files.PackageError):
        package_files.download(tmp_path, wanted, dict.fromkeys(wanted, GOOD))
    assert asked == [["a==1", "b==1"], ["a==2"]]


def test_the_folder_can_be_named_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIGRATOR_PACKAGES", str(tmp_path))
    assert package_files.cache_folder() == tmp_path


def test_checksums_are_read_in_the_format_of_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "sums").write_text(f"# pinned\n{GOOD}  good.whl\n\n")
    assert package_files.read_checksums(tmp_path / "sums") == {"good.whl": GOOD}
