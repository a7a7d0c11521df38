"""A suite of checks as records."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from migrator.playbook.inventory import Name, Strict
from migrator.playbook.model import Names
from migrator.playbook.moments import Duration
from migrator.text import _

Cell = str | int | bool


class Basic(Strict):
    """A user and password that go with every request; the password by name, `secret:NAME`."""

    user: str
    password: str


class Answer(Strict):
    """What a web answer must be."""

    status: int | list[int] = 200
    contains: Names = Field(default_factory=list)
    not_contains: Names = Field(default_factory=list)
    json_: dict[str, Cell] = Field(default_factory=dict, alias="json", description="values by path: data.items.0.name")


class Request(Strict):
    """One web request; in a list of them cookies are kept and picked texts used: `${pick.token}`."""

    url: str = Field(pattern=r"^https?://")
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] | None = None
    form: dict[str, str] | None = Field(None, description="sent as a web form does; makes the method POST")
    json_: Any = Field(None, alias="json", description="sent as JSON; makes the method POST")
    headers: dict[str, str] = Field(default_factory=dict)
    basic: Basic | None = None
    follow: bool = Field(True, description="whether redirects are followed")
    pick: dict[Name, str] = Field(default_factory=dict, description="texts to keep, by regular expression with a group")
    expect: Answer = Answer()
    max_seconds: int = Field(30, ge=1)


OneOrMore = Annotated[Annotated[Request, Tag("request")] | Annotated[list[Request], Tag("requests")],
                      Discriminator(lambda value: "requests" if isinstance(value, list) else "request")]
"""A request or a list of them; what is wrong is said of the one that was meant."""


class Sql(Strict):
    """A query and what it must give; `save` keeps the rows, so that a later suite can demand the same."""

    database: Name = "main"
    query: str
    equals: Cell | None = Field(None, description="the first column of the first row")
    at_least: int | None = None
    rows: list[list[Cell]] | None = Field(None, description="all rows, in order")
    save: bool = False
    equals_saved: str | None = Field(None, description="step whose suite saved rows under the same check's name")


class Output(Strict):
    """What a command must end with."""

    exit: int = 0
    contains: Names = Field(default_factory=list)
    not_contains: Names = Field(default_factory=list)


class Run(Strict):
    """A command that only looks."""

    argv: list[str] = Field(min_length=1)
    user: str | None = None
    expect: Output = Output()
    save: bool = Field(False, description="keep the lines of its output, so that a later suite can demand the same")
    equals_saved: str | None = Field(None, description="step whose suite saved lines under the same check's name")
    max_seconds: int = Field(60, ge=1)


class File(Strict):
    """A file on a host."""

    path: str
    exists: bool = True
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    contains: Names = Field(default_factory=list)


class Check(Strict):
    """One check: a name and exactly one of `http`, `sql`, `command`, `file`."""

    name: str
    at: str | None = Field(None, description="role or host to look from; each host of a role; else that of the suite")
    advice: str = Field("", description="what to do when it fails, for the person who reads the finding")
    within: Duration | None = Field(None, description="how long a failing check is tried again")
    http: OneOrMore | None = None
    sql: Sql | None = None
    command: Run | None = None
    file: File | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(part is not None for part in (self.http, self.sql, self.command, self.file)) != 1:
            raise ValueError(_("a check has exactly one of http, sql, command, file"))
        return self


class Suite(Strict):
    """Checks that are run in order; `at` is the role or host to look from, the first host if left out."""

    at: str | None = None
    checks: list[Check] = Field(min_length=1)
