"""The live view: what is over scrolls up as text, below it a header and one line for each running step."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.text import Text

from migrator import events
from migrator.model.finding import Severity
from migrator.screen.phrases import phrase
from migrator.screen.running import Activity, Running
from migrator.screen.words import COLOURS
from migrator.secret import scrub
from migrator.text import _, shorten
from migrator.units import show_seconds

BAR = 10
TALK = 8
"""Lines of a step that scroll up as they are said; of a step that talks more only the newest is shown."""


class Live:
    """Shows a run in a terminal. Drawn anew four times a second, so its clock is the sign of life."""

    def __init__(self, console: Console, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._running = Running(monotonic)
        self._began = monotonic()
        self._title = ""
        self._run = ""
        self._back = False
        self._view: RichLive | None = None

    def __call__(self, event: events.Event) -> None:
        self._running.learn(event)
        self._run = event.run
        if isinstance(event, events.RunStarted):
            self._title = f"{event.title} · {event.stage} · {event.environment}"
        self._back = self._goes_back(event)
        if self._view and not isinstance(event, events.StepProgress | events.StepSaid):
            self._view.refresh()  # what is over must not stand below the line that says so
        if self._scrolls(event):
            for line in phrase(event, self._running.estimates):
                self._console.print(_coloured(scrub(line)))
        self._draw(over=isinstance(event, events.RunEnded | events.RunParked))

    def close(self) -> None:
        """Leave the terminal as it was, the last lines standing; safe to call twice."""
        if self._view:
            self._view.stop()
            self._view = None

    def moving_part(self) -> Group:
        """The header and one line per running step, as they are now."""
        now = self._running.clock()
        activities = list(self._running.activities.values())
        room = self._console.width
        lines = [Text(shorten(self._header(now, activities), room), style="bold"), *(_coloured(shorten(
            scrub(_bar(a, now)), room)) for a in activities)]
        lines += [Text(shorten(f"    │ {scrub(a.said)}", room), style="dim") for a in activities if a.lines > TALK]
        return Group(*lines)

    def _scrolls(self, event: events.Event) -> bool:
        if isinstance(event, events.StepSaid):
            activity = self._running.activities.get((event.step, event.target))
            return activity is not None and activity.lines <= TALK
        if isinstance(event, events.FindingMade):
            return event.severity != Severity.INFORMS  # the step's own line sums those up; the log has them all
        return not isinstance(event, events.StepStarted)  # what runs is shown in the moving part

    def _goes_back(self, event: events.Event) -> bool:
        """A drill goes back and then forward again."""
        if isinstance(event, events.StepStarted):
            return event.direction == "undo"
        return self._back or isinstance(event, events.GoingBack)

    def _header(self, now: float, activities: list[Activity]) -> str:
        number = activities[-1].event if activities else None
        title = self._title or _("run {run}").format(run=self._run)
        parts = [title, f"{number.number}/{number.of}" if number else "", show_seconds(now - self._began)]
        if self._back:
            parts.append(_("going back"))
        return "   ".join(part for part in parts if part)

    def _draw(self, *, over: bool) -> None:
        if over:
            self.close()
        elif self._view is None:
            self._view = RichLive(get_renderable=self.moving_part, console=self._console, transient=True,
                                  refresh_per_second=4)
            self._view.start()


def _bar(activity: Activity, now: float) -> str:
    event = activity.event
    sign = "↩" if event.direction == "undo" else "▸"
    place = event.step if event.target == "-" else f"{event.step} {event.target}"
    share = activity.share()
    parts = [f" {sign} {place}", *activity.measures(now)]
    if share is not None:
        full = int(share * BAR)
        parts.insert(1, f"{'█' * full}{'░' * (BAR - full)} {share:4.0%}")
    return "   ".join(parts)


def _coloured(line: str) -> Text:
    text = Text(line)
    sign = line.strip()[:1]
    if sign in COLOURS:
        at = line.index(sign)
        text.stylize(COLOURS[sign], at, at + 1)
    return text
