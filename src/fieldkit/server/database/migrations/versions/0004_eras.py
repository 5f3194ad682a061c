"""Eras in place of generations: each start of the server begins one, and counts its batches."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Turn the last generation into the present era; laptops of earlier ones begin again."""
    op.create_table(
        "era",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("batches", sa.BigInteger()),
    )
    op.execute("INSERT INTO era (name, floor) SELECT incarnation, floor FROM server")
    op.drop_table("server")
    op.add_column(
        "counter", sa.Column("batches", sa.BigInteger(), nullable=False, server_default="0")
    )
