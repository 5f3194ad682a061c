"""What the server says against a record, for whoever opens it; runs in a store's thread."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fieldkit.store import Store


class Objection(NamedTuple):
    """A change that came back, or something to be checked."""

    word: str
    """Which of the two it is, as its sentence begins."""
    field: str
    """Empty for the record as a whole."""
    reason: str


def objections(store: Store, record_id: str) -> list[Objection]:
    """Return what is said against a record: why changes came back first, then what to check."""
    from fieldkit.records import sentence

    returned = [
        Objection("Returned to you", one.reason.field, sentence(one.reason))
        if one.reason
        else Objection("Returned to you", "", "No reason was given.")
        for one in store.outbox.returned(record_id=record_id)
    ]
    noted = store.findings(record_id)
    return [*returned, *(Objection("To check", one.field, sentence(one)) for one in noted)]


def by_field(store: Store, record_id: str, asked: Container[str]) -> dict[str, str]:
    """Return it as a sentence for each field; under the empty name what no field ``asked`` has."""
    said: dict[str, str] = {}
    for word, field, reason in objections(store, record_id):
        place, line = field if field in asked else "", f"{word}: {reason}"
        said[place] = f"{said[place]} {line}" if place in said else line
    return said
