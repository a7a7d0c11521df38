"""Imports go down: every module stands on a floor, and may use only what lies below it.

A change here is a change of the house: a new package gets a floor, and nothing else needs an edit.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "migrator"

# From the ground up. A name is a file or a package right under migrator/; `migrator` itself holds only the version.
FLOORS = [
    {"migrator"},
    {"text", "locale", "here", "written"},
    {"errors", "clock"},
    {"units", "secret"},
    {"events"},
    {"model", "commands"},
    {"signature"},
    {"playbook"},
    {"transport", "database", "journal"},
    {"site", "reach", "attachments"},
    {"hands"},
    {"step", "application", "assess", "backup", "calendars", "checks", "configure", "lens", "mask", "notify", "records",
     "report"},
    {"clone", "mapped", "sync"},
    {"drill", "in_step"},
    {"engine", "steps", "doors"},
    {"screen"},
    {"app", "housekeeping"},
    {"tasks"},
    {"program"},
    {"__main__"},
]
SMALL_WORDS = {"migrator", "text", "errors", "units", "clock", "secret", "events", "here", "written"}

# Those who may use less than all that lies below them; what has a dot is one module of a package.
ONLY = {
    "transport": {*SMALL_WORDS, "model", "commands", "playbook.inventory"},
    "database": {*SMALL_WORDS, "model", "commands", "playbook.inventory"},
    "signature": {*SMALL_WORDS, "commands"},
    "journal": {*SMALL_WORDS, "model"},
    "calendars": SMALL_WORDS,
    "lens": {*SMALL_WORDS, "model", "commands", "playbook", "database"},
    "sync": {*SMALL_WORDS, "model", "commands", "playbook", "database", "lens"},
    "clone": {*SMALL_WORDS, "model", "commands", "playbook", "transport", "database", "site", "reach", "hands",
              "application", "backup", "configure", "mask"},
    "mask": {*SMALL_WORDS, "model", "commands", "playbook", "transport", "database", "site", "reach"},
    "records": {*SMALL_WORDS, "model", "commands", "playbook", "transport", "database", "site", "reach"},
    "engine": {*SMALL_WORDS, "model", "commands", "signature", "playbook", "transport", "database", "journal", "site",
               "reach", "step", "calendars"},
    "steps": {*SMALL_WORDS, "model", "commands", "playbook", "transport", "database", "site", "hands", "step",
              "application", "assess", "attachments", "backup", "clone", "checks", "configure", "drill", "in_step",
              "lens", "mapped", "mask", "notify", "records", "report", "sync"},
    "screen": {*SMALL_WORDS, "model", "commands", "journal", "report", "calendars"},
}
HEIGHT = {name: height for height, names in enumerate(FLOORS) for name in names}


@dataclass(frozen=True)
class Import:
    """One import as written: by the module `by`, of `what` (`playbook.inventory.Host`), without the leading package."""

    by: str
    line: int
    what: str

    @property
    def fault(self) -> str | None:
        """Why this import is wrong, if it is."""
        here, there = _first(self.by), _first(self.what)
        if here == there:
            return self._between_kinds() if here == "steps" else None
        if not {here, there} <= HEIGHT.keys():
            return "has an end that stands on no floor yet"
        if HEIGHT[there] > HEIGHT[here]:
            return "climbs"
        if HEIGHT[there] == HEIGHT[here]:
            return "goes sideways"
        if here in ONLY and not any(f"{self.what}.".startswith(f"{allowed}.") for allowed in ONLY[here]):
            return f"is not among what {here} may use"
        return None

    def __str__(self) -> str:
        return f"migrator.{self.by}, line {self.line}: importing migrator.{self.what} {self.fault}"

    def _between_kinds(self) -> str | None:
        return "ties one step kind to another" if self.what.split(".")[:2] != self.by.split(".")[:2] else None


def _first(module: str) -> str:
    return module.partition(".")[0]


def imports(source: str, by: str) -> Iterator[Import]:
    """Every import of ours in the source, also those inside functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"migrator.{by}, line {node.lineno}: imports are written from the top"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name == "migrator" or name == "migrator.__version__":
                yield Import(by, node.lineno, "migrator")
            elif name.startswith("migrator."):
                yield Import(by, node.lineno, name.removeprefix("migrator."))


def _module(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "migrator"


def test_everything_has_a_floor() -> None:
    found = {_first(_module(path)) for path in PACKAGE.rglob("*.py")}
    assert not found - set(HEIGHT), "say on which floor these stand: FLOORS in tests/test_floors.py"


def test_imports_go_down() -> None:
    written = [i for path in sorted(PACKAGE.rglob("*.py")) for i in imports(path.read_text("utf-8"), _module(path))]
    wrong = [str(i) for i in written if i.fault]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(("by", "source", "fault"), [
    ("site", "from migrator.step import Step", "climbs"),
    ("site", "from migrator.attic import old", "has an end that stands on no floor yet"),
    ("backup.take", "def late():\n    from migrator.step import Step", "goes sideways"),
    ("engine.story", "import migrator.steps.approval", "goes sideways"),
    ("engine.story", "from migrator.backup import take", "is not among what engine may use"),
    ("transport.ssh", "from migrator.playbook.read import load_playbook", "is not among what transport may use"),
    ("steps.env_clone", "from migrator.steps.backup_take import BackupTake", "ties one step kind to another"),
    ("transport.ssh", "from migrator.playbook.inventory import Host", None),
    ("steps.env_clone", "from migrator.clone import clone", None),
    ("app", "from migrator import __version__", None),
])
def test_a_wrong_import_is_seen(by: str, source: str, fault: str | None) -> None:
    assert [i.fault for i in imports(source, by)] == [fault]
