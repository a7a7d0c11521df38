"""Sites of an inventory that are alike: written once, made into one environment each, and chosen for a fleet."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from migrator.errors import PlaybookError, WrongUse
from migrator.playbook import lookups
from migrator.playbook.inventory import Environment, Inventory, Sites
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Route, Tree
from migrator.playbook.validate import attempt, refuse
from migrator.text import _


def with_sites(inventory: Inventory, tree: Tree) -> Inventory:
    """The inventory with an environment for every site. Raises PlaybookError with what is wrong, in the file's words.

    A fault of what is written once is told once, of the first site that has it.
    """
    environments = dict(inventory.environments)
    for group, sites in inventory.sites.items():
        for name in sites.each:
            if name in environments:
                raise tree.error(("sites", group, "each", name), _("the name {name} is taken").format(name=name),
                                 key=True, hint=_("every environment and every site has a name of its own"))
            environments[name] = _environment(sites, name, tree, ("sites", group, "like"))
    return inventory.model_copy(update={"environments": environments})


def chosen(inventory: Inventory, patterns: Sequence[str], group: str | None = None) -> list[str]:
    """Names of the environments that any of the patterns (`shop-*`) fits, of this group only, in the file's order.

    Raises WrongUse for a group that the inventory lacks, and when nothing fits.
    """
    if group is not None and group not in inventory.sites:
        raise WrongUse(unknown(_("group of sites"), group, inventory.sites))
    among = inventory.sites[group].each if group else inventory.environments
    names = [name for name in among if any(fnmatchcase(name, pattern) for pattern in patterns)]
    if not names:
        raise WrongUse(_("no environment of the inventory is named like {patterns}").format(
            patterns=", ".join(patterns)), hint=_("it knows: {names}").format(names=_some(list(among))))
    return names


def _environment(sites: Sites, name: str, tree: Tree, route: Route) -> Environment:
    scope = {f"site.{key}": value for key, value in sites.each[name].items()} | {"site.name": name}
    environment, errors = attempt(Environment, _filled(sites.like, scope, tree, route), tree, route)
    if environment is None:
        refuse([PlaybookError(_("site {site}: {fault}").format(site=name, fault=error.message), where=error.where,
                              hint=error.hint) for error in errors])
    return environment


def _filled(value: Any, scope: lookups.Scope, tree: Tree, route: Route) -> Any:
    """The same with every look-up filled in; raises PlaybookError at the one that is unknown."""
    if isinstance(value, dict):
        return {key: _filled(inner, scope, tree, (*route, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, scope, tree, (*route, place)) for place, inner in enumerate(value)]
    if isinstance(value, str) and "${" in value:
        return lookups.resolve(value, scope, tree.position(route))
    return value


def _some(names: list[str]) -> str:
    """A few names, for a person to see what they look like."""
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
