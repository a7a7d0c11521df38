"""Export tools of vendors: commands on a host that write a tree anew, which is then taken like every other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from migrator.backup.sets.manifest import TreeRecord
from migrator.backup.trees.folder import LONG
from migrator.backup.trees.tree_folder import tree_folder
from migrator.commands.shell import words
from migrator.errors import FindingsBlock
from migrator.playbook.inventory import Tree
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine


def run_exports(site: Site, trees: Sequence[str], say: OnLine) -> None:
    """Run the tool of each tree that has one, as the tree's owner; what it prints is said.

    Raises CommandFailed with its last words; FindingsBlock when it ends well and has written nothing.
    """
    for name in trees:
        tree = site.tree(name)
        if tree.made_by:
            say(_("tree {name}: running {tool}").format(name=name, tool=tree.made_by[0]))
            folder = tree_folder(site, name)
            before = folder.entries(hashed=False)
            site.host(tree.at).run(words(*tree.made_by).as_user(tree.owner), timeout=LONG, on_line=say)
            if folder.entries(hashed=False) == before:
                raise FindingsBlock(_("{tool} has written nothing to {path}").format(
                    tool=tree.made_by[0], path=folder.path), where=tree.at,
                    hint=_("correct the command or the path of the tree in the inventory"))


def declared(record: TreeRecord, tree: Tree) -> TreeRecord:
    """The record with what the inventory says of the tool and of what it proves."""
    return replace(record, made_by=tuple(tree.made_by or ()), proves=tree.proves)
