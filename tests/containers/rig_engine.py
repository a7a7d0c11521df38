"""The Docker engine that the container tests use: whether it answers, and who cleans up when the tests are killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# testcontainers reads its settings once, when it is imported.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # its cleaner is an image to be pulled; ours is below
os.environ.setdefault("TC_POOLING_INTERVAL", "0.05")
if "DOCKER_HOST" not in os.environ:  # a stray /.dockerenv makes it take this machine for a container
    os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
    os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")

import docker
import pytest
from docker.errors import DockerException
from testcontainers.core.labels import SESSION_ID

WATCHDOG = Path(__file__).with_name("rig_watchdog.py")


def require_engine() -> None:
    """Skip the test when no engine answers; fail it where tests must not be skipped (CI, MIGRATOR_REQUIRE_DOCKER)."""
    try:
        docker.from_env(timeout=10).ping()
    except (DockerException, OSError) as silence:
        message = f"no Docker engine answers ({silence}); run fixtures/docker/ensure-engine.sh"
        if _engine_is_compulsory():
            pytest.fail(message, pytrace=False)
        pytest.skip(message)


def _engine_is_compulsory() -> bool:
    answers = (os.environ.get(name, "").lower() for name in ("CI", "MIGRATOR_REQUIRE_DOCKER"))
    return any(answer not in ("", "0", "false", "no") for answer in answers)


@contextmanager
def watchdog() -> Iterator[None]:
    """Whatever happens to this process, SIGKILL included, no container or network of it outlives it for long."""
    command = [sys.executable, str(WATCHDOG), SESSION_ID]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):
        yield  # leaving closes the pipe, as the death of this process would, and waits for the clean-up
