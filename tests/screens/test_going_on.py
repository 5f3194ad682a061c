"""Full fields that go on by themselves: no key is lost or lands elsewhere, none is needed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.screens.test_form_model import form, go, press

from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.lookup.entry_choices import read_choices
from fieldkit.store import Notes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.screens.conftest import At

    from fieldkit.screens.form.entry.model import FormModel

PERSON = {"name": "Zooni Jan", "relation": "WO", "relation_name": "Ali Lone", "born": "1984"}


def alone(at: str = "mobile", **texts: str) -> FormModel:
    model = form(**PERSON, **texts)
    model.goes_on.on = True
    go(model, at)
    return model


@pytest.mark.parametrize(
    ("typed", "at", "mobile", "last4"),
    [
        ("9419011432", "aadhaar_last4", "9419011432", ""),
        ("94190 114320143", "category", "9419011432", "0143"),
        ("+91 94190 114320143", "category", "9419011432", "0143"),
        ("094190114320143", "category", "9419011432", "0143"),
        ("9190114325", "mobile", "9190114325", ""),  # 91 may stand in front of ten digits
        ("9194190114320143", "category", "9419011432", "0143"),
        ("5419011432", "mobile", "5419011432", ""),  # no mobile begins with 5
        ("941901143", "mobile", "941901143", ""),
    ],
)
def test_a_burst_goes_on_where_a_number_ends(typed: str, at: str, mobile: str, last4: str) -> None:
    model = alone()
    press(model, typed)
    texts = {name: one.text.replace(" ", "") for name, one in model.fields.items()}
    assert (model.at, texts["aadhaar_last4"]) == (at, last4)
    assert texts["mobile"].removeprefix("+91").removeprefix("0").endswith(mobile[-9:])


def test_one_enter_by_habit_is_dropped_and_the_next_one_goes_on() -> None:
    model = alone()
    press(model, "9419011432", "<enter>")
    assert model.at == "aadhaar_last4"
    assert "Enter again" in model.message.whole
    press(model, "0143", "<enter>", "<enter>")
    assert model.at == "village"  # the category was left empty by the second Enter
    press(model, "<up>", "<up>", "<enter>")  # nothing was typed here: Enter leaves a field
    assert model.at == "category"
    off = alone()
    off.goes_on.on = False
    press(off, "9419011432")
    assert off.at == "mobile"


def test_a_choice_goes_on_where_nothing_more_can_belong_to_it() -> None:
    model = alone("category")
    press(model, "1")
    assert model.at == "village"
    model = alone("category")
    press(model, "gen")  # a village may begin with the next letter of the word
    assert model.at == "category"
    model = alone("trade_code", village="Nagam")
    press(model, "1")  # may be the beginning of 10 or 12
    assert model.at == "trade_code"
    press(model, "<ctrl+u>", "carpenter")  # yes or no begins with none of these letters
    assert (model.at, model.values["trade_code"]) == ("bars", "CARP")
    assert not model.current.text
    press(model, "<enter>", "n")
    assert model.values["bars"] is False


def test_a_number_asked_twice_and_the_last_field_stay_right() -> None:
    model = alone()
    model.second.open({"mobile"})
    press(model, "9419011432", "<enter>")
    assert model.second.box is not None
    assert not model.second.box.text
    press(model, "9419011432")
    assert model.at == "aadhaar_last4"
    model = alone(aadhaar_last4="0143")
    model.second.open({"mobile"})
    press(model, "9419011432", "9419011433")
    assert model.second.box is not None  # another number waits for Enter
    last = form(**PERSON)
    last.goes_on.on = True
    last.needed_only = True
    go(last, "aadhaar_last4")
    press(last, "0143", "1", "Nagam", "<enter>", "carpenter", "n")
    last.go("mobile")
    press(last, "9419011432", "5")  # nothing is left to go on to, so nothing is typed over
    assert last.current.text == "94190114325"


def test_a_card_scanned_into_a_full_field_changes_none() -> None:
    model = alone()
    before = {name: one.text for name, one in model.fields.items()}
    press(model, "7" * 10 + "1" * 490, "<enter>")
    assert model.scan.text
    assert {name: one.text for name, one in model.fields.items()} == before
    assert model.at == "mobile"


async def test_an_operator_chooses_it_in_the_menu_and_keeps_it(
    opened_app: At, block: dict[str, str], tmp_path: Path
) -> None:
    async with opened_app() as hand:
        await hand.press("<ctrl+n>", "<ctrl+p>", "full fields", "<enter>")
        assert read_choices(Notes(tmp_path), "Asha").goes_on
        page = hand.app.screen
        assert isinstance(page, FormPage)
        assert page.model is not None
        page.model.go("mobile")
        await hand.press("9")
        assert "Enter next, by itself once full" in hand.text()
        await hand.press("419011432", "<enter>", "0143", "<enter>", "gen", "<enter>", "Nagam")
        values = {name: one.text for name, one in page.model.fields.items() if one.text}
        assert values == {
            "mobile": "9419011432",
            "aadhaar_last4": "0143",
            "category": "gen",
            "village": "Nagam",
        }
        await hand.press("<escape>", "<ctrl+n>")
        assert isinstance(hand.app.screen, FormPage)
        assert hand.app.screen.model is not None
        assert hand.app.screen.model.goes_on.on
        await hand.press("<ctrl+p>", "full fields", "<enter>")
        assert not read_choices(Notes(tmp_path), "Asha").goes_on


async def test_the_choices_of_forms_are_in_every_menu_and_in_the_help(
    opened_app: At, block: dict[str, str], tmp_path: Path
) -> None:
    async with opened_app() as hand:
        await hand.press("/", "full")
        assert "✓ now" in hand.line("Full fields wait for Enter")
        await hand.press("<enter>")
        assert "by themselves, from the next form on. Kept for Asha." in hand.text()
        assert "✓ now" in hand.line("Full fields go on by themselves  ")
        assert read_choices(Notes(tmp_path), "Asha").goes_on
        await hand.press("<escape>", "<escape>", "/", "enter needed", "<enter>", "<escape>")
        await hand.press("<escape>", "<ctrl+n>", "<ctrl+p>", "full")
        assert "by themselves" not in hand.marked()  # the form offers the other way, first
        assert hand.text().count("Full fields wait for Enter") == 1
        await hand.press("<escape>", "<escape>", "<escape>", "<f1>")
        for _ in range(20):
            if "full fields go on by themselves" in hand.text():
                break
            await hand.press("<pagedown>")
        assert "/full" in hand.line("full fields go on by themselves")
    choices = read_choices(Notes(tmp_path), "Asha")
    assert (choices.goes_on, choices.needed_only) == (True, True)
