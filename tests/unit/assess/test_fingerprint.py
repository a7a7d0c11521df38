"""The structure decides which version a database is; the label is only compared."""

from __future__ import annotations

import pytest

from migrator.assess.fingerprint import judge
from migrator.assess.known import Known, keep, kept, read_known
from migrator.assess.verdict import Kind, findings
from migrator.database.base import Column, Schema
from migrator.errors import PlaybookError


def schema(*names: str) -> Schema:
    """Of `table.column` names."""
    tables: dict[str, list[Column]] = {}
    for name in names:
        table, _dot, column = name.partition(".")
        tables.setdefault(table, []).append(Column(column, "int", True, None, False))
    return Schema({table: tuple(columns) for table, columns in tables.items()}, ())


FIVE = schema("issue.id", "issue.title")
SIX = schema("issue.id", "issue.title", "issue.priority", "queue.id")
SEVEN = schema("issue.id", "issue.title", "issue.priority", "right.id", "right.name")
KNOWN = Known.model_validate({"format": 1, "versions": {
    "5.1": {"fingerprints": {"sqlite": [FIVE.fingerprint]}, "needs": ["issue.title"],
            "forbids": ["issue.priority", "queue"]},
    "6.1": {"fingerprints": {"sqlite": [SIX.fingerprint]}, "needs": ["issue.priority", "queue"], "forbids": ["right"]},
    "6.10": {"fingerprints": {"sqlite": [SIX.fingerprint]}},
    "7.0": {"needs": ["issue.priority", "right", "right.name"], "forbids": ["queue"]}}})
KEPT = kept({"5.json": keep("5.1", "sqlite", FIVE), "6.json": keep("6.1", "sqlite", SIX),
             "p.json": keep("5.1", "postgresql", SIX)}, "sqlite")


def codes(there: Schema, label: str | None, expected: str | None = None) -> list[str]:
    return [f.code.removeprefix("fingerprint.") for f in findings(judge(KNOWN, "sqlite", there, label, KEPT), expected)]


def test_exact_structure_is_proof() -> None:
    assert judge(KNOWN, "sqlite", FIVE, "5.1").kind is Kind.PROVEN
    assert codes(FIVE, "5.1", "5.1") == ["proven"]
    assert codes(FIVE, None) == ["proven"]


def test_a_virtual_table_is_a_marker_too() -> None:
    known = Known.model_validate({"format": 1, "versions": {
        "1": {"needs": ["issue"], "forbids": ["__fts"]}, "2": {"needs": ["issue", "__fts"]}}})
    plain = schema("issue.id")
    virtual = Schema(plain.tables, ("index i: (id)", "table __fts: create virtual table __fts using fts5(body)"))
    assert [judge(known, "sqlite", each, None).version for each in (plain, virtual)] == ["1", "2"]


def test_kept_structure_is_proof_too() -> None:
    only_kept = Known.model_validate({"format": 1, "versions": {}})
    assert judge(only_kept, "sqlite", SIX, "6.1", KEPT).version == "6.1"
    assert judge(only_kept, "postgresql", SIX, "6.1", {}).kind is Kind.UNKNOWN


def test_same_structure_of_several_versions_takes_the_label_or_the_newest() -> None:
    assert judge(KNOWN, "sqlite", SIX, "6.1").version == "6.1"
    assert judge(KNOWN, "sqlite", SIX, None).version == "6.10"


def test_label_that_lies_blocks() -> None:
    assert codes(FIVE, "6.1") == ["proven", "label-lies"]
    assert codes(SEVEN, "6.1") == ["customised", "label-lies"]


def test_own_tables_and_columns_leave_the_version_and_are_listed() -> None:
    verdict = judge(KNOWN, "sqlite", schema("issue.id", "issue.title", "issue.own", "own.id"), "5.1", KEPT)
    assert (verdict.kind, verdict.version, verdict.nearest) == (Kind.CUSTOMISED, "5.1", "5.1")
    assert [line.split(" ")[2] for line in verdict.differences] == ["issue.own", "own.id", "own"]
    assert all(line.startswith("+ ") for line in verdict.differences)


def test_nothing_is_said_of_changes_where_nothing_is_kept_to_compare_with() -> None:
    found, = findings(judge(KNOWN, "sqlite", schema("issue.id", "issue.title", "own.id"), "5.1"))
    assert "bears the marks of 5.1" in found.message
    assert not found.advice


def test_half_upgraded_between_two_versions() -> None:
    verdict = judge(KNOWN, "sqlite", schema("issue.id", "issue.title", "issue.priority"), "5.1", KEPT)
    assert (verdict.kind, verdict.between, verdict.version) == (Kind.HALF_UPGRADED, ("5.1", "6.1"), None)
    assert codes(schema("issue.title", "issue.priority"), "5.1") == ["half-upgraded"]


def test_unknown_structure_names_the_nearest() -> None:
    verdict = judge(KNOWN, "sqlite", schema("issue.id"), "5.1", KEPT)
    assert (verdict.kind, verdict.nearest) == (Kind.UNKNOWN, "5.1")
    assert verdict.differences == ("- column issue.title int null",)
    assert judge(KNOWN, "sqlite", schema("other.id"), None).nearest in ("5.1", None)


def test_another_version_than_expected_blocks() -> None:
    assert codes(FIVE, "5.1", "6.1") == ["proven", "other-version"]


def test_markers_do_not_mind_capital_letters() -> None:
    shouted = schema("ISSUE.ID", "ISSUE.TITLE")
    assert judge(KNOWN, "sqlite", shouted, "5.1").version == "5.1"


@pytest.mark.parametrize("text", ["format: 1", "format: 1\nversions: {'1': {needs: ['a b']}}",
                                  "format: 2\nversions: {}",
                                  "format: 1\nversions: {'1': {fingerprints: {oracle: [x]}}}"])
def test_wrong_files_are_refused(text: str) -> None:
    with pytest.raises(PlaybookError):
        read_known(text.encode(), "fingerprints.yaml")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"version": 1, "make": "x", "tables": [], "others": []}'])
def test_wrong_structures_are_refused(content: bytes) -> None:
    with pytest.raises(PlaybookError, match="keeps no structure"):
        kept({"x.json": content}, "sqlite")
