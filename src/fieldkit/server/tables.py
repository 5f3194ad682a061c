"""Every table of the server that is not a kind's. The Alembic scripts make them.

Every table that grows carries ``district``, the key by which it can be spread later.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

METADATA = MetaData()

SERVER = Table(
    "server",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("incarnation", String(40), nullable=False),
    Column("floor", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("past", JSON, nullable=False),
)
"""One row. All that is given out, feed positions and records' versions, is above ``floor``, which
rises at every start. A server restored from its own backup takes a new incarnation. ``past``: the
names of the eras that are over, those that were lost included."""

CODE = Table(
    "code",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("district", Integer),
    Column("block", Integer),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_by", Integer),
    Column("used_from", String(8)),
    Column("token_hash", LargeBinary(32)),
)
"""One-time codes, by their SHA-256; ``used_by`` is the device that took it, ``used_from`` the
origin it asked for, ``token_hash`` the token it was given: while that was never used, the answer
may have been lost, and the same laptop may ask again."""

DEVICE = Table(
    "device",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("next_token_hash", LargeBinary(32), unique=True),
    Column("token_at", BigInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("last_seen", BigInteger),
    Column("skew", BigInteger),
    Column("revoked_at", BigInteger),
)
"""One enrolment. Of its token only the SHA-256 is kept; ``skew``: seconds its clock is ahead."""

SCOPE = Table(
    "scope",
    METADATA,
    Column("device", ForeignKey("device.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("district", Integer),
    Column("block", Integer),
)
"""What a device may see and write, epoch by epoch; the last one holds."""

ORIGIN = Table(
    "origin",
    METADATA,
    Column("origin", String(8), primary_key=True),
    Column("district", Integer, nullable=False),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("parent", String(8)),
    Column("parent_seq", BigInteger),
    Column("last_seq", BigInteger, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Column("last_seen", BigInteger, nullable=False),
)
"""How far the log of each laptop's database has come; the row a batch locks first."""

CHANGE = Table(
    "change",
    METADATA,
    Column("origin", String(8), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("district", Integer, nullable=False),
    Column("kind", String(60)),
    Column("record_id", String(30)),
    Column("body", LargeBinary, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("field", String(100)),
    Column("reason", String(500), nullable=False),
    Column("version", BigInteger),
    Column("received_at", BigInteger, nullable=False),
    Column("held", JSON(none_as_null=True)),
    Column("rule", String(60)),
    Column("params", JSON(none_as_null=True)),
    Index("ix_change_record", "kind", "record_id"),
)
"""The log: the bytes of every change as its chain hashed them, the head after it, its verdict with
the first field it is about, and all fields that were ``held``. Why it was not used is a code with
its parameters; in rows of older servers ``reason`` is the sentence.

No bytes are kept of a rejected change that holds what looks like an Aadhaar number.
"""

COUNTER = Table(
    "counter",
    METADATA,
    Column("district", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)
"""The last feed position each district gave out; locked, in order of district, before any row is
read, so that positions commit in order and checks across a district's records take turns."""

LEAP = Table(
    "leap",
    METADATA,
    Column("district", Integer, primary_key=True, autoincrement=False),
    Column("above", BigInteger, primary_key=True, autoincrement=False),
    Column("below", BigInteger, nullable=False),
)
"""The feed positions that starts of the server have passed over: between these two none was ever
given out, but by an era that is lost."""

FEED = Table(
    "feed",
    METADATA,
    Column("district", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True),
    Column("block", Integer),
    Column("kind", String(60), nullable=False),
    Column("record_id", String(30), nullable=False),
    Index("ix_feed_record", "kind", "record_id"),
)
"""Where each record stands, in order of its last change; one that moved leaves an entry behind."""

FIELD_VERSION = Table(
    "field_version",
    METADATA,
    Column("kind", String(60), primary_key=True),
    Column("record_id", String(30), primary_key=True),
    Column("district", Integer, nullable=False),
    Column("written", JSON, nullable=False),
)
"""``{field: [version, origin, seq]}``: by which change each field of a record was last written."""

MOVED = Table(
    "moved",
    METADATA,
    Column("kind", String(60), primary_key=True),
    Column("record_id", String(30), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("district", Integer, nullable=False),
    Column("block", Integer),
)
"""Where a record stood before the change that made ``version`` moved it."""

CONFLICT = Table(
    "conflict",
    METADATA,
    Column("kind", String(60), primary_key=True),
    Column("record_id", String(30), primary_key=True),
    Column("field", String(100), primary_key=True),
    Column("origin", String(8), primary_key=True),
    Column("district", Integer, nullable=False),
    Column("seqs", JSON, nullable=False),
    Column("held", JSON, nullable=False),
    Column("base", JSON),
    Column("by", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("stands_by", String(200), nullable=False),
    Column("stands_at", BigInteger, nullable=False),
)
"""Open conflicts: several held values of one origin for one field are one, its last value."""

FINDING = Table(
    "finding",
    METADATA,
    Column("kind", String(60), primary_key=True),
    Column("record_id", String(30), primary_key=True),
    Column("rule", String(60), primary_key=True),
    Column("field", String(100), primary_key=True),
    Column("district", Integer, nullable=False),
    Column("message", String(500), nullable=False),
    Column("about", String(30)),
    Column("params", JSON(none_as_null=True)),
    Column("related", JSON(none_as_null=True)),
    Index("ix_finding_about", "about"),
)
"""Open findings; ``about`` is the other record whose change may settle one, ``related`` names the
records (kind and id) in its parameters. In rows of older servers ``message`` is the sentence."""

UNKNOWN = Table(
    "unknown_record",
    METADATA,
    Column("kind", String(60), primary_key=True),
    Column("id", String(30), primary_key=True),
    Column("district", Integer, nullable=False),
    Column("block", Integer),
    Column("fields", JSON, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", BigInteger),
    Column("created_by", String(200)),
    Column("updated_at", BigInteger),
)
"""Records of kinds that only a newer version knows, kept as they came.

No laptop has this table, so by it a database is known to be a server's.
"""
