"""The test machines keep what they promise: identity, log-in, sudo, databases, power cuts, and nothing left behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docker
import paramiko
import psycopg
import pymysql
import pytest
from rig import HostFactory
from rig_databases import ADMIN_USER, Database, postgres_database_on
from rig_host import OPS_PASSWORD, TestHost
from rig_images import context_hash
from sqlalchemy.engine import URL, make_url

HERE = Path(__file__).parent
ENSURE_ENGINE = HERE.parents[1] / "fixtures" / "docker" / "ensure-engine.sh"
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


def log_in(host: TestHost, user: str = "", through: paramiko.SSHClient | None = None) -> paramiko.SSHClient:
    """A connection that accepts the pinned host key and nothing else."""
    client = paramiko.SSHClient()
    client.load_host_keys(str(host.known_hosts_file))
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    where, channel = (host.address, host.port), None
    if through:
        where = (host.name, 22)
        channel = through.get_transport().open_channel("direct-tcpip", where, ("", 0))
    key = paramiko.Ed25519Key.from_private_key_file(str(host.key_file))
    client.connect(*where, username=user or host.user, pkey=key, sock=channel, allow_agent=False, look_for_keys=False)
    return client


def ask(client: paramiko.SSHClient, command: str, typed: str = "") -> tuple[int, str]:
    stdin, stdout, _ = client.exec_command(command, timeout=30)
    stdin.write(typed)
    stdin.channel.shutdown_write()
    out = stdout.read().decode().strip()
    return stdout.channel.recv_exit_status(), out


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether the condition came true before the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_sshd_is_reached_with_the_pinned_key_and_no_other(ssh_host: TestHost, tmp_path: Path) -> None:
    with log_in(ssh_host) as client:
        assert ask(client, "id -un; hostname") == (0, "ops\nssh-host")
    other_key = paramiko.ECDSAKey.generate()
    wrong_pins = tmp_path / "known_hosts"
    wrong_pins.write_text(f"[{ssh_host.address}]:{ssh_host.port} {other_key.get_name()} {other_key.get_base64()}\n")
    tampered = TestHost(**{**vars(ssh_host), "known_hosts_file": wrong_pins})
    with pytest.raises(paramiko.SSHException):
        log_in(tampered)


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


def test_postgres_listens_inside_alone_and_is_reached_through_ssh(
    postgres_host: TestHost, postgres_database: Callable[[TestHost], Database]
) -> None:
    database = postgres_database(postgres_host)
    with log_in(postgres_host) as client:
        code, out = ask(client, f"psql -AtX '{as_psql_url(database.url)}' -c 'SELECT current_user, 1 + 1'")
        assert (code, out) == (0, f"{database.user}|2")
        assert ask(client, f"psql -AtX '{as_psql_url(database.url)}' -c 'SHOW server_encoding'") == (0, "UTF8")
    assert listeners(postgres_host, 5432) == {"0100007F"}
    with pytest.raises(KeyError):
        _ = database.direct_url


def test_mariadb_listens_inside_alone_and_is_reached_through_ssh(
    mariadb_host: TestHost, mariadb_database: Callable[[TestHost], Database]
) -> None:
    database = mariadb_database(mariadb_host)
    log_in_there = f"MYSQL_PWD={database.password} mariadb -h 127.0.0.1 -u {database.user} -N {database.name}"
    with log_in(mariadb_host) as client:
        assert ask(client, f"{log_in_there} -e 'SELECT 1 + 1'") == (0, "2")
    assert listeners(mariadb_host, 3306) == {"0100007F"}


def test_a_published_postgres_answers_the_test_process(
    open_postgres_host: TestHost, postgres_database: Callable[[TestHost], Database]
) -> None:
    database = postgres_database(open_postgres_host)
    with psycopg.connect(as_psql_url(database.direct_url)) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (database.name,)
    with psycopg.connect(as_psql_url(database.direct_admin_url)) as connection:
        is_superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert is_superuser == (True,)


def test_a_published_mariadb_answers_the_test_process(
    open_mariadb_host: TestHost, mariadb_database: Callable[[TestHost], Database]
) -> None:
    database = mariadb_database(open_mariadb_host)
    for text, expected in ((database.direct_url, database.user), (database.direct_admin_url, ADMIN_USER)):
        url = make_url(text)
        connection = pymysql.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, database=url.database
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT user()")
            assert cursor.fetchone()[0].startswith(f"{expected}@")


def test_databases_of_a_test_are_gone_after_it(open_postgres_host: TestHost) -> None:
    with postgres_database_on(open_postgres_host) as database, psycopg.connect(as_psql_url(database.direct_url)):
        pass
    with psycopg.connect(as_psql_url(database.direct_admin_url)) as connection:
        left = "SELECT count(*) FROM pg_database, pg_roles WHERE %s IN (datname, rolname)"
        assert connection.execute(left, [database.name]).fetchone() == (0,)


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


def test_the_tag_follows_every_change_of_the_context(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:bookworm-slim\n")
    start = tmp_path / "start"
    start.write_text("#!/bin/sh\n")
    seen = {context_hash(tmp_path, ""), context_hash(tmp_path, "parent:1")}
    start.chmod(0o755)
    seen.add(context_hash(tmp_path, ""))
    start.write_text("#!/bin/sh\nexit\n")
    seen.add(context_hash(tmp_path, ""))
    assert len(seen) == 4
    assert context_hash(tmp_path, "") in seen


def test_a_killed_test_process_leaves_no_container_and_no_network(docker_engine: None, tmp_path: Path) -> None:
    program = """
