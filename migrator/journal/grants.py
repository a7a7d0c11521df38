"""What a worker's login may do with the journal: write into it, but neither change its tables nor its past."""

from __future__ import annotations

from sqlalchemy import Connection, text

from migrator.errors import WrongUse
from migrator.journal.tables import audit, metadata
from migrator.text import _

ONLY_ADDED_TO = {audit.name}


def require_login(connection: Connection, role: str) -> None:
    """Raise WrongUse unless PostgreSQL knows this role and lets it log in."""
    known = text("select 1 from pg_catalog.pg_roles where rolname = :role and rolcanlogin")
    if connection.execute(known, {"role": role}).scalar() is None:
        quoted = connection.dialect.identifier_preparer.quote(role)
        raise WrongUse(_("the database has no login {role}").format(role=role),
                       hint=_("first, as the database's owner: {sql}").format(sql=f"CREATE ROLE {quoted} LOGIN"))


def grant(connection: Connection, role: str, *, schema: str) -> None:
    """Let this login of a PostgreSQL database read and write the journal's rows; audit rows it may only add."""
    quoted = connection.dialect.identifier_preparer.quote
    to, within = quoted(role), quoted(schema)
    granted = [f"GRANT USAGE ON SCHEMA {within} TO {to}", f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {within} TO {to}",
               f"GRANT SELECT ON {within}.alembic_version TO {to}"]
    for table in metadata.tables.values():
        rights = "SELECT, INSERT" if table.name in ONLY_ADDED_TO else "SELECT, INSERT, UPDATE, DELETE"
        granted.append(f"GRANT {rights} ON {within}.{quoted(table.name)} TO {to}")
    for statement in granted:
        connection.execute(text(statement))
