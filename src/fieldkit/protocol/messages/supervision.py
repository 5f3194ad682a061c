"""The messages by which a supervisor's laptop looks after the devices of its area.

Each is one request and one answer; the server checks the role and the area of the sender. Both
sides ignore members that they do not know.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fieldkit.protocol.messages.scope import Role
from fieldkit.protocol.messages.shapes import (
    Area,
    KindName,
    Message,
    Origin,
    Person,
    Plain,
    RecordNumber,
    Seq,
)

MOST_DEVICES = 2000
"""Most devices of one answer."""
MOST_LATE = 200
"""Most late changes of one answer, or decided by one request."""
MOST_SEALED = 20
"""Most pieces of sealed work of one device that wait for a decision."""
MOST_READERS = 500
"""Most areas of one answer."""
LONGEST_CODE = 7 * 24 * 60
"""Minutes for which a code from a laptop may be valid."""

DeviceNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
Word = Annotated[str, StringConstraints(max_length=40)]
ChangeName = Annotated[str, StringConstraints(pattern=r"\A[0-9A-Z]{8}/[1-9][0-9]{0,15}\z")]
"""A change by its log and seq: ``7KQ2M9XD/14``."""


class DevicesRequest(Message):
    """Asks for the devices of the sender's area."""

    v: Literal[1] = 1


class SealedItem(Message):
    """Work that a revoked device handed in, sealed, and on which nobody has decided."""

    number: Seq
    changes: Seq
    since: Seq | None = None
    """When the first change was saved, by the laptop's clock."""
    received_at: Seq


class DeviceItem(Message):
    """An enrolled device; times are seconds since 1970 UTC by the server's clock."""

    id: DeviceNumber
    name: Person = ""
    role: Word
    """A later server may know more roles."""
    district: Area | None = None
    block: Area | None = None
    """Without district and block: the whole territory."""
    enrolled_at: Seq
    last_seen: Seq | None = None
    """Its last sync; None: it has not synced yet."""
    last_batch: Seq | None = None
    """When its last changes arrived."""
    changes: Seq = 0
    """The changes that the server has of it."""
    unsent: Seq | None = None
    """Changes left on it after its last sync, as it said; None: not known."""
    program: Word = ""
    """Its version of fieldkit, as it said; empty: not known."""
    skew: int | None = None
    """Seconds by which its clock was ahead."""
    revoked_at: Seq | None = None
    held_before: Annotated[list[DeviceNumber], Field(max_length=100)] = []
    """Devices whose log it has shown that it holds: it is, or was copied from, the same laptop."""
    copies: Annotated[list[Origin], Field(max_length=100)] = []
    """Logs that sent changes in overlapping periods: two copies of the laptop are in use."""
    own: bool = False
    """Whether it is the sender."""
    sealed: Annotated[list[SealedItem], Field(max_length=MOST_SEALED)] = []
    """What it handed in after it was revoked, the first piece first."""


class DevicesAnswer(Message):
    """The devices of the sender's area, by number."""

    v: Literal[1] = 1
    now: Seq
    silent_days: Seq = 14
    """After how many days without a sync a device is silent."""
    program: Word = ""
    """The server's version of fieldkit; empty: not known."""
    devices: Annotated[list[DeviceItem], Field(max_length=MOST_DEVICES)]
    more: bool = False
    """Whether devices were left out."""


class RevokeRequest(Message):
    """Ends the access of a device for good."""

    v: Literal[1] = 1
    device: DeviceNumber


class AreaRequest(Message):
    """Gives a device another area, within the sender's."""

    v: Literal[1] = 1
    device: DeviceNumber
    district: Area | None = None
    block: Area | None = None


class DeviceAnswer(Message):
    """A device as it is after the request."""

    v: Literal[1] = 1
    now: Seq
    device: DeviceItem


