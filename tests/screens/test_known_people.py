"""Someone known already is noticed: in the box, in a roll, while a form is filled, at the save."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan

from fieldkit.screens.attendance.roster_page import RosterPage
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.store import Store

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand

AGAIN = "9419011432"


@pytest.mark.parametrize(
    "typed",
    ["tariq lone", "TARIQ LONE", "tarik lon", "7710", "9419017710", "chadoora tariq"],
    ids=["exact", "capitals", "by sound", "last digits", "mobile", "name and village"],
)
async def test_a_sure_hit_opens(opened_app: At, block: dict[str, str], typed: str) -> None:
    async with opened_app() as hand:
        await hand.press(typed, "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert hand.app.screen.record_id == block["tariq"]


async def test_no_part_of_a_name_and_no_three_digits_are_sure(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        for typed in ("tariq", "lone", "710"):
            await hand.press(typed)
            assert "Tariq Lone" in hand.text()
            assert hand.marked() == ""
            await hand.press("<escape>")
        await hand.press("tariq mir")
        assert "egister" in hand.marked()


async def test_two_of_one_name_are_not_sure(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    artisan(store, "Tariq Lone", "Gani Lone", "7006017711", "Nagam")
    async with opened_app() as hand:
        await hand.press("tariq lone")
        assert hand.marked() == ""


async def test_a_spelt_name_wins_over_those_that_sound_alike(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    artisan(store, "Tarik Loan", "Gani Loan", "7006017711", "Nagam")
    async with opened_app() as hand:
        await hand.press("tariq lone", "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert hand.app.screen.record_id == block["tariq"]


async def test_a_roll_says_who_is_on_it_and_puts_nobody_on_it_twice(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("4", "<enter>", "<enter>", "m")
        assert isinstance(hand.app.screen, RosterPage)
        await hand.press("tariq lone", "<enter>", "tariq lone")
        assert "Tariq Lone (on the list)" in hand.marked()
        await hand.press("<enter>")
        assert "On the list already: Tariq Lone" in hand.text()
        assert "1 on the list" in hand.text()
    assert len(store.where("training_enrolment", training_batch_id=block["batch"])) == 1


async def fill(hand: Hand, name: str, mobile: str, four: str = "0143") -> None:
    """Register someone, field by field, up to the save."""
    await hand.press("x", "<ctrl+n>")
    assert isinstance(hand.app.screen, FormPage)
    await hand.press("<up>", name, "<enter>", "s", "<enter>", "abdul ahad bhat", "<enter>")
    await hand.press("2301 1984", "<enter>", mobile, "<enter>", four, "<enter>")


async def test_leaving_the_mobile_names_the_person_who_has_it(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await fill(hand, "gulam mohd bhat", AGAIN)
        said = " ".join(hand.text().split())
        assert "Same person? Ghulam Mohammad Bhat, s/o Abdul Ahad Bhat, Wathoora, ··1432" in said
        assert "F4 compare." in said


async def test_a_save_over_a_strong_match_asks_once(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await fill(hand, "gulam mohd bhat", AGAIN)
        await hand.press("<down>", "Wathoora", "<enter>", "carp", "<enter>")
        await hand.press("<ctrl+s>")
        assert isinstance(hand.app.screen, FormPage)
        said = " ".join(hand.text().split())
        assert "may be the same person" in said
        assert "F4 compare. Somebody else? Ctrl+S again." in said
        assert len(list(store.each("beneficiary"))) == 2
        await hand.press("<ctrl+s>")
        assert not isinstance(hand.app.screen, FormPage)
    assert len(list(store.each("beneficiary"))) == 3


async def test_two_who_are_alike_are_one_question_and_saving_over_it_notes_nothing(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", AGAIN)
    before = {one.id for one in store.each("beneficiary")}
    async with opened_app() as hand:
        await fill(hand, "gulam mohd bhat", AGAIN)
        await hand.press("<down>", "Wathoora", "<enter>", "carp", "<enter>", "<ctrl+s>")
        assert "2 people here are alike." in " ".join(hand.text().split())
        await hand.press("<f4>")
        assert "1 of 2" in hand.text()
        await hand.press("<right>")
        assert "2 of 2" in hand.text()
        await hand.press("<escape>", "<ctrl+s>")
        assert not isinstance(hand.app.screen, FormPage)
    (new,) = [one for one in store.each("beneficiary") if one.id not in before]
    # Only "different people" is remembered: the next who opens the record may be asked.
    assert {one.id for one, _ in store.look_alikes(new)} == before - {block["tariq"]}


async def test_a_family_with_one_mobile_is_not_asked(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        for name, four in (("haleema begum", "7001"), ("irfan ahmad bhat", "7002")):
            await fill(hand, name, AGAIN, four)
            await hand.press("<down>", "Wathoora", "<enter>", "carp", "<enter>", "<ctrl+s>")
            assert not isinstance(hand.app.screen, FormPage)
            await hand.press("<escape>")
    assert len(list(store.each("beneficiary"))) == 4


async def test_a_correction_of_something_else_asks_nothing(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    twin = artisan(store, "Gulam Mohd Bhat", "Abdul Ahad Bhat", AGAIN)
    async with opened_app() as hand:
        await hand.app.navigator.open_record("beneficiary", twin)
        await hand.press("e")
        assert isinstance(hand.app.screen, FormPage)
        form = hand.app.screen.model
        assert form is not None
        form.go("village")
        await hand.press("<ctrl+u>", "Nagam", "<ctrl+s>")
        assert not isinstance(hand.app.screen, FormPage)
    kept = store.get("beneficiary", twin)
    assert kept is not None
    assert kept.value("village") == "Nagam"
