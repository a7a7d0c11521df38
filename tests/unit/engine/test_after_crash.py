"""A host that has lost its memory while nobody looked: the system is asked, and then the step's kind decides."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest

from migrator.engine.run.performer import Performer
from migrator.engine.run.story import At
from migrator.errors import HostAway, Unreachable
from migrator.journal.attempts import Key
from migrator.model.states import AfterCrash, AttemptState, Direction
from migrator.steps.command import Command
from migrator.transport.jobs import Jobs
from tests.unit.engine.office import Office, step


def taken_up(office: Office, *, effect: bool) -> tuple[str, dict[str, Any]]:
    """A run whose step had begun on host one when its process died and the host lost our folder, driven on.

    effect: whether the step had taken effect by then. Gives the run and what its story is told.
    """
    sign = office.folder / "sign"
    work = step("work", targets=("one",), run=["sh", "-c", 'echo run >> "$0.ran"; touch "$0"', str(sign)],
                verify={"file": str(sign)}, undo=["rm", "-f", str(sign)])
    plan = office.plan(work)
    run = office.run(plan)
    office.desk.hold.take(run, plan, owner="me", begun=False)
    office.journal.attempts.start(Key(run, "work", "one", Direction.FORWARD, 1), work, {"there": False}, [],
                                  executor="me")
    shutil.rmtree(office.folder / "one")
    if effect:
        sign.touch()
    later = replace(office.desk)  # another process has a desk, and a hold, of its own
    later.hold.take(run, plan, owner="me", begun=True)
    return run, Performer(later, "me", lambda: False).go(run, At().as_json())


def test_a_host_that_stays_away_leaves_the_attempt_to_be_taken_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = step("work", targets=("one",), run=["true"], verify={"file": "/"})
    run = office.run(office.plan(work))
    go = Performer(office.desk, "me", lambda: False).go
    for away in (HostAway("away", where="one"), Unreachable("still away", where="one")):
        with monkeypatch.context() as patch:
            patch.setattr(Jobs, "run", Mock(side_effect=away))
            with pytest.raises(Unreachable, match=away.message):
                go(run, At().as_json())
        assert attempts(office, run) == [(1, AttemptState.STARTED)]
    assert go(run, At().as_json())["what"] == "end"
    assert attempts(office, run) == [(1, AttemptState.OK)]


def attempts(office: Office, run: str) -> list[tuple[int, str]]:
    return [(row["n"], row["state"]) for row in office.journal.attempts.of_run(run)]


@pytest.mark.parametrize("after_crash", AfterCrash)
def test_what_took_effect_counts_and_is_not_begun_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, after_crash: AfterCrash
) -> None:
    monkeypatch.setattr(Command, "after_crash", after_crash)
    run, told = taken_up(office, effect=True)
    assert told["what"] == "end"
    assert attempts(office, run) == [(1, AttemptState.OK)]
    assert not (office.folder / "sign.ran").exists()


@pytest.mark.parametrize(("after_crash", "what", "tried", "ran"), [
    (AfterCrash.AGAIN, "end", [(1, AttemptState.UNKNOWN), (2, AttemptState.OK)], True),
    (AfterCrash.ASK, "ask", [(1, AttemptState.UNKNOWN)], False),
    (AfterCrash.RESTORE, "back", [(1, AttemptState.UNKNOWN)], False),
])
def test_what_shows_no_effect_is_decided_by_its_kind(
    office: Office, monkeypatch: pytest.MonkeyPatch, after_crash: AfterCrash, what: str, tried: list[tuple[int, str]],
    ran: bool
) -> None:
    monkeypatch.setattr(Command, "after_crash", after_crash)
    run, told = taken_up(office, effect=False)
    assert told["what"] == what
    assert attempts(office, run) == tried
    assert (office.folder / "sign.ran").exists() == ran
