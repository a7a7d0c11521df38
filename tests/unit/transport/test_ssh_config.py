"""Where a host is: the inventory wins, ssh_config fills in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.errors import WrongUse
from migrator.playbook.inventory import Host
from migrator.transport import ssh_config
from migrator.transport.ssh_config import chain


@pytest.fixture(params=["openssh", "paramiko"], autouse=True)
def config(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty ssh_config, read by OpenSSH itself and by paramiko."""
    if request.param == "paramiko":
        monkeypatch.setattr(shutil, "which", lambda _name: None)
    elif shutil.which("ssh") is None:
        pytest.skip("no OpenSSH client here")
    file = tmp_path / "config"
    file.write_text("")
    monkeypatch.setenv("MIGRATOR_SSH_CONFIG", str(file))
    ssh_config._settings.cache_clear()
    yield file
    ssh_config._settings.cache_clear()


def host(**values: object) -> Host:
    return Host.model_validate(values)


def test_the_inventory_says_it_all() -> None:
    db = host(address="10.0.0.7", port=2222, user="ops", key="~/k", known_hosts="/pins")
    [target] = chain("db", {"db": db}, "live")
    assert (target.address, target.port, target.user) == ("10.0.0.7", 2222, "ops")
    assert target.keys == (Path.home() / "k",)
    assert target.known_hosts == (Path("/pins"),)
    assert target.agent is False
    assert target.hint == "inv inventory.trust --env live --host db"


def test_an_alias_is_looked_up_and_the_inventory_wins(config: Path) -> None:
    config.write_text("Host shop\n HostName 10.1.1.1\n Port 2200\n User deploy\n IdentityFile /keys/shop\n")
    [target] = chain("db", {"db": host(address="shop", user="ops")})
    assert (target.address, target.port, target.user, target.keys) == ("10.1.1.1", 2200, "ops", (Path("/keys/shop"),))


def test_jump_hosts_of_the_inventory_come_in_order() -> None:
    hosts = {"db": host(jump="mid"), "mid": host(jump="edge"), "edge": host(address="edge.example")}
    assert [t.name for t in chain("db", hosts)] == ["edge", "mid", "db"]


def test_a_circle_of_jump_hosts_and_a_missing_one_are_refused() -> None:
    with pytest.raises(WrongUse, match="circle: a > b > a"):
        chain("a", {"a": host(jump="b"), "b": host(jump="a")})
    with pytest.raises(WrongUse, match="no host of this environment"):
        chain("a", {"a": host(jump="nobody")})


def test_proxy_jump_of_ssh_config_is_followed(config: Path) -> None:
    config.write_text("Host inner\n ProxyJump ops@edge:2201,mid\nHost mid\n User deploy\n")
    jumps = chain("inner", {"inner": host()})
    assert [(t.address, t.port, t.user) for t in jumps[:2]] == [("edge", 2201, "ops"), ("mid", 22, "deploy")]
    assert jumps[2].address == "inner"
