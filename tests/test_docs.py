"""The documentation is the code's own: pages are fresh, examples are valid, every flag and argument is explained."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from fixtures.development.docstring import example, promise
from migrator.errors import Exit
from migrator.lens.declared.mapping import Mapping
from migrator.lens.declared.operation import Operation, operations
from migrator.playbook.loader import parse
from migrator.playbook.model import ForEach
from migrator.playbook.steps import read_steps
from migrator.step import Step, kinds

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
UNEXPLAINED = re.compile(r"^\| `[^|]*` \| +\|.*$", re.MULTILINE)

each_kind = pytest.mark.parametrize(("name", "kind"), kinds().items(), ids=kinds())


def test_pages_are_fresh() -> None:
    command = [sys.executable, "-m", "fixtures.development.pages", "--check"]
    compared = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert compared.returncode == 0, f"out of date; `inv docs` writes them:\n{compared.stdout}{compared.stderr}"


def test_every_command_and_flag_is_explained() -> None:
    page = (DOCS / "commands.md").read_text("utf-8")
    assert not UNEXPLAINED.findall(page)
    assert not re.findall(r"^## inv (\S+)\n\n(?:\||#|$)", page, re.MULTILINE), "commands without a docstring"


def test_every_exit_code_is_explained_and_no_other() -> None:
    page = (DOCS / "exit-codes.md").read_text("utf-8")
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == [int(code) for code in Exit]


@each_kind
def test_every_argument_is_explained(name: str, kind: type[Step[Any]]) -> None:
    without = [argument for argument, field in kind.Args.model_fields.items() if not field.description]
    assert not without, f"{name}: Field(description=...) is missing"


@each_kind
def test_the_promise_is_one_sentence(name: str, kind: type[Step[Any]]) -> None:
    assert promise(kind).endswith("."), f"the first line of the docstring of {kind.__name__} is a whole sentence"


@each_kind
def test_the_example_is_a_valid_step(name: str, kind: type[Step[Any]]) -> None:
    text = example(kind)
    assert text, f"the docstring of {kind.__name__} ends with an indented YAML example"
    if "${hop." in text and "for_each:" not in text:
        text = "- for_each: hop\n  steps:\n" + textwrap.indent(text, "    ")
    tree = parse(text.encode(), f"example of {name}")
    steps, errors = read_steps(tree.data, tree, (), kinds())
    assert not errors, "\n".join(map(str, errors))
    flat = [inner for step in steps for inner in (step.steps if isinstance(step, ForEach) else [step])]
    assert name in [step.kind for step in flat]


@pytest.mark.parametrize(("name", "kind"), operations().items(), ids=operations())
def test_every_operation_is_explained_and_its_example_is_read(name: str, kind: type[Operation[Any]]) -> None:
    assert promise(kind).endswith("."), f"the first line of the docstring of {kind.__name__} is a whole sentence"
    without = [argument for argument, field in kind.Args.model_fields.items() if not field.description]
    assert not without, f"{name}: Field(description=...) is missing"
    shown = example(kind)
    if not shown.startswith("tables:"):  # an operation that is said at several pairs shows them
        shown = "tables:\n  - old: t\n    new: t\n    columns:\n" + textwrap.indent(shown, "      ")
    mapping = Mapping.parse(f"from: a\nto: b\n{shown}".encode(), f"example of {name}")
    assert name in {declared.operation for said in mapping.declared.values() for declared in said}


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]
