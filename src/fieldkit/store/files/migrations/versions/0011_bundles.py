"""Add the table of bundles written here, with the keys that open their answers."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table."""
    op.execute(
        "CREATE TABLE bundle (number INTEGER NOT NULL, digest TEXT NOT NULL, "
        "private BLOB NOT NULL, scope TEXT, at INTEGER NOT NULL, answered_at INTEGER, "
        "PRIMARY KEY (number))"
    )
