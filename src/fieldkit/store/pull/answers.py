"""What the laptop takes in from the server, and what it answers for: plain values, no SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fieldkit.protocol.change import Json
from fieldkit.protocol.conflict import Conflict
from fieldkit.protocol.finding import Finding, Verdict
from fieldkit.protocol.scope import Scope


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A record as it stands on the server, with all that is open about it."""

    kind: str
    id: str
    version: int
    values: Mapping[str, Json] | None
    """All that is filled, but not id and version. None: exactly as the laptop's own acknowledged
    changes have made it."""
    conflicts: tuple[Conflict, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class FocusAt:
    """The block that is brought first, and how far it has come."""

    district: int
    block: int
    position: int


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the server, taken in in one transaction. Heads were compared before."""

    origin: str
    seq: int
    """Every change of ``origin`` up to here is kept by the server ..."""
    head: bytes
    """... whose log has this head there."""
    versions: Mapping[int, int | None] = field(default_factory=dict)
    """The record's version after each change of the batch, by seq; None: rejected."""
    verdicts: Sequence[Verdict] = ()
    """Only those other than applied."""
    rows: Sequence[ServerRow] = ()
    gone: Sequence[tuple[str, str]] = ()
    """Kind and id of records that now stand outside the scope."""
    cursors: Mapping[int, int] = field(default_factory=dict)
    """Feed positions reached, by district; empty: the answer had no page."""
    focus: FocusAt | None = None
    more: bool = False
    skew: int = 0
    """Seconds the server's clock is ahead of this laptop's."""
    token: str | None = None
    """A new token, to be used from now on."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What an answer brought."""

    rows: int
    """Records that now show something else, or are gone."""
    new_conflicts: int


@dataclass(frozen=True, slots=True)
class PullState:
    """How far this laptop has pulled, and as whom."""

    cursors: Mapping[int, int]
    focus: FocusAt | None
    epoch: int
    """To be declared: the oldest epoch of scope under which unsent work was done."""
    incarnation: str
    """Of the server, as last reported; empty before."""
    scope: Scope | None
    """None: the server has not reported it yet."""
    more: bool
    """Whether rows are left to be pulled."""
