"""Add the server's own keys, which are made here, keys of devices, and what needs them."""

import sqlalchemy as sa
from alembic import op

from fieldkit.keys.sealing import new_sealing_pair, new_signing_pair

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables and the server's keys."""
    server_key = op.create_table(
        "server_key",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sealing_private", sa.LargeBinary(32), nullable=False),
        sa.Column("sealing_public", sa.LargeBinary(32), nullable=False),
        sa.Column("signing_private", sa.LargeBinary(32), nullable=False),
        sa.Column("signing_public", sa.LargeBinary(32), nullable=False),
    )
    sealing, signing = new_sealing_pair(), new_signing_pair()
    keys = {
        "id": 1,
        "sealing_private": sealing.private,
        "sealing_public": sealing.public,
        "signing_private": signing.private,
        "signing_public": signing.public,
    }
    op.execute(server_key.insert().values(keys))
    op.create_table(
        "device_key",
        sa.Column("device", sa.Integer(), sa.ForeignKey("device.id"), primary_key=True),
        sa.Column("key", sa.LargeBinary(32), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "data_key",
        sa.Column("proof", sa.String(32), primary_key=True),
        sa.Column("device", sa.Integer(), sa.ForeignKey("device.id"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "recovery_code",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("device", sa.Integer(), sa.ForeignKey("device.id"), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_for", sa.LargeBinary(32)),
    )
    op.create_table(
        "sealed_work",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("device", sa.Integer(), sa.ForeignKey("device.id"), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger()),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("admitted", sa.Boolean()),
    )
    op.create_index("ix_sealed_work_digest", "sealed_work", ["device", "digest"], unique=True)
