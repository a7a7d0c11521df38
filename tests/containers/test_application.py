"""Releases and facts on other machines, bare ones and as other users."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from rig import HostFactory
from rig_host import OPS_PASSWORD, TestHost
from ssh_places import reach

from migrator.application.host_facts import gather
from migrator.application.packages import Package
from migrator.application.release import Release
from migrator.commands import files
from migrator.commands.shell import words


def package(folder: Path) -> Package:
    path = folder / "app-2.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("app-2/run.txt")
        member.size = 11
        archive.addfile(member, io.BytesIO(b"version two"))
    return Package(path, hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_release_of_another_user_is_his_and_complete(
    ssh_host: TestHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO", OPS_PASSWORD)
    host = reach(ssh_host, sudo_password="env:SUDO")
    it = Release(host=host, folder="/opt/shop/2", packages=[package(tmp_path)], work="~/.migrator", strip=1,
                 user="root")
    it.bring(lambda _done, _total, _unit: None)
    host.run(it.build())
    host.run(files.link("/opt/shop/2", "/opt/shop/current").as_user("root"))
    assert it.found() == "ours"
    assert ssh_host.must(["cat", "/opt/shop/current/run.txt"]) == "version two"
    assert ssh_host.must(["stat", "-c", "%U", "/opt/shop/2/run.txt"]).strip() == "root"
    assert ssh_host.must(["ls", "/opt/shop"]).split() == ["2", "current"]
    host.run(it.remove())
    host.run(words("rm", "-r", "/opt/shop").as_user("root"))
    host.close()


def test_a_bare_host_tells_what_it_is(host_factory: HostFactory) -> None:
    host = reach(host_factory("bare"))
    facts = gather(host)
    assert facts["os"].startswith("Debian GNU/Linux")
    assert facts["cpus"] >= 1
    assert facts["memory"] > 100_000_000
    assert abs(facts["clock_offset"]) <= 1
    assert facts["user"] == "ops"
    assert "tar" in facts["tools"]
    assert "python3" not in facts["tools"]
    host.close()
