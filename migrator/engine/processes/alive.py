"""Who this process is to the others, and which of them live: the promise that each way to show it keeps."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

WORKER = "worker"
"""The role of those that take runs from the queue."""


class Alive(Protocol):
    """Shows one process as alive; `executor` is its name, which no other process ever bears."""

    executor: str

    def claim(self) -> str:
        """Show this process as alive until it ends, however it ends; gives its name."""

    def alive(self, executor: str) -> bool:
        """Whether the process of this name lives."""

    def serve(self, role: str) -> None:
        """Show, until it ends, that this process is one of those in a role."""

    def served(self, role: str) -> bool:
        """Whether any process in this role lives."""

    def turn(self, name: str) -> AbstractContextManager[bool]:
        """Whether no other process has this turn now; if so it is ours for as long as this lasts."""
