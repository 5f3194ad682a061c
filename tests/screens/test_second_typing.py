"""Account number and IFSC are typed twice, the second time without seeing the first."""

from __future__ import annotations

from pathlib import Path

from tests.screens.test_form_model import go, picture, press

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.declaration.field import Twice
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.entry.saving import changes, draft_texts
from fieldkit.screens.form.entry.terms import Act
from fieldkit.screens.lookup.twice import asked_twice, fields_asked_twice, keep_twice

FIRST, OTHER = "40123456789", "40123456798"


def at_account() -> FormModel:
    model = FormModel(Beneficiary, place={"district": 2, "block": 16})
    model.second.fields = {"ifsc", "account_no"}
    go(model, "account_no")
    press(model, FIRST, "<enter>")
    return model


def test_the_same_number_goes_on_and_the_first_is_hidden_meanwhile() -> None:
    model = at_account()
    assert model.at == "account_no"
    assert FIRST[-5:] not in "\n".join(picture(model))
    press(model, "4012", "<backspace>", "2")
    assert any("4012" in line and "once more" in line for line in picture(model))
    assert draft_texts(model, typing=True)["account_no"] == FIRST
    press(model, "3456789", "<enter>")
    assert model.at != "account_no"
    press(model, "<up>", "<up>", "<down>")
    assert press(model, "<ctrl+s>") is Act.SAVE


def test_a_difference_shows_both_and_asks_which() -> None:
    for key, right in (("1", FIRST), ("2", OTHER)):
        model = at_account()
        press(model, OTHER, "<enter>")
        assert FIRST in model.message.text
        assert OTHER in model.message.text
        press(model, "<enter>", "x", key)
        assert (changes(model)["account_no"], model.second.box) == (right, None)
        assert model.at != "account_no"


def test_up_shows_the_first_and_nothing_is_asked_of_what_was_not_typed() -> None:
    model = at_account()
    press(model, "<enter>", "<up>", "<end>", "1", "<enter>")
    model.paste(f"{FIRST}1")
    press(model, "<enter>")
    assert changes(model)["account_no"] == f"{FIRST}1"
    model = FormModel(Beneficiary, place={"district": 2, "block": 16})
    model.second.fields, model.last = {"ifsc", "account_no"}, {"ifsc": "JAKA0CHADOO"}
    go(model, "ifsc")
    press(model, "=", "<enter>")
    assert model.at == "account_no"


def test_a_save_asks_once_and_the_next_saves_as_it_is() -> None:
    model = at_account()
    press(model, "<up>", "<pageup>", "Zooni", "<enter>")
    go(model, "ifsc")
    press(model, "JAKA0CHADOO", "<pageup>")
    assert press(model, "<ctrl+s>") is Act.NONE
    assert model.at == "ifsc"
    press(model, "CHADOO", "<enter>")  # of an IFSC the last six are enough
    assert model.at == "account_no"
    assert model.second.box is not None
    assert press(model, "<ctrl+s>") is Act.SAVE
    assert changes(model)["account_no"] == FIRST


def test_each_laptop_chooses_what_it_asks_twice(tmp_path: Path) -> None:
    assert fields_asked_twice(tmp_path, Beneficiary) == {"ifsc", "account_no"}
    keep_twice(tmp_path, Twice.MOBILE, on=True)
    keep_twice(tmp_path, Twice.IFSC, on=False)
    assert fields_asked_twice(tmp_path, Beneficiary) == {"mobile", "account_no"}
    for number in Twice:
        keep_twice(tmp_path, number, on=False)
    assert asked_twice(tmp_path) == frozenset()
