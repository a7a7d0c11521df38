"""A small system that shows whether anything was lost or done twice: each step appends its name to a file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

STEPS = 5
ENDED = ("passed", "failed", "brought back", "hands needed")


@dataclass(frozen=True)
class World:
    """A folder with inventory, playbook and the file `done` that the steps write to."""

    folder: Path
    fails: bool
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

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """The command line in a process of its own."""
        return subprocess.Popen([sys.executable, "-m", "migrator", *words], cwd=self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                env={**os.environ, "MIGRATOR_LANG": "en"})

    def killed_after(self, events: int, pause: float, *words: str) -> int | None:
        """Run a command and kill -9 it `pause` seconds after so many more events; its exit code when it ended before.

        Events and not seconds, so that a busy machine is not killed before it has begun.
        """
        process, told = self.start(*words), self.told()
        while process.poll() is None and self.told() < told + events:
            time.sleep(0.005)
        try:
            return process.wait(pause)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return None

    def told(self) -> int:
        """How many events were told so far."""
        return sum(path.read_bytes().count(b"\n") for path in self.folder.glob(".migrator/runs/*/log.jsonl"))

    def state(self) -> str:
        """Where the newest run stands; empty when none was made."""
        runs = self.runs()
        return runs[0]["state"] if runs else ""

    def runs(self) -> list[dict[str, str]]:
        """All runs, the newest first."""
        asked = subprocess.run([sys.executable, "-m", "migrator", "run.list", "--json"], cwd=self.folder,
                               capture_output=True, text=True, check=True)
        listed: list[dict[str, str]] = json.loads(asked.stdout)
        return listed

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


def wait_until_quiet(world: World, seconds: float = 10) -> None:
    """Wait until the detached jobs have written what they had to write."""
    deadline, before = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        now = (world.done(), world.ever())
        if now == before:
            return
        before = now
        time.sleep(0.3)
