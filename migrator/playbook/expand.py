"""A stage as the flat list of steps that a plan is made of, with the digests that approvals and rehearsals bind."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from migrator import __version__, units
from migrator.errors import Position, WrongUse
from migrator.here import from_here
from migrator.model.version import Hop
from migrator.playbook import lookups
from migrator.playbook.files import named_files
from migrator.playbook.kinds import Kinds
from migrator.playbook.nearest import unknown
from migrator.playbook.read import LoadedPlaybook
from migrator.playbook.unroll import Unrolled
from migrator.text import _


@dataclass(frozen=True)
class ExpandedStep:
    """One step as it will run: `args` unresolved, `at` roles or hosts, `timeout` in seconds, None when not said.

    `digest` is equal for a live step and the rehearsed one that it `use`s.
    """

    id: str
    kind: str
    args: dict[str, Any]
    at: tuple[str, ...]
    hop: Hop | None
    timeout: float | None
    retries: int
    needs: tuple[str, ...]
    skippable: bool
    point_of_no_return: bool
    digest: str
    where: Position


def expand(loaded: LoadedPlaybook, stage: str, kinds: Kinds) -> list[ExpandedStep]:
    """The steps of a stage, loops written out. Raises WrongUse for a stage that the playbook does not have."""
    if stage not in loaded.stages:
        raise WrongUse(unknown(_("stage"), stage, loaded.stages), where=from_here(loaded.folder),
                       hint=_("it has: {names}").format(names=", ".join(loaded.stages)))
    return [_expanded(loaded, item, kinds) for item in loaded.stages[stage]]


def playbook_digest(loaded: LoadedPlaybook) -> str:
    """The SHA-256 over the playbook's content, all files that it uses and this tool's version."""
    return _digest({"playbook": loaded.tree.data, "files": dict(loaded.files), "tool": __version__})


def _expanded(loaded: LoadedPlaybook, item: Unrolled, kinds: Kinds) -> ExpandedStep:
    step = item.step
    return ExpandedStep(
        id=step.id, kind=step.kind, args=step.args, at=tuple(step.at), hop=item.hop,
        timeout=units.seconds(step.timeout) if step.timeout else None, retries=step.retries, needs=tuple(step.needs),
        skippable=step.skippable or kinds[step.kind].skippable, point_of_no_return=step.point_of_no_return,
        digest=_step_digest(loaded, item, kinds), where=loaded.tree.position(item.route))


def _step_digest(loaded: LoadedPlaybook, item: Unrolled, kinds: Kinds) -> str:
    """Covers what the step does, not where: kind, arguments, hop, path and the content of the files it names."""
    playbook, step = loaded.playbook, item.step
    scope = lookups.scope(path=playbook.path.versions, hop=item.hop)
    names = [name for _argument, name in named_files(item, kinds[step.kind], playbook)]
    return _digest({"kind": step.kind, "args": lookups.resolve(step.args, scope, leave=("env.", "run.")),
                    "hop": item.hop.as_json() if item.hop else None,
                    "files": {name: loaded.files[name] for name in names}})


def _digest(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
