"""What a person types to give a scratch environment back that a drill which was killed has left."""

from __future__ import annotations

from pathlib import Path

from migrator import hands
from migrator.application.service import ServiceOnHost
from migrator.backup.restoring.former_by_hand import giving_back
from migrator.drill.scratch import FORMER, Scratch, folder_of
from migrator.site import Site


def giving_scratch_back(site: Site, vault: Path) -> list[str]:
    """The lines in their order; none when no drill has left anything. No host is reached."""
    folder = folder_of(vault, site.name)
    note = Scratch(site, folder).note
    if not note:
        return []
    services = [ServiceOnHost(site, name) for name in site.environment.services]
    return [*(hands.on(service.entry.at, service.command("stop")) for service in reversed(services)),
            *giving_back(site, folder / FORMER, note["present"]),
            *(hands.on(service.entry.at, service.command("start")) for service in services
              if service.name in note["running"])]
