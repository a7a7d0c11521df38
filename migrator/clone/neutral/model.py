"""A product's neutralise.yaml as records: its integrations, what makes each harmless, and where others would stand."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from migrator.configure.edit import Format
from migrator.configure.value import Value
from migrator.playbook.inventory import Name, Strict
from migrator.text import _

Kind = Literal["mail", "sms", "robot", "webhook", "cron", "payment", "ldap", "licence", "other"]


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(_("is no regular expression: {why}").format(why=error)) from None
    return text


Expression = Annotated[str, AfterValidator(_expression)]


class InFile(Strict):
    """What a configuration file of the copy must hold: keys by `format`, or all that `pattern` matches."""

    file: str = Field(description="TREE/PATH, as in config/app.ini")
    format: Format | None = Field(None, description="how the file is written, for `set` and `remove`")
    set: dict[str, Value] = Field(default_factory=dict, description="values by key; secret:NAME for one of the copy's")
    remove: list[str] = Field(default_factory=list, description="keys that must not be there")
    pattern: Expression | None = Field(None, description="regular expression, line by line; its first group, or all of "
                                                         "it, becomes `value`")
    value: str = ""
    optional: bool = Field(False, description="the file may be missing")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        keys = bool(self.set or self.remove)
        if keys == (self.pattern is not None):
            raise ValueError(_("give either keys (set, remove) or a pattern"))
        if keys and self.format is None:
            raise ValueError(_("keys need a format"))
        return self


class InColumn(Strict):
    """A value that a column must have in every row, or in those where other columns have given values."""

    database: Name = "main"
    table: str
    column: str
    value: str | int | bool | None = None
    where: dict[str, str | int | bool] = Field(default_factory=dict)
    optional: bool = Field(False, description="the table may be missing")


class InDatabase(Strict):
    """A statement of the product's own; `left` counts what it must leave nothing of."""

    database: Name = "main"
    sql: str
    parameters: dict[Name, str | int | bool] = Field(default_factory=dict, description="values of `:names` in both")
    left: str = Field(description="a query whose first value is 0 once all is harmless")
    table: str | None = Field(None, description="only where this table exists")


class Integration(Strict):
    """One thing through which the application reaches others, and what keeps it from doing so."""

    name: Name
    kind: Kind
    why: str = ""
    files: list[InFile] = Field(default_factory=list)
    columns: list[InColumn] = Field(default_factory=list)
    statements: list[InDatabase] = Field(default_factory=list)

    @model_validator(mode="after")
    def _acts(self) -> Self:
        if not (self.files or self.columns or self.statements):
            raise ValueError(_("nothing makes it harmless: give files, columns or statements"))
        return self


class Look(Strict):
    """Where signs of integrations are looked for, beside the places that are always looked at."""

    files: list[str] = Field(default_factory=list, description="more files, TREE/PATTERN")
    columns: dict[str, list[str]] = Field(default_factory=dict, description="more columns, by table")
    signs: dict[Name, Expression] = Field(default_factory=dict, description="more regular expressions, by name")
    harmless: list[Expression] = Field(default_factory=list, description="what is none although it looks like one; "
                                                                         "must match all of it")
    not_here: dict[str, str] = Field(default_factory=dict, description="places that are not looked at, TREE/PATTERN or "
                                                                       "TABLE or TABLE.COLUMN, each with the reason")


class Neutral(Strict):
    """What neutralise.yaml says."""

    format: Literal[1]
    adapt: list[str] = Field(default_factory=list, description="files, TREE/PATH, in which values, paths and database "
                                                               "URLs of the original become the copy's own")
    integrations: list[Integration] = Field(default_factory=list)
    look: Look = Look()
