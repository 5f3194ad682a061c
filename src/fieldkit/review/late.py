"""Changes that came too late for their area, as the server last listed them (rule 34).

Functions that take a store run in its thread, and read what is kept here: they work offline.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.changes import done_in_words, shown_change
from fieldkit.about.rows import fetch_references, label_of
from fieldkit.plain_text import shown
from fieldkit.protocol.messages.supervision import LateAnswer, LateItem
from fieldkit.records import kinds
from fieldkit.records.fields.dates import Moment

if TYPE_CHECKING:
    from fieldkit.store import Store


class LateChange(NamedTuple):
    """A change for the supervisor to take in, or to leave to its author."""

    change: str
    """Its number, as ``7KQ2M9XD/14``."""
    waits: bool
    """Whether it waits for its record: it can only be left."""
    kind: str
    record_id: str
    title: str
    """What the record is: "Artisan 7KQ2M9XD-3"; if it is here: "Artisan Zooni, 7KQ2M9XD-3"."""
    district: int | None
    block: int | None
    since: int
    """When the server received it, seconds since 1970 UTC."""
    sentence: str
    """What was done, by whom and when, on which device."""
    values: Sequence[tuple[str, str]]
    """Label and new value of each field that it writes."""
    as_of: int
    """When the server listed it, by this laptop's clock."""


def find(store: Store) -> list[LateChange]:
    """Return the late and waiting changes, in order of arrival; empty if never fetched."""
    kept = store.kept_answer(LateAnswer)
    if kept is None:
        return []
    found = [in_words(one, kept.at) for one in kept.answer.changes]
    here = store.fetch({one.kind for one in found} & {*kinds()}, [one.record_id for one in found])
    referred = fetch_references(store, here.values())
    named = {key: f"{one.title} {label_of(referred, one)}, {one.id}" for key, one in here.items()}
    return [one._replace(title=named.get((one.kind, one.record_id), one.title)) for one in found]


def are_more(store: Store) -> bool:
    """Say whether the server left out changes that came later."""
    kept = store.kept_answer(LateAnswer)
    return kept is not None and kept.answer.more


def in_words(one: LateItem, as_of: int) -> LateChange:
    """Return a change as people read it."""
    kind = kinds().get(one.kind)
    title = kind.title if kind else one.kind
    done = done_in_words(one.op)
    by = shown(one.operator) or "no name"
    device = f"device {one.device} ({shown(one.device_name) or 'no name'})"
    waits = one.verdict == "waiting"
    after = " It waits for its record, which is not on the server yet." if waits else ""
    return LateChange(
        one.change,
        waits,
        one.kind,
        one.record,
        f"{title} {one.record}",
        one.district,
        one.block,
        one.received_at,
        f"{done} by {by} on {Moment().show(one.at)} by the clock of {device}.{after}",
        [shown_change(kind, name, value) for name, value in one.fields.items()],
        as_of,
    )
