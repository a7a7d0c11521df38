"""The journal's tables, as people would ask for them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from migrator.journal.texts import Said, Told

metadata = MetaData()

REVISION = "0002"
"""The newest revision in `migrations/`; a journal that bears it is opened without asking Alembic."""

plan = Table(
    "plan", metadata,
    Column("id", String(9), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("bindings", String(64), nullable=False),
    Column("stage", String(64), nullable=False),
    Column("environment", String(64), nullable=False),
    Column("content", JSON, nullable=False),
    Column("created", String(32), nullable=False),
)

run = Table(
    "run", metadata,
    Column("id", String(32), primary_key=True),
    Column("plan", ForeignKey("plan.id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("environment", String(64), nullable=False),
    Column("stage", String(64), nullable=False),
    Column("product", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("order", JSON),
    Column("waiting_for", Text),
    Column("wake", String(32), index=True),
    Column("window", JSON),
    Column("fleet", String(32), index=True),
    Column("message", Said),
    Column("by_hand", Told),
    Column("exit_code", Integer),
    Column("started_by", String(128), nullable=False),
    Column("tool_version", String(32), nullable=False),
    Column("executor", String(128)),
    Column("created", String(32), nullable=False, index=True),
    Column("started", String(32)),
    Column("ended", String(32)),
    Column("finalized", String(32)),
    Column("pruned", String(32)),
    Index("ix_run_state", "state", "created"),
    Index("ix_run_environment", "environment", "created"),
    Index("ix_run_digest", "digest", "stage", "created"),
)

attempt = Table(
    "attempt", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", ForeignKey("run.id"), nullable=False),
    Column("step", String(128), nullable=False),
    Column("target", String(64), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("n", Integer, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("executor", String(128), nullable=False),
    Column("started", String(32), nullable=False),
    Column("ended", String(32)),
    Column("seconds", Float),
    Column("changes", Told),
    Column("outcome", Told),
    Column("findings", Told),
    Column("message", Said),
    Column("undone", Boolean, nullable=False, default=False),
    UniqueConstraint("run", "step", "target", "direction", "n"),
    Index("ix_attempt_digest", "digest", "state", "direction", "id"),
)

before = Table(
    "before", metadata,
    Column("run", ForeignKey("run.id"), primary_key=True),
    Column("step", String(128), primary_key=True),
    Column("target", String(64), primary_key=True),
    Column("record", JSON, nullable=False),
    Column("at", String(32), nullable=False),
)

approval = Table(
    "approval", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(9), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("bindings", String(64), nullable=False),
    Column("group", String(64), nullable=False),
    Column("who", String(128), nullable=False),
    Column("decision", String(8), nullable=False),
    Column("reason", Text),
    Column("at", String(32), nullable=False),
    Column("expires", String(32)),
    Column("signature", Text),
)

evidence = Table(
    "evidence", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", ForeignKey("run.id"), nullable=False, index=True),
    Column("step", String(128), nullable=False),
    Column("target", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("value", Told, nullable=False),
    Column("at", String(32), nullable=False),
)

audit = Table(
    "audit", metadata,
    Column("chain", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("run", String(32)),
    Column("event", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

lock = Table(
    "lock", metadata,
    Column("environment", String(64), primary_key=True),
    Column("run", String(32)),
    Column("owner", String(128)),
    Column("host", String(128)),
    Column("pid", Integer),
    Column("since", String(32)),
    Column("fencing", Integer, nullable=False),
)

blob = Table(
    "blob", metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

fleet = Table(
    "fleet", metadata,
    Column("id", String(9), primary_key=True),
    Column("plan", String(9), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("bindings", String(64), nullable=False),
    Column("stage", String(64), nullable=False),
    Column("playbook", Text, nullable=False),
    Column("batches", JSON, nullable=False),
    Column("stop_limit", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_by", String(128), nullable=False),
    Column("message", Said),
    Column("created", String(32), nullable=False),
    Column("ended", String(32)),
)

fleet_site = Table(
    "fleet_site", metadata,
    Column("fleet", ForeignKey("fleet.id"), primary_key=True),
    Column("environment", String(64), primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("bindings", String(64), nullable=False),
    Column("targets", JSON, nullable=False),
    Column("run", String(32)),
    Column("left_out", Text),
)
