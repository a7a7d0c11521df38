"""An observation: one look at a time, the next one asked for until the time is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from migrator import clock
from migrator.model.outcome import Outcome, Request
from migrator.steps.observe import Observe
from tests.conformance.bench import Bench
from tests.conformance.case import Case

START = datetime.fromisoformat("2026-03-14T22:00+08:00")
Look = Callable[[timedelta], Outcome]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Takes a look so long after the first one."""
    suite = 'checks: [{name: a, file: {path: "${tmp}", exists: true}}]'
    case = Case("observe", "", "", {"for": "72h", "every": "30m", "suite": "c.yaml", "rehearsal": "1m"},
                playbook={"c.yaml": suite})
    bench = Bench(case, tmp_path)

    def taken(later: timedelta) -> Outcome:
        monkeypatch.setattr(clock, "now", lambda: START + later)
        context = bench.contexts().reading(bench.step, "-")
        return Observe().apply(replace(context, record={"since": clock.stamp(START)}))

    return taken


@pytest.mark.parametrize(("later", "seconds"), [
    (timedelta(), 1800), (timedelta(hours=50), 1800), (timedelta(hours=71, minutes=50), 600),
    (timedelta(hours=-1), 1800)])  # the clock was set back
def test_it_asks_to_be_called_again(look: Look, later: timedelta, seconds: float) -> None:
    assert look(later).request == Request("wait", {"seconds": seconds})


@pytest.mark.parametrize("later", [timedelta(hours=72), timedelta(days=9)])
def test_when_the_time_is_over_it_is_done(look: Look, later: timedelta) -> None:
    done = look(later)
    assert done.request is None
    assert done.summary == "watched 3d00h of 3d00h"
    assert not done.changed


def test_what_was_watched_so_far_is_told(look: Look) -> None:
    assert look(timedelta(hours=2)).summary == "watched 2h00m of 3d00h"
