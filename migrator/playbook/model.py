"""A playbook as records: stages of steps, with nothing resolved yet."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from migrator.playbook.gate import Gate, People
from migrator.playbook.inventory import Name, Strict
from migrator.playbook.moments import Duration, Hours, Moment
from migrator.text import _


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


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


class Stage(Strict):
    environment: Name
    gate: Gate = Gate()
    on_failure: Literal["rollback", "pause"] = "rollback"
    steps: list[Step | ForEach]


class Window(Strict):
    """When go-live may begin and must be over: one fixed time, or hours that return on some kind of days.

    A length alone lets it begin at any time, and counts from there.
    """

    start: Moment | None = None
    length: Duration | None = None
    between: Hours | None = None
    days: Literal["any", "workdays", "days-off"] = "any"

    @property
    def given(self) -> bool:
        """Whether anything is said at all."""
        return bool(self.start or self.length or self.between)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.start and not self.length) or (self.length and self.between):
            raise ValueError(_("a window has a start with a length, a length alone, or between"))
        if self.days != "any" and not self.between:
            raise ValueError(_("days belong to a window with between"))
        return self


class Budget(Strict):
    downtime: Duration | None = None
    rollback: Duration | None = None
    reserve: Duration = "0s"
    on_crossing: Literal["rollback", "ask"] = "rollback"


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
