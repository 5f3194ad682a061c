"""Findings and verdicts as code and parameters; older rows keep their sentences.

An older sentence names other records of its record's kind by their ids. These are looked for once,
here, so that a laptop is sent no sentence about a record outside its scope.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = re.compile(r"[0-9A-Z]{8}-[1-9][0-9]{0,15}")
_KEY = ("kind", "record_id", "rule", "field")


def upgrade() -> None:
    """Add the columns, and note which records older findings name."""
    op.add_column("change", sa.Column("rule", sa.String(60)))
    op.add_column("change", sa.Column("params", sa.JSON()))
    op.add_column("finding", sa.Column("params", sa.JSON()))
    op.add_column("finding", sa.Column("related", sa.JSON()))
    connection = op.get_bind()
    finding = sa.table(
        "finding", *map(sa.column, (*_KEY, "message")), sa.column("related", sa.JSON())
    )
    rows = connection.execute(sa.select(finding)).all()
    named = [
        {**{f"its_{name}": getattr(row, name) for name in _KEY}, "named": named}
        for row in rows
        if (named := [[row.kind, one] for one in dict.fromkeys(_ID.findall(row.message))])
    ]
    if named:
        its = [finding.c[name] == sa.bindparam(f"its_{name}") for name in _KEY]
        statement = sa.update(finding).where(*its).values(related=sa.bindparam("named"))
        connection.execute(statement, named)
