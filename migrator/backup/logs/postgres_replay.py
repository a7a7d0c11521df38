"""A base backup and the log since then, replayed on a PostgreSQL server of our own."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from migrator.backup.client.base import LONG
from migrator.backup.client.postgres import PostgresClient
from migrator.backup.logs.errors import CannotReplay
from migrator.backup.logs.ground import ground
from migrator.backup.logs.stretch import Stretch
from migrator.backup.parts import part
from migrator.backup.parts.pipe import Work
from migrator.commands import postgres, postgres_log
from migrator.commands.login import Login
from migrator.site import Site
from migrator.text import _

_NO_PASSWORD = b"\n"
_OWN = 256 * 1024 * 1024


@contextmanager
def replayed(site: Site, client: PostgresClient, stretch: Stretch, until: datetime | None,
             progress: part.Progress) -> Iterator[Work]:
    """What writes the dump of a stretch's database as of a moment."""
    log = stretch.records[-1].log
    assert log is not None
    binaries = _binaries(client, str(int(log.server["version"]) // 10000))
    sizes = sum(each.part.raw_bytes for each in stretch.records)
    with ground(site, client, "postgres", _OWN + sizes) as place:
        for number, (kept, one) in enumerate(stretch.parts):
            target = posixpath.join(place.folder, "wal" if number else "data")
            with kept.reading(one, progress) as stream:
                place.host.stream_in(postgres_log.unpack(target).as_user(place.user), stream, timeout=LONG)
        moment = until if len(stretch.sets) > 1 else None
        place.host.run(postgres_log.start(place.folder, binaries, moment).as_user(place.user), timeout=LONG)
        server = Login(place.folder, 5432, log.server["superuser"])

        def dump(sink: BinaryIO) -> None:
            command = postgres.dump(server, log.server["database"]).as_user(place.user)
            place.host.stream_out(command, sink, input=_NO_PASSWORD, timeout=LONG)

        yield dump


def _binaries(client: PostgresClient, major: str) -> str:
    """The folder of the server's programs. Raises CannotReplay where the host has none of that major version."""
    found = client.host.read(postgres_log.programs(major), check=False)
    if found.exit_code:
        raise CannotReplay(_("the log is of PostgreSQL {version}, and the host has no server program of that version")
                           .format(version=major), where=client.host.name,
                           hint=_("install postgresql-{version} there; no server of it needs to run").format(
                               version=major))
    return found.text.strip()
