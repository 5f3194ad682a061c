"""The infrastructure tables of a laptop's database (kind tables come from the declarations).

The Alembic scripts in ``migrations`` make them; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

INFRASTRUCTURE = MetaData()

device = Table(
    "device",
    INFRASTRUCTURE,
    Column("id", Integer, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("district", Integer, nullable=False),
    Column("block", Integer),
    Column("server", Text),
    Column("token", Text),
    Column("role", Text),
    Column("scope_district", Integer),
    Column("scope_block", Integer),
    Column("epoch", Integer),
    Column("declared", Integer),
    Column("incarnation", Text),
    Column("skew", Integer),
    Column("place", Text),
    Column("focus_district", Integer),
    Column("focus_block", Integer),
    Column("focus_position", Integer),
    Column("more", Integer),
    Column("era", Text),
    Column("batches", Integer),
    Column("restarted", Integer),
)
"""One row: who this database is. ``counter`` numbers its records and never restarts.

``epoch`` is the scope's, ``declared`` the oldest under which unsent work was done; ``place`` tells
the machine and folder it was last opened in; ``more``: whether rows are left to be pulled; ``era``
and ``batches``: the mark of the server's last answer; ``restarted``: everything is pulled again,
as the server had lost what it sent, and the rows it sends are noted in ``received``.
"""

origin = Table(
    "origin",
    INFRASTRUCTURE,
    Column("origin", Text, primary_key=True),
    Column("born", Integer, nullable=False),
    Column("parent", Text),
    Column("sent_seq", Integer, nullable=False),
    Column("acked_seq", Integer, nullable=False),
    Column("server_head", LargeBinary),
    Column("by_server", Integer),
    Column("asked_again", Integer),
    sqlite_with_rowid=False,
)
"""Every identity this database has had, in order of ``born`` (0, 1 ...); the last one is in use.
``by_server``: it began because a server said that the log was copied. ``asked_again``: the server
has lost data, and is asked again what became of the changes after this one; NULL: of none."""

change = Table(
    "change",
    INFRASTRUCTURE,
    Column("origin", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("op", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("base", Integer),
    Column("at", Integer, nullable=False),
    Column("operator", Text, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("verdict", Text),
    Column("reason", Text),
    Column("reason_field", Text),
    Column("version", Integer),
    Column("closed", Integer),
    Column("skew", Integer),
    Column("rule", Text),
    Column("params", Text),
    Column("settled", Text),
    Index("change_record", "record_id", "origin", "seq"),
    Index("change_kind", "origin", "kind"),
    Index("change_at", "at", "op", "kind"),
    Index("change_verdict", "verdict", sqlite_where=text("verdict IS NOT NULL")),
)
"""The append-only log of what was saved here. Only what the server said is ever added to a row:
the verdict, why (``rule`` and ``params``, of an older server the sentence ``reason``), the record's
``version`` after it; and ``closed``, once a conflict is settled or a
rejected change was given up. ``settled``: what a change was, late or waiting, before its present
verdict. ``skew``: by how much the clock was wrong, where it was.

With a rowid, unlike its neighbours: without one, rows of over 1 KB take a page each.
"""

beneath = Table(
    "beneath",
    INFRASTRUCTURE,
    Column("kind", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("fields", Text, nullable=False),
    Column("gone", Integer, nullable=False),
    PrimaryKeyConstraint("record_id", "kind"),
)
"""The server's row of each record with own changes applied over it; rows of kinds not known here.

``version`` 0: the server had none. ``gone``: it has left the scope, and is removed here once
nothing of it is left to be sent or corrected.
"""

cursor = Table(
    "cursor",
    INFRASTRUCTURE,
    Column("district", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How far each district's feed has been pulled."""

