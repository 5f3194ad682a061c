"""The first infrastructure tables."""

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE device (
    id INTEGER NOT NULL PRIMARY KEY, origin TEXT NOT NULL, counter INTEGER NOT NULL,
    name TEXT NOT NULL, district INTEGER NOT NULL, block INTEGER, server TEXT, token TEXT);
CREATE TABLE origin (
    origin TEXT NOT NULL PRIMARY KEY, born INTEGER NOT NULL, parent TEXT,
    sent_seq INTEGER NOT NULL, acked_seq INTEGER NOT NULL, server_head BLOB) WITHOUT ROWID;
CREATE TABLE change (
    origin TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, record_id TEXT NOT NULL,
    op TEXT NOT NULL, fields TEXT NOT NULL, base INTEGER, at INTEGER NOT NULL,
    operator TEXT NOT NULL, head BLOB NOT NULL, verdict TEXT, reason TEXT, reason_field TEXT,
    PRIMARY KEY (origin, seq));
CREATE INDEX change_record ON change (record_id, origin, seq);
CREATE INDEX change_at ON change (at, op, kind);
CREATE INDEX change_verdict ON change (verdict) WHERE verdict IS NOT NULL;
CREATE TABLE draft (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, record_id TEXT, base INTEGER,
    texts TEXT NOT NULL, field TEXT NOT NULL, operator TEXT NOT NULL,
    opened_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE TABLE operator (name TEXT NOT NULL PRIMARY KEY, last_used INTEGER NOT NULL);
CREATE TABLE sync_session (
    id INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, ok INTEGER NOT NULL,
    requests INTEGER NOT NULL, bytes_up INTEGER NOT NULL, bytes_down INTEGER NOT NULL,
    seconds TEXT NOT NULL, error TEXT);
CREATE TABLE tally (kind TEXT NOT NULL PRIMARY KEY, live INTEGER NOT NULL);
CREATE TABLE typed_before (
    list TEXT NOT NULL, district INTEGER NOT NULL, folded TEXT NOT NULL, text TEXT NOT NULL,
    uses INTEGER NOT NULL, PRIMARY KEY (list, district, folded)) WITHOUT ROWID;
CREATE TABLE findable (
    rowid INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, record_id TEXT NOT NULL,
    name TEXT NOT NULL, kin TEXT NOT NULL, place TEXT NOT NULL,
    name_sound TEXT NOT NULL, kin_sound TEXT NOT NULL, place_sound TEXT NOT NULL,
    digits TEXT, shown TEXT NOT NULL);
CREATE UNIQUE INDEX findable_record ON findable (record_id);
CREATE INDEX findable_digits ON findable (digits);
CREATE INDEX findable_sound ON findable (name_sound);
CREATE VIRTUAL TABLE findable_words USING fts5(
    name, kin, place, content='findable', content_rowid='rowid', columnsize=0,
    tokenize="unicode61 remove_diacritics 2 categories 'L* N* M* Co'", prefix='1 2 3 4 5 6');
CREATE VIRTUAL TABLE findable_sounds USING fts5(
    name_sound, kin_sound, place_sound, content='findable', content_rowid='rowid', columnsize=0,
    tokenize="unicode61 remove_diacritics 2 categories 'L* N* M* Co'", prefix='1 2 3');
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in _TABLES.strip().split(";\n"):
        op.execute(statement.rstrip(";"))
