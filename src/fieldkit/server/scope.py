"""What a device may see and write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScopeAt:
    """A device's scope from ``epoch`` on; no district: the whole territory."""

    epoch: int
    district: int | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """The enrolment a request comes under; ``scopes`` in order of epoch, the last one holds."""

    id: int
    role: str
    epoch: int
    scopes: tuple[ScopeAt, ...]
