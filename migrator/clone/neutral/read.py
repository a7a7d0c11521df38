"""A product's neutralise.yaml, read: every fault with its position."""

from __future__ import annotations

from pathlib import Path

from migrator.clone.neutral.model import Neutral
from migrator.playbook.loader import parse, read_tree
from migrator.playbook.tree import Tree
from migrator.playbook.validate import refuse, validate
from migrator.text import _

NEUTRALISE_FILE = "neutralise.yaml"


def load_neutral(path: Path) -> Neutral:
    """The rules of a file. Raises PlaybookError (several: PlaybookErrors) with the positions of what is wrong."""
    return _checked(read_tree(path))


def parse_neutral(content: bytes, file: str = NEUTRALISE_FILE) -> Neutral:
    """The same of a file's content; `file` is its name in messages."""
    return _checked(parse(content, file))


def _checked(tree: Tree) -> Neutral:
    rules = validate(Neutral, tree)
    names = [integration.name for integration in rules.integrations]
    if twice := [tree.error(("integrations", number, "name"), _('the name "{name}" is used twice').format(name=name))
                 for number, name in enumerate(names) if name in names[:number]]:
        refuse(twice)
    return rules
