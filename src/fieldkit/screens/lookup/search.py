"""What a text finds, how sure the first hit is, and what of the text a new record starts with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fieldkit.screens.lookup.rows import Row, fetch_references, row_of, states_in_words

if TYPE_CHECKING:
    from fieldkit.store import Hit, Store

MOST = 20
"""Hits that are listed."""
_ALL_IN_NAME = 0.9
"""The score from which every word typed is in the name."""


def search(store: Store, text: str, kinds: Sequence[str] | None) -> tuple[list[Row], bool]:
    """Return the rows that answer ``text``, and whether the first is sure. Runs in a thread."""
    hits = store.find(text, kinds=kinds, limit=MOST)
    found = store.fetch({hit.kind for hit in hits}, [hit.id for hit in hits])
    records = [found[hit.kind, hit.id] for hit in hits if (hit.kind, hit.id) in found]
    referred, mixed = fetch_references(store, records), kinds is None or len(kinds) > 1
    states = states_in_words(store, [record.id for record in records])
    rows = [
        row_of(referred, record, titled=mixed)._replace(state=states[record.id])
        for record in records
    ]
    return rows, first_is_sure(hits)


def first_is_sure(hits: Sequence[Hit]) -> bool:
    """Say whether the first hit is surely meant: it is strong, or the one group or training named.

    A name alone does not tell people apart; groups and trainings have little else.
    """
    from fieldkit.records import kinds

    if not hits or hits[0].strong:
        return bool(hits)
    rest = max((hit.score for hit in hits[1:]), default=0.0)
    return not kinds()[hits[0].kind].person and hits[0].score >= _ALL_IN_NAME > rest


def texts_from(kind: str, typed: str) -> dict[str, str]:
    """Return the form's texts for what was typed into a search: a mobile, a name, or both.

    Pure. A number that is not a whole mobile was only typed to search, and is left out.
    """
    from fieldkit.plain_text import plain
    from fieldkit.records import Use, kinds

    found = kinds()[kind]
    texts: dict[str, str] = {}
    words = plain(typed).split()
    digits = "".join(c for word in words if word[-1:].isdigit() for c in word if c.isdigit())
    name = " ".join(word for word in words if not any(c.isdigit() for c in word))
    if len(digits) >= 10 and (mobile := found.used(Use.DIGITS)):
        texts[mobile[0]] = digits[-10:]
    if name and (names := found.used(Use.NAME)):
        texts[names[0]] = name.title() if name.islower() or name.isupper() else name
    return texts
