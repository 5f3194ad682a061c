"""What a server gives out as a version is above what it gave out before its last start."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the number; a server that was never put back has given out none twice."""
    op.add_column(
        "server", sa.Column("versions", sa.BigInteger(), nullable=False, server_default="0")
    )
