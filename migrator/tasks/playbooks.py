"""Playbooks: make, check, draw the path, describe for editors."""

from __future__ import annotations

import json
from pathlib import Path

from migrator.errors import Exit
from migrator.tasks.command import PLAYBOOK, Call, command, needed
from migrator.text import _


@command(playbook=PLAYBOOK)
def check(call: Call, playbook: str | None = None) -> int | None:
    """Check a playbook and every file it names; all errors at once, each with file, line and column."""
    from migrator.checks.suites_of import require_sound_suites
    from migrator.playbook.advice import advice
    from migrator.step import kinds

    loaded = call.app.playbook(playbook)
    require_sound_suites(loaded, kinds())
    warnings = advice(loaded, kinds())
    counts = {name: len(steps) for name, steps in loaded.stages.items()}
    stages = ", ".join(_("{stage} {count} steps").format(stage=stage, count=count) for stage, count in counts.items())
    sound = _("{title}: sound; {stages}").format(title=loaded.playbook.title, stages=stages)
    call.show("\n".join([sound, *(f"! {warning.message}\n  {warning.advice}" for warning in warnings)]),
              {"playbook": str(loaded.folder), "stages": counts, "warnings": [w.as_json() for w in warnings]})
    return None


@command(product="name of the product", from_="version that is installed", to="version to go to",
         out="folder to make (default: playbooks/PRODUCT)")
def new(call: Call, product: str | None = None, from_: str | None = None, to: str | None = None,
        out: str | None = None) -> int | None:
    """Make a fresh playbook folder that passes the check, to be filled in."""
    from migrator.playbook.new import new_playbook

    needed({"product": product, "from": from_, "to": to})
    folder = Path(out or f"playbooks/{product}")
    new_playbook(folder, product=str(product), from_=str(from_), to=str(to))
    call.show(_("made {folder}\nnext: edit it, then inv playbook.check --playbook {folder}").format(folder=folder),
              {"playbook": str(folder)})
    return None


@command(write="write it to this file instead of printing it")
def schema(call: Call, write: str | None = None) -> int | None:
    """Print the JSON schema of playbook.yaml, for editors that complete and check while typing."""
    from migrator.playbook.schema import playbook_schema
    from migrator.step import kinds

    text = json.dumps(playbook_schema(kinds()), indent=2, ensure_ascii=False)
    if write:
        Path(write).write_text(text + "\n", encoding="utf-8")
    print(write or text)
    return None


@command(product="folder under playbooks/ with a versions.yaml", from_="version that is installed",
         to="version to go to", why="also say why every other way was rejected")
def path(call: Call, product: str | None = None, from_: str | None = None, to: str | None = None,
         why: bool = False) -> int | None:
    """Find the way from one version to another through all compulsory stops."""
    from migrator.playbook.path import solve
    from migrator.playbook.versions import load_versions
    from migrator.screen.path import show_route

    needed({"product": product, "from": from_, "to": to})
    folder = Path(str(product)) if Path(str(product)).is_dir() else Path("playbooks") / str(product)
    route = solve(load_versions(folder / "versions.yaml"), str(from_), str(to))
    call.show(show_route(route, why=why), {"path": list(route.path), "rejected": [
        {"hop": str(hop), "reasons": list(reasons)} for hop, reasons in route.rejected]})
    return Exit.DONE if route.path else Exit.FINDINGS_BLOCK
