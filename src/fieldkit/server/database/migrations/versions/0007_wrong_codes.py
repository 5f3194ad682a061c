"""Add the table that counts wrong one-time codes by address."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "wrong_code",
        sa.Column("address", sa.String(50), primary_key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Index("ix_wrong_code_since", "since"),
    )
