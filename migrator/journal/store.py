"""Opens the journal's database, and brings an older one up to this version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, ExceptionContext, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from migrator.errors import JournalError
from migrator.journal.tables import REVISION
from migrator.text import _


def open_store(url: str) -> Engine:
    """The journal's database at the newest revision; made when it does not exist.

    Raises JournalError when it cannot be opened or was written by a newer version.
    """
    engine = create_engine(url)
    _refuse_in_our_words(engine)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    if _revision(engine) != REVISION:
        _upgrade(engine)
    return engine


def sqlite_url(path: Path) -> str:
    """The URL of a journal kept in a file of this machine."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return f"sqlite:///{path}"


def _refuse_in_our_words(engine: Engine) -> None:
    """Whatever the database refuses, at any time (a full disk, a file that may not be written), is a JournalError."""
    @event.listens_for(engine, "handle_error")
    def refused(context: ExceptionContext) -> None:
        if type(context.sqlalchemy_exception) in (OperationalError, DatabaseError):  # the others are faults of ours
            raise JournalError(
                _("the journal cannot be used: {why}").format(why=context.original_exception), where=_shown(engine),
                hint=_("see its owner, its rights and the free space there; what was recorded is safe"))


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, so that readers never turn into writers late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("select version_num from alembic_version")).scalar()


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    present = _revision(engine)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if present and present not in known:
        raise JournalError(_("the journal was written by a newer version of this program (revision {revision})").format(
            revision=present), where=_shown(engine), hint=_("update this program; the journal was not touched"))
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
