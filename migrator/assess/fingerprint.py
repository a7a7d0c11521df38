"""Which version a database really is: its structure is asked, its label only compared."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from migrator.assess.known import Known, Looks
from migrator.assess.verdict import Kind, Verdict
from migrator.database.base import Schema
from migrator.database.compare import schema_differences
from migrator.model.version import order


def judge(known: Known, make: str, schema: Schema, label: str | None,
          kept: Mapping[str, Schema] | None = None) -> Verdict:
    """Compare a structure with all known versions; `kept` are whole structures by version, for the differences.

    Of several versions with the same structure the label's is taken, else the newest.
    """
    fingerprint, kept = schema.fingerprint, kept or {}
    exact = [version for version, looks in known.versions.items() if fingerprint in looks.of(make)]
    exact += [version for version, schema_ in kept.items() if schema_.fingerprint == fingerprint]
    if exact:
        return Verdict(Kind.PROVEN, label, _chosen(exact, label), fingerprint)
    names = _names(schema)
    fitting = [v for v, looks in known.versions.items() if looks.statements() and not _broken(looks, names)]
    between = _between(known, names)
    version = _chosen(fitting, label) if fitting else None
    nearest = version or _nearest(known, names, schema, kept)
    differences = tuple(schema_differences(kept[nearest], schema)) if nearest and nearest in kept else ()
    kind = Kind.CUSTOMISED if version else Kind.HALF_UPGRADED if between else Kind.UNKNOWN
    return Verdict(kind, label, version, fingerprint, nearest, differences, () if version else between)


def _names(schema: Schema) -> set[str]:
    """Tables, virtual ones included, and `table.column`, in small letters."""
    columns = {f"{table}.{column.name}" for table, columns in schema.tables.items() for column in columns}
    virtual = {line.removeprefix("table ").partition(":")[0] for line in schema.others if line.startswith("table ")}
    return {name.lower() for name in columns | virtual | set(schema.tables)}


def _true(marker: str, there: bool, names: set[str]) -> bool:
    return (marker.lower() in names) is there


def _broken(looks: Looks, names: set[str]) -> list[str]:
    return [marker for marker, there in looks.statements().items() if not _true(marker, there, names)]


def _nearest(known: Known, names: set[str], schema: Schema, kept: Mapping[str, Schema]) -> str | None:
    """The version with the fewest differing lines, else with the fewest broken markers; None when none fits at all."""
    if kept:
        return min(kept, key=lambda version: len(schema_differences(kept[version], schema)))
    holding = {version: len(statements) - len(_broken(looks, names)) for version, looks in known.versions.items()
               if (statements := looks.statements())}
    best = max(holding, key=lambda version: holding[version], default=None)
    return best if best and holding[best] else None


def _between(known: Known, names: set[str]) -> tuple[str, ...]:
    """The first neighbours that contradict each other on markers of which some speak for each.

    Of either something must be there: what is only missing speaks for no version.
    """
    marked = sorted((version for version, looks in known.versions.items() if looks.statements()), key=order)
    for old, new in pairwise(marked):
        before, after = known.versions[old].statements(), known.versions[new].statements()
        disputed = [marker for marker in before.keys() & after.keys() if before[marker] != after[marker]]
        present = all(any(_true(marker, True, names) for marker in known.versions[v].needs) for v in (old, new))
        if present and {_true(marker, after[marker], names) for marker in disputed} == {True, False}:
            return old, new
    return ()


def _chosen(versions: list[str], label: str | None) -> str:
    return label if label in versions else max(versions, key=order)
