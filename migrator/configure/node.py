"""Nested values of a text with the places where they stand, and what a notation such as JSON can do with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from migrator.configure.value import Value


@dataclass(frozen=True)
class Node:
    """A value at characters `start` to `end`; `entries` is None for one that holds no others.

    `flow` is the style in brackets, where commas part the entries; else each stands on a line of its own.
    """

    start: int
    end: int
    entries: tuple[Entry, ...] | None = None
    flow: bool = True
    numbered: bool = False


@dataclass(frozen=True)
class Entry:
    """A key at `start` (ended by `key_end`) and its value; a list's keys are its indexes."""

    key: str
    start: int
    key_end: int
    node: Node
    alias: bool = False


class Notation(Protocol):
    """How a format reads and writes values."""

    def parse(self, text: str) -> Node:
        """The top value. Raises NotEditable when the text is not well-formed."""

    def key(self, key: str) -> str:
        """A key with its colon and blank."""

    def value(self, value: Value, old: str = "") -> str:
        """A value on one line, in the manner of the old one."""

    def same(self, old: str, value: Value) -> bool:
        """Whether the old text already stands for the value."""


def true_end(text: str, node: Node) -> int:
    """Where a value really ends: parsers count the comments and empty lines below it in."""
    if node.entries and not node.flow:
        return true_end(text, node.entries[-1].node)
    return node.start + len(text[node.start:node.end].rstrip())
