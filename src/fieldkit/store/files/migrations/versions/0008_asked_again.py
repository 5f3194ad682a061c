"""Add the change after which verdicts are asked again, as the server has lost data."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE origin ADD COLUMN asked_again INTEGER")
