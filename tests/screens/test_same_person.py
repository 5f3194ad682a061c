"""Same person? Both side by side: the known record is gone on with, or told apart for good."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import Hand, artisan
from tests.screens.test_known_people import AGAIN, fill

from fieldkit.app import FieldkitApp
from fieldkit.protocol.difference import difference_field, different_from
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.same_person.same_person_page import SamePersonPage
from fieldkit.store import Store

if TYPE_CHECKING:
    from tests.screens.conftest import At


def words(hand: Hand) -> str:
    return " ".join(hand.text().split())


async def save(hand: Hand) -> None:
    """Fill what is still needed, and save."""
    form = hand.app.screen
    assert isinstance(form, FormPage)
    assert form.model is not None
    form.model.go("trade_code")
    await hand.press("carp", "<enter>", "<ctrl+s>")


async def test_the_same_goes_on_as_an_edit_and_keeps_what_was_typed(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    known = store.get("beneficiary", block["ghulam"])
    async with opened_app() as hand:
        await fill(hand, "gulam mohd bhat", AGAIN, "0143")
        await hand.press("<f4>")
        assert isinstance(hand.app.screen, SamePersonPage)
        table = hand.text()
        assert "Alike: " in table
        assert block["ghulam"] in table
        line = hand.line("Name as on Aadhaar")
        assert line.index("Gulam Mohd Bhat") < line.index("Ghulam Mohammad Bhat")
        await hand.press("y")
        form = hand.app.screen
        assert isinstance(form, FormPage)
        assert form.model is not None
        assert form.model.record == known
        assert "Nothing is saved yet" in words(hand)
        (draft,) = store.drafts.of()  # it moved along: the work is found again as an edit
        assert (draft.record_id, draft.base) == (block["ghulam"], 0)
        assert draft.texts["aadhaar_last4"] == "0143"
        assert store.get("beneficiary", block["ghulam"]) == known
        await hand.press("<f4>", "n")  # somebody else after all: a new record, nothing is lost
        form = hand.app.screen
        assert isinstance(form, FormPage)
        assert form.model is not None
        assert form.model.record is None
        assert form.model.fields["mobile"].text == AGAIN
        assert form.model.different == {block["ghulam"]}
        (draft,) = store.drafts.of()
        assert (draft.record_id, draft.base) == (None, None)
        await hand.press("<f4>", "y")
        assert form.model is not None
        assert form.model.record == known
        assert not form.model.different
        form.model.go("name")
        await hand.press("<ctrl+z>", "<ctrl+s>")  # the known spelling
        assert not isinstance(hand.app.screen, FormPage)
    now = store.get("beneficiary", block["ghulam"])
    assert now is not None
    assert [now.value(name) for name in ("name", "aadhaar_last4", "village")] == [
        "Ghulam Mohammad Bhat",
        "0143",
        "Wathoora",
    ]
    assert len(list(store.each("beneficiary"))) == 2
    assert store.drafts.of() == []


async def test_different_is_kept_in_the_draft_and_saved_with_the_new_record(
    opened_app: At, block: dict[str, str], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldkit.screens.widgets.pause.PAUSE", 0)
    second = artisan(store, "Gulam Mohd Bhat", "Abdul Ahad Bhat", AGAIN)
    async with opened_app() as hand:
        await fill(hand, "gulam mohd bhat", AGAIN)
        await hand.press("<ctrl+l>")
        assert "1 of 2" in hand.text()
        await hand.press("n", "<left>", "<right>", "n")
        assert isinstance(hand.app.screen, FormPage)
        await hand.press("<f4>", "2", "<ctrl+z>")  # nothing was told apart on this page
        assert "Different people, as you said." in hand.text()
        await hand.press("n", "n", "<escape>", "<escape>")
        (draft,) = store.drafts.of()
        fields = {difference_field(one) for one in (block["ghulam"], second)}
        assert fields <= draft.texts.keys()
        await hand.app.navigator.open_draft(draft)
        await hand.settle()
        assert "Same person?" not in hand.text()
        await save(hand)
        assert not isinstance(hand.app.screen, FormPage)  # nobody was asked about
        (new,) = {one.id for one in store.each("beneficiary")} - {*block.values(), second}
        for number in (block["ghulam"], second):
            record = store.get("beneficiary", number)
            assert record is not None
            assert different_from(record.extra) == {new}


async def test_a_kill_between_different_and_the_save_forgets_neither(
    opened_app: At, block: dict[str, str], store: Store, tmp_path: Path, killed: Path
) -> None:
    async with opened_app() as hand:
        await fill(hand, "gulam mohd bhat", AGAIN)
        await hand.press("<f4>", "n")
        assert isinstance(hand.app.screen, FormPage)
        shutil.copytree(tmp_path, killed, dirs_exist_ok=True)  # the disk as a kill leaves it
    left = Store.open(killed)
    (draft,) = left.drafts.of()
    assert difference_field(block["ghulam"]) in draft.texts
    app = FieldkitApp(killed, None)
    async with app.run_test(size=(80, 24)) as pilot:
        again = Hand(pilot, app)
        await again.settle()
        await app.navigator.open_draft(draft)
        await again.settle()
        await save(again)
        assert not isinstance(app.screen, FormPage)  # nobody was asked about
    app.close_store()
    record = left.get("beneficiary", block["ghulam"])
    assert record is not None
    assert len(list(left.each("beneficiary"))) == 3
    assert left.look_alikes(record) == []  # the pair is told apart, whichever of the two says it
    left.close()


@pytest.fixture
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed")


async def test_the_same_page_opens_from_a_record_and_is_undone_there(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    twin = artisan(store, "Gulam Mohd Bhat", "Abdul Ahad Bhat", AGAIN)
    async with opened_app(120, 40) as hand:
        await hand.app.navigator.open_record("beneficiary", block["ghulam"])
        await hand.press("y", "n")
        assert "Different people, as you said." in hand.text()
        assert store.alike("beneficiary", [twin]) == []
        await hand.press("<ctrl+z>")
        assert len(store.alike("beneficiary", [twin])) == 1
        await hand.press("n", "<escape>", "y")
        assert "Nobody here is like this one." in hand.text()
        await hand.press("<escape>", "h")
        assert f"Not the same as {twin}" in hand.text()
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, RecordPage)


async def test_the_panel_says_why_and_a_correction_makes_nobody_alike(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    artisan(store, "Gulam Mohd Bhat", "Abdul Ahad Bhat", AGAIN)
    async with opened_app(120, 30) as hand:
        await hand.app.navigator.open_form("beneficiary", record_id=block["ghulam"])
        await hand.settle()
        panel = words(hand)
        assert "Same person?" in panel
        assert "same mobile" in panel
        await hand.press("<end>", " Dar", "<enter>", "<ctrl+s>")
        assert not isinstance(hand.app.screen, FormPage)
