"""What the server objects to in a record: changes it returned, findings to check.

And what it would not take from this laptop, whose role is not enough.

Runs in a store's thread.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.review.denied import denied_for_ut, role_of

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


_HEADINGS = {
    "rejected": "Returned to you",
    "late": "A supervisor decides",
    "waiting": "Waits for its record",
}


class Issue(NamedTuple):
    """A change that the server did not take, or a finding to check."""

    heading: str
    """What it is: "Returned to you" or "To check"."""
    field: str
    """Empty for the record as a whole."""
    reason: str


def issues(store: Store, record_id: str) -> list[Issue]:
    """Return the issues of a record: why changes were returned, what to check, what is odd.

    The last are remarks that this laptop's rules made at a save; the server may have made them too.
    """
    objected = _objected(store, record_id)
    known = {(one.field, one.reason) for one in objected}
    odd = (one for one in _remarks(store, record_id) if (one.field, one.reason) not in known)
    return [*objected, *odd]


def _remarks(store: Store, record_id: str) -> list[Issue]:
    from fieldkit.records import RuleContext, Severity, judge, sentence
    from fieldkit.records.fields.formats import today

    record = store.record(record_id)
    if record is None or record.deleted:
        return []
    found = judge(record, RuleContext(today(), record, store))
    return [
        Issue("To check", one.field, sentence(one))
        for one in found
        if one.severity is Severity.WARN
    ]


def _objected(store: Store, record_id: str) -> list[Issue]:
    """Return what the server said: first why changes were returned, then what to check."""
    from fieldkit.records import sentence

    returned = [
        Issue(_HEADINGS[one.state], one.reason.field, sentence(one.reason))
        if one.reason
        else Issue(_HEADINGS[one.state], "", "No reason was given.")
        for one in store.outbox.returned(record_id=record_id)
    ]
    noted = store.review.findings(record_id)
    return [*returned, *(Issue("To check", one.field, sentence(one)) for one in noted)]


def by_field(store: Store, record_id: str, asked: Container[str]) -> dict[str, str]:
    """Return what the server said as a sentence by field; of no field ``asked`` under ""."""
    found: dict[str, str] = {}
    for heading, field, reason in _objected(store, record_id):
        name, line = field if field in asked else "", f"{heading}: {reason}"
        found[name] = f"{found[name]} {line}" if name in found else line
    return found


def denied(
    store: Store, kind: type[Record], *, new: bool, record: Record | None = None
) -> Mapping[str, str]:
    """Return what the server will not take from this laptop, as a sentence by field.

    Under "": nothing of the form. ``record``: the one that the form is about.
    """
    from fieldkit.records.declaration.permission import denied_in_form

    role = role_of(store)
    if role is None:
        return {}
    if record is not None and (said := denied_for_ut(store, record)):
        return {"": said}
    found = denied_in_form(role, kind, new=new)
    return {name: one.said(kind.kind(), role) for name, one in found.items()}
