"""A card as texts for the fields of a person (:class:`~fieldkit.records.declaration.parts.Person`
and those of an address)."""

from __future__ import annotations

from fieldkit.scan.card import Card


def texts_of(card: Card) -> dict[str, str]:
    """Return what a card fills, by field, as one would type it."""
    texts = {
        "name": card.name,
        "relation": card.relation,
        "relation_name": card.relative,
        "gender": card.gender,
        "born": card.born,
        "aadhaar_last4": card.last_four,
        "village": card.village,
        "pin": card.pin,
        "address": card.address,
    }
    return {name: text for name, text in texts.items() if text}
