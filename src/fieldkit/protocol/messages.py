"""What laptop and server say to each other, version 1.

One request of ``POST /v1/sync`` names an origin, what its log holds, at most one batch, and how far
the laptop has pulled; the answer acknowledges what the server's log holds and brings a page of
merged rows. Both read the other leniently: a field they do not know is passed over. These are the
messages in absolute terms; :mod:`fieldkit.protocol.wire.tables` says how they travel.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fieldkit.protocol.change import Change, Op
from fieldkit.protocol.conflict import Conflict
from fieldkit.protocol.finding import Verdict
from fieldkit.protocol.limits import LARGEST_WHOLE, LONGEST_NAME, MOST_FIELDS
from fieldkit.protocol.scope import Scope
from fieldkit.protocol.shapes import (
    Area,
    Code,
    Head,
    KindName,
    Message,
    Name,
    Origin,
    Params,
    Person,
    RecordNumber,
    Seq,
)

VERSION: Literal[1] = 1
MOST_CHANGES = 200
"""Changes in one batch."""
MOST_ROWS = 2000
"""Rows in one page."""
MOST_DISTRICTS = 100
LARGEST_BODY = 1 << 20
"""Bytes of one message as it travels."""
LARGEST_MESSAGE = 8 << 20
"""Bytes of one message once decompressed."""


Token = Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9_-]{20,200}\z")]


class Batch(Message):
    """Consecutive changes of one origin."""

    first: Annotated[int, Field(ge=1, le=LARGEST_WHOLE)]
    """Seq of the first change; the others follow without a gap."""
    before: Head
    """Head of the chain before the first change."""
    changes: Annotated[list[object], Field(min_length=1, max_length=MOST_CHANGES)]
    """Each in its canonical form, read one by one: a bad one spoils no other."""


class Parent(Message):
    """Where an origin branched off from another: its writes up to there are inherited."""

    origin: Origin
    seq: Seq
    head: Head


class Focus(Message):
    """The block that is brought first, and how far: the rest of the district comes after it."""

    district: Area
    block: Area
    position: Seq


Cursors = Annotated[dict[Area, Seq], Field(max_length=MOST_DISTRICTS)]
"""The feed position reached, by district."""
Word = Annotated[str, StringConstraints(max_length=40)]


class SyncRequest(Message):
    """What the laptop says: how far its own log goes, one batch of it, and what it has pulled."""

    v: Literal[1] = VERSION
    origin: Origin
    last_seq: Seq
    head: Head
    """Head of the laptop's whole log of this origin, at ``last_seq``."""
    acked: Seq = 0
    """What the laptop holds the server to have: more than it has tells of a server restored."""
    parent: Parent | None = None
    batch: Batch | None = None
    """None asks how things stand."""
    cursors: Cursors = {}
    focus: Focus | None = None
    epoch: Seq = 0
    """The oldest epoch of scope under which unsent work was done; 0: not told any yet."""
    incarnation: Word = ""
    most: Annotated[int, Field(ge=0, le=MOST_ROWS)] = 0
    """Rows wanted in the page; 0: no page."""
    now: Seq = 0
    """The laptop's clock, so that the server can tell how wrong it is."""
    codes: bool = False
    """Whether the laptop makes the sentences of findings and verdicts from code and parameters; an
    older one is sent sentences."""


class FindingItem(Message):
    """Something to review about a record; nothing was refused for it.

    A laptop that makes no sentences itself is sent the ``message`` alone.
    """

    rule: Code
    field: Name
    params: Params = {}
    related: list[Annotated[tuple[KindName, RecordNumber], Field(strict=False)]] = []
    """Kind and id of the other records that the sentence names."""
    message: Annotated[str, StringConstraints(max_length=500)] = ""


class PageRow(Message):
    """A record as it stands on the server, with all that is open about it."""

    kind: KindName
    id: RecordNumber
    version: Seq
    values: dict[str, object] | None
    """All that is filled, unknown fields included, but not id and version. None: exactly as the
    laptop's own changes of this log, up to the acknowledged seq, have laid it."""
    conflicts: list[Conflict] = []
    findings: list[FindingItem] = []


class Gone(Message):
    """A record that now stands outside the device's scope."""

    kind: KindName
    id: RecordNumber


class Page(Message):
    """Merged rows in the order of the feed."""

    rows: list[PageRow] = []
    gone: list[Gone] = []


