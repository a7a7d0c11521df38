"""Ask a database which files its rows name, by the paths that they have below the tree."""

from __future__ import annotations

from migrator.attachments import Named, named
from migrator.backup.attached.model import Source
from migrator.backup.attached.record import Attached
from migrator.database.base import Database
from migrator.database.open import make_of
from migrator.site import Site


def asked(database: Database, source: Attached) -> Named:
    """What the database names now, each stored path without the source's prefix."""
    said, prefix = named(database, source.sql), source.strip
    if not prefix:
        return said
    return Named(frozenset(path.removeprefix(prefix) for path in said.paths),
                 {path.removeprefix(prefix): size for path, size in said.sizes.items()},
                 {path.removeprefix(prefix): digest for path, digest in said.hashes.items()})


def to_ask(site: Site, database: Database, source: Source) -> Attached | None:
    """The source for this environment's database; None where its version or its make does not store files so."""
    name = site.database_name(source.database)
    make = make_of(site.database_entry(name).url)
    texts = {make: source.sql} if isinstance(source.sql, str) else source.sql
    sql = next((text for each, text in texts.items() if each == make), None)
    if sql is None or not _fits(database, source):
        return None
    return Attached(name, source.tree, sql, source.strip, source.extra)


def _fits(database: Database, source: Source) -> bool:
    """Whether the database's structure is of a version that the source is for."""
    if not source.needs and not source.lacks:
        return True
    tables = database.schema().tables
    there = {name.rpartition(".")[2] for name in tables}
    there |= {f"{name.rpartition('.')[2]}.{column.name}" for name, columns in tables.items() for column in columns}
    return there.issuperset(source.needs) and there.isdisjoint(source.lacks)