class CodeRequest(Message):
    """Asks for a one-time code: for a device, with the role and area it has, or for a new one."""

    v: Literal[1] = 1
    device: DeviceNumber | None = None
    role: Role | None = None
    """Of a new device."""
    district: Area | None = None
    block: Area | None = None
    minutes: Annotated[int, Field(ge=1, le=LONGEST_CODE)] | None = None
    """How long it is valid; None: as long as the server likes."""


class RecoveryCodeRequest(Message):
    """Asks for a one-time code by which a locked device gets its data back."""

    v: Literal[1] = 1
    device: DeviceNumber
    minutes: Annotated[int, Field(ge=1, le=LONGEST_CODE)] | None = None
    """How long it is valid; None: as long as the server likes."""


class CodeAnswer(Message):
    """A code, which the server tells this once, and the role and area of its device."""

    v: Literal[1] = 1
    now: Seq
    code: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    role: Word
    district: Area | None = None
    block: Area | None = None
    expires_at: Seq


class DecideSealedRequest(Message):
    """Admits the sealed work of a device as if it had been sent in time, or discards it."""

    v: Literal[1] = 1
    device: DeviceNumber
    numbers: Annotated[list[Seq], Field(min_length=1, max_length=MOST_SEALED)]
    """The pieces of work that the supervisor has seen."""
    admit: bool


class DecideSealedAnswer(Message):
    """What became of the changes, and the device as it is then."""

    v: Literal[1] = 1
    now: Seq
    device: DeviceItem
    verdicts: Annotated[dict[Word, Seq], Field(max_length=20)] = {}
    """How many changes got each verdict: ``applied``, ``conflict``, ``rejected``, ``late`` ..."""
    left: Seq = 0
    """Changes that were not taken, as they do not continue what the server has; they stay."""


class LateRequest(Message):
    """Asks for the late and waiting changes of the sender's area (rules 34, 43)."""

    v: Literal[1] = 1


class LateItem(Message):
    """A change that is late or waiting."""

    change: ChangeName
    verdict: Word
    """``late``: a supervisor decides. ``waiting``: its record is still to come."""
    device: DeviceNumber
    device_name: Person = ""
    received_at: Seq
    op: Word
    kind: KindName
    record: RecordNumber
    district: Area | None = None
    block: Area | None = None
    """Where the record stands, or is to stand."""
    fields: dict[str, Plain]
    at: Seq
    """By the laptop's clock, not corrected."""
    operator: Person


class LateAnswer(Message):
    """The oldest late and waiting changes, in order of arrival."""

    v: Literal[1] = 1
    now: Seq
    changes: Annotated[list[LateItem], Field(max_length=MOST_LATE)]
    more: bool = False
    """Whether later ones were left out."""


class DecideLateRequest(Message):
    """Takes late changes in, or leaves late and waiting ones to their authors."""

    v: Literal[1] = 1
    changes: Annotated[list[ChangeName], Field(min_length=1, max_length=MOST_LATE)]
    take: bool


class DecidedItem(Message):
    """What became of a change that was decided on."""

    change: ChangeName
    verdict: Word
    """``applied``, ``conflict``, ``rejected``, or ``waiting`` if its record is still to come."""


class DecideLateAnswer(Message):
    """What became of the changes; those that were not open any more are left out."""

    v: Literal[1] = 1
    now: Seq
    decided: Annotated[list[DecidedItem], Field(max_length=MOST_LATE)]


class ReadersRequest(Message):
    """Asks which devices may read a record of the sender's area, or might have."""

    v: Literal[1] = 1
    kind: KindName
    id: RecordNumber


class ReaderItem(Message):
    """How many devices of one role and area may read the record; no device is named."""

    role: Word
    district: Area | None = None
    block: Area | None = None
    devices: Annotated[int, Field(ge=1)]
    now: bool
    """Whether they are sent the record now; else they had an area where it once stood."""
    last_seen: Seq | None = None
    """The last sync of any of them."""


class ReadersAnswer(Message):
    """The readers of a record, those who read it now first."""

    v: Literal[1] = 1
    now: Seq
    readers: Annotated[list[ReaderItem], Field(max_length=MOST_READERS)]