class SyncAnswer(Message):
    """What the server says: how far its log of the origin goes, verdicts, and one page."""

    v: Literal[1] = VERSION
    seq: Seq
    """Every change up to here is kept by the server."""
    head: Head
    """Head of the server's log at ``seq``."""
    fork: Seq | None = None
    """The first seq at which the laptop's log differs from the server's: it is a copy. ``seq`` is
    then the one before, the verdicts are of those before, and there is no page."""
    versions: Annotated[list[Seq | None], Field(max_length=MOST_CHANGES)] = []
    """The record's version after each change of the batch, in order; None: rejected."""
    verdicts: Annotated[list[Verdict], Field(max_length=MOST_CHANGES)] = []
    """Of the changes in the batch; those not named were applied."""
    page: Page | None = None
    cursors: Cursors = {}
    """Where the page ends, for every district of the scope."""
    focus: Focus | None = None
    """As the request's, moved on; None once the district as a whole has caught up with it."""
    more: bool = False
    """Whether rows are left after this page."""
    epoch: Seq = 0
    scope: Scope | None = None
    """The device's scope; only when its epoch differs from the request's."""
    incarnation: Word = ""
    now: Seq = 0
    """The server's clock."""
    token: Token | None = None
    """A new token, to be used from now on; the old one holds until it is."""


class EnrolRequest(Message):
    """A code, to be exchanged for a token. Sent with the old token, the device stays the same."""

    v: Literal[1] = VERSION
    code: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    origin: Origin
    district: Area
    block: Area | None = None
    name: Annotated[str, StringConstraints(max_length=200)] = ""


class EnrolAnswer(Message):
    """The token that every later request carries, and what it opens."""

    v: Literal[1] = VERSION
    token: Token
    scope: Scope
    epoch: Seq
    incarnation: Word
    now: Seq = 0


class ReceiptRequest(Message):
    """Asks what the server holds of these origins' logs."""

    v: Literal[1] = VERSION
    origins: Annotated[list[Origin], Field(min_length=1, max_length=100)]


class Received(Message):
    """What the server holds of one origin's log."""

    origin: Origin
    seq: Seq
    head: Head
    kinds: dict[str, int]
    """Changes by kind of record; those that could not be read stand under an empty name."""


class ReceiptAnswer(Message):
    """The server's half of a receipt."""

    v: Literal[1] = VERSION
    now: Seq
    logs: list[Received]


class Problem(Message):
    """Why a whole request was refused: problem details of RFC 9457."""

    type: str
    """``/problems/`` and one word for programs: unauthorised, gap, altered ..."""
    title: str
    status: int
    detail: str = ""
    expected: Seq | None = None
    """The seq the server goes on from (gap, altered), or that of the parent (parent)."""
    head: Head | None = None
    """Head of that log before ``expected``; None if the log is another device's, or altered."""


class ChangeItem(Message):
    """One change as it stands in a batch; its shape alone, not the values of its fields."""

    seq: Seq
    kind: KindName
    id: RecordNumber
    op: Annotated[Op, Field(strict=False)]
    fields: Annotated[
        dict[Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)], object],
        Field(max_length=MOST_FIELDS),
    ]
    base: Seq | None
    at: Annotated[int, Field(ge=0, le=LARGEST_WHOLE)]
    operator: Person


def on_the_wire(change: Change) -> dict[str, object]:
    """Give the change as it stands in a batch: the names and values that the chain hashes."""
    return {
        "at": change.at,
        "base": change.base,
        "fields": dict(change.fields),
        "id": change.record_id,
        "kind": change.kind,
        "op": str(change.op),
        "operator": change.operator,
        "seq": change.seq,
    }


class HistoryRequest(Message):
    """Asks what was done to a record, on whichever laptop (26)."""

    v: Literal[1] = VERSION
    kind: KindName
    id: RecordNumber


class HistoryItem(Message):
    """A change of the record that the server took, whole or in part."""

    origin: Origin
    """The laptop it was made on."""
    seq: Seq
    op: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    """A later server may know more than :class:`Op`."""
    fields: dict[str, object]
    at: Seq
    """By that laptop's clock, as it was."""
    operator: Person
    verdict: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    """``applied`` or ``conflict``; a later server may know more."""
    field: Name | None = None
    """The field in conflict."""
    version: Seq
    """The record's version on the server after it."""


class HistoryAnswer(Message):
    """The newest changes of a record in the order in which the server took them."""

    v: Literal[1] = VERSION
    changes: Annotated[list[HistoryItem], Field(max_length=MOST_CHANGES)]
    more: bool = False
    """Whether some were left out: there were too many, or they were too large."""
