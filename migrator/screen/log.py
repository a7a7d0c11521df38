"""A run's log, read back from its recorded events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator import clock, events
from migrator.screen.phrases import phrase
from migrator.screen.words import amount

_KINDS: dict[str, type[events.Event]] = {cls.name: cls for cls in events.Event.__subclasses__()}


def log_line(line: Mapping[str, Any]) -> str:
    """The recorded event (as `Event.as_json` gave it) in words, with its local time.

    An event that this version of the program does not know is shown by its name.
    """
    moment = clock.local(line["at"], form="%m-%d %H:%M:%S")
    return "\n".join(f"{moment} {words}" for words in _words(line))


def _words(line: Mapping[str, Any]) -> list[str]:
    kind = _KINDS.get(line["event"])
    if kind is None:
        return [str(line["event"])]
    event = kind(**{key: value for key, value in line.items() if key != "event"})
    if isinstance(event, events.StepProgress):
        return [f"  … {event.step} {event.target}: {amount(event.done, event.total, event.unit)}"]
    return phrase(event, {}) or [event.name]
