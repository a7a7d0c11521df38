"""A playbook as records: stages of steps, with nothing resolved yet."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from migrator import clock, units
from migrator.errors import WrongUse
from migrator.playbook.inventory import Name, Strict
from migrator.text import _


def _duration(text: str) -> str:
    try:
        units.seconds(text)
    except WrongUse as error:
        raise ValueError(error.message) from None
    return text


def _moment(text: str) -> str:
    try:
        clock.parse(text)
    except ValueError:
        message = _('"{text}" is no moment; write for example 2026-03-14T20:00+08:00')
        raise ValueError(message.format(text=text)) from None
    return text


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Duration = Annotated[str, AfterValidator(_duration)]
Moment = Annotated[str, AfterValidator(_moment)]
Names = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
"""One name, or a list of them."""


class Path(Strict):
    """The versions this playbook goes through; intermediate ones in `via`."""

    from_: str = Field(alias="from")
    via: list[str] = Field(default_factory=list)
    to: str

    @property
    def versions(self) -> list[str]:
        return [self.from_, *self.via, self.to]


class Step(Strict):
    """One step: its id, the keys that every step has, and the one key that is a registered kind."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.${}-]*$")
    kind: str
    args: dict[str, Any]
    at: Names = Field(default_factory=list, description="roles or hosts; left out: the environment as a whole")
    timeout: Duration | None = None
    retries: int = Field(0, ge=0, le=10)
    needs: Names = Field(default_factory=list, description="steps that it builds on; they must stand before it")
    skippable: bool = False
    point_of_no_return: bool = False


class ForEach(Strict):
    """Steps repeated for every hop; `use` names the stage whose loop was rehearsed (`trial.hop`)."""

    for_each: Literal["hop"]
    steps: list[Step] = Field(default_factory=list)
    use: str | None = None


class Gate(Strict):
    """What must hold before the stage starts."""

    approvals: list[Name] = Field(default_factory=list, description="groups of people.approvers that must have signed")
    needs: list[str] = Field(default_factory=list, description="stage.step that must have passed with the same digest")


class Stage(Strict):
    environment: Name
    gate: Gate = Gate()
    on_failure: Literal["rollback", "pause"] = "rollback"
    steps: list[Step | ForEach]


class Window(Strict):
    start: Moment | None = None
    length: Duration | None = None


class Budget(Strict):
    downtime: Duration | None = None
    rollback: Duration | None = None
    reserve: Duration = "0s"
    on_crossing: Literal["rollback", "ask"] = "rollback"


class People(Strict):
    operators: list[str] = Field(default_factory=list)
    approvers: dict[Name, list[str]] = Field(default_factory=dict)


class Rules(Strict):
    approver_may_operate: bool = False
    rehearsal_valid_for: Duration = "14d"
    backup_valid_for: Duration = "12h"
    approval_valid_for: Duration = "7d"


class Playbook(Strict):
    """One upgrade of one product, from assessment to close-out."""

    format: Literal[1]
    product: Name
    title: str
    path: Path
    environments: dict[Name, Name]
    stages: dict[Name, Stage]
    window: Window = Window()
    budget: Budget = Budget()
    people: People = People()
    rules: Rules = Rules()
