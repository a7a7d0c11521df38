"""What to type after a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.here import from_here


def next_command(record: Mapping[str, Any]) -> str:
    """The command that takes up where the run ended; one that the record itself names goes first."""
    if record.get("next"):
        return str(record["next"])
    run = record["run"]
    playbook = f"--playbook {from_here(run['playbook'])}"
    match run["state"]:
        case "waiting":
            return f"inv approve.list --plan {run['plan']}"
        case "stopped" | "queued":
            return f"inv resume --run {run['id']}"
        case "passed":
            return {"prepare": f"inv rehearse {playbook}", "trial": f"inv upgrade {playbook} --dry-run"}.get(
                run["stage"], f"inv report --run {run['id']}")
        case "failed":
            return f"inv run.log --run {run['id']}"
        case "brought back":
            return f"inv report --run {run['id']}"
    return f"inv status --run {run['id']}"
