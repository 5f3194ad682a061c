"""Add what a device says of itself: its version of fieldkit, and the changes left on it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns; of a device that has not said anything yet, both are unknown."""
    op.add_column("device", sa.Column("program", sa.String(40)))
    op.add_column("device", sa.Column("unsent", sa.BigInteger()))
