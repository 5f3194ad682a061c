"""Add when scopes were in force, late and waiting changes, and settings."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    """Add tables and columns; scopes that have ended by now count from now on."""
    op.add_column(
        "scope", sa.Column("began_at", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("scope", sa.Column("ended_at", sa.BigInteger()))
    op.add_column("scope", sa.Column("closed_at", sa.BigInteger()))
    op.add_column("change", sa.Column("settled_at", sa.BigInteger()))
    scope = sa.table("scope", *map(sa.column, ("device", "epoch", "ended_at")))
    device = sa.table("device", *map(sa.column, ("id", "epoch")))
    present = sa.select(device.c.epoch).where(device.c.id == scope.c.device).scalar_subquery()
    op.execute(sa.update(scope).where(scope.c.epoch < present).values(ended_at=int(time.time())))
    op.create_table(
        "unsettled",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("origin", sa.String(8), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("district", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), sa.ForeignKey("device.id"), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("record_id", sa.String(30), nullable=False),
        sa.Column("creates", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
    )
    op.create_index("ix_unsettled_change", "unsettled", ["origin", "seq"], unique=True)
    op.create_index("ix_unsettled_record", "unsettled", ["kind", "record_id"])
    op.create_index("ix_unsettled_device", "unsettled", ["device"])
    op.create_table(
        "setting",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Integer(), nullable=False),
    )
