"""What laptop and server say to each other, version 1.

One request of ``POST /v1/sync`` names an origin, what its log holds, and at most one batch; the
answer acknowledges what the server's log holds. Both read the other leniently: a field they do not
know is passed over, so that cursors and pages can join the same two messages.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from fieldkit.records.bounds import LARGEST_WHOLE, LONGEST_NAME, MOST_FIELDS
from fieldkit.records.change import Change, Op
from fieldkit.records.identity import is_origin

VERSION: Literal[1] = 1
MOST_CHANGES = 200
"""Changes in one batch."""
LARGEST_BODY = 1 << 20
"""Bytes of one message as it travels."""
LARGEST_MESSAGE = 8 << 20
"""Bytes of one message once decompressed."""


class Message(BaseModel):
    """The base of all messages: types as they stand, unknown fields passed over."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


M = TypeVar("M", bound=Message)


def _shaped(origin: str) -> str:
    if not is_origin(origin):
        raise ValueError("not an origin")
    return origin


Origin = Annotated[str, AfterValidator(_shaped)]
Head = Annotated[str, StringConstraints(pattern=r"\A[0-9a-f]{64}\z")]
"""A head of the chain, in hexadecimal."""
Seq = Annotated[int, Field(ge=0, le=LARGEST_WHOLE)]
Area = Annotated[int, Field(ge=0, le=10**9)]
"""An LGD code of a district or block."""


class Batch(Message):
    """Consecutive changes of one origin."""

    first: Annotated[int, Field(ge=1, le=LARGEST_WHOLE)]
    """Seq of the first change; the others follow without a gap."""
    before: Head
    """Head of the chain before the first change."""
    changes: Annotated[list[object], Field(min_length=1, max_length=MOST_CHANGES)]
    """Each in its canonical form, read one by one: a bad one spoils no other."""


class SyncRequest(Message):
    """What the laptop says: how far its own log goes, and one batch of it."""

    v: Literal[1] = VERSION
    origin: Origin
    last_seq: Seq
    head: Head
    """Head of the laptop's whole log, at ``last_seq``."""
    batch: Batch | None = None
    """None asks how things stand."""


class Verdict(Message):
    """What became of one change that was not simply applied."""

    seq: Seq
    verdict: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    """``rejected``; a later server may know more."""
    field: Annotated[str, StringConstraints(max_length=LONGEST_NAME)] | None = None
    """The field it is about; None for the change as a whole."""
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    """A sentence for the author."""


class SyncAnswer(Message):
    """What the server says: how far its log of the origin goes, and the verdicts of the batch."""

    v: Literal[1] = VERSION
    seq: Seq
    """Every change up to here is kept by the server."""
    head: Head
    """Head of the server's log at ``seq``."""
    verdicts: Annotated[list[Verdict], Field(max_length=MOST_CHANGES)] = []
    """Of the changes in the batch; those not named were applied."""


class EnrolRequest(Message):
    """A code, to be exchanged for a token."""

    v: Literal[1] = VERSION
    code: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    origin: Origin
    district: Area
    block: Area | None = None


class EnrolAnswer(Message):
    """The token that every later request carries."""

    v: Literal[1] = VERSION
    token: Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9_-]{20,200}\z")]


class Problem(Message):
    """Why a whole request was refused: problem details of RFC 9457."""

    type: str
    """``/problems/`` and one word for programs: unauthorised, gap, altered ..."""
    title: str
    status: int
    detail: str = ""
    expected: Seq | None = None
    """The seq the server goes on from (gap, altered)."""
    head: Head | None = None
    """Head of the server's log before ``expected``."""


class ChangeItem(Message):
    """One change as it stands in a batch; its shape alone, not the values of its fields."""

    seq: Seq
    kind: Annotated[str, StringConstraints(pattern=r"\A[a-z][a-z0-9_]{0,59}\z")]
    id: Annotated[str, StringConstraints(pattern=r"\A[0-9A-Z]{8}-[1-9][0-9]{0,15}\z")]
    op: Annotated[Op, Field(strict=False)]
    fields: Annotated[
        dict[Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)], object],
        Field(max_length=MOST_FIELDS),
    ]
    base: Seq | None
    at: Annotated[int, Field(ge=0, le=LARGEST_WHOLE)]
    operator: Annotated[str, StringConstraints(max_length=200)]


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
