"""The mark of the server's last answer, what came since all is pulled again, origins it caused."""

from alembic import op

revision = "0007"
down_revision = "0005"

_TABLES = """
ALTER TABLE device ADD COLUMN era TEXT;
ALTER TABLE device ADD COLUMN batches INTEGER;
ALTER TABLE device ADD COLUMN restarted INTEGER;
ALTER TABLE origin ADD COLUMN by_server INTEGER;
CREATE TABLE received (
    record_id TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (record_id, kind)) WITHOUT ROWID;
"""


def upgrade() -> None:
    """Make the table and columns."""
    for statement in _TABLES.strip().split(";\n"):
        op.execute(statement.rstrip(";"))
