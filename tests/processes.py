"""Child processes of tests: what they print until they end, and how much memory they hold on the way."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

LONG = 300.0


def told(process: subprocess.Popen[str]) -> tuple[str, str, int]:
    """What a process printed on both streams until its end, and the most memory that it held, in bytes.

    Asked of the living process: what the system tells after its end counts the memory of whoever forked it too.
    """
    peak, deadline = 0, time.monotonic() + LONG
    while True:
        try:
            out, err = process.communicate(timeout=0.02)
            return out or "", err or "", peak
        except subprocess.TimeoutExpired:
            peak = max(peak, _peak(process.pid))
        assert time.monotonic() < deadline, "it does not end"


def _peak(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0
