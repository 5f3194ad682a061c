"""Add the feed positions skipped by starts of the server, and the held fields of each change."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add table and column; for older changes, only the field named in the verdict is known."""
    op.create_table(
        "leap",
        sa.Column("district", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("above", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("below", sa.BigInteger(), nullable=False),
    )
    op.add_column("change", sa.Column("held", sa.JSON()))
    if op.get_bind().dialect.name == "postgresql":
        named = "json_build_array(field)"
    else:
        named = "json_array(field)"
    op.execute(f"UPDATE change SET held = {named} WHERE verdict = 'conflict'")
