"""What a sync leaves for the operator: returned changes to correct, findings to check.

Everything here runs in a store's thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldkit.screens.lookup.rows import fetch_references, label_of

if TYPE_CHECKING:
    from fieldkit.store import Logged, Store

PAGE = 60
"""Returned changes, or findings, read at a time."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """A change that was returned, or a record with a finding."""

    kind: str
    record_id: str
    label: str
    title: str
    reason: str
    returned: Logged | None = None
    """The change that was returned; None: a finding."""


def log_place(returned: Logged) -> tuple[str, int]:
    """Return the log and the number that identify a change."""
    return returned.origin, returned.change.seq


def returned_changes(store: Store, skip: int) -> list[ToDo]:
    """Return a part of the changes that were returned."""
    from fieldkit.records import sentence

    return _labelled(
        store,
        [
            (
                one.change.kind,
                one.change.record_id,
                sentence(one.reason) if one.reason else "No reason was given.",
                one,
            )
            for one in store.outbox.returned(PAGE, skip)
        ],
    )


def findings_to_check(store: Store, skip: int) -> list[ToDo]:
    """Return a part of the findings."""
    from fieldkit.records import sentence

    found = store.findings()[skip : skip + PAGE]
    return _labelled(store, [(one.kind, one.record_id, sentence(one), None) for one in found])


def _labelled(store: Store, reasons: Sequence[tuple[str, str, str, Logged | None]]) -> list[ToDo]:
    """Return each reason (kind, id, reason, returned change) with the label of its record."""
    from fieldkit.records import kinds

    records = store.fetch({kind for kind, *_ in reasons}, [number for _, number, *_ in reasons])
    referred = fetch_references(store, records.values())
    found = []
    for kind, number, reason, returned in reasons:
        record, known = records.get((kind, number)), kinds().get(kind)
        label = label_of(referred, record) if record else number
        found.append(
            ToDo(kind, number, label, known.title.lower() if known else "", reason, returned)
        )
    return found
