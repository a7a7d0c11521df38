"""One installation per stage of the way from 5.1 to 7.0, made once; a test that changes something takes a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.buildtrack.installation import Installation


@pytest.fixture(scope="session")
def seeded_51(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    system = Installation(tmp_path_factory.mktemp("buildtrack") / "5.1")
    assert system.run("5.1", "init").code == 0
    assert system.seed(1000, "--customize").code == 0
    return system


@pytest.fixture(scope="session")
def upgraded_61(seeded_51: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """At 6.1, its background job still waiting."""
    return _upgraded(seeded_51, "6.1", tmp_path_factory.mktemp("buildtrack") / "6.1")


@pytest.fixture(scope="session")
def finished_61(upgraded_61: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """At 6.1, its background job done."""
    system = upgraded_61.copy(tmp_path_factory.mktemp("buildtrack") / "6.1-done")
    assert system.run("6.1", "jobs", "--wait").code == 0
    return system


@pytest.fixture(scope="session")
def upgraded_70(finished_61: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return _upgraded(finished_61, "7.0", tmp_path_factory.mktemp("buildtrack") / "7.0")


def _upgraded(system: Installation, version: str, folder: Path) -> Installation:
    copy = system.copy(folder)
    result = copy.run(version, "upgrade")
    assert result.code == 0, result.err
    return copy
