"""Brings the journal's database up to this version; several processes may come at once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.schema import CreateSchema

from migrator.errors import JournalError
from migrator.journal.tables import REVISION
from migrator.journal.turn import take_turn
from migrator.text import _

MAY_NOT = "42501"
"""PostgreSQL's code for a missing privilege."""


def bring_up(engine: Engine, *, schema: str | None) -> None:
    """Make or migrate the tables when they are not at this revision; in `schema` where the make has any.

    Raises JournalError when the journal is newer than this program, or this login may not change tables.
    """
    try:
        with engine.connect() as connection:
            if _revision(connection, schema) == REVISION:
                return
        with engine.execution_options(writes=True).begin() as connection:
            _upgrade(connection, schema)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != MAY_NOT:
            raise
        raise JournalError(
            _("this login may not make or change the journal's tables, or not use them"),
            where=engine.url.render_as_string(hide_password=True),
            hint=_("as the database's owner: inv journal.migrate --worker-role {role}").format(
                role=engine.url.username or "NAME")) from None


def _revision(connection: Connection, schema: str | None) -> str | None:
    if not inspect(connection).has_table("alembic_version", schema=schema):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def _upgrade(connection: Connection, schema: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    take_turn(connection, "revision")
    present = _revision(connection, schema)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if present and present not in known:
        raise JournalError(_("the journal was written by a newer version of this program (revision {revision})").format(
            revision=present), where=connection.engine.url.render_as_string(hide_password=True),
            hint=_("update this program; the journal was not touched"))
    if schema and not inspect(connection).has_schema(schema):
        connection.execute(CreateSchema(schema))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
