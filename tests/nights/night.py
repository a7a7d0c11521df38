"""A small system with a copy: two steps that write their names, on the live system slower than in the rehearsal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.calendars.ics import calendar

COPY_SECONDS, LIVE_SECONDS = 0.1, 4.0
"""What the first step takes in the rehearsal, and on the live system."""
AUDIT = calendar("SUMMARY:Audit", "DTSTART;VALUE=DATE:20200101", "DTEND;VALUE=DATE:22000101")


@dataclass(frozen=True)
class Night:
    """A folder with inventory and playbook; the live steps write to `done`, and for ever to `ever`."""

    folder: Path

    def make(self, *more: dict[str, Any], calendar: dict[str, Any] | None = None, **playbook: Any) -> Night:
        """Write everything; `more` are steps that go-live has at its end, `playbook` its keys window and budget."""
        (self.folder / "playbook").mkdir(parents=True)
        (self.folder / "freeze.ics").write_text(AUDIT)
        (self.folder / "playbook" / "after.yaml").write_text(json.dumps(
            {"checks": [{"name": "still done", "file": {"path": str(self.folder / "live"), "contains": "two"}}]}))
        for system in ("live", "copy"):
            (self.folder / system).touch()
        self._write("inventory.yaml", {"format": 1, "calendar": calendar, "environments": {
            "live": self._environment("live", LIVE_SECONDS), "copy": self._environment("copy", COPY_SECONDS)}})
        self._write("playbook/playbook.yaml", {
            "format": 1, "product": "toy", "title": "Toy", "path": {"from": "a", "to": "b"},
            "environments": {"live": "live", "trial": "copy"}, **playbook, "stages": {
                "trial": {"environment": "trial", "steps": [*self._steps(), {"id": "drill", "drill.rollback": {}}]},
                "go-live": {"environment": "live", "steps": [*self._steps(), *more]}}})
        return self

    def inv(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type a command and wait for its end."""
        return subprocess.run([sys.executable, "-m", "migrator", *words], cwd=self.folder, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, env={**os.environ, "MIGRATOR_LANG": "en"})

    def upgrade(self) -> subprocess.CompletedProcess[str]:
        return self.inv("upgrade", "--playbook", "playbook", "--yes")

    def record(self) -> dict[str, Any]:
        """Everything that the journal knows of the newest run."""
        asked = self.inv("status", "--json")
        assert asked.returncode == 0, asked.stderr
        told: dict[str, Any] = json.loads(asked.stdout)
        return told

    def done(self, system: str = "live") -> list[str]:
        """What the steps have written and not taken back, in order."""
        return (self.folder / system).read_text().split()

    def _write(self, name: str, content: Any) -> None:
        (self.folder / name).write_text(json.dumps({key: value for key, value in content.items() if value is not None}))

    def _environment(self, system: str, pause: float) -> dict[str, Any]:
        return {"hosts": {"here": {"connect": "local", "work": str(self.folder / f"work-{system}")}},
                "values": {"pause": str(pause), "file": str(self.folder / system)}, "disposable": system == "copy"}

    def _steps(self) -> list[dict[str, Any]]:
        return [self._step("one", "${env.values.pause}"), self._step("two", "0")]

    def _step(self, name: str, pause: str) -> dict[str, Any]:
        file = "${env.values.file}"
        return {"id": name, "command": {
            "run": ["sh", "-c", 'sleep "$2"; echo "$1" >> "$3"', "sh", name, pause, file],
            "verify": {"command": ["grep", "-qx", name, file]}, "undo": ["sed", "-i", f"/^{name}$/d", file]}}
