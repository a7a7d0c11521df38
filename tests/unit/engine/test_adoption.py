"""Who is taken up: runs of dead processes and parked ones whose question is answered; nobody else, and nobody twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrator import clock
from migrator.engine.processes.adoption import Adoption
from migrator.engine.processes.durable import FORWARD, Story
from migrator.model.states import RunState
from tests.unit.engine.office import Office, step


class Alive:
    """Everybody lives who is called so."""

    executor = "me"

    def __init__(self) -> None:
        self.free = True

    def claim(self) -> str:
        return self.executor

    def alive(self, executor: str) -> bool:
        return executor in ("me", "living")

    def serve(self, role: str) -> None:
        raise AssertionError("who takes runs up shows no role")

    def served(self, role: str) -> bool:
        raise AssertionError("who takes runs up asks after no role")

    @contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        yield self.free


class Stories:
    """What the durable engine is asked."""

    def __init__(self) -> None:
        self.resumed: list[tuple[str, str | None]] = []
        self.telling: set[str] = set()
        self.known: dict[str, Story] = {}

    def tells(self, run: str) -> bool:
        return run in self.telling

    def stories(self, runs: Sequence[str]) -> dict[str, Story]:
        return {run: self.known[run] for run in runs if run in self.known}

    def resume(self, run: str, *, queue: str | None = None) -> str:
        self.resumed.append((run, queue))
        return run


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def at_work(office: Office) -> SimpleNamespace:
    alive, stories = Alive(), Stories()
    return SimpleNamespace(alive=alive, stories=stories, adoption=Adoption(office.journal, alive, stories))  # type: ignore[arg-type]


def run_in(office: Office, state: RunState, executor: str | None, **columns: Any) -> str:
    run = office.run(office.plan(step("sign", "approval", by="it")))
    if state is not RunState.QUEUED:
        office.journal.runs.move(run, state, actor="test", executor=executor, **columns)
    return run


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.GOING_BACK])
def test_a_run_of_a_dead_process_is_taken_up_as_it_goes(office: Office, at_work: SimpleNamespace,
                                                       state: RunState) -> None:
    run = run_in(office, state, "dead")
    taken, = at_work.adoption.take_up()
    assert (taken.run, taken.was, taken.parked) == (run, "dead", False)
    row = office.journal.runs.get(run)
    assert (row["state"], row["executor"]) == (state, "me")
    assert at_work.stories.resumed == [(run, None)]
    assert at_work.adoption.take_up() == [], "it is in our hands now"


@pytest.mark.parametrize(("state", "executor"), [
    (RunState.RUNNING, "living"), (RunState.STOPPED, "dead"), (RunState.PASSED, "dead"), (RunState.QUEUED, None)])
def test_living_ones_and_what_people_have_stopped_are_left_alone(office: Office, at_work: SimpleNamespace,
                                                                state: RunState, executor: str | None) -> None:
    run_in(office, state, executor)
    assert at_work.adoption.take_up() == []


@pytest.mark.parametrize(("minutes", "wakes"), [(-1, True), (5, False)])
def test_a_parked_run_wakes_when_its_moment_has_come(office: Office, at_work: SimpleNamespace, minutes: int,
                                                     wakes: bool) -> None:
    moment = clock.stamp(clock.now() + timedelta(minutes=minutes))
    run_in(office, RunState.WAITING, "dead", waiting_for=f"time:{moment}", wake=moment)
    assert bool(at_work.adoption.take_up()) == wakes


def test_a_parked_run_wakes_when_its_approval_is_there_or_refused(office: Office, at_work: SimpleNamespace) -> None:
    run = run_in(office, RunState.WAITING, "dead", waiting_for="approval:it")
    assert at_work.adoption.take_up() == []
    office.sign(office.journal.runs.plan_of(run), "zhao", approve=False)
    taken, = at_work.adoption.take_up()
    assert taken.parked
    assert office.journal.runs.get(run)["state"] == RunState.RUNNING


def test_a_parked_run_wakes_on_an_order_of_people(office: Office, at_work: SimpleNamespace) -> None:
    run = run_in(office, RunState.WAITING, "dead", waiting_for="decision:sign")
    assert at_work.adoption.take_up() == []
    office.journal.runs.order(run, {"act": "retry"}, actor="li")
    assert [taken.run for taken in at_work.adoption.take_up()] == [run]


def test_what_this_very_process_parked_wakes_here_once_its_story_has_left(office: Office,
                                                                          at_work: SimpleNamespace) -> None:
    run = run_in(office, RunState.WAITING, "me", waiting_for="decision:sign")
    office.journal.runs.order(run, {"act": "retry"}, actor="li")
    at_work.stories.telling.add(run)
    assert at_work.adoption.take_up() == []
    at_work.stories.telling.clear()
    assert [taken.run for taken in at_work.adoption.take_up()] == [run]


def test_a_run_that_a_dead_worker_took_from_the_queue_and_never_began_is_queued_again(
        office: Office, at_work: SimpleNamespace) -> None:
    run = run_in(office, RunState.QUEUED, None)
    for state, executor in (("ENQUEUED", "dead"), ("PENDING", "living")):
        at_work.stories.known = {run: Story(state, executor, FORWARD)}
        assert at_work.adoption.take_up() == []
    at_work.stories.known = {run: Story("PENDING", "dead", FORWARD)}
    at_work.adoption.take_up(queue=lambda row: "fleet")
    assert at_work.stories.resumed == [(run, "fleet")]
    assert office.journal.runs.get(run)["state"] == RunState.QUEUED


def test_while_another_process_takes_up_nobody_else_does(office: Office, at_work: SimpleNamespace) -> None:
    run_in(office, RunState.RUNNING, "dead")
    at_work.alive.free = False
    assert at_work.adoption.take_up() is None
    assert at_work.stories.resumed == []
