"""Every environment has its calendar: its own, or that of the inventory; its freeze files are found and there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from migrator.errors import PlaybookError
from migrator.playbook.inventory import Calendar, Environment, Inventory
from migrator.playbook.tree import Route, Tree
from migrator.playbook.validate import refuse
from migrator.text import _


def with_calendars(inventory: Inventory, places: Mapping[str, Route], folder: Path, tree: Tree) -> Inventory:
    """The inventory with a calendar in every environment that has or shares one, freeze files by their whole path.

    `places` says where each environment stands in the file, `folder` is the file's. Raises PlaybookError (several:
    PlaybookErrors) for an unknown country and for a file that is not there.
    """
    written = {(*places[name], "calendar"): environment.calendar
               for name, environment in inventory.environments.items() if environment.calendar}
    if inventory.calendar:
        written[("calendar",)] = inventory.calendar
    if errors := [error for route, calendar in written.items() for error in _errors(calendar, route, folder, tree)]:
        refuse(errors)
    return inventory.model_copy(update={"environments": {
        name: _with_calendar(environment, environment.calendar or inventory.calendar, folder)
        for name, environment in inventory.environments.items()}})


def _with_calendar(environment: Environment, calendar: Calendar | None, folder: Path) -> Environment:
    if calendar is None:
        return environment
    files = [str((folder / name).absolute()) for name in calendar.freeze]
    return environment.model_copy(update={"calendar": calendar.model_copy(update={"freeze": files})})


def _errors(calendar: Calendar, route: Route, folder: Path, tree: Tree) -> Iterator[PlaybookError]:
    for number, name in enumerate(calendar.freeze):
        if not (folder / name).is_file():
            yield tree.error((*route, "freeze", number), _("there is no file {name}").format(name=name))
    if calendar.country is not None and not _known(calendar.country):
        yield tree.error((*route, "country"),
                         _('the public holidays of "{country}" are not known').format(country=calendar.country),
                         hint=_("name the country by its two letters (CN), or list its holidays"))


def _known(country: str) -> bool:
    import holidays

    code, _dash, part = country.partition("-")
    try:
        holidays.country_holidays(code, subdiv=part or None)
    except NotImplementedError:
        return False
    return True
