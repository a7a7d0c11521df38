"""What is kept only for the way back goes once the way is walked or closed; what cannot go is told."""

from __future__ import annotations

import pytest

from migrator.engine.run.tidy import tidy
from migrator.errors import Unreachable
from migrator.transport.local import LocalTransport
from tests.unit.engine.office import Office, step

STEP = step("copy", targets=("one",), run=["true"])


def jobs(office: Office, host: str, *names: str) -> list[str]:
    folder = office.folder / host / "jobs"
    for name in names:
        (folder / name).mkdir(parents=True)
    return sorted(path.name for path in folder.iterdir())


def test_the_jobs_of_this_run_go_and_those_of_others_stay(office: Office) -> None:
    plan = office.plan(STEP)
    run = office.run(plan)
    for host in ("one", "two"):
        jobs(office, host, f"{run}.copy.one.forward.1.main", f"{run}.copy.one.undo.1.main", "0101-ffff.copy.one.x")
    assert tidy(office.desk, run, plan) == []
    assert tidy(office.desk, run, plan) == [], "again, after a crash"
    assert jobs(office, "one") == jobs(office, "two") == ["0101-ffff.copy.one.x"]


def test_a_host_that_does_not_answer_is_left_to_people_with_the_command(office: Office,
                                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    plan = office.plan(STEP)
    run = office.run(plan)
    jobs(office, "one", f"{run}.copy.one.forward.1.main")
    jobs(office, "two", f"{run}.copy.two.forward.1.main")
    real = LocalTransport.run

    def run_on(host: LocalTransport, *arguments: object, **named: object) -> object:
        if host.name == "one":
            raise Unreachable("no route", where="one")
        return real(host, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(LocalTransport, "run", run_on)
    left = tidy(office.desk, run, plan)
    assert left == [f"one: rm -rf {office.folder}/one/jobs/{run}.* (one: no route)"]
    assert jobs(office, "two") == []
