"""Ways through a form that went wrong once: what a key does there, and what the screen says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from tests.screens.conftest import put

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.training.training_batch import TrainingBatch
from fieldkit.records.training.training_centre import TrainingCentre
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.lookup.issues import issues
from fieldkit.store import Edit, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand

    from fieldkit.records import Record

pytestmark = pytest.mark.usefixtures("store")


async def begin(hand: Hand, kind: type[Record] = Beneficiary) -> FormPage:
    """Open an empty form."""
    page = FormPage(kind)
    await hand.app.push_screen(page)
    await hand.settle()
    return page


def text_of(page: FormPage, name: str) -> str:
    assert page.model is not None
    return page.model.fields[name].text


def at(page: FormPage) -> str:
    assert page.model is not None
    return page.model.at


# --- the first key in a filled field ---


async def test_the_first_key_replaces_what_stands_in_a_name_too(opened_app: At) -> None:
    async with opened_app() as hand:
        page = await begin(hand)
        await hand.press("Zaina Bano", "<enter>", "<up>", "Zooni", "<enter>")
        assert text_of(page, "name") == "Zooni"
        await hand.press("<up>", "<end>", " Akhter", "<enter>")
        assert text_of(page, "name") == "Zooni Akhter"
        await hand.press("<up>", "<left>", "<delete>", "<enter>")
        assert text_of(page, "name") == "Zooni Akhte"
        await hand.press("<up>")
        assert "The next key replaces this." in hand.text()
        await hand.press("<end>")
        assert "The next key replaces this." not in hand.text()
        await hand.press("<down>", "<up>", "<backspace>")
        assert text_of(page, "name") == ""
        await hand.press("<ctrl+z>")
        assert text_of(page, "name") == "Zooni Akhte"


async def test_the_first_key_replaces_a_mobile_but_not_one_that_a_save_sends_back(
    opened_app: At,
) -> None:
    async with opened_app() as hand:
        page = await begin(hand)
        await hand.press("Zooni", "<enter>", *["<down>"] * 4)
        assert at(page) == "mobile"
        await hand.press("94190", "<enter>", "<up>", "94191143", "<ctrl+s>")
        assert text_of(page, "mobile") == "94191143"
        assert at(page) == "mobile"
        await hand.press("27")
        assert text_of(page, "mobile") == "9419114327"


# --- a letter after "s/o" ---


async def into_born(hand: Hand, page: FormPage) -> None:
    await hand.press("Ghulam Bhat", "<enter>", "s", "<enter>", "Ahad", "<enter>")
    assert at(page) == "born"


async def test_a_letter_for_the_skipped_choice_goes_there(opened_app: At) -> None:
    async with opened_app() as hand:
        page = await begin(hand)
        await into_born(hand, page)
        await hand.press("m", "<enter>", "1984", "<enter>")
        assert (text_of(page, "gender"), text_of(page, "born")) == ("m", "1984")
        assert page.model is not None
        assert page.model.values["gender"] == "M"
        await hand.press("<up>", "<up>", "<up>", "<enter>")
        assert at(page) == "mobile"


async def test_a_letter_of_the_skipped_choice_may_change_it(opened_app: At) -> None:
    async with opened_app() as hand:
        page = await begin(hand)
        await into_born(hand, page)
        await hand.press("t", "<enter>")
        assert page.model is not None
        assert page.model.values["gender"] not in ("M", "F", None)
        assert at(page) == "born"


async def test_a_month_typed_first_comes_back_to_the_date(opened_app: At) -> None:
    async with opened_app() as hand:
        page = await begin(hand)
        await into_born(hand, page)
        await hand.press("mar 3 1984", "<enter>")
        assert page.model is not None
        assert page.model.values["born"] == "1984-03-03"
        assert page.model.values["gender"] == "M"


# --- errors and remarks ---


async def test_errors_and_remarks_are_counted_apart(opened_app: At) -> None:
    async with opened_app() as hand:
        page = await begin(hand)
        await hand.press("Ghulam Bhat", "<enter>", "s", "<enter>", "Ahad", "<enter>", "<up>")
        await hand.press("woman", "<enter>")
        bar = hand.text().splitlines()[0]
        assert "1 to check" in bar
        assert "to correct" not in bar
        await hand.press("1984", "<enter>", "94190", "<enter>")
        bar = hand.text().splitlines()[0]
        assert "1 to correct" in bar
        assert "1 to check" in bar
        assert "Check: " in hand.line("woman")
        assert text_of(page, "mobile") == "94190"


def test_a_saved_remark_stays_with_the_record(store: Store) -> None:
    fields = {"name": "Zooni", "relation": "DO", "gender": "M", "trade_code": "TAIL"}
    (saved,) = store.save([Edit(Beneficiary, fields)], "Asha")
    assert len(saved.findings) == 1
    (said,) = issues(store, saved.id)
    assert (said.heading, said.field) == ("To check", "gender")
    store.save([Edit(Beneficiary, {"gender": "F"}, id=saved.id)], "Asha")
    assert issues(store, saved.id) == []


async def test_a_saved_remark_is_on_the_page_of_its_record(opened_app: At, store: Store) -> None:
    number = put(store, Beneficiary, name="Zooni", relation="DO", gender="M", trade_code="TAIL")
    async with opened_app() as hand:
        await hand.app.navigator.open_record("beneficiary", number)
        await hand.settle()
        assert "To check" in hand.text()


# --- a record that is missing ---


async def to_centre(hand: Hand) -> FormPage:
    page = await begin(hand, TrainingBatch)
    await hand.press("basic", "<enter>", "Joinery", "<enter>")
    while at(page) != "training_centre_id":
        await hand.press("<down>")
    return page


async def test_a_missing_centre_is_registered_from_within_the_field(
    opened_app: At, store: Store
) -> None:
    async with opened_app() as hand:
        page = await to_centre(hand)
        await hand.press("ITI Chadoora")
        assert "new training centre" in hand.text()
        await hand.press("<right>", "<enter>")
        form = hand.app.screen
        assert isinstance(form, FormPage)
        assert form is not page
        assert text_of(form, "name") == "ITI Chadoora"
        await hand.press("<ctrl+s>")
        assert hand.app.screen is page
        (centre,) = store.each("training_centre")
        assert page.model is not None
        assert page.model.values["training_centre_id"] == centre.id
        assert text_of(page, "course") == "Joinery"
        assert at(page) == "place"
        assert "ITI Chadoora" in hand.text()
        assert "Saved: ITI Chadoora" in hand.text()
        await hand.press("Nagam", "<ctrl+s>")
    (batch,) = store.each("training_batch")
    assert batch.value("training_centre_id") == centre.id


async def test_leaving_the_other_form_loses_nothing(opened_app: At, store: Store) -> None:
    async with opened_app() as hand:
        page = await to_centre(hand)
        await hand.press("ITI Chadoora", "<right>", "<enter>", "<escape>")
        assert hand.app.screen is page
        assert text_of(page, "training_centre_id") == "ITI Chadoora"
        assert text_of(page, "course") == "Joinery"
        kept = {draft.kind: draft.texts for draft in store.drafts.of("Asha")}
        assert kept["training_batch"]["course"] == "Joinery"


async def test_what_is_found_is_not_passed_over_by_enter(opened_app: At, store: Store) -> None:
    centre = put(store, TrainingCentre, name="ITI Chadoora")
    async with opened_app() as hand:
        page = await to_centre(hand)
        await hand.press("ITI Chadoora", "<enter>")
        assert hand.app.screen is page
        assert text_of(page, "training_centre_id") == centre


async def test_a_role_that_may_not_enter_the_kind_is_not_offered_it(
    opened_app: At, store: Store
) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30, "registrar", 2, 16, 1, "first")
    async with opened_app() as hand:
        await to_centre(hand)
        await hand.press("ITI Chadoora")
        assert "new training centre" not in hand.text()


# --- what to press is never cut ---


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_the_key_to_press_stands_whole_however_long_the_reason(
    opened_app: At, width: int
) -> None:
    async with opened_app(width, 24) as hand:
        page = await begin(hand)
        model = page.model
        assert model is not None
        for long in ("a reason of some length, " * 12, "short"):
            from fieldkit.records import Finding, Severity
            from fieldkit.screens.form.entry.saving import refuse

            stop = Finding("beneficiary", "", "mobile", "x", severity=Severity.REASON, text=long)
            refuse(model, [stop])
            page.form_typed(left_field=False)
            await hand.settle()
            said = " ".join(" ".join(hand.text().splitlines()[-3:-1]).split())
            assert "Ctrl+S again" in said
            assert "Mobile: " in said
        assert all(cell_len(line) <= width for line in hand.text().splitlines())


# --- getting about ---


async def test_a_field_is_reached_by_its_name(opened_app: At) -> None:
    async with opened_app() as hand:
        page = await begin(hand)
        await hand.press("Zooni", "<ctrl+t>")
        assert hand.app.screen is not page
        await hand.press("ifsc", "<enter>")
        assert hand.app.screen is page
        assert at(page) == "ifsc"
        assert text_of(page, "name") == "Zooni"
        await hand.press("<ctrl+t>", "<escape>")
        assert at(page) == "ifsc"


async def test_the_line_of_keys_names_the_ways_through_the_form(opened_app: At) -> None:
    async with opened_app() as hand:
        page = await begin(hand)
        keys = hand.text().splitlines()[-1]
        for key in ("Enter next", "PgDn", "Ctrl+T", "Ctrl+S save", "Esc"):
            assert key in keys
        await hand.press("<pagedown>", "<pagedown>")
        assert page.model is not None
        assert page.model.section == "Bank account"


async def test_a_terminal_command_from_the_clipboard_stays_in_its_field(opened_app: At) -> None:
    """Without brackets around a paste, its control characters come as keys; BEL is Ctrl+G."""
    async with opened_app() as hand:
        page = await begin(hand)
        await hand.press("Ali", "<ctrl+g>", " Dar")
        assert hand.app.screen is page
        assert text_of(page, "name") == "Ali Dar"
