"""The first infrastructure tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "change",
        sa.Column("origin", sa.String(8), primary_key=True),
        sa.Column("seq", sa.BigInteger(), primary_key=True),
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(60)),
        sa.Column("record_id", sa.String(30)),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(32), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("field", sa.String(100)),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("version", sa.BigInteger()),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_change_record", "change", ["kind", "record_id"])
    op.create_table(
        "code",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("district", sa.Integer()),
        sa.Column("block", sa.Integer()),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_by", sa.Integer()),
        sa.Column("used_from", sa.String(8)),
        sa.Column("token_hash", sa.LargeBinary(32)),
    )
    op.create_table(
        "conflict",
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("record_id", sa.String(30), primary_key=True),
        sa.Column("field", sa.String(100), primary_key=True),
        sa.Column("origin", sa.String(8), primary_key=True),
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("seqs", sa.JSON(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("base", sa.JSON()),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("stands_by", sa.String(200), nullable=False),
        sa.Column("stands_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "counter",
        sa.Column("district", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("next_token_hash", sa.LargeBinary(32), unique=True),
        sa.Column("token_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger()),
        sa.Column("skew", sa.BigInteger()),
        sa.Column("revoked_at", sa.BigInteger()),
    )
    op.create_table(
        "feed",
        sa.Column("district", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger(), primary_key=True),
        sa.Column("block", sa.Integer()),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("record_id", sa.String(30), nullable=False),
    )
    op.create_index("ix_feed_record", "feed", ["kind", "record_id"])
    op.create_table(
        "field_version",
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("record_id", sa.String(30), primary_key=True),
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("written", sa.JSON(), nullable=False),
    )
    op.create_table(
        "finding",
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("record_id", sa.String(30), primary_key=True),
        sa.Column("rule", sa.String(60), primary_key=True),
        sa.Column("field", sa.String(100), primary_key=True),
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(500), nullable=False),
        sa.Column("about", sa.String(30)),
    )
    op.create_index("ix_finding_about", "finding", ["about"])
    op.create_table(
        "moved",
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("record_id", sa.String(30), primary_key=True),
        sa.Column("version", sa.BigInteger(), primary_key=True),
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("block", sa.Integer()),
    )
    op.create_table(
        "server",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("incarnation", sa.String(40), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("past", sa.JSON(), nullable=False),
    )
    op.create_table(
        "unknown_record",
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("id", sa.String(30), primary_key=True),
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("block", sa.Integer()),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger()),
        sa.Column("created_by", sa.String(200)),
        sa.Column("updated_at", sa.BigInteger()),
    )
    op.create_table(
        "origin",
        sa.Column("origin", sa.String(8), primary_key=True),
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), sa.ForeignKey("device.id"), nullable=False),
        sa.Column("parent", sa.String(8)),
        sa.Column("parent_seq", sa.BigInteger()),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(32), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "scope",
        sa.Column("device", sa.Integer(), sa.ForeignKey("device.id"), primary_key=True),
        sa.Column("epoch", sa.Integer(), primary_key=True),
        sa.Column("district", sa.Integer()),
        sa.Column("block", sa.Integer()),
    )