import sys, time
from pathlib import Path
import rig_engine
from rig import LoginKey, host_factory_in

folder = Path(sys.argv[1])
with rig_engine.watchdog(), host_factory_in(folder, LoginKey.generate(folder)) as factory:
    factory("bare", network=factory.network())
    print(rig_engine.SESSION_ID, flush=True)
    time.sleep(600)
"""
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        session = process.stdout.readline().strip()
        mine = {"label": f"org.testcontainers.session-id={session}"}
        client = docker.from_env()
        assert session
        assert len(client.containers.list(filters=mine)) == 1
        assert len(client.networks.list(filters=mine)) == 1
        process.kill()
    assert until(lambda: not client.containers.list(all=True, filters=mine) and not client.networks.list(filters=mine))


@pytest.mark.parametrize(
    ("variables", "exit_code", "verdict"),
    [({}, 0, "1 skipped"), ({"CI": "true"}, 1, "1 error"), ({"MIGRATOR_REQUIRE_DOCKER": "1"}, 1, "1 error")],
)
def test_without_an_engine_a_developer_skips_and_ci_fails(
    variables: dict[str, str], exit_code: int, verdict: str
) -> None:
    inherited = {name: value for name, value in os.environ.items() if name not in ("CI", "MIGRATOR_REQUIRE_DOCKER")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", f"{HERE / 'test_rig.py'}::{EXAMPLE}"]
    run = subprocess.run(command, env={**inherited, **NO_ENGINE, **variables}, capture_output=True, text=True)
    assert run.returncode == exit_code, run.stdout
    assert verdict in run.stdout
    assert "run fixtures/docker/ensure-engine.sh" in run.stdout


def test_the_engine_script_is_done_at_once_when_all_is_there(docker_engine: None) -> None:
    run = subprocess.run([ENSURE_ENGINE], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("ready: Docker engine ")
    assert len(run.stdout.splitlines()) == 1


def test_the_engine_script_leaves_a_foreign_engine_alone() -> None:
    run = subprocess.run([ENSURE_ENGINE], env={**os.environ, **NO_ENGINE}, capture_output=True, text=True)
    assert run.returncode == 3
    assert run.stdout == ""
    assert "DOCKER_HOST points to unix:///nonexistent/docker.sock, which is silent" in run.stderr


EXAMPLE = test_sshd_is_reached_with_the_pinned_key_and_no_other.__name__


def as_psql_url(url: str) -> str:
    """The same address in the words of libpq, which knows no drivers."""
    parsed: URL = make_url(url)
    return parsed.set(drivername="postgresql").render_as_string(hide_password=False)


def listeners(host: TestHost, port: int) -> set[str]:
    """Hexadecimal addresses inside the machine that listen on the port, as the kernel writes them."""
    rows = host.must(["cat", "/proc/net/tcp", "/proc/net/tcp6"]).splitlines()
    listening = [row.split()[1] for row in rows if row.split()[3] == "0A"]
    return {address for address, _, in_hex in (where.partition(":") for where in listening) if int(in_hex, 16) == port}
