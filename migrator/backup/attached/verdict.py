"""What is said of attachments that a set holds or lacks."""

from __future__ import annotations

from dataclasses import replace

from migrator.attachments import Lying, Named, cross_check
from migrator.backup.attached.record import Attached
from migrator.backup.sets.entry import Entries
from migrator.model.finding import Finding, Severity


def lying_in(entries: Entries) -> Lying:
    """The files of a set's tree, by size and SHA-256."""
    files = [e for e in entries.values() if e.kind == "file"]
    return Lying({e.name: e.size for e in files}, {e.name: e.sha256 for e in files if e.sha256})


def judged(record: Attached, said: Named, there: Lying) -> list[Finding]:
    """How database and tree differ, both ways; files that nothing names are a warning where they are suspect."""
    found = cross_check(record.tree, said, there)
    if record.extra == "harmless":
        return found
    return [replace(f, severity=Severity.WARNS) if f.code == "attachments.unnamed" else f for f in found]
