"""A scanner types a card into the form or the Find box: a key a millisecond, Enter at the end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.scan.cards import LETTER, digits, payload
from textual import events

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.screens.form.form_page import FormPage
from fieldkit.store import Store

if TYPE_CHECKING:
    from tests.screens.conftest import At


async def test_a_card_fills_a_form_from_find_and_none_of_its_keys_reach_a_field(
    opened_app: At, store: Store
) -> None:
    code = digits(payload())
    async with opened_app() as hand:
        await hand.press("zo", code, "<enter>")
        assert "Zooni Akhter" in hand.text()
        assert code[:12] not in hand.text()
        await hand.press("<ctrl+n>")
        page = hand.app.screen
        assert isinstance(page, FormPage)
        assert page.model is not None
        values = page.model.values
        assert (values["born"], values["relation"]) == ("1984-01-23", "DO")
        assert (values["aadhaar_last4"], values["village"]) == ("0143", "Wathoora")

        # The same card once more, into a field that is being typed: only what is empty is filled.
        model = page.model
        model.go("mobile")
        await hand.press("94190")
        await asyncio.sleep(0.3)  # a hand takes longer than that to the scanner
        await hand.press(code, "<enter>")
        assert model.fields["mobile"].text == "94190"
        assert "0 fields filled from the card." in hand.text()
        model.go("born")
        await hand.press("1990", "<down>")
        for part in (LETTER[:38], LETTER[39:]):  # the older code has an Enter within it
            for letter in part:
                hand.app.post_message(events.Key(f"sign_{ord(letter)}", letter))
            await hand.press("<enter>")
        assert "Other on the card: " in hand.text()
        assert model.values["born"] == "1990"

        # A damaged code is a sentence, and the fields are as they were.
        texts = {name: one.text for name, one in model.fields.items()}
        await hand.press("9" * 8_000, "<enter>")
        assert "longer than that of an Aadhaar card" in hand.text()
        assert {name: one.text for name, one in model.fields.items()} == texts
        await hand.press("<escape>")
    (draft,) = store.drafts.of("Asha")
    assert all(len(text) < 60 for text in draft.texts.values())
    assert not any(code[:10] in text or "234567890124" in text for text in draft.texts.values())


async def test_a_scan_that_stops_in_the_middle_leaves_the_form_usable(opened_app: At) -> None:
    async with opened_app() as hand:
        page = FormPage(Beneficiary)
        await hand.app.push_screen(page)
        await hand.settle()
        await hand.press("Zooni", digits(payload())[:900], "<f1>")
        assert page.model is not None
        assert page.model.fields["name"].text == "Zooni"
        assert "Scan" in hand.text()
        await hand.press(" Jan", "<enter>")
        assert page.model.fields["name"].text == "Zooni Jan"
        await hand.press("<ctrl+t>")  # a page that has no use for a card
        await hand.press("9" * 40, "<enter>")
        assert "Scan a card into a form" in hand.text()
