"""What was sent to whom, on disk before and after each sending."""

from __future__ import annotations

import json
from pathlib import Path

from migrator import clock
from migrator.written import write_whole

BEGUN, SENT, REFUSED = "begun", "sent", "refused"


class Ledger:
    """One small file per message; `begun` without `sent` means that nobody knows whether it arrived."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def state(self, recipient: str) -> str | None:
        """begun, sent, refused, or None when nothing was tried."""
        found = self._read().get(recipient)
        return found["state"] if found else None

    def note(self, recipient: str, state: str, why: str = "") -> None:
        """Write the state down for good: it is on the disk when this returns."""
        known = self._read()
        known[recipient] = {"state": state, "at": clock.stamp(), "why": why}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, json.dumps(known, ensure_ascii=False, indent=1))

    def why(self, recipient: str) -> str:
        """Why it was refused, as the sender said it."""
        return self._read().get(recipient, {}).get("why", "")

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            known: dict[str, dict[str, str]] = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return known
