"""A playbook folder, read and checked as a whole: what comes out can be planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.errors import PlaybookError
from migrator.here import from_here
from migrator.playbook.checksum import sha256
from migrator.playbook.files import named_files, wrong_files
from migrator.playbook.kinds import Kinds
from migrator.playbook.loader import read_tree
from migrator.playbook.model import Playbook
from migrator.playbook.rules import early_changes, repeated_ids, wrong_names, wrong_needs
from migrator.playbook.steps import read_steps
from migrator.playbook.tree import Tree
from migrator.playbook.unroll import Unrolled, unroll
from migrator.playbook.validate import attempt, refuse
from migrator.playbook.versions import VERSIONS_FILE, load_versions, refusals
from migrator.text import _

PLAYBOOK_FILE = "playbook.yaml"


@dataclass(frozen=True)
class LoadedPlaybook:
    """A playbook that was found right. `files` maps every file it uses to its SHA-256, `playbook.yaml` included;
    `stages` holds the steps of each stage with loops written out.
    """

    playbook: Playbook
    folder: Path
    tree: Tree
    files: Mapping[str, str]
    stages: Mapping[str, tuple[Unrolled, ...]]


def load_playbook(folder: Path, kinds: Kinds) -> LoadedPlaybook:
    """The playbook of a folder, everything in it checked that can be checked without an inventory.

    Raises PlaybookError, or PlaybookErrors with all that is wrong, in the order of the file.
    """
    if not folder.is_dir():
        raise PlaybookError(_("there is no such playbook folder"), where=from_here(folder),
                            hint=_("inv playbook.new makes one"))
    tree = read_tree(folder / PLAYBOOK_FILE)
    playbook = _record(tree, kinds)
    _refuse_any(list(wrong_names(playbook, tree)))
    stages = {name: tuple(unroll(playbook, name)) for name in playbook.stages}
    _refuse_any([*repeated_ids(stages, tree), *wrong_needs(playbook, stages, tree),
                 *early_changes(playbook, stages, kinds, tree), *_forbidden_hops(playbook, folder, tree),
                 *(error for items in stages.values() for error in wrong_files(items, kinds, playbook, folder, tree))])
    return LoadedPlaybook(playbook, folder, tree, _files(playbook, stages, kinds, folder), stages)


def _record(tree: Tree, kinds: Kinds) -> Playbook:
    errors: list[PlaybookError] = []
    data = dict(tree.data) if isinstance(tree.data, dict) else tree.data
    stages = data.get("stages") if isinstance(data, dict) else None
    if isinstance(stages, dict):
        data["stages"] = {}
        for name, stage in stages.items():
            data["stages"][name], wrong = _stage(name, stage, tree, kinds)
            errors += wrong
    playbook, wrong = attempt(Playbook, data, tree, ())
    if playbook is None or errors:
        refuse(errors + wrong)
    return playbook


def _stage(name: str, stage: Any, tree: Tree, kinds: Kinds) -> tuple[Any, list[PlaybookError]]:
    if not isinstance(stage, dict) or not isinstance(stage.get("steps"), list):
        return stage, []
    steps, errors = read_steps(stage["steps"], tree, ("stages", name, "steps"), kinds)
    return {**stage, "steps": steps}, errors


def _forbidden_hops(playbook: Playbook, folder: Path, tree: Tree) -> list[PlaybookError]:
    if not (folder / VERSIONS_FILE).exists():
        return []
    graph = load_versions(folder / VERSIONS_FILE)
    return [tree.error(("path",), why, hint=_("inv playbook.path --why shows the ways that are allowed"))
            for why in refusals(graph, playbook.path.versions)]


def _files(playbook: Playbook, stages: Mapping[str, tuple[Unrolled, ...]], kinds: Kinds,
           folder: Path) -> dict[str, str]:
    names = {name for items in stages.values() for item in items
             for _argument, name in named_files(item, kinds[item.step.kind], playbook)}
    names |= {PLAYBOOK_FILE} | ({VERSIONS_FILE} if (folder / VERSIONS_FILE).exists() else set())
    return {name: sha256(folder / name) for name in sorted(names)}


def _refuse_any(errors: list[PlaybookError]) -> None:
    if errors:
        refuse(errors)
