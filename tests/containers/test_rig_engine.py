"""The rig's footing: image tags, an engine that is there or missed loudly, and nothing left behind by a killed test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docker
import pytest
from rig_images import context_hash

HERE = Path(__file__).parent
ENSURE_ENGINE = HERE.parents[1] / "fixtures" / "docker" / "ensure-engine.sh"
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
EXAMPLE = f"{HERE / 'test_rig.py'}::test_two_machines_have_different_host_keys"


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
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", EXAMPLE]
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


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether the condition came true before the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
