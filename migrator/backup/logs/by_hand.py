"""What a person types to bring a database back from its server's log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from migrator import hands
from migrator.backup.logs.stretch import Stretch
from migrator.backup.parts.part import Part
from migrator.backup.sets.set import BackupSet
from migrator.commands import typed_logs
from migrator.commands.shell import Command
from migrator.commands.typed_clients import TypedClient, TypedMariadb

Feed = Callable[[BackupSet, Part, Command], str]
"""Gives the line that feeds a part of a set into a command."""


def loading(stretch: Stretch, host: str, client: TypedClient, feed: Feed, *, empty: Sequence[Command],
            load: Command, until: datetime | None = None) -> list[str]:
    """The lines in their order; `empty` makes the database anew and `load` loads a dump into it."""
    stretch = stretch.up_to(until)
    log, emptied = stretch.records[-1].log, [hands.on(host, command) for command in empty]
    (whole, first), *later = stretch.parts
    if log is None or (isinstance(client, TypedMariadb) and not later):
        return [*emptied, feed(whole, first, load)]
    if isinstance(client, TypedMariadb):
        replayed = typed_logs.replayed(client, log.server["database"], until)
        return [*emptied, feed(whole, first, load), *(feed(kept, one, replayed) for kept, one in later)]
    return [hands.on(host, typed_logs.made()),
            feed(whole, first, typed_logs.unpacked(typed_logs.DATA)),
            *(feed(kept, one, typed_logs.unpacked(typed_logs.WAL)) for kept, one in later),
            *(hands.on(host, each) for each in typed_logs.recovered(log.server, until if later else None)),
            *emptied, hands.on(host, typed_logs.loaded(load)), hands.on(host, typed_logs.removed())]
