"""A host that is gone: it has a name, and whatever is asked of it fails the test."""

from __future__ import annotations

from typing import Any


class Away:
    """Stands where a transport would."""

    name = "here"
    local = False

    def __getattr__(self, asked: str) -> Any:
        raise AssertionError(f"the host was reached: {asked}")
