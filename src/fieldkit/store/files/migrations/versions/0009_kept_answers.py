"""Add the table of answers that a supervisor's laptop keeps to read offline."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table."""
    op.execute(
        "CREATE TABLE kept_answer (name TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, "
        "PRIMARY KEY (name)) WITHOUT ROWID"
    )
