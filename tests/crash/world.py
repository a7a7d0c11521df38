"""A small system that shows whether anything was lost or done twice: each step appends its name to a file."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from fixtures.proofs.crash.terminal import Terminal

STEPS = 5


@dataclass(frozen=True, kw_only=True)
class World(Terminal):
    """A folder with inventory, playbook and the file `done` that the steps write to."""

    fails: bool = False
    pause: float = 0.1
    """Seconds that each step takes on the target."""

    def make(self) -> World:
        """Write inventory and playbook; with `fails` the last step ends with an error."""
        (self.folder / "playbook").mkdir(parents=True)
        (self.folder / "done").write_text("")
        (self.folder / "inventory.yaml").write_text(
            "format: 1\nenvironments:\n  live:\n    hosts:\n"
            f"      here: {{connect: local, work: {self.folder}/work}}\n")
        steps = [self._step(f"s{n}") for n in range(STEPS)]
        steps += [{"id": "end", "command": {"run": ["sh", "-c", "exit 3" if self.fails else "exit 0"],
                                            "verify": {"file": str(self.folder / "done")}, "undo": ["true"]}}]
        (self.folder / "playbook" / "playbook.yaml").write_text(json.dumps({
            "format": 1, "product": "toy", "title": "Toy", "path": {"from": "a", "to": "b"},
            "environments": {"live": "live"}, "stages": {
                "go-live": {"environment": "live", "steps": steps},
                "close-out": {"environment": "live", "steps": [
                    {"id": "final", "command": {"run": ["true"], "verify": {"file": str(self.folder / "done")}},
                     "point_of_no_return": True}]}}}))
        return self

    def typed(self, *words: str) -> tuple[int, str]:
        """Type a command and wait for its end: its exit code, and what it told."""
        ended = subprocess.run([sys.executable, "-m", "migrator", *words], cwd=self.folder, env=self._environment(),
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        return ended.returncode, ended.stdout

    def done(self) -> list[str]:
        """What the steps have written and not taken back, in order."""
        return (self.folder / "done").read_text().split()

    def ever(self) -> list[str]:
        """Every line that a forward step ever wrote, also those taken back since."""
        path = self.folder / "ever"
        return path.read_text().split() if path.exists() else []

    def _step(self, name: str) -> dict[str, object]:
        done, ever = self.folder / "done", self.folder / "ever"
        return {"id": name, "command": {
            "run": ["sh", "-c", 'echo "$1" >> "$3"; sleep "$4"; echo "$1" >> "$2"', "sh", name, str(done), str(ever),
                    str(self.pause)],
            "verify": {"command": ["grep", "-qx", name, str(done)]},
            "undo": ["sed", "-i", f"/^{name}$/d", str(done)]}}
