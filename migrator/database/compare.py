"""What differs between two states of a database: table by table, and line by line of the structure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from migrator.database.base import Schema, TableFacts
from migrator.text import _


@dataclass(frozen=True)
class Difference:
    """`what` is missing, extra, rows or content; `before` and `after` are None where the table is not there."""

    table: str
    what: str
    before: TableFacts | None
    after: TableFacts | None

    def __str__(self) -> str:
        rows = {"before": self.before.rows if self.before else 0, "after": self.after.rows if self.after else 0}
        match self.what:
            case "missing":
                return _("{table} is missing ({before} rows)").format(table=self.table, before=rows["before"])
            case "extra":
                return _("{table} is new ({after} rows)").format(table=self.table, after=rows["after"])
            case "rows":
                return _("{table} has {after} rows instead of {before}").format(table=self.table, **rows)
        return _("{table} has the same number of rows ({before}) and other content").format(
            table=self.table, before=rows["before"])

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(before: Mapping[str, TableFacts], after: Mapping[str, TableFacts]) -> list[Difference]:
    """Tables that are missing, extra, or hold other rows, by name; sizes are estimates and are not compared."""
    return [Difference(table, what, before.get(table), after.get(table))
            for table in sorted(before.keys() | after.keys())
            if (what := _what(before.get(table), after.get(table)))]


def schema_differences(before: Schema, after: Schema) -> list[str]:
    """Lines of the structure that went (`- `) and that came (`+ `), sorted by what they speak of."""
    went, came = set(before.lines) - set(after.lines), set(after.lines) - set(before.lines)
    return [f"{'-' if line in went else '+'} {line}" for line in sorted(went | came)]


def _what(before: TableFacts | None, after: TableFacts | None) -> str:
    if before is None or after is None:
        return "extra" if before is None else "missing"
    if before.rows != after.rows:
        return "rows"
    return "content" if before.digest != after.digest else ""
