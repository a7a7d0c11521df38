"""Paths as people type them."""

from __future__ import annotations

from pathlib import Path


def from_here(path: Path | str) -> str:
    """The path from the present folder where it lies below, else whole."""
    whole, here = Path(path).absolute(), Path.cwd()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)
