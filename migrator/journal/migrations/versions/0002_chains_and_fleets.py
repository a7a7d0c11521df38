"""One audit chain per run, runs that wake by themselves or belong to a fleet, and the files that machines share."""

from __future__ import annotations

from alembic import op
from alembic.util import CommandError
from sqlalchemy import JSON, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

metadata = MetaData()
Table(
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
Table(
    "blob", metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
Table(
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
    Column("message", Text),
    Column("created", String(32), nullable=False),
    Column("ended", String(32)),
)
Table(
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


def upgrade() -> None:
    op.rename_table("audit", "audit_one_chain")
    metadata.create_all(op.get_bind())
    op.execute("insert into audit (chain, seq, at, actor, run, event, payload, previous, hash) "
               "select '', seq, at, actor, run, event, payload, previous, hash from audit_one_chain")
    op.drop_table("audit_one_chain")
    # Not declared with the tables: an index with a condition makes SQLAlchemy load every dialect at every start.
    op.execute("create index ix_audit_anchor on audit (run, seq) where chain = ''")
    for column in (Column("wake", String(32)), Column("window", JSON), Column("fleet", String(32)),
                   Column("pruned", String(32))):
        op.add_column("run", column)
    for name in ("ix_run_digest", "ix_run_environment"):
        op.drop_index(name, "run")
    op.drop_index("ix_attempt_digest", "attempt")
    op.create_index("ix_run_wake", "run", ["wake"])
    op.create_index("ix_run_fleet", "run", ["fleet"])
    op.create_index("ix_run_state", "run", ["state", "created"])
    op.create_index("ix_run_environment", "run", ["environment", "created"])
    op.create_index("ix_run_digest", "run", ["digest", "stage", "created"])
    op.create_index("ix_attempt_digest", "attempt", ["digest", "state", "direction", "id"])


def downgrade() -> None:
    raise CommandError("the chains of runs cannot be joined into one again; use the copy that was made before")
