"""Ways to lose or invent data that two-way syncs are known for, in two files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.lens.side import Side
from migrator.sync.applier import open_applier
from migrator.sync.starting.start import start
from tests.syncing.failures import FAILURES, ONE_WRITER, Story
from tests.syncing.place import Place, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder: Path = tmp_path_factory.mktemp("versions")
    made = Place({side: f"sqlite:///{folder}/{side}.db" for side in Side}, False, lambda: None).made()
    start(made.lens, made.meeting)
    return made


@pytest.mark.parametrize("failure", [one for one in FAILURES if one not in ONE_WRITER], ids=lambda one: one.__name__)
def test_nothing_is_lost(world: World, failure: Callable[[Story], None]) -> None:
    with open_applier(world.lens, world.meeting, holder="test") as applier:
        failure(Story(world, applier))
