"""How much time a stage has: window and budget of the playbook, where they are meant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrator.engine.gate.timetable import needs_zone
from migrator.errors import PlaybookError
from migrator.playbook.inventory import Environment
from migrator.playbook.read import LoadedPlaybook
from migrator.step import changes
from migrator.text import _

GO_LIVE = "go-live"


@dataclass(frozen=True)
class Limits:
    """Window and budget as a plan keeps them; both are empty where nothing limits the time."""

    window: dict[str, Any] = field(default_factory=dict)
    budget: dict[str, Any] = field(default_factory=dict)


def limits(loaded: LoadedPlaybook, stage: str, environment: Environment) -> Limits:
    """What limits a stage.

    They are meant for stages that change a lasting system, up to go-live: a copy may take its time, or nothing would
    ever be measured; looking stops nobody's work; and close-out comes when the window is long over. Raises
    PlaybookError for hours in no known zone.
    """
    names = list(loaded.playbook.stages)
    over = GO_LIVE in names and names.index(stage) > names.index(GO_LIVE)
    if environment.disposable or over or not any(changes(item.step.kind) for item in loaded.stages[stage]):
        return Limits()
    window = loaded.playbook.window.model_dump(exclude_none=True) if loaded.playbook.window.given else {}
    if needs_zone(window) and environment.calendar is None:
        raise PlaybookError(_("the hours of the window are meant in a time zone, and the inventory names none"),
                            where=loaded.tree.position(("window",)),
                            hint=_("write into the inventory: calendar: {time_zone: Asia/Shanghai}"))
    return Limits(window, loaded.playbook.budget.model_dump())
