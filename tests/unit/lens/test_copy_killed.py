"""A copy that is killed at any boundary of its transactions and started again brings every row, and each once."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from migrator.lens.copy import pace
from migrator.lens.copy.copy import forward
from migrator.lens.places.endpoint import open_endpoint
from tests.copying.killed import killed_at
from tests.copying.world import World


def test_killed_anywhere_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST", "FEWEST", "MOST"):
        monkeypatch.setattr(pace, name, 3)
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    world = World(old, new, tasks=4)
    for boundary in count(1):
        world.build()
        if not killed_at(boundary, lambda: forward(world.lens(), world.meeting)):
            break
        arrived = world.ledger()
        forward(world.lens(), world.meeting)
        world.require_copied()
        assert arrived <= world.ledger(), "a chunk that had arrived was brought again"
    world.require_copied()
    assert boundary > 20
