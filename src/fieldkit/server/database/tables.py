"""The tables of the server other than those of the kinds; the Alembic scripts create them.

Every table that grows has a ``district`` column, by which it can be partitioned later.
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

ERA = Table(
    "era",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("floor", BigInteger, nullable=False),
    Column("batches", BigInteger),
)
"""The eras, one for each start of a server: all feed positions and record versions of an era are
above its ``floor``. ``batches``: the number of batches taken when it ended; null for the present
one. Where its positions stood then is in ``leap``."""

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
"""One-time codes, by their SHA-256, and what a used one gave: the device ``used_by``, the origin
``used_from`` and the token ``token_hash``. While that token was never used, the answer may have
been lost, and the same laptop may use the code again."""

WRONG_CODE = Table(
    "wrong_code",
    METADATA,
    Column("address", String(50), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
    Index("ix_wrong_code_since", "since"),
)
"""How many wrong codes came from an address since the first, for a quarter of an hour."""

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
    Column("proves_until", BigInteger),
    Column("program", String(40)),
    Column("unsent", BigInteger),
)
"""Enrolled devices. Tokens are stored as SHA-256; ``skew``: seconds the device's clock is ahead;
``program``: its version of fieldkit, and ``unsent`` the changes left on it, as it last said;
``proves_until``: until when an older laptop, which showed no heads when it enrolled, may prove by
the heads in its syncs which logs are its own."""

SERVER_KEY = Table(
    "server_key",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("sealing_private", LargeBinary(32), nullable=False),
    Column("sealing_public", LargeBinary(32), nullable=False),
    Column("signing_private", LargeBinary(32), nullable=False),
    Column("signing_public", LargeBinary(32), nullable=False),
)
"""One row: the server's own keys, made when the database was migrated. They stay with the data, so
that a restored server still reads what was sealed to it."""

DEVICE_KEY = Table(
    "device_key",
    METADATA,
    Column("device", ForeignKey("device.id"), primary_key=True),
    Column("key", LargeBinary(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
)
"""The public keys by which devices sign; one that was set up again, or restored, has several."""

DATA_KEY = Table(
    "data_key",
    METADATA,
    Column("proof", String(32), primary_key=True),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""The data keys of encrypted laptops, by the proof that a device holds one, and the last that did.

By them a recovery code opens no other laptop than the one it was made for."""

RECOVERY_CODE = Table(
    "recovery_code",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_for", LargeBinary(32)),
)
"""One-time codes by which a locked laptop gets its data key back, by their SHA-256. ``used_for``:
the public key that the answer was sealed to; the same laptop may ask for a lost answer again."""

SEALED_WORK = Table(
    "sealed_work",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("changes", BigInteger, nullable=False),
    Column("since", BigInteger),
    Column("received_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("decided_at", BigInteger),
    Column("admitted", Boolean),
    Index("ix_sealed_work_digest", "device", "digest", unique=True),
)
"""What revoked laptops handed in, as they sealed it, until a supervisor decides on it. ``changes``:
how many it says it holds, the first saved at ``since`` by the laptop's clock. What was decided on
keeps its row with an empty ``body``, so that it is not taken again."""

SCOPE = Table(
    "scope",
    METADATA,
    Column("device", ForeignKey("device.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("district", Integer),
    Column("block", Integer),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("closed_at", BigInteger),
)
"""The scopes of each device by epoch; the last one is in force. An ended one counts for some days,
unless a supervisor closed it (rule 32). ``began_at`` 0: not known."""

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
"""The end of each origin's log, and the device that sent it last; a batch locks this row first."""

BOUND = Table(
    "bound",
    METADATA,
    Column("origin", String(8), primary_key=True),
    Column("device", ForeignKey("device.id"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_bound_device", "device"),
)
"""The devices that each log is bound to, and since when; a log without changes is bound to none.

Only these extend the log, or name it as parent of another one."""

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
    Column("settled_at", BigInteger),
    Index("ix_change_record", "kind", "record_id"),
)
"""The log: each change's canonical bytes, the head after it, its verdict with the first field it
concerns, and the fields that were ``held``. The reason is the code ``rule`` with ``params``; rows
written by older servers have a sentence in ``reason`` instead. ``settled_at``: when a change that
was late or waiting got its final verdict.

The body of a rejected change that contains an apparent Aadhaar number is stored empty.
"""

UNSETTLED = Table(
    "unsettled",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("origin", String(8), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("district", Integer, nullable=False),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("record_id", String(30), nullable=False),
    Column("creates", Boolean, nullable=False),
    Column("verdict", String(20), nullable=False),
    Index("ix_unsettled_change", "origin", "seq", unique=True),
    Index("ix_unsettled_record", "kind", "record_id"),
    Index("ix_unsettled_device", "device"),
)
"""Changes of the log that are late or waiting (rules 34, 43), numbered in order of arrival.

``creates``: whether the change creates its record."""

SETTING = Table(
    "setting",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)
"""Settings of the server that every process shares; one that is missing has its default."""

COUNTER = Table(
    "counter",
    METADATA,
    Column("district", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("batches", BigInteger, nullable=False, server_default="0"),
)
"""The last feed position of each district. A batch locks its districts' rows, in order, before it
reads records: so positions commit in order, and checks across a district's records do not race.
Each batch adds one to the ``batches`` of one of its districts, so their sum counts all batches."""

LEAP = Table(
    "leap",
    METADATA,
    Column("district", Integer, primary_key=True, autoincrement=False),
    Column("above", BigInteger, primary_key=True, autoincrement=False),
    Column("below", BigInteger, nullable=False),
)
"""Ranges of feed positions that starts of the server skipped: from ``below``, where the era before
ended, to ``above``, the floor of the next. Only a lost era can have given out one in between."""

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
"""The records of each district in order of their last change; a record that moved away leaves an
entry behind."""

FIELD_VERSION = Table(
    "field_version",
    METADATA,
    Column("kind", String(60), primary_key=True),
    Column("record_id", String(30), primary_key=True),
    Column("district", Integer, nullable=False),
    Column("written", JSON, nullable=False),
)
"""``written``: ``{field: [version, origin, seq]}``, the change that last wrote each field."""

MOVED = Table(
    "moved",
    METADATA,
    Column("kind", String(60), primary_key=True),
    Column("record_id", String(30), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("district", Integer, nullable=False),
    Column("block", Integer),
)
"""The place of a record before the change that made ``version`` moved it."""

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
"""Open conflicts; of several values of one origin held for one field, ``held`` is the last."""

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
"""Open findings; ``about`` is the other record whose changes may close one, ``related`` names the
records (kind and id) in its parameters. Rows written by older servers have a sentence in
``message`` instead."""

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
"""Records of kinds that only a newer version knows, stored as received.

Laptops do not have this table, so it identifies a server's database.
"""
