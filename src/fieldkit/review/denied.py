"""What the server would not take from this laptop. Runs in a store's thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.difference import difference_field

if TYPE_CHECKING:
    from fieldkit.protocol.change import Json
    from fieldkit.protocol.messages.scope import Role
    from fieldkit.records import Record
    from fieldkit.store import Store


def role_of(store: Store) -> Role | None:
    """Return this laptop's role; None before it is enrolled."""
    scope = store.pull.state().scope
    return scope.role if scope else None


def denied_for_ut(store: Store, record: Record) -> str:
    """Return that a record is the whole UT's and this laptop may not write it, if that is so."""
    from fieldkit.protocol.messages.finding import Finding
    from fieldkit.protocol.messages.scope import WHOLE_UT
    from fieldkit.records import sentence

    scope = store.pull.state().scope
    if record.district != WHOLE_UT or scope is None or scope.writes(WHOLE_UT, None):
        return ""
    return sentence(Finding(record.kind(), record.id, "", "whole_ut"))


def denied_values(store: Store, kind: str, fields: Mapping[str, Json], *, new: bool = False) -> str:
    """Return why the server will not take values from a laptop of this role; empty: it will.

    It is asked for no record: the area, and what is one's own, do not count.
    """
    from fieldkit.protocol.change import Change, Op
    from fieldkit.records.declaration.permission import Author, denial

    role = role_of(store)
    if role is None:
        return ""
    op = Op.CREATE if new else Op.EDIT
    found = denial(Author(role), Change(1, kind, "", op, fields, None, 0, ""), {})
    return found.beforehand(kind, role) if found else ""


def denied_merge(store: Store, kind: str) -> str:
    """Return why the server will not take a merge from this laptop; empty: it will."""
    return denied_values(store, kind, {MERGED: "?"})


def denied_difference(store: Store, kind: str, number: str) -> str:
    """Return why the server will not take that a record is of another person; empty: it will."""
    return denied_values(store, kind, {difference_field(number): True})


def supervises(store: Store) -> bool:
    """Say whether this is the laptop of a supervisor, or of somebody above."""
    from fieldkit.protocol.messages.scope import is_at_least
    from fieldkit.records.declaration.writers import SUPERVISOR

    role = role_of(store)
    return role is not None and is_at_least(role, SUPERVISOR)


def may_supervise(store: Store) -> bool:
    """Say whether this laptop supervises, or is not enrolled yet: its role is not known then."""
    return role_of(store) is None or supervises(store)