received = Table(
    "received",
    INFRASTRUCTURE,
    Column("record_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""The records that the server has sent since everything is pulled again; empty at other times."""

conflict = Table(
    "conflict",
    INFRASTRUCTURE,
    Column("kind", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("seqs", Text, nullable=False),
    Column("held", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("stands_by", Text, nullable=False),
    Column("stands_at", Integer, nullable=False),
    Column("decided", Integer, nullable=False),
    PrimaryKeyConstraint("record_id", "field", "origin", "kind"),
)
"""The open conflicts of each record, as the server sent them with its row. ``decided``: a decision
made here is on its way."""

finding = Table(
    "finding",
    INFRASTRUCTURE,
    Column("kind", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("message", Text, nullable=False),
    Column("params", Text),
    Column("related", Text),
    PrimaryKeyConstraint("record_id", "rule", "field", "kind"),
)
"""What the server found to review about each record: a code with its parameters, of an older server
the sentence ``message``. ``related``: kind and id of the other records it names."""

alias = Table(
    "alias",
    INFRASTRUCTURE,
    Column("old", Text, primary_key=True),
    Column("new", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Numbers that stand on slips, of records that had to be renumbered."""

notice = Table(
    "notice",
    INFRASTRUCTURE,
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("text", Text, nullable=False),
)
"""Sentences kept for the person until they have been seen."""

kept_answer = Table(
    "kept_answer",
    INFRASTRUCTURE,
    Column("name", Text, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The last answer of each sort that a supervisor's laptop asked for (devices, late changes), to be
read offline; dropped when its role or area changes."""

bundle = Table(
    "bundle",
    INFRASTRUCTURE,
    Column("number", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("private", LargeBinary, nullable=False),
    Column("scope", Text),
    Column("at", Integer, nullable=False),
    Column("answered_at", Integer),
)
"""The bundles written here to be carried to the server: the SHA-256 of each, the private key that
opens its answer, the laptop's scope then (JSON), and when the answer was taken. Without a digest:
the laptop was enrolled again since."""

device_keys = Table(
    "device_keys",
    INFRASTRUCTURE,
    Column("id", Integer, primary_key=True),
    Column("asked_at", Integer, nullable=False),
    Column("signing_private", LargeBinary),
    Column("signing_public", LargeBinary),
    Column("server_sealing", LargeBinary),
    Column("server_signing", LargeBinary),
    Column("proved", Text),
)
"""At most one row: the key by which this laptop signs, and the public keys that its server gave for
it. Without keys: the server was asked ``asked_at``, and is too old to have any. ``proved``: the
data key that the server knows to be this laptop's, by its proof."""

ended = Table(
    "ended",
    INFRASTRUCTURE,
    Column("id", Integer, primary_key=True),
    Column("heard_at", Integer, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("since", Integer),
    Column("bundle", LargeBinary),
    Column("handed_in", Integer),
)
"""Rows when the server has ended this laptop's access: nothing new is saved until it is enrolled
again. One for each bundle of what was not sent, in order; one also if there is none. ``changes``
were not sent, the first of all of them saved at ``since``; ``bundle`` holds them, sealed to the
server, until it has them; ``handed_in``: when that was."""

draft = Table(
    "draft",
    INFRASTRUCTURE,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record_id", Text),
    Column("base", Integer),
    Column("texts", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("opened_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    sqlite_autoincrement=True,
)
"""Numbers are never used again: a late key of a form now closed must not land in another's."""

operator = Table(
    "operator",
    INFRASTRUCTURE,
    Column("name", Text, primary_key=True),
    Column("last_used", Integer, nullable=False),
)

sync_session = Table(
    "sync_session",
    INFRASTRUCTURE,
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("ok", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("bytes_up", Integer, nullable=False),
    Column("bytes_down", Integer, nullable=False),
    Column("seconds", Text, nullable=False),
    Column("error", Text),
)

tally = Table(
    "tally",
    INFRASTRUCTURE,
    Column("kind", Text, primary_key=True),
    Column("live", Integer, nullable=False),
)
"""Records of each kind that are not deleted, so that no screen ever counts rows."""

entered = Table(
    "entered",
    INFRASTRUCTURE,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("many", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Records entered here by day (the moment it starts in India, seconds since 1970) and kind."""

recent = Table(
    "recent",
    INFRASTRUCTURE,
    Column("turn", Integer, primary_key=True),
    Column("operator", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Index("recent_record", "operator", "kind", "record_id", unique=True),
)
"""The records each operator saved last, of each kind; the higher ``turn``, the later."""

typed_before = Table(
    "typed_before",
    INFRASTRUCTURE,
    Column("list", Text, primary_key=True),
    Column("district", Integer, primary_key=True),
    Column("folded", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("uses", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""What open lists (villages) have been given so far, offered again while typing."""

findable = Table(
    "findable",
    INFRASTRUCTURE,
    Column("rowid", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kin", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("name_sound", Text, nullable=False),
    Column("kin_sound", Text, nullable=False),
    Column("place_sound", Text, nullable=False),
    Column("digits", Text),
    Column("shown", Text, nullable=False),
    Index("findable_record", "record_id", unique=True),
    Index("findable_digits", "digits"),
    Index("findable_sound", "name_sound"),
)
"""Folded words of each record that can be looked for; ``digits`` is the mobile, reversed.

Two FTS5 tables index it: ``findable_words`` (name, kin, place) and ``findable_sounds``.
"""
