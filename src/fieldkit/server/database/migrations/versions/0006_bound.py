"""The devices that each log is bound to.

Until now a log was bound to none; the device that sent it last, or a log that goes on from it, had
proved that it holds it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table and a column, and bind each log to the devices known to hold it."""
    op.create_table(
        "bound",
        sa.Column("origin", sa.String(8), primary_key=True),
        sa.Column("device", sa.Integer(), sa.ForeignKey("device.id"), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_bound_device", "bound", ["device"])
    op.add_column("device", sa.Column("proves_until", sa.BigInteger()))
    connection = op.get_bind()
    names = ("origin", "device", "parent", "last_seq", "last_seen")
    query = sa.select(sa.table("origin", *map(sa.column, names)))
    logs = {row.origin: row for row in connection.execute(query)}
    held: dict[tuple[str, int], int] = {}
    for log in logs.values():
        origin, seen = log.origin, set[str]()
        while origin in logs and origin not in seen:
            seen.add(origin)
            if logs[origin].last_seq:
                held.setdefault((origin, log.device), log.last_seen)
            origin = logs[origin].parent
    bound = sa.table("bound", *map(sa.column, ("origin", "device", "at")))
    rows = [{"origin": one, "device": device, "at": at} for (one, device), at in held.items()]
    if rows:
        op.bulk_insert(bound, rows)
