"""How long quick commands take, against the floor of a Python that imports Invoke and does nothing.

python tests/benchmarks/startup.py [TIMES]     prints one JSON line, median milliseconds
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time

TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 7
COMMANDS = {
    "floor": ["-c", "import invoke"],
    "--list": ["-m", "migrator", "--list"],
    "status": ["-m", "migrator", "status"],
    "step.list": ["-m", "migrator", "step.list"],
}


def main() -> None:
    """Time every command in turn, so that a busy moment hits all alike."""
    folder = tempfile.mkdtemp(prefix="startup-")
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _round in range(TIMES):
        for name, words in COMMANDS.items():
            begun = time.perf_counter()
            subprocess.run([sys.executable, *words], cwd=folder, capture_output=True)
            times[name].append((time.perf_counter() - begun) * 1000)
    print(json.dumps({name: round(statistics.median(taken)) for name, taken in times.items()}))


if __name__ == "__main__":
    main()
