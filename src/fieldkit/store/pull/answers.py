"""The values of a pull: the server's answer, its result, and the state. No SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.conflict import Conflict
from fieldkit.protocol.messages.finding import Finding, Verdict
from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.sync import Mark
from fieldkit.store.log.verdicts import SettledChange


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A record's row on the server, with its open conflicts and findings."""

    kind: str
    id: str
    version: int
    values: Mapping[str, Json] | None
    """All filled fields except id and version; None: as own acknowledged changes made it."""
    conflicts: tuple[Conflict, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class FocusAt:
    """The block that is pulled first, and the position reached in it."""

    district: int
    block: int
    position: int


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the server, applied in one transaction. The caller has compared the heads."""

    origin: str
    seq: int
    """The server has every change of ``origin`` up to this one."""
    head: bytes
    """The head of the server's log at ``seq``."""
    versions: Mapping[int, int | None] = field(default_factory=dict)
    """The record's version after each change of the batch, by seq; None: rejected."""
    verdicts: Sequence[Verdict] = ()
    """Without those of applied changes."""
    rows: Sequence[ServerRow] = ()
    gone: Sequence[tuple[str, str]] = ()
    """Kind and id of records that are now outside the scope."""
    cursors: Mapping[int, int] = field(default_factory=dict)
    """Feed positions reached, by district; empty: the answer had no page, or see ``bare``."""
    focus: FocusAt | None = None
    more: bool = False
    bare: bool = False
    """The answer had a page, of a server that has no record in any district."""
    skew: int | None = 0
    """Seconds the server's clock is ahead of this laptop's; None: the answer does not tell."""
    token: str | None = None
    """A new token, used from now on."""
    settled: Sequence[SettledChange] = ()
    """What became of changes of ``origin`` that were asked about."""
    asked_again: Sequence[int] = ()
    """The changes of ``origin`` that were asked about whatever was heard of them before."""
    mark: Mark | None = None
    """What the server had taken; None: it gives no marks."""
    asked: PullState | None = None
    """The state that the page was requested from; None: the present one."""

    def without_page(self) -> Answered:
        """Return the acknowledgement and verdicts alone."""
        return replace(self, rows=(), gone=(), cursors={}, focus=None, more=True, bare=False)


@dataclass(frozen=True, slots=True)
class PullResult:
    """What applying an answer changed."""

    rows: int
    """Records whose shown values changed, or that were removed."""
    new_conflicts: int
    page: bool = True
    """Whether the rows counted, if there were any; else only the verdicts did (rule 45)."""


@dataclass(frozen=True, slots=True)
class PullState:
    """How far this laptop has pulled, and its scope."""

    cursors: Mapping[int, int]
    focus: FocusAt | None
    epoch: int
    """The oldest epoch of scope under which unsent work was done; sent to the server."""
    mark: Mark | None
    """The mark of the last answer, for the next request; None: none was given yet."""
    incarnation: str
    """What a server that gives no marks last sent in its place."""
    scope: Scope | None
    """None: the server has not reported it yet."""
    more: bool
    """Whether rows are left to be pulled."""

    @property
    def only_scope(self) -> Scope | None:
        """Return the only area that the laptop holds; None while it holds a former one too."""
        return None if self.scope is None or self.epoch != self.scope.epoch else self.scope

    @property
    def era(self) -> str:
        """The server's era of the last answer; empty before the first."""
        return self.mark.era if self.mark else ""

    def reached(self) -> tuple[object, ...]:
        """Return what has to be the same for a page to count (rule 45)."""
        cursors = {district: at for district, at in self.cursors.items() if at}
        return self.era, self.epoch, self.scope, cursors, self.focus
