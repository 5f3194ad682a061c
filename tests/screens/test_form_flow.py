"""What makes a form take fewer keys, and how a save is undone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.fields.formats import today
from fieldkit.screens.form.entry.completion import NameWords
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.lookup.entry_choices import FILE, EntryChoices, read_choices
from fieldkit.screens.lookup.spoken_day import spoken_day
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.store import Edit, Notes, Store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.screens.conftest import At, Hand

    from fieldkit.screens.form.entry.model import FormModel


def form(hand: Hand) -> FormModel:
    page = hand.app.screen
    assert isinstance(page, FormPage)
    assert page.model is not None
    return page.model


def texts(hand: Hand) -> dict[str, str]:
    return {name: one.text for name, one in form(hand).fields.items() if one.text}


def artisans(store: Store) -> list[Beneficiary]:
    return [one for one in store.each("beneficiary") if isinstance(one, Beneficiary)]


async def test_a_name_goes_on_by_right_alone_and_values_are_kept_for_the_next(
    opened_app: At, store: Store, tmp_path: Path
) -> None:
    for number in range(2):
        artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", f"941901143{number}", "Nagam")
    artisan(store, "Gulzar Mir", "Ali Mir", "9419011439", "Nagam")
    async with opened_app() as hand:
        await hand.press("<ctrl+n>", "g")
        assert "ghulam" in hand.line("Name as on Aadhaar")
        await hand.press("<enter>", "<up>")
        assert texts(hand) == {"name": "g"}
        await hand.press("<end>", "<right>", "b", "<right>", "<enter>", "s", "<enter>")
        assert form(hand).values["name"] == "Ghulam Bhat"
        await hand.press("ab", "<right>", "<right>", "<enter>")
        assert form(hand).values["relation_name"] == "Abdul Bhat"
        await hand.press("1984", "<enter>", "9906012345", "<enter>", "0143", "<enter>")
        await hand.press("gen", "<f3>", "<enter>", "<right>", "<f3>")
        assert "kept for the next record" in hand.text()
        await hand.press("<enter>", "carp", "<enter>", "n", "<f3>")
        assert "cannot be kept" in hand.text()
        await hand.press("<ctrl+n>", "<ctrl+n>", "<ctrl+n>")  # two here are like this one
        assert texts(hand) == {"category": "GEN", "village": "Nagam"}
        assert "kept" in hand.line("Village or ward")
        await hand.press("<escape>")
        assert "◌" not in hand.text()
        await hand.press("<ctrl+n>", "Zaina", *["<enter>"] * 7)
        assert form(hand).at == "trade_code"
        await hand.press("/", "keep", "<enter>")
        assert form(hand).at == "trade_code"
        assert "Fill this first" in hand.text()
        await hand.press("<up>", "Chadoora", "<enter>", "carp", "<ctrl+n>")
        assert texts(hand) == {"category": "GEN", "village": "Chadoora"}
        await hand.press(*["<down>"] * 7)
        assert form(hand).at == "category"
        await hand.press("<f3>", "<escape>")
    assert read_choices(Notes(tmp_path), "Asha").kept == {"beneficiary": {"village": "Chadoora"}}
    assert read_choices(Notes(tmp_path), "Reyaz") == EntryChoices()
    (tmp_path / FILE).write_text("[1", encoding="utf-8")
    assert read_choices(Notes(tmp_path), "Asha") == EntryChoices()


def test_names_go_on_with_the_commonest_word_of_their_place() -> None:
    words = NameWords(["Ghulam", "Gulzar"], ["Bhat", "Ghulam"])
    assert words.rest_of("gh") == "ulam "
    assert words.rest_of("Ghulam") == ""
    assert words.rest_of("Ali g") == "hulam"
    assert words.rest_of("Ali ", "Mir") == "Mir"
    assert words.rest_of("Ali m", "Mir") == "ir"
    assert words.rest_of("Ali b", "Mir") == "hat"
    assert words.rest_of("Ali ") == words.rest_of("x") == words.rest_of("") == ""


def test_names_of_an_older_version_are_learned_once(store: Store) -> None:
    from sqlalchemy import text

    for number in range(2):
        artisan(store, "Ghulam Bhat", "Ali Bhat", f"941901143{number}")
    typed = store.name_words(2)
    assert typed == (["Ali", "Ghulam"], ["Bhat"])
    with store._database.write() as connection:
        connection.execute(text("DELETE FROM typed_before"))
    assert store.name_words(2) == ([], [])
    store.learn_names()
    store.learn_names()
    assert store.name_words(2) == typed


@pytest.mark.parametrize(
    ("said", "back"),
    [("today", 0), ("Yesterday", 1), ("-3", 3), ("5 days ago", 5), ("2d ago", 2), ("wed", 7)],
)
def test_days_as_they_are_said(said: str, back: int) -> None:
    wednesday = date(2026, 11, 25)
    assert spoken_day(said, wednesday) == wednesday - timedelta(days=back)


@pytest.mark.parametrize("written", ["2301 1984", "3", "-", "", "mo", "23 jan", "-1 jan"])
def test_what_is_no_spoken_day(written: str) -> None:
    assert spoken_day(written, date(2026, 11, 25)) is None


async def test_branches_by_words_pins_by_village_and_only_what_is_needed(
    opened_app: At, store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("<ctrl+n>", "Zaina", *["<enter>"] * 8)
        await hand.press("Nagam", "<enter>", "embroid", "<enter>")
        assert form(hand).fields["trade_code"].problem
        await hand.press("<up>", "erman", "<enter>")
        assert form(hand).values["trade_code"] == "WASH"
        await hand.press("n", "<enter>", *["<enter>"] * 4)
        assert form(hand).at == "pin"
        await hand.press("<right>", "<enter>")
        assert str(form(hand).values["pin"]).startswith("19")
        form(hand).go("ifsc")
        await hand.press("jk hospital chadoo")
        assert form(hand).marked is not None
        await hand.press("<enter>")
        assert form(hand).values["ifsc"] == "JAKA0CHADOO"
        assert form(hand).values["bank_branch"] == "Hospital Road Chadoora"
        form(hand).go("registered_on")
        await hand.press("yesterday", "<enter>")
        assert form(hand).values["registered_on"] == today() - timedelta(days=1)
        await hand.press("/", "enter goes", "<enter>")
        assert "only what is needed now" in hand.text()
        form(hand).go("bars")
        await hand.press("<enter>")
        assert form(hand).at == "bars"
        assert "All that is needed now is filled." in hand.text()


async def test_the_last_save_is_undone_as_a_change_and_opened_by_one_key(
    opened_app: At, store: Store
) -> None:
    old = artisan(store, "Ghulam Bhat", "Ali Bhat", "9419011432")
    async with opened_app() as hand:
        await hand.press("<ctrl+z>")
        assert "Nothing was saved since the start" in hand.text()
        await hand.press(old, "<enter>", "e", "Gulzar", "<ctrl+s>", "<escape>")
        await hand.press("<ctrl+n>", "Zaina", *["<enter>"] * 9, "carp", "<ctrl+s>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
        await hand.press("<ctrl+e>")
        assert isinstance(hand.app.screen, RecordPage)
        assert "Zaina" in hand.text()
        await hand.press("<escape>", "<ctrl+z>")
        assert "Undo: delete the new artisan Zaina? Ctrl+Z again." in hand.text()
        await hand.press("<down>", "<ctrl+z>")
        assert "Undone" not in hand.text()
        await hand.press("<ctrl+z>")
        assert "Undone: Zaina" in hand.text()
        assert [one.name for one in artisans(store)] == ["Gulzar"]
        await hand.press("<ctrl+z>")
        assert "Undo: put back name as on Aadhaar of Gulzar? Ctrl+Z again." in hand.text()
        await hand.press("<ctrl+z>", "<ctrl+z>")
        assert "Nothing was saved since the start" in hand.text()
        assert [one.name for one in artisans(store)] == ["Ghulam Bhat"]


async def test_a_save_that_was_changed_since_is_not_undone(opened_app: At, store: Store) -> None:
    old = artisan(store, "Ghulam Bhat", "Ali Bhat", "9419011432")
    async with opened_app() as hand:
        await hand.press(old, "<enter>", "e", "Gulzar", "<ctrl+s>", "<escape>")
        store.save([Edit(Beneficiary, {"name": "Nazir"}, old)], "Reyaz")
        await hand.press("<ctrl+z>")
        assert "was changed again or deleted since" in hand.text()
        assert [one.name for one in artisans(store)] == ["Nazir"]
