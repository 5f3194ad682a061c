"""The messages between laptop and server, version 1.

One request of ``POST /v1/sync`` names an origin, the end of its log, at most one batch of it, and
the feed positions that the laptop has reached. The answer acknowledges what the server's log
contains and brings one page of merged rows. Both sides ignore fields that they do not know. How
messages are packed is in :mod:`fieldkit.protocol.wire.packed_messages`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fieldkit.protocol.change import Op
from fieldkit.protocol.limits import LARGEST_EXACT_INTEGER, LONGEST_NAME, MOST_FIELDS
from fieldkit.protocol.messages.conflict import Conflict
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.shapes import (
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
"""Most changes of a batch."""
MOST_ROWS = 2000
"""Most rows of a page."""
MOST_UNSETTLED = 500
"""Most changes of each list of :class:`Unsettled`."""
MOST_DISTRICTS = 100
MOST_SHOWN = 100
"""Most heads that a laptop shows when it enrols; servers of any version read so many."""
LARGEST_BODY = 1 << 20
"""Most bytes of a message as sent."""
LARGEST_MESSAGE = 8 << 20
"""Most bytes of a message when decompressed."""


Token = Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9_-]{20,200}\z")]


class Batch(Message):
    """Consecutive changes of one origin."""

    first: Annotated[int, Field(ge=1, le=LARGEST_EXACT_INTEGER)]
    """Seq of the first change; the others follow without gaps."""
    before: Head
    """Head of the chain before the first change."""
    changes: Annotated[list[object], Field(min_length=1, max_length=MOST_CHANGES)]
    """JSON of :class:`ChangeItem`, validated one by one: a bad one rejects no other."""


class Parent(Message):
    """The origin that this one continues, and the last seq that it inherited."""

    origin: Origin
    seq: Seq
    head: Head


class Focus(Message):
    """The block whose records come before the rest of its district, and the position reached."""

    district: Area
    block: Area
    position: Seq


class Mark(Message):
    """All that the server had taken when it gave an answer; the laptop sends it back (rule 42)."""

    era: Annotated[str, StringConstraints(max_length=40)] = ""
    """The server's era; empty: the laptop was given no mark yet."""
    batches: Seq = 0
    """The number of batches that the server had taken."""


Cursors = Annotated[dict[Area, Seq], Field(max_length=MOST_DISTRICTS)]
"""The feed position reached, by district. A laptop that names district 0 (the whole UT) is sent its
records."""
Word = Annotated[str, StringConstraints(max_length=40)]


class Unsettled(Message):
    """The changes of a log whose verdict may still change, by their verdict as last heard."""

    late: Annotated[list[Seq], Field(max_length=MOST_UNSETTLED)] = []
    waiting: Annotated[list[Seq], Field(max_length=MOST_UNSETTLED)] = []
    again: Annotated[list[Seq], Field(max_length=MOST_UNSETTLED)] = []
    """Changes answered by a server that has lost data since: what it says of each now."""


class SyncRequest(Message):
    """The end of one of the laptop's logs, a batch of it, and the positions it has pulled to."""

    v: Literal[1] = VERSION
    origin: Origin
    last_seq: Seq
    head: Head
    """Head of the laptop's whole log of this origin, at ``last_seq``."""
    acked: Seq = 0
    """The last seq that the server acknowledged; if it has less, it has lost the rest."""
    parent: Parent | None = None
    batch: Batch | None = None
    """None: nothing to send, only compare."""
    cursors: Cursors = {}
    focus: Focus | None = None
    epoch: Seq = 0
    """The oldest scope epoch under which unsent changes were made; 0: none known yet."""
    mark: Mark | None = None
    """The mark of the last answer; None: an older laptop, whose mark is its ``incarnation``."""
    incarnation: Word = ""
    """What a server that gives no marks sent last, or of an older laptop, any server."""
    most: Annotated[int, Field(ge=0, le=MOST_ROWS)] = 0
    """Most rows of the page; 0: no page."""
    now: Seq = 0
    """The laptop's clock, from which the server computes its skew."""
    codes: bool = False
    """Whether the laptop makes the sentences of findings and verdicts from codes and parameters;
    older laptops receive sentences."""
    unsettled: Unsettled | None = None
    """Asks what became of changes that were late or waiting (rules 34, 43). None: the laptop does
    not know these verdicts and is told ``rejected`` instead."""
    program: Word = ""
    """The laptop's version of fieldkit, for its supervisor; empty: an older laptop."""
    left: Seq | None = None
    """Changes of all its logs that are still to be sent after this batch; None: an older laptop."""


class FindingItem(Message):
    """Something to review about a record; no change is rejected for it.

    A laptop that does not make sentences receives only the ``message``.
    """

    rule: Code
    field: Name
    params: Params = {}
    related: list[Annotated[tuple[KindName, RecordNumber], Field(strict=False)]] = []
    """Kind and id of the other records that the sentence names."""
    message: Annotated[str, StringConstraints(max_length=500)] = ""


class PageRow(Message):
    """A record as merged by the server, with its open conflicts and findings."""

    kind: KindName
    id: RecordNumber
    version: Seq
    values: dict[str, object] | None
    """The fields that have a value, unknown ones included, without id and version. None: exactly
    the result of the laptop's own changes of this log up to the acknowledged seq."""
    conflicts: list[Conflict] = []
    findings: list[FindingItem] = []


class Gone(Message):
    """A record that is now outside the device's scope."""

    kind: KindName
    id: RecordNumber


class Page(Message):
    """Merged rows, in feed order."""

    rows: list[PageRow] = []
    gone: list[Gone] = []


