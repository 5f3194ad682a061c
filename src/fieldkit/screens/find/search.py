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

_PLACE_WORDS = 3
"""Words that the name of a village has at most."""


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
    others = {hit.id: hit.number for hit in hits if hit.number}
    rows = [with_other_number(row, others[row.id]) if row.id in others else row for row in rows]
    return rows, first_is_sure(hits)


def with_other_number(row: Row, number: str) -> Row:
    """Return the row of a person with the other number under which they were found."""
    what, own = row.below
    return row._replace(below=(", ".join(filter(None, (what, f"also entered as {number}"))), own))


def first_is_sure(hits: Sequence[Hit]) -> bool:
    """Say whether the first hit is surely meant: it is strong, or the one group or training named.

    A name alone does not tell people apart; groups and trainings have little else.
    """
    from fieldkit.records import kinds

    if not hits or hits[0].strong:
        return bool(hits)
    rest = max((hit.score for hit in hits[1:]), default=0.0)
    return not kinds()[hits[0].kind].person and hits[0].score >= _ALL_IN_NAME > rest


def texts_typed(store: Store, kind: str, typed: str) -> dict[str, str]:
    """Return the form's texts for what was typed, the village among them. Runs in a thread."""
    from fieldkit.screens.find.spoken import spoken

    last, device = spoken(typed).last_words, store.device
    begin = max(1, len(last) - _PLACE_WORDS)
    endings = [" ".join(last[start:]) for start in range(begin, len(last))]
    place, village = store.known_village(endings, device.district if device else 0)
    return texts_from(kind, typed, place, village)


def texts_from(kind: str, typed: str, place: str = "", village: str = "") -> dict[str, str]:
    """Return the form's texts for what was typed into a search, each in its own field. Pure.

    ``place``: the words behind the names that mean ``village``. A number that is no whole mobile
    was only typed to search, and is left out.
    """
    from fieldkit.records import Choice, Use, kinds
    from fieldkit.records.fields.formats import AadhaarLastFour
    from fieldkit.screens.find.spoken import spoken

    found, one = kinds()[kind], spoken(typed, place)
    by_use = {Use.NAME: one.name, Use.KIN: one.kin, Use.DIGITS: one.mobile, Use.PLACE: village}
    texts = {found.used(use)[0]: text for use, text in by_use.items() if text and found.used(use)}
    for name, field in found.form_fields().items():
        form = field.format
        if one.last_four and isinstance(form, AadhaarLastFour):
            texts[name] = one.last_four
        if one.relation and isinstance(form, Choice) and form.list == "relation":
            texts[name] = one.relation
    return texts
