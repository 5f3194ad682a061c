"""Findings and verdicts as code and parameters; what an older server said stays as its sentence."""

from alembic import op

revision = "0003"
down_revision = "0002"

_COLUMNS = """
ALTER TABLE change ADD COLUMN rule TEXT;
ALTER TABLE change ADD COLUMN params TEXT;
ALTER TABLE finding ADD COLUMN params TEXT;
ALTER TABLE finding ADD COLUMN related TEXT;
"""


def upgrade() -> None:
    """Add the columns."""
    for statement in _COLUMNS.strip().split(";\n"):
        op.execute(statement.rstrip(";"))
