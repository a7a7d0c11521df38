"""The comparison of a copy with its original, all of it, reading only."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from migrator.clone.neutral.model import Neutral
from migrator.clone.parity.data import databases
from migrator.clone.parity.machines import machines
from migrator.clone.parity.score import Parity
from migrator.clone.parity.trees import trees
from migrator.clone.traces import Traces
from migrator.site import Site

Masked = Mapping[str, Mapping[str, Collection[str]]]
"""Columns that a mask has changed, by database and table."""
NO_RULES = Neutral(format=1)


def parity(live: Site, copy: Site, *, rules: Neutral = NO_RULES, masked: Masked | None = None) -> Parity:
    """Every difference of the two that was not made on purpose, by a mask, by a rule, or by the copy's own addresses.

    Counts and digests are those of this moment: what is written to the original after the copy was made is told.
    """
    live, copy = live.reading(), copy.reading()
    found = [*machines(live, copy)]
    for name in live.environment.databases.keys() & copy.environment.databases.keys():
        without = _without(name, rules, (masked or {}).get(name, {}), copy)
        entries = live.database_entry(name), copy.database_entry(name)
        found += databases(name, live.database(name), copy.database(name), entries, without,
                           _changed(name, rules, copy))
    return Parity((*found, *trees(live, copy, rules, Traces.of(live, copy))))


def _without(name: str, rules: Neutral, masked: Mapping[str, Collection[str]], copy: Site) -> dict[str, set[str]]:
    without = {table: set(columns) for table, columns in masked.items()}
    for integration in rules.integrations:
        for rule in integration.columns:
            if copy.database_name(rule.database) == name:
                without.setdefault(rule.table, set()).add(rule.column)
    return without


def _changed(name: str, rules: Neutral, copy: Site) -> set[str]:
    return {statement.table for integration in rules.integrations for statement in integration.statements
            if statement.table and copy.database_name(statement.database) == name}
