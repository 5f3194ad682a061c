"""What the server would not take from this laptop. Runs in a store's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldkit.protocol.scope import Role
    from fieldkit.records import Record
    from fieldkit.store import Store


def role_of(store: Store) -> Role | None:
    """Return this laptop's role; None before it is enrolled."""
    scope = store.pull.state().scope
    return scope.role if scope else None


def denied_for_ut(store: Store, record: Record) -> str:
    """Return that a record is the whole UT's and this laptop may not write it, if that is so."""
    from fieldkit.protocol.finding import Finding
    from fieldkit.protocol.scope import WHOLE_UT
    from fieldkit.records import sentence

    scope = store.pull.state().scope
    if record.district != WHOLE_UT or scope is None or scope.writes(WHOLE_UT, None):
        return ""
    return sentence(Finding(record.kind(), record.id, "", "whole_ut"))


def denied_merge(store: Store, kind: str) -> str:
    """Return why the server will not take a merge from this laptop; empty: it will."""
    from fieldkit.protocol.scope import is_at_least
    from fieldkit.records.declaration.permission import MERGED, Denial
    from fieldkit.records.declaration.writers import OPERATOR

    role = role_of(store)
    if role is None or is_at_least(role, OPERATOR):
        return ""
    return Denial("role.merge", MERGED, OPERATOR).said(kind, role)


def supervises(store: Store) -> bool:
    """Say whether this is the laptop of a supervisor, or of somebody above."""
    from fieldkit.protocol.scope import is_at_least
    from fieldkit.records.declaration.writers import SUPERVISOR

    role = role_of(store)
    return role is not None and is_at_least(role, SUPERVISOR)
