"""What must hold, and who must agree, before a stage starts: gates and people, as records of the playbook."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from migrator.playbook.inventory import Name, Strict
from migrator.text import _


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError(_("should say why"))
    return text


def _group(value: Any) -> Any:
    return {"people": value} if isinstance(value, list) else value


Reason = Annotated[str, AfterValidator(_reason)]
"""A sentence that people read when they decide."""


class Waive(Strict):
    """Proofs that a stage which changes a live system brings unless it says here why not."""

    rehearsal: Reason | None = Field(default=None, description="why the stage trial need not have passed")
    drill: Reason | None = Field(default=None, description="why nobody need have walked and timed the way back")
    backup: Reason | None = Field(default=None, description="why no backup need have been restored and compared")
    assessment: Reason | None = Field(default=None, description="why blocking findings of the assessment do not matter")


class Gate(Strict):
    """What must hold before the stage starts."""

    approvals: list[Name] = Field(default_factory=list, description="groups of people.approvers that must have signed")
    needs: list[str] = Field(default_factory=list, description="stage.step that must have passed with the same digest")
    waive: Waive = Field(default=Waive(), description="proofs that are not asked for, each with the reason")

    @property
    def closed(self) -> bool:
        """Whether anything at all is asked here."""
        return bool(self.approvals or self.needs or self.waive.model_dump(exclude_none=True))


class Approvers(Strict):
    """The people who may approve for a group."""

    people: list[str]
    at_least: int = Field(1, ge=1, description="how many of them must agree")


Group = Annotated[Approvers, BeforeValidator(_group, json_schema_input_type=list[str] | Approvers)]
"""A list of people of whom one must agree, or people and how many of them."""


class People(Strict):
    operators: list[str] = Field(default_factory=list)
    approvers: dict[Name, Group] = Field(default_factory=dict)
