"""Names of files masked as the columns are in which they stand, so that a program still finds every file."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from migrator.backup.trees.folder import LONG
from migrator.backup.trees.tree_folder import tree_folder
from migrator.commands import renaming
from migrator.errors import FindingsBlock
from migrator.mask.kinds.catalogue import WITHIN
from migrator.mask.kinds.maker import Maker
from migrator.mask.kinds.project_key import ProjectKey
from migrator.mask.originals import Originals
from migrator.mask.rules import Rules
from migrator.mask.within import Within
from migrator.secret import Secret
from migrator.site import Site
from migrator.text import _


def mask_names(site: Site, rules: Rules, originals: Originals, key: Secret) -> int:
    """Rename every file of a copy whose path the rules name; how many got another name.

    It bears no mark of its own: after it was cut off the tree is restored before it is done again, as its database is.
    Raises FindingsBlock, before anything is renamed, when two files would get one name.
    """
    makers = rules.makers(ProjectKey(key))
    makers[WITHIN] = Within(originals, makers)
    return sum(_tree(site, name, patterns, makers) for name, patterns in rules.file.trees.items()
               if name in site.environment.trees)


def _tree(site: Site, tree: str, patterns: Mapping[str, str], makers: Mapping[str, Maker]) -> int:
    folder = tree_folder(site, tree)
    files = [name for name, entry in folder.entries(hashed=False).items() if entry.kind == "file"]
    names: dict[str, str] = {}
    for pattern, kind in patterns.items():
        mine = [name for name in files if name not in names and kind in makers and fnmatchcase(name, pattern)]
        masks = makers[kind].masked(mine) if mine else []
        names |= {name: mask for name, mask in zip(mine, masks, strict=True) if mask and mask != name}
    taken = set(files) - names.keys()
    if len(set(names.values())) < len(names) or taken & set(names.values()):
        raise FindingsBlock(_("masked names of files in {tree} would meet").format(tree=tree), where=site.name,
                            hint=_("give the pattern a kind that keeps names apart: file_name"))
    if names:
        folder.host.run(renaming.rename(folder.path).as_user(folder.user), input=renaming.pairs(names), timeout=LONG)
    return len(names)
