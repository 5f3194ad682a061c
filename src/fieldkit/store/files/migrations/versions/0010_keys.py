"""Add the table of the laptop's own signing key and the keys of its server."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table."""
    op.execute(
        "CREATE TABLE device_keys (id INTEGER NOT NULL, asked_at INTEGER NOT NULL, "
        "signing_private BLOB, signing_public BLOB, server_sealing BLOB, server_signing BLOB, "
        "PRIMARY KEY (id))"
    )
