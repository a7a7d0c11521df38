"""An applier goes slower while the servers have much to do for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.sync.service import restraint as module
from migrator.sync.service.restraint import EVERY, PAUSE, Restraint

SERVED = Meeting(open_endpoint("old", "postgresql://ann@127.0.0.1:1/a"), open_endpoint("new", "mysql://ann@127.0.0.1:1/b"))


def test_it_rests_while_a_server_is_busy_and_looks_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked, rests = [100.0], [], []
    load = {"old": 3, "new": 8}
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "at_work", lambda end: asked.append(end.name) or load[end.name])
    restraint = Restraint(SERVED, 7, rests.append)
    restraint()
    restraint()
    assert (rests, asked) == ([PAUSE, PAUSE], ["old", "new"])
    load["new"] = 7
    now[0] += EVERY
    restraint()
    assert len(rests) == 2


def test_files_have_nobody_else_at_work(tmp_path: Path) -> None:
    rests: list[float] = []
    ends = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    Restraint(Meeting(*ends), 0, rests.append)()
    assert rests == []
