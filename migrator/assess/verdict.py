"""The answer to the question which version a database really is, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from migrator.model.finding import Finding, blocks, informs, warns
from migrator.text import _

SHOWN = 50
"""Lines of difference that a finding shows; it counts all."""


class Kind(StrEnum):
    PROVEN = "proven"
    """The structure is exactly that of a known version."""
    CUSTOMISED = "customised"
    """All markers of one version hold, and the site has changed something."""
    HALF_UPGRADED = "half upgraded"
    """Marks of two versions, and all of neither."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """`version` is what the structure shows (None: nothing sure); `differences` lead from `nearest` to it."""

    kind: Kind
    label: str | None
    version: str | None
    fingerprint: str
    nearest: str | None = None
    differences: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    """The two versions of a half upgraded database."""

    @property
    def label_lies(self) -> bool:
        """Whether the label names another version than the structure shows."""
        return None not in (self.label, self.version) and self.label != self.version


def findings(verdict: Verdict, expected: str | None = None) -> list[Finding]:
    """The verdict as findings; another version than the expected one, a lying label and a half upgrade block."""
    evidence: dict[str, Any] = {
        "fingerprint": verdict.fingerprint, "label": verdict.label, "version": verdict.version,
        "nearest": verdict.nearest, "differences": list(verdict.differences[:SHOWN]),
        "different": len(verdict.differences)}
    found = [_finding(verdict, evidence)]
    if verdict.label_lies:
        found.append(blocks("fingerprint.label-lies", _("the label says {label}, the database is {version}").format(
            label=verdict.label, version=verdict.version),
            _("find out who changed the label or the database before anything is upgraded")))
    seems = verdict.version or verdict.label
    if expected and seems != expected:
        found.append(blocks("fingerprint.other-version", _("this system is {version}, expected was {expected}").format(
            version=seems or _("of no known version"), expected=expected),
            _("choose the playbook or the path that begins at this version")))
    return found


def _finding(verdict: Verdict, evidence: dict[str, Any]) -> Finding:
    match verdict.kind:
        case Kind.PROVEN:
            return informs("fingerprint.proven", _("the database has exactly the structure of {version}").format(
                version=verdict.version), **evidence)
        case Kind.CUSTOMISED if not verdict.differences:
            return informs("fingerprint.customised", _(
                "the database bears the marks of {version}; nothing is kept here to compare the rest with").format(
                    version=verdict.version), **evidence)
        case Kind.CUSTOMISED:
            return informs("fingerprint.customised", _("the database is {version} with changes of its own").format(
                version=verdict.version), _("look through the differences: the upgrade may touch them"), **evidence)
        case Kind.HALF_UPGRADED:
            return blocks("fingerprint.half-upgraded",
                          _("the database is between {versions}: an upgrade stopped half-way").format(
                              versions=" / ".join(verdict.between)),
                          _("restore the backup from before that upgrade"), **evidence)
    return warns("fingerprint.unknown", _("no known version has this structure; the nearest is {nearest}").format(
        nearest=verdict.nearest or "-"), _("nothing proves the version: compare with a fresh installation"), **evidence)
