"""The observers tell the same story, each in its way."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from migrator import events
from migrator.screen.choose import choose
from migrator.screen.json_lines import JsonLines
from migrator.screen.live import Live
from migrator.screen.log import log_line
from migrator.screen.phrases import phrase
from migrator.screen.plain import Plain
from migrator.secret import Secret

pytestmark = pytest.mark.usefixtures("shanghai")
RUN = {"run": "0314-1", "at": "2026-03-14T12:00:00.000+00:00"}
COPY = {**RUN, "step": "last-copy", "target": "bt-db1"}


class Clock:
    """A monotonic clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def story() -> Iterator[events.Event]:
    yield events.RunStarted(**RUN, title="BuildTrack 5.1 → 7.0", stage="go-live", environment="bt-prod", steps=14)
    yield events.FindingMade(**COPY, severity="warns", message="12% of the disk is free", advice="clean /var/tmp")
    yield events.StepStarted(**COPY, kind="backup.take", direction="forward", number=3, of=14, estimate=2280)
    yield events.StepSaid(**COPY, text="正在备份 schema public")
    yield events.StepEnded(**COPY, kind="backup.take", direction="forward", state="OK", seconds=2300, changed=True,
                           summary="0314-a")
    yield events.StepStarted(**RUN, step="upgrade", target="-", kind="app.upgrade", direction="forward", number=4,
                             of=14)
    yield events.StepEnded(**RUN, step="upgrade", target="-", kind="app.upgrade", direction="forward", state="FAILED",
                           seconds=61, message="vendor tool ended with 3")
    yield events.GoingBack(**RUN, why="upgrade failed", steps=2, estimate=2460)
    yield events.StepStarted(**COPY, kind="backup.take", direction="undo", number=1, of=2, estimate=60)
    yield events.StepEnded(**COPY, kind="backup.take", direction="undo", state="OK", seconds=44)
    yield events.RunParked(**RUN, waiting_for="the approval of it", next="inv approve.sign --plan 3f9c-21ab --as it")
    yield events.RunEnded(**RUN, state="hands needed", exit_code=22, seconds=4000, message="upgrade failed",
                          by_hand=["stop: on bt-web2: sudo -u root -- systemctl start buildtrack"],
                          next="inv status --run 0314-1")


def test_plain_lines(golden: Callable, each_language: str) -> None:
    out = io.StringIO()
    plain = Plain(out, watch=False)
    for event in story():
        plain(event)
    plain.close()
    golden(f"plain.{each_language}.txt", out.getvalue().rstrip("\n"))


def test_the_log_reads_the_same_events_back() -> None:
    told = [log_line(json.loads(json.dumps(event.as_json()))) for event in story()]
    assert told[2] == "03-14 20:00:00 ▸ 3/14 last-copy on bt-db1 begins (est 38m00s)"
    assert told[4] == "03-14 20:00:00 ✓ last-copy on bt-db1  done  38m20s  0314-a"
    assert log_line({**RUN, "event": "of.a.newer.version"}).endswith("of.a.newer.version")
    progress = events.StepProgress(**COPY, done=1200, total=5000, unit="rows")
    assert log_line(progress.as_json()).endswith("last-copy bt-db1: 1,200 of 5,000 rows")


def test_a_summary_of_several_lines_is_indented() -> None:
    out = io.StringIO()
    Plain(out, watch=False)(events.StepEnded(**COPY, kind="k", direction="forward", state="OK", seconds=1,
                                             summary="--- old\n+++ new"))
    assert [line[9:] for line in out.getvalue().splitlines()] == [
        "✓ last-copy on bt-db1  done  1.0s  --- old", "  │ +++ new"]


def test_json_lines_hold_one_whole_event_each() -> None:
    out = io.StringIO()
    observer = JsonLines(out)
    for event in story():
        observer(event)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [event.name for event in story()]
    assert lines[3]["text"] == "正在备份 schema public"


def test_silence_is_broken_after_thirty_seconds_with_amount_speed_and_time_left() -> None:
    clock, out = Clock(), io.StringIO()
    plain = Plain(out, monotonic=clock, watch=False)
    plain(events.StepStarted(**COPY, kind="backup.take", direction="forward", number=3, of=14, estimate=2280))
    plain(events.StepProgress(**COPY, done=10e9, total=60e9, unit="bytes"))
    clock.now = 25
    plain(events.StepProgress(**COPY, done=20e9, total=60e9, unit="bytes"))
    plain.still_here()
    assert "…" not in out.getvalue()
    clock.now = 30
    plain.still_here()
    plain.still_here()
    told = [line for line in out.getvalue().splitlines() if "…" in line]
    assert len(told) == 1
    assert told[0].endswith("last-copy bt-db1: 20.0 GB of 60.0 GB, 400.0 MB/s, 1m40s left, 30s (est 38m00s)")


