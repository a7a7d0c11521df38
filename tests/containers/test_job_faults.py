"""Runs typed on the command line whose hosts or whose orchestrator break; `inv prove.jobs` meets every such fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rig import HostFactory
from rig_host import TestHost

from fixtures.proofs.jobs import faults
from fixtures.proofs.jobs.proof import scene_on
from fixtures.proofs.jobs.scene import Scene


@pytest.fixture(scope="module")
def machines(module_host_factory: HostFactory) -> dict[str, TestHost]:
    return {"app1": module_host_factory("host", name="app1"), "app2": module_host_factory("posix", name="app2")}


@pytest.mark.parametrize("fault", [
    faults.orchestrator_killed, faults.disk_lost_midway, faults.frozen_and_overtaken,
], ids=lambda fault: fault.__name__)
def test_a_run_loses_and_repeats_nothing(
    fault: Callable[[Scene], list[str]], machines: dict[str, TestHost]
) -> None:
    with scene_on(machines) as scene:
        assert fault(scene) == []
        assert scene.doubled() == 0


def test_a_second_run_that_knows_nothing_of_the_first_one_is_refused_by_the_host(machines: dict[str, TestHost]) -> None:
    with scene_on(machines) as scene:
        assert faults.second_run(scene) == []


def test_a_scene_tells_of_a_job_that_ran_twice_and_of_lines_that_nobody_heard(machines: dict[str, TestHost]) -> None:
    with scene_on(machines) as scene:
        machines["app1"].must(["sh", "-c", "printf 'one\\none\\ntwo\\nthree\\n' > /home/ops/ever"])
        assert scene.doubled() == 1
        assert any("app1 ran ['one', 'one', 'two', 'three']" in wrong for wrong in scene.wrong())
        assert any(wrong.startswith("of three at app2 only this was told: []") for wrong in scene.wrong())
