"""A database as it was at a moment, as the dump that would have been made then.

A log is never replayed on the server that people work with: what it holds may name other databases and the live one.
A server of our own, of the same version, on the same host, reached by a private socket alone, gets what was taken whole
and then the log; what it has become is dumped, and the dump is restored as every other one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from migrator.backup.client.base import Client, Source
from migrator.backup.client.mariadb import MariadbClient
from migrator.backup.client.postgres import PostgresClient
from migrator.backup.logs.stretch import Stretch
from migrator.backup.parts import part
from migrator.backup.parts.pipe import drawn
from migrator.site import Site


@contextmanager
def moment(site: Site, client: Client, stretch: Stretch, until: datetime | None,
           progress: part.Progress) -> Iterator[Source]:
    """What a client can load: the database at a moment, at the stretch's end if that is None.

    Raises CannotReplay, NoSpace, SetDamaged; what it needed on the host is gone afterwards.
    """
    needed = stretch.up_to(until)
    if isinstance(client, MariadbClient) and len(needed.sets) > 1:
        from migrator.backup.logs.mariadb_replay import replayed as on_mariadb

        with on_mariadb(site, client, needed, until, progress) as dump:
            yield lambda: drawn(dump)
    elif isinstance(client, PostgresClient) and needed.records[0].log:
        from migrator.backup.logs.postgres_replay import replayed as on_postgres

        with on_postgres(site, client, needed, until, progress) as dump:
            yield lambda: drawn(dump)
    else:
        kept, whole = needed.parts[0]
        yield lambda: kept.reading(whole, progress)
