"""Add the laptop's own signing key and the keys of its server, and the end of its access."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the tables."""
    op.execute(
        "CREATE TABLE device_keys (id INTEGER NOT NULL, asked_at INTEGER NOT NULL, "
        "signing_private BLOB, signing_public BLOB, server_sealing BLOB, server_signing BLOB, "
        "proved TEXT, PRIMARY KEY (id))"
    )
    op.execute(
        "CREATE TABLE ended (id INTEGER NOT NULL, heard_at INTEGER NOT NULL, "
        "changes INTEGER NOT NULL, since INTEGER, bundle BLOB, handed_in INTEGER, "
        "PRIMARY KEY (id))"
    )
