"""Hosts over ssh: who answers is verified, refusals are told apart, and nothing waits for ever."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest
from rig import HostFactory
from rig_host import OPS_PASSWORD, TestHost
from ssh_places import entry, reach

from migrator.commands.shell import script, words
from migrator.errors import (
    CommandFailed,
    HostError,
    HostKeyChanged,
    HostKeyUnknown,
    LoginRefused,
    TimedOut,
    Unreachable,
)
from migrator.transport import host_keys, ssh_config
from migrator.transport.open import open_transport
from migrator.transport.ssh import SshTransport


@pytest.fixture
def ops(ssh_host: TestHost) -> Iterator[SshTransport]:
    transport = reach(ssh_host)
    yield transport
    transport.close()


def test_a_command_is_run_with_its_input_and_both_outputs(ops: SshTransport) -> None:
    result = ops.read(script("cat; echo problem >&2; id -un"), input="grüße\n".encode())
    assert (result.exit_code, result.text, result.stderr) == (0, "grüße\nops\n", b"problem\n")


def test_a_failing_command_says_host_code_and_what_it_printed(ops: SshTransport) -> None:
    with pytest.raises(CommandFailed, match=r"ssh-host.*no such thing") as failure:
        ops.read(script("echo no such thing >&2; exit 7"))
    assert failure.value.exit_code == 7


def test_both_directions_at_once_do_not_block_each_other(ops: SshTransport) -> None:
    sent = bytes(range(256)) * 40_000
    returned = io.BytesIO()
    ops._execute(words("tee", "/dev/stderr"), io.BytesIO(sent), returned, 60, None, again=False)
    assert returned.getvalue() == sent


def test_much_output_is_kept_only_at_its_end(ops: SshTransport) -> None:
    result = ops.read(script("head -c 30000000 /dev/zero; printf last"))
    assert len(result.stdout) == 1024 * 1024
    assert result.stdout.endswith(b"\0last")


def test_files_are_replaced_read_and_described(ops: SshTransport) -> None:
    content = bytes(range(256)) * 1000
    ops.write_file("~/ssh test.bin", content, mode=0o640)
    found = ops.stat("~/ssh test.bin")
    assert ops.read_file("~/ssh test.bin") == content
    assert found and (found.kind, found.size, found.mode) == ("file", 256_000, 0o640)
    assert ops.stat("~/nothing there") is None
    with pytest.raises(HostError, match="larger than 10 bytes"):
        ops.read_file("~/ssh test.bin", limit=10)
    with pytest.raises(HostError, match="cannot be read"):
        ops.read_file("~/nothing there")
    ops.run(words("rm", ops.expand("~/ssh test.bin")))


def test_many_commands_share_one_connection_quickly(ops: SshTransport, ssh_host: TestHost) -> None:
    ops.read(words("true"))
    before = ssh_host.must(["sh", "-c", "ps -eo args | grep -c 'sshd: ops@notty'"])
    for _turn in range(20):
        ops.read(words("true"))
    assert ssh_host.must(["sh", "-c", "ps -eo args | grep -c 'sshd: ops@notty'"]) == before


# Who answers

def test_an_unknown_host_is_refused_and_recorded_only_on_request(ssh_host: TestHost, tmp_path: Path) -> None:
    pins = tmp_path / "ssh" / "known_hosts"
    with pytest.raises(HostKeyUnknown, match="SHA256:") as refused:
        reach(ssh_host, known_hosts=str(pins)).read(words("true"))
    assert refused.value.hint == "inv inventory.trust --env live --host ssh-host"
    assert not pins.exists()
    hosts = {"ssh-host": entry(ssh_host, known_hosts=str(pins))}
    offer = host_keys.scan("ssh-host", hosts)
    assert offer.key.text in ssh_host.must(["cat", "/etc/ssh/ssh_host_ed25519_key.pub"])
    assert offer.known is False
    host_keys.record(offer)
    assert reach(ssh_host, known_hosts=str(pins)).read(words("id", "-un")).text == "ops\n"
    assert host_keys.scan("ssh-host", hosts).known is True


def test_a_changed_or_revoked_key_is_never_accepted(ssh_host: TestHost, tmp_path: Path) -> None:
    other = paramiko.ECDSAKey.generate()
    name = f"[{ssh_host.address}]:{ssh_host.port}"
    changed = tmp_path / "changed"
    changed.write_text(f"{name} {other.get_name()} {other.get_base64()}\n")
    with pytest.raises(HostKeyChanged, match="another key"):
        reach(ssh_host, known_hosts=str(changed)).read(words("true"))
    revoked = tmp_path / "revoked"
    own = ssh_host.must(["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]).rsplit(maxsplit=1)[0]
    revoked.write_text(f"{name} {own}\n@revoked * {own}\n")
    with pytest.raises(HostKeyChanged, match="revoked"):
        reach(ssh_host, known_hosts=str(revoked)).read(words("true"))


def test_a_refused_login_says_what_was_tried(ssh_host: TestHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRONG", "not the password")
    monkeypatch.setenv("RIGHT", OPS_PASSWORD)
    with pytest.raises(LoginRefused, match="nobody-here was refused"):
        reach(ssh_host, user="nobody-here").read(words("true"))
    key = ssh_host.key_file.parent / "strange_key"
    paramiko.ECDSAKey.generate().write_private_key_file(str(key))
    with pytest.raises(LoginRefused, match="strange_key, password") as refused:
        reach(ssh_host, key=str(key), password="env:WRONG").read(words("true"))
    assert "not the password" not in str(refused.value)
    assert reach(ssh_host, key=str(key), password="env:RIGHT").read(words("id", "-un")).text == "ops\n"


def test_nobody_there(ssh_host: TestHost) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port} cannot be reached"):
        reach(ssh_host, port=port).read(words("true"))


def test_a_server_that_says_nothing_is_given_up(ssh_host: TestHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.transport.ssh_link._BANNER", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable, match="banner"):
        reach(ssh_host, port=silent.getsockname()[1]).read(words("true"))


# Another user

def test_sudo_gets_the_password_only_when_it_asks(ssh_host: TestHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO", OPS_PASSWORD)
    asked = reach(ssh_host, sudo_password="env:SUDO")
    assert asked.read(script("id -un; cat").as_user("root"), input=b"for the command").text == "root\nfor the command"
    never_asked = reach(ssh_host, user="deploy", sudo_password="env:SUDO")
    assert never_asked.read(script("id -un; cat").as_user("root"), input=b"mine").text == "root\nmine"
    assert never_asked.read(script("id -un; cat").as_user("ops")).text == "ops\n"


def test_sudo_refusals_are_told_apart(
    ssh_host: TestHost, host_factory: HostFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", "wrong-password")
    with pytest.raises(LoginRefused, match="sudo refused the password"):
        reach(ssh_host, sudo_password="env:WRONG").read(words("id").as_user("root"))
    with pytest.raises(LoginRefused, match="none is known"):
        reach(ssh_host).read(words("id").as_user("root"))
    with pytest.raises(LoginRefused, match="no user ghost"):
        reach(ssh_host, user="deploy").read(words("id").as_user("ghost"))
    with pytest.raises(LoginRefused, match="sudo is missing"):
        reach(host_factory("bare")).read(words("id").as_user("root"))


def test_root_needs_no_sudo_to_become_somebody(host_factory: HostFactory) -> None:
    result = reach(host_factory("bare", user="root")).read(script("id -un; cat").as_user("deploy"), input=b"input")
    assert result.text == "deploy\ninput"


# Ways round corners

def test_through_a_jump_host(host_factory: HostFactory, tmp_path: Path) -> None:
    network = host_factory.network()
    jump = host_factory("bare", name="bastion", network=network)
    inner = host_factory("bare", name="inner", network=network)
    hosts = {"bastion": entry(jump), "inner": entry(inner, address="inner", port=22, jump="bastion")}
    transport = open_transport("inner", hosts)
    assert transport.read(words("hostname")).text == "inner\n"
    # Without the first session on the jump host each of these takes 44 ms for a delayed acknowledgement.
    assert min(_seconds(lambda: transport.read(words("true"))) for _turn in range(20)) < 0.04
    unknown = hosts | {"inner": entry(inner, address="inner", port=22, jump="bastion",
                                      known_hosts=str(tmp_path / "none"))}
    offer = host_keys.scan("inner", unknown)
    assert (offer.recorded_as, offer.known) == ("inner", False)
    transport.close()


def test_an_alias_of_ssh_config_says_where_and_how(
    host_factory: HostFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = host_factory.network()
    jump = host_factory("bare", name="bastion", network=network)
    inner = host_factory("bare", name="inner", network=network)
    included = tmp_path / "included"
    included.write_text(f"Host front\n HostName 127.0.0.1\n Port {jump.port}\n User deploy\n")
    config = tmp_path / "config"
    config.write_text(f"Include {included}\nHost shop\n HostName {inner.name}\n User ops\n ProxyJump front\n"
                      f"Host *\n IdentityFile {jump.key_file}\n UserKnownHostsFile {jump.known_hosts_file}\n")
    monkeypatch.setenv("MIGRATOR_SSH_CONFIG", str(config))
    ssh_config._settings.cache_clear()
    transport = open_transport("shop", {"shop": entry(inner, address="shop", port=None, user=None, key=None,
                                                      known_hosts=None)})
    assert transport.read(script("id -un; hostname")).text == "ops\ninner\n"
    transport.close()
    ssh_config._settings.cache_clear()


def test_a_tunnel_leads_to_the_loopback_of_the_host(ops: SshTransport) -> None:
    server = ("import socket; s=socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); "
              "c,_=s.accept(); d=b''\nwhile p:=c.recv(65536): d+=p\nc.sendall(b'got %d' % len(d)); c.close()")
    ops.run(script('nohup python3 -c "$1" > ~/tunnel-port 2>&1 < /dev/null &', server))
    port = int(ops.read(script("while [ ! -s ~/tunnel-port ]; do sleep 0.05; done; cat ~/tunnel-port")).text)
    with ops.tunnel("127.0.0.1", port) as where, socket.create_connection(where, timeout=20) as near:
        near.sendall(b"x" * 5_000_000)
        near.shutdown(socket.SHUT_WR)
        assert near.recv(100) == b"got 5000000"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where, timeout=5)


def test_a_tunnel_to_a_database_that_listens_on_the_loopback_only(postgres_host: TestHost) -> None:
    transport = reach(postgres_host)
    with transport.tunnel("127.0.0.1", 5432) as where, socket.create_connection(where, timeout=20) as near:
        near.sendall(bytes([0, 0, 0, 8, 4, 210, 22, 47]))  # PostgreSQL: "do you speak TLS?"
        assert near.recv(1) in (b"S", b"N")
    transport.close()


# Nothing waits for ever

def test_a_deadline_stops_the_command_on_the_host_too(ops: SshTransport, ssh_host: TestHost) -> None:
    with pytest.raises(TimedOut, match=r"stopped after 1\.0s"):
        ops.read(script("sleep 4711 & sleep 4712"), timeout=1)
    assert ssh_host.exec(["pgrep", "-f", "sleep 471[12]"]).code == 1


def test_a_program_left_behind_does_not_hold_the_command(ops: SshTransport) -> None:
    started = time.monotonic()
    assert ops.run(script("sleep 30 & echo started")).text == "started\n"
    assert time.monotonic() - started < 10


def test_a_silent_host_is_noticed(host_factory: HostFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.transport.ssh_watch.ASKED_EVERY", 1.0)
    monkeypatch.setattr("migrator.transport.ssh_watch.ANSWERS_WITHIN", 1.0)
    machine = host_factory("bare")
    transport = reach(machine)
    transport.read(words("true"))
    machine.pause()
    try:
        started = time.monotonic()
        with pytest.raises(Unreachable):
            transport.run(words("sleep", "1"), timeout=120)
        assert time.monotonic() - started < 60
    finally:
        machine.unpause()
    assert transport.read(words("echo", "back")).text == "back\n"


def test_after_a_power_cut_reading_goes_on_and_acting_does_not(host_factory: HostFactory) -> None:
    machine = host_factory("bare")
    transport = reach(machine)
    transport.read(words("true"))
    machine.kill()
    with pytest.raises(Unreachable):
        transport.run(words("true"))
    machine.start()
    assert transport.read(words("hostname")).text == f"{machine.name}\n"


def _seconds(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started
