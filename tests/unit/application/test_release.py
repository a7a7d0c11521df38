"""A release folder is complete or not there, and is made of nothing but its packages."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from migrator.application.packages import Package
from migrator.application.release import MARK, Release
from migrator.errors import CommandFailed
from migrator.transport.local import LocalTransport

HERE = LocalTransport("here")


def wheel(folder: Path) -> Package:
    """The smallest wheel: one module that says its version."""
    path = folder / "pump-2.0-py3-none-any.whl"
    info = "pump-2.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pump.py", "VERSION = '2.0'\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: pump\nVersion: 2.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return Package(path, hashlib.sha256(path.read_bytes()).hexdigest())


def release(tmp_path: Path, *requirements: str) -> Release:
    return Release(host=HERE, folder=f"{tmp_path}/opt/it's 2", packages=[wheel(tmp_path)], work=f"{tmp_path}/work",
                   requirements=requirements)


def make(it: Release) -> None:
    it.bring(lambda _done, _total, _unit: None)
    HERE.run(it.build(), timeout=120)


def test_a_python_release_is_installed_from_its_packages_alone(tmp_path: Path) -> None:
    it = release(tmp_path, "pump==2.0")
    assert it.found() == "missing"
    make(it)
    said = subprocess.run([f"{it.folder}/bin/python", "-c", "import pump; print(pump.VERSION)"], capture_output=True)
    assert said.stdout == b"2.0\n"
    assert it.found() == "ours"
    assert list((tmp_path / "work" / "packages").iterdir()) == []
    HERE.run(it.remove())
    assert it.found() == "missing"


def test_what_no_package_holds_is_not_fetched_from_elsewhere(tmp_path: Path) -> None:
    it = release(tmp_path, "pip-is-not-asked-for-this==1")
    with pytest.raises(CommandFailed, match="No matching distribution"):
        make(it)
    assert it.found() == "missing", "an unfinished release counts as none"


def test_an_unpacked_release_is_marked_by_its_packages(tmp_path: Path) -> None:
    it = release(tmp_path)
    make(it)
    assert Path(it.folder, "pump.py").read_text() == "VERSION = '2.0'\n"
    Path(it.folder, MARK).write_text("of another package\n")
    assert it.found() == "foreign"
    with pytest.raises(CommandFailed):
        make(it)
    assert Path(it.folder, MARK).read_text() == "of another package\n"