class Settled(Verdict):
    """The present verdict of a change asked about; ``applied``: merged in full."""

    version: Seq | None = None
    """The record's version after it; None: not merged."""


class SyncAnswer(Message):
    """The end of the server's copy of the log, verdicts on the batch, and one page."""

    v: Literal[1] = VERSION
    seq: Seq
    """The last change that the server has stored."""
    head: Head
    """Head of the server's log at ``seq``."""
    fork: Seq | None = None
    """The first seq at which the laptop's log differs from the server's, so that one is a copy.
    Then ``seq`` is the one before, verdicts cover the changes before, and there is no page."""
    versions: Annotated[list[Seq | None], Field(max_length=MOST_CHANGES)] = []
    """The version of the record after each change of the batch, in order; None: rejected."""
    verdicts: Annotated[list[Verdict], Field(max_length=MOST_CHANGES)] = []
    """Verdicts on changes of the batch; those without one were applied."""
    settled: Annotated[list[Settled], Field(max_length=3 * MOST_UNSETTLED)] = []
    """The changes asked about whose verdict has changed, and all that were asked about again."""
    page: Page | None = None
    cursors: Cursors = {}
    """The positions at the end of the page, for every district of the scope and the whole UT."""
    focus: Focus | None = None
    """The request's focus moved on; None once the whole district has reached it."""
    more: bool = False
    """Whether more rows follow this page."""
    epoch: Seq = 0
    scope: Scope | None = None
    """The device's scope, if its epoch differs from the request's."""
    mark: Mark | None = None
    """All that the server had taken when it gave this answer."""
    incarnation: Word = ""
    """For a laptop that knows no marks: if it changes, all logs are compared again."""
    now: Seq = 0
    """The server's clock."""
    token: Token | None = None
    """A replacement token; the old one works until this one is used."""


class ShownHead(Message):
    """The head of one of the laptop's logs after the change ``seq``."""

    origin: Origin
    seq: Annotated[int, Field(ge=1, le=LARGEST_EXACT_INTEGER)]
    head: Head


class EnrolRequest(Message):
    """Exchanges a code for a token. A request with the old token keeps the same device."""

    v: Literal[1] = VERSION
    code: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    origin: Origin
    district: Area
    block: Area | None = None
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    logs: Annotated[list[ShownHead], Field(max_length=MOST_SHOWN)] | None = None
    """Heads of the laptop's logs: each that the server holds proves that the log is this laptop's
    (rule 38). None: an older laptop, which shows heads only when it syncs."""


class EnrolAnswer(Message):
    """The token for later requests, and its scope."""

    v: Literal[1] = VERSION
    token: Token
    scope: Scope
    epoch: Seq
    incarnation: Word
    marks: bool = False
    """Whether this server gives marks: then it notices by itself what was lost."""
    now: Seq = 0


class ReceiptRequest(Message):
    """Requests the state of the server's copies of these origins' logs."""

    v: Literal[1] = VERSION
    origins: Annotated[list[Origin], Field(min_length=1, max_length=100)]
    salt: Annotated[str, StringConstraints(pattern=r"\A[0-9a-f]*\z", max_length=64)] = ""
    """Drawn at random for this request; without one, logs of other devices are left out."""


class ReceivedLog(Message):
    """The state of the server's copy of one origin's log."""

    origin: Origin
    seq: Seq
    head: Head
    salted: bool = False
    """The log is another device's: ``head`` is its :func:`~fieldkit.protocol.change.salted_head`,
    which nobody can take for the head itself (rule 40)."""
    kinds: dict[str, int]
    """Changes by kind of record; unreadable ones under an empty name."""


class ReceiptAnswer(Message):
    """The server's side of a receipt."""

    v: Literal[1] = VERSION
    now: Seq
    logs: list[ReceivedLog]


class Problem(Message):
    """The reason why a whole request was refused, as problem details of RFC 9457."""

    type: str
    """``/problems/`` and a code for programs: unauthorised, gap, altered ..."""
    title: str
    status: int
    detail: str = ""
    expected: Seq | None = None
    """The seq that the server expects next, of this log (gap, altered) or its parent's (parent)."""
    head: Head | None = None
    """The head before ``expected``; None if the log is another device's, or altered."""
    origin: Origin | None = None
    """The log that belongs to another device (not-yours): the request's, or its parent."""


class ChangeItem(Message):
    """One change of a batch; the values of its fields are not validated here."""

    seq: Seq
    kind: KindName
    id: RecordNumber
    op: Annotated[Op, Field(strict=False)]
    fields: Annotated[
        dict[Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)], object],
        Field(max_length=MOST_FIELDS),
    ]
    base: Seq | None
    at: Annotated[int, Field(ge=0, le=LARGEST_EXACT_INTEGER)]
    operator: Person


class HistoryRequest(Message):
    """Requests the changes of a record on all laptops (rule 26)."""

    v: Literal[1] = VERSION
    kind: KindName
    id: RecordNumber


class HistoryItem(Message):
    """A change of the record that the server accepted, in whole or in part."""

    origin: Origin
    """The origin that made it."""
    seq: Seq
    op: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    """One of :class:`Op`; a later server may know more."""
    fields: dict[str, object]
    at: Seq
    """By that laptop's clock, not corrected."""
    operator: Person
    verdict: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    """``applied`` or ``conflict``; a later server may know more."""
    field: Name | None = None
    """The field in conflict."""
    version: Seq
    """The record's version after it."""


class HistoryAnswer(Message):
    """The newest changes of a record, in the order in which the server accepted them."""

    v: Literal[1] = VERSION
    changes: Annotated[list[HistoryItem], Field(max_length=MOST_CHANGES)]
    more: bool = False
    """Whether older ones were left out, being too many or too large."""
