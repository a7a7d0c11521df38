"""Window and budget hold for stages that change a lasting system, up to go-live; and nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from migrator.engine.plans.limits import Limits, limits
from migrator.errors import PlaybookError
from migrator.playbook.inventory import Environment
from migrator.playbook.read import load_playbook
from migrator.step import kinds

ACT = {"id": "act", "command": {"run": ["true"], "verify": {"file": "/"}}}
LOOK = {"id": "look", "host.facts": {}}
HOURS = {"between": "20:00-06:00", "days": "days-off"}


@dataclass
class Company:
    """A playbook with all stages, on an environment with one host."""

    folder: Path

    def limits(self, stage: str, window: dict[str, str] = HOURS, **environment: Any) -> Limits:
        stages = {"prepare": [LOOK], "trial": [ACT], "go-live": [LOOK, ACT], "close-out": [ACT]}
        self.folder.mkdir(exist_ok=True)
        (self.folder / "playbook.yaml").write_text(json.dumps({
            "format": 1, "product": "toy", "title": "Toy", "path": {"from": "1", "to": "2"}, "window": window,
            "budget": {"downtime": "2h"}, "environments": {"live": "live", "trial": "trial"},
            "stages": {name: {"environment": "trial" if name == "trial" else "live", "steps": steps}
                       for name, steps in stages.items()}}))
        site = Environment.model_validate({"hosts": {"one": {}}, "calendar": {"time_zone": "Asia/Shanghai"},
                                           **environment})
        return limits(load_playbook(self.folder, kinds()), stage, site)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path / "playbook")


def test_go_live_is_limited(company: Company) -> None:
    assert company.limits("go-live").window == HOURS
    assert company.limits("go-live").budget == {
        "downtime": "2h", "rollback": None, "reserve": "0s", "on_crossing": "rollback"}
    assert company.limits("go-live", {}).window == {}


@pytest.mark.parametrize(("stage", "disposable"), [
    ("prepare", False), ("trial", True), ("go-live", True), ("close-out", False)])
def test_nothing_else_is(company: Company, stage: str, disposable: bool) -> None:
    assert company.limits(stage, disposable=disposable) == Limits()


@pytest.mark.parametrize("window", [HOURS, {"start": "2026-03-14T20:00", "length": "6h"}])
def test_hours_without_a_zone_mean_nothing(company: Company, window: dict[str, str]) -> None:
    with pytest.raises(PlaybookError, match=r"playbook\.yaml:1:\d+ window: the hours of the window are meant"):
        company.limits("go-live", window, calendar=None)
    company.limits("go-live", {"start": "2026-03-14T20:00+08:00", "length": "6h"}, calendar=None)
    company.limits("go-live", {"length": "6h"}, calendar=None)
