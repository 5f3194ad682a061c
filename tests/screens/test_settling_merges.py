"""A merge against an edit is settled in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan
from tests.screens.test_conflicts import agree, settling

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Edit, Store
from fieldkit.sync.client import sync

if TYPE_CHECKING:
    from tests.screens.conftest import At

pytestmark = pytest.mark.usefixtures("at_leisure")


async def test_an_edit_of_a_record_that_others_merged_is_settled_in_plain_words(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    """Rule 29: the edit is in the record; whether it is a person of its own is asked."""
    kept = artisan(other, "Gulam Mohd Bhat", "Abdul Ahad Bhat", "9419011499")
    other.merges.merge("beneficiary", kept, person, "Reyaz")
    assert sync(other).ok
    store.save([Edit(Beneficiary, {"village": "Nagam"}, person)], "Asha")
    assert sync(store).ok
    async with settling(opened_app, 120, 30) as hand:
        text = " ".join(hand.text().split())
        assert "Same person or apart" in text
        assert "apart, with the change of Asha" in text
        assert "the same person as Gulam Mohd Bhat" in text
        await hand.press("2")
        assert "Nothing is left to settle." in hand.text()
    values = agree(store, other, person)
    assert (values["merged_into"], values["village"]) == (kept, "Nagam")
