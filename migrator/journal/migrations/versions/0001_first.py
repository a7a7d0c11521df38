"""The first tables, written out: they stay as they were, whatever becomes of them later."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

metadata = MetaData()
Table(
    "plan", metadata,
    Column("id", String(9), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("bindings", String(64), nullable=False),
    Column("stage", String(64), nullable=False),
    Column("environment", String(64), nullable=False),
    Column("content", JSON, nullable=False),
    Column("created", String(32), nullable=False),
)
Table(
    "run", metadata,
    Column("id", String(32), primary_key=True),
    Column("plan", ForeignKey("plan.id"), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("environment", String(64), nullable=False, index=True),
    Column("stage", String(64), nullable=False),
    Column("product", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("order", JSON),
    Column("waiting_for", Text),
    Column("message", Text),
    Column("by_hand", JSON),
    Column("exit_code", Integer),
    Column("started_by", String(128), nullable=False),
    Column("tool_version", String(32), nullable=False),
    Column("executor", String(128)),
    Column("created", String(32), nullable=False, index=True),
    Column("started", String(32)),
    Column("ended", String(32)),
    Column("finalized", String(32)),
)
Table(
    "attempt", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", ForeignKey("run.id"), nullable=False),
    Column("step", String(128), nullable=False),
    Column("target", String(64), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("n", Integer, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("state", String(8), nullable=False),
    Column("executor", String(128), nullable=False),
    Column("started", String(32), nullable=False),
    Column("ended", String(32)),
    Column("seconds", Float),
    Column("changes", JSON),
    Column("outcome", JSON),
    Column("findings", JSON),
    Column("message", Text),
    Column("undone", Boolean, nullable=False, default=False),
    UniqueConstraint("run", "step", "target", "direction", "n"),
)
Table(
    "before", metadata,
    Column("run", ForeignKey("run.id"), primary_key=True),
    Column("step", String(128), primary_key=True),
    Column("target", String(64), primary_key=True),
    Column("record", JSON, nullable=False),
    Column("at", String(32), nullable=False),
)
Table(
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
Table(
    "evidence", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", ForeignKey("run.id"), nullable=False, index=True),
    Column("step", String(128), nullable=False),
    Column("target", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("value", JSON, nullable=False),
    Column("at", String(32), nullable=False),
)
Table(
    "audit", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("run", String(32)),
    Column("event", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
Table(
    "lock", metadata,
    Column("environment", String(64), primary_key=True),
    Column("run", String(32)),
    Column("owner", String(128)),
    Column("host", String(128)),
    Column("pid", Integer),
    Column("since", String(32)),
    Column("fencing", Integer, nullable=False),
)


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
