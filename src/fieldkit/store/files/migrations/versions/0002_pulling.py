"""What pulling needs: server rows under own changes, cursors, conflicts, findings, old ids."""

from alembic import op

revision = "0002"
down_revision = "0001"

_TABLES = """
ALTER TABLE device ADD COLUMN role TEXT;
ALTER TABLE device ADD COLUMN scope_district INTEGER;
ALTER TABLE device ADD COLUMN scope_block INTEGER;
ALTER TABLE device ADD COLUMN epoch INTEGER;
ALTER TABLE device ADD COLUMN declared INTEGER;
ALTER TABLE device ADD COLUMN incarnation TEXT;
ALTER TABLE device ADD COLUMN skew INTEGER;
ALTER TABLE device ADD COLUMN place TEXT;
ALTER TABLE device ADD COLUMN focus_district INTEGER;
ALTER TABLE device ADD COLUMN focus_block INTEGER;
ALTER TABLE device ADD COLUMN focus_position INTEGER;
ALTER TABLE device ADD COLUMN more INTEGER;
ALTER TABLE change ADD COLUMN version INTEGER;
ALTER TABLE change ADD COLUMN closed INTEGER;
ALTER TABLE change ADD COLUMN skew INTEGER;
CREATE INDEX change_kind ON change (origin, kind);
CREATE TABLE beneath (
    kind TEXT NOT NULL, record_id TEXT NOT NULL, version INTEGER NOT NULL, fields TEXT NOT NULL,
    gone INTEGER NOT NULL, PRIMARY KEY (record_id, kind));
CREATE TABLE cursor (
    district INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (district)) WITHOUT ROWID;
CREATE TABLE conflict (
    kind TEXT NOT NULL, record_id TEXT NOT NULL, field TEXT NOT NULL, origin TEXT NOT NULL,
    seqs TEXT NOT NULL, held TEXT NOT NULL, base TEXT NOT NULL, by TEXT NOT NULL,
    at INTEGER NOT NULL, stands_by TEXT NOT NULL, stands_at INTEGER NOT NULL,
    decided INTEGER NOT NULL, PRIMARY KEY (record_id, field, origin, kind));
CREATE TABLE finding (
    kind TEXT NOT NULL, record_id TEXT NOT NULL, rule TEXT NOT NULL, field TEXT NOT NULL,
    message TEXT NOT NULL, PRIMARY KEY (record_id, rule, field, kind));
CREATE TABLE alias (old TEXT NOT NULL PRIMARY KEY, new TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE notice (
    id INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL);
"""


def upgrade() -> None:
    """Make the tables and columns."""
    for statement in _TABLES.strip().split(";\n"):
        op.execute(statement.rstrip(";"))
