"""Add the server's own keys, which are made here, and the keys of devices."""

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