def test_secrets_are_scrubbed_by_every_observer() -> None:
    Secret("hunter2-hunter2")
    said = events.StepSaid(**COPY, text="password=hunter2-hunter2")
    plain, lines, live = io.StringIO(), io.StringIO(), io.StringIO()
    Plain(plain, watch=False)(said)
    JsonLines(lines)(said)
    view = Live(Console(file=live, force_terminal=True, width=100))
    for event in (events.StepStarted(**COPY, kind="k", direction="forward", number=1, of=1), said):
        view(event)
    Console(file=live, width=100).print(view.moving_part())
    view.close()
    for out in (plain, lines, live):
        assert "hunter2" not in out.getvalue()
        assert "***" in out.getvalue()


def test_the_live_view_scrolls_what_is_over_and_moves_what_runs() -> None:
    clock, out = Clock(), io.StringIO()
    view = Live(Console(file=out, force_terminal=True, width=110, legacy_windows=False), monotonic=clock)
    for event in list(story())[:4]:
        view(event)
    view(events.StepProgress(**COPY, done=0, total=60e9, unit="bytes"))
    clock.now = 10
    view(events.StepProgress(**COPY, done=42e9, total=60e9, unit="bytes"))
    shown = io.StringIO()
    Console(file=shown, width=110).print(view.moving_part())
    header, line = shown.getvalue().splitlines()
    assert " ".join(header.split()) == "BuildTrack 5.1 → 7.0 · go-live · bt-prod 3/14 10s"
    assert "▸ last-copy bt-db1   ███████░░░  70%   42.0 GB of 60.0 GB   4.2 GB/s   4.3s left   10s (est 38m00s)" in line
    assert "│ last-copy on bt-db1: 正在备份 schema public" in out.getvalue(), "the first lines scroll"
    for event in list(story())[4:]:
        view(event)
    view.close()
    assert "by hand 1  stop: on bt-web2: " in out.getvalue()
    assert not view.moving_part().renderables[1:], "nothing runs any more"


def test_the_live_view_leaves_what_only_informs_to_the_log() -> None:
    out = io.StringIO()
    view = Live(Console(file=out, force_terminal=True, width=110))
    for severity in "informs", "warns":
        view(events.FindingMade(**COPY, severity=severity, message=f"this {severity}"))
    view.close()
    assert "this warns" in out.getvalue()
    assert "this informs" not in out.getvalue()


def test_a_way_back_without_steps_counts_and_estimates_nothing() -> None:
    assert phrase(events.GoingBack(run="r", why="disk full", steps=0, estimate=0.0), {}) == [
        "↩ nothing is to be taken back: disk full"]


def test_the_live_view_goes_forward_again_after_a_drill() -> None:
    view = Live(Console(file=io.StringIO(), force_terminal=True, width=110))
    headers = []
    for event in (events.GoingBack(run="r", why="drill", steps=1, estimate=None),
                  events.StepStarted(**COPY, kind="k", direction="forward", number=1, of=1)):
        view(event)
        shown = io.StringIO()
        Console(file=shown, width=110).print(view.moving_part())
        headers.append("going back" in shown.getvalue())
    view.close()
    assert headers == [True, False]


def test_of_a_step_that_talks_a_lot_only_the_newest_line_is_shown() -> None:
    out, shown = io.StringIO(), io.StringIO()
    view = Live(Console(file=out, force_terminal=True, width=110))
    view(events.StepStarted(**COPY, kind="k", direction="forward", number=1, of=1))
    for number in range(1000):
        view(events.StepSaid(**COPY, text=f"line {number}."))
    Console(file=shown, width=110).print(view.moving_part())
    view.close()
    assert shown.getvalue().splitlines()[-1].strip() == "│ line 999."
    assert "line 7." in out.getvalue()
    assert "bt-db1: line 8." not in out.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("variables", "out", "flags", "expected"), [
    ({}, Terminal(), {}, Live),
    ({}, Terminal(), {"json": True}, JsonLines),
    ({}, io.StringIO(), {}, Plain),
    ({"NO_COLOR": "1"}, Terminal(), {}, Plain),
    ({"TERM": "dumb"}, Terminal(), {}, Plain),
])
def test_the_observer_suits_flags_and_terminal(variables: dict, out: io.StringIO, flags: dict, expected: type,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    screen = choose(out=out, **flags)
    screen.close()
    assert type(screen) is expected
