"""Rules: what the target's server does by itself about the foreign keys of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import inspect

from migrator.lens.copy.session import Session
from migrator.lens.side import Side


@dataclass(frozen=True)
class Rule:
    """What is declared of a foreign key. `deletes` and `updates` are what happens to rows that name one which goes."""

    deletes: str = "NO ACTION"
    updates: str = "NO ACTION"
    deferrable: bool = False


Rules = Mapping[tuple[str, tuple[str, ...]], Rule]
"""Rules by the table and its columns."""


def foreign_rules(session: Session, side: Side) -> Rules:
    """The rules of all tables of a side."""
    with session.refusals():
        found = inspect(session.connection).get_multi_foreign_keys(schema=session.schema(side))
    return {(table, tuple(foreign["constrained_columns"])): _rule(foreign.get("options", {}))
            for (_, table), keys in found.items() for foreign in keys}


def _rule(options: Mapping[str, object]) -> Rule:
    deletes, updates = (str(options.get(name) or "NO ACTION").upper() for name in ("ondelete", "onupdate"))
    return Rule(deletes, updates, options.get("deferrable") is True)
