"""The person at the keyboard: types commands of migrator in a folder that holds the inventory and the playbook."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.buildtrack import pack
from tests.buildtrack.site import PASSWORD
from tests.processes import told

PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks" / "buildtrack"
OPERATOR, BUSINESS, IT = "li.wei", "wang.fang", "zhao.min"


@dataclass(frozen=True)
class Typed:
    """How a command ended; `memory` is the most that its process held, in bytes."""

    code: int
    out: str
    memory: int = 0


@dataclass(frozen=True)
class Desk:
    """A folder to type in."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, environments: Mapping[str, Any]) -> Desk:
        """With the shipped playbook, its packages freshly built, and an inventory of these environments."""
        playbook = folder / "playbooks" / "buildtrack"
        shutil.copytree(PLAYBOOK, playbook, ignore=shutil.ignore_patterns("packages"))
        for version in pack.VERSIONS:
            pack.pack(version, playbook / "packages")
        (folder / "inventory.yaml").write_text(json.dumps({"format": 1, "environments": environments}))
        return cls(folder)

    @property
    def playbook(self) -> Path:
        return self.folder / "playbooks" / "buildtrack"

    def type(self, *words: str, who: str = OPERATOR) -> Typed:
        """Type a command; what it prints comes back."""
        environment = os.environ | {"MIGRATOR_USER": who, "BUILDTRACK_LOGIN": PASSWORD, "MIGRATOR_LANG": "en"}
        command = [sys.executable, "-m", "migrator", *words]
        with subprocess.Popen(command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            printed, _err, memory = told(process)
        return Typed(process.returncode, printed, memory)

    def rehearsed(self) -> None:
        """Assess, rehearse, and have both the copy and the live plan approved."""
        self.must("assess", "--playbook", "buildtrack")
        waits = self.must("rehearse", "--playbook", "buildtrack", code=24)
        self.sign(waits, "business", BUSINESS)
        self.must("resume")
        self.sign(self.must("approve.request", "--playbook", "buildtrack"), "it", IT)

    def sign(self, shown: str, group: str, who: str) -> None:
        """Approve the plan that a command has shown."""
        plan = re.search(r"--plan (\S+)", shown)
        assert plan, shown
        self.must("approve.sign", "--plan", plan[1], "--as", group, who=who)

    def upgrade(self, code: int = 0) -> Typed:
        """Upgrade the live system; the exit code must be this one."""
        typed = self.type("upgrade", "--playbook", "buildtrack", "--yes")
        assert typed.code == code, typed.out
        return typed

    def must(self, *words: str, who: str = OPERATOR, code: int = 0) -> str:
        typed = self.type(*words, who=who)
        assert typed.code == code, f"{words} ended with {typed.code}:\n{typed.out}"
        return typed.out
