"""A machine as a test prepares it and looks at it, past the product: this one, or a test machine in a container."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class Machine(Protocol):
    """Runs commands as the account that owns the application."""

    python: str
    """An interpreter with the drivers of the database."""
    sources: str
    """The folder `fixtures` on this machine."""

    def must(self, *argv: str) -> str:
        """What the command printed; an error when it fails."""

    def put(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file, with its folder."""


@dataclass(frozen=True)
class ThisMachine:
    python: str
    sources: str

    def must(self, *argv: str) -> str:
        done = subprocess.run(argv, capture_output=True, text=True, env=dict(os.environ))
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout

    def put(self, path: str, text: str, mode: int = 0o644) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
        Path(path).chmod(mode)


@dataclass(frozen=True)
class Container:
    """A test machine; the folder `fixtures` is copied to it once, with `bring_sources`."""

    host: Any
    owner: str = "ops"
    python: str = "python3"
    sources: str = "/opt/fixtures"

    def must(self, *argv: str) -> str:
        return str(self.host.must(list(argv), user=self.owner))

    def put(self, path: str, text: str, mode: int = 0o644) -> None:
        script = 'mkdir -p "${1%/*}" && printf "%s" "$2" > "$1" && chmod "$3" "$1"'
        self.must("sh", "-c", script, "sh", path, text, f"{mode:o}")

    def bring_sources(self, folder: Path, places: Sequence[str]) -> None:
        """Copy the fixtures in, and make the folders `places` for the account."""
        for name in "background.py", "buildtrack":
            self.host.copy_in(folder / name, f"{self.sources}/{name}", owner=self.owner)
        for place in places:
            self.host.must(["install", "-d", "-o", self.owner, "-g", self.owner, place])
