"""The test machines keep what they promise: identity, log-in, sudo, tools, files, power cuts, neighbours."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from rig import HostFactory
from rig_host import OPS_PASSWORD, TestHost
from rig_login import ask, log_in


def test_sshd_is_reached_with_the_pinned_key_and_no_other(ssh_host: TestHost, tmp_path: Path) -> None:
    with log_in(ssh_host) as client:
        assert ask(client, "id -un; hostname") == (0, "ops\nssh-host")
    other_key = paramiko.ECDSAKey.generate()
    wrong_pins = tmp_path / "known_hosts"
    wrong_pins.write_text(f"[{ssh_host.address}]:{ssh_host.port} {other_key.get_name()} {other_key.get_base64()}\n")
    with pytest.raises(paramiko.SSHException):
        log_in(replace(ssh_host, known_hosts_file=wrong_pins))


def test_two_machines_have_different_host_keys(ssh_host: TestHost, host_factory: HostFactory) -> None:
    read_key = ["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]
    assert ssh_host.must(read_key) != host_factory("bare").must(read_key)


def test_ports_are_published_on_the_loopback_alone(open_postgres_host: TestHost) -> None:
    published = open_postgres_host.container.get_wrapped_container().attrs["HostConfig"]["PortBindings"]
    assert sorted(published) == ["22/tcp", "5432/tcp"]
    assert {binding["HostIp"] for bindings in published.values() for binding in bindings} == {"127.0.0.1"}


def test_ops_needs_a_password_for_sudo_and_deploy_does_not(ssh_host: TestHost) -> None:
    with log_in(ssh_host, "ops") as client:
        assert ask(client, "sudo -n id -u")[0] == 1
        assert ask(client, "sudo -S -p '' id -u", f"{OPS_PASSWORD}\n") == (0, "0")
        assert ask(client, "sudo -S -p '' id -u", "wrong\n")[0] == 1
    with log_in(ssh_host, "deploy") as client:
        assert ask(client, "sudo -n id -u") == (0, "0")


@pytest.mark.parametrize("tool", ["python3", "sqlite3", "rsync", "curl", "tar", "zstd", "sudo", "setsid", "ps"])
def test_an_ordinary_host_has_the_usual_tools(ssh_host: TestHost, tool: str) -> None:
    assert ssh_host.exec(["which", tool]).code == 0


def test_a_bare_host_has_a_shell_and_little_else(host_factory: HostFactory) -> None:
    bare = host_factory("bare")
    for tool in ("python3", "sqlite3", "rsync", "curl", "sudo", "setsid"):
        assert bare.exec(["sh", "-c", f"command -v {tool}"]).code != 0, tool
    with log_in(bare) as client:
        assert ask(client, "echo $((6 * 7))") == (0, "42")


def test_a_folder_is_copied_in_with_owner_and_modes(ssh_host: TestHost, tmp_path: Path) -> None:
    (tmp_path / "app" / "bin").mkdir(parents=True)
    program = tmp_path / "app" / "bin" / "hello"
    program.write_text("#!/bin/sh\necho 你好\n")
    program.chmod(0o750)
    ssh_host.copy_in(tmp_path / "app", "/home/ops/made/app", owner="ops")
    try:
        assert ssh_host.must(["stat", "-c", "%U:%G %a", "/home/ops/made/app/bin/hello"]) == "ops:ops 750\n"
        assert ssh_host.must(["/home/ops/made/app/bin/hello"], user="ops") == "你好\n"
    finally:
        ssh_host.must(["rm", "-r", "/home/ops/made"])


@pytest.mark.parametrize(("image", "alive"), [("postgres", "pg_isready -q"), ("mariadb", "mariadb-admin -s ping")])
def test_a_killed_machine_starts_again_as_itself(host_factory: HostFactory, image: str, alive: str) -> None:
    host = host_factory(image)
    with log_in(host) as client:
        assert ask(client, "echo kept > note") == (0, "")
    host.kill()
    with pytest.raises(OSError):
        socket.create_connection((host.address, host.port), timeout=2).close()
    host.start()
    with log_in(host) as client:
        assert ask(client, "cat note") == (0, "kept")
    host.must(["sh", "-c", alive])


def test_a_paused_machine_is_silent_until_it_goes_on(host_factory: HostFactory) -> None:
    host = host_factory("bare")
    with log_in(host) as client:
        host.pause()
        with pytest.raises((TimeoutError, paramiko.SSHException)):
            client.exec_command("echo asleep", timeout=1)
        host.unpause()
        assert ask(client, "echo awake") == (0, "awake")


def test_machines_of_a_network_are_reached_over_a_jump_host(host_factory: HostFactory) -> None:
    network = host_factory.network()
    jump = host_factory("bare", name="jump", network=network)
    inner = host_factory(name="inner", network=network)
    with log_in(jump) as outer_client, log_in(inner, through=outer_client) as client:
        assert ask(client, "hostname") == (0, "inner")


def test_options_reach_the_engine(host_factory: HostFactory) -> None:
    host = host_factory("bare", tmpfs={"/small": "size=1m"})
    code, out = host.exec(["dd", "if=/dev/zero", "of=/small/file", "bs=1M", "count=2"])
    assert code == 1
    assert "No space left on device" in out
