"""Tallies of today's entries and of what each operator saved last, so that no screen reads the log.

Filled from the end of the log alone: reading all of it would take minutes on a slow disk.
"""

from alembic import op
from sqlalchemy import text

from fieldkit.store.clock import DAY, start_of_day

revision = "0004"
down_revision = "0003"

_TABLES = """
CREATE TABLE entered (
    day INTEGER NOT NULL, kind TEXT NOT NULL, many INTEGER NOT NULL, PRIMARY KEY (day, kind))
    WITHOUT ROWID;
CREATE TABLE recent (
    turn INTEGER NOT NULL PRIMARY KEY, operator TEXT NOT NULL, kind TEXT NOT NULL,
    record_id TEXT NOT NULL);
CREATE UNIQUE INDEX recent_record ON recent (operator, kind, record_id);
"""
_LOOKED_BACK = 500
"""Changes of each origin from which the last saved are taken."""
_COUNTED = 20_000
"""Entries counted for the day of the upgrade."""


def upgrade() -> None:
    """Make the tables, and fill them for the work that goes on now."""
    for statement in _TABLES.strip().split(";\n"):
        op.execute(statement.rstrip(";"))
    connection = op.get_bind()
    for (origin,) in connection.execute(text("SELECT origin FROM origin ORDER BY born")).all():
        connection.execute(
            text(
                "INSERT OR REPLACE INTO recent (operator, kind, record_id) "
                "SELECT operator, kind, record_id FROM (SELECT operator, kind, record_id, seq "
                "FROM change WHERE origin = :origin ORDER BY seq DESC LIMIT :many) ORDER BY seq"
            ),
            {"origin": origin, "many": _LOOKED_BACK},
        )
    last = connection.execute(text("SELECT max(at) FROM change")).scalar_one()
    if last is not None:
        day = start_of_day(last)
        connection.execute(
            text(
                "INSERT INTO entered (day, kind, many) SELECT :day, kind, count(*) FROM ("
                "SELECT kind FROM change WHERE at BETWEEN :day AND :end AND op = 'create' "
                "LIMIT :many) GROUP BY kind"
            ),
            {"day": day, "end": day + DAY - 1, "many": _COUNTED},
        )
