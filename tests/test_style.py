"""What the linter and the type checker say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("judge", [("ruff", "check", "."), ("mypy", "--strict", "migrator")], ids=["ruff", "mypy"])
def test_finds_nothing(judge: tuple[str, ...]) -> None:
    said = subprocess.run([sys.executable, "-m", *judge], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr
