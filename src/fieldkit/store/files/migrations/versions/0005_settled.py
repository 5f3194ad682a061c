"""Add what a change was, late or waiting, before its present verdict."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE change ADD COLUMN settled TEXT")
