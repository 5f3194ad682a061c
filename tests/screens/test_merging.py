"""Two saved records of one person: merged on the page that compares them, shown as one, undone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.screens.conftest import artisan, put
from tests.screens.test_known_people import AGAIN
from tests.screens.test_same_person import words

from fieldkit.protocol.change import Json, Op
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.lists.list_page import ListPage
from fieldkit.screens.records.history_page import HistoryPage
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.same_person.merge_page import MergePage
from fieldkit.screens.same_person.merging import merge, undo_merge
from fieldkit.screens.same_person.same_person_page import SamePersonPage
from fieldkit.store import Answered, Edit, ServerRow, Store, to_json

if TYPE_CHECKING:
    from tests.screens.conftest import At

    from fieldkit.records import Value

ELSEWHERE = "0THERAAA-1"
"""A record that the server brings."""


def twin_of(store: Store, block: dict[str, str]) -> str:
    """Save a second record of Ghulam with an earlier toolkit under its own number."""
    twin = artisan(store, "Gulam Mohd Bhat", "Abdul Ahad Bhat", AGAIN)
    store.save([Edit(Beneficiary, {"remarks": "came twice"}, twin)], "Asha")
    put(store, Toolkit, beneficiary_id=twin, state="SELECTED", selected_on=date(2026, 1, 7))
    return twin


def name_of(store: Store, number: str) -> object:
    record = store.get("beneficiary", number)
    assert record is not None
    return record.value("name")


async def test_two_keys_merge_the_page_shows_one_person_and_all_of_it_is_undone(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    kept, twin = block["ghulam"], twin_of(store, block)
    async with opened_app(120, 40) as hand:
        await hand.app.navigator.open_record("beneficiary", kept)
        await hand.press("y", "y")
        assert isinstance(hand.app.screen, MergePage)
        assert f"Ghulam Mohammad Bhat, {kept}, is kept and stands for {twin}" in words(hand)
        assert "It takes remarks from the other." in words(hand)  # empty on the kept one
        await hand.press("<right>")
        assert f"Gulam Mohd Bhat, {twin}, is kept and stands for {kept}" in words(hand)
        await hand.press("<left>", "1")
        assert "It takes name as on Aadhaar, remarks from the other." in words(hand)
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, SamePersonPage)
        assert f"Merged: {twin} is Gulam Mohd Bhat, {kept}." in words(hand)
        assert store.merges.stands_for("beneficiary", [twin]) == {twin: kept}
        assert name_of(store, kept) == "Gulam Mohd Bhat"
        await hand.press("<ctrl+z>")
        assert f"Two people again: {kept} and {twin}, 2 values put back." in words(hand)
        assert store.merges.stands_for("beneficiary", [twin]) == {twin: twin}
        assert name_of(store, kept) == "Ghulam Mohammad Bhat"
        await hand.press("y", "<enter>", "<escape>")
        assert isinstance(hand.app.screen, RecordPage)
        page = words(hand)
        assert f"Also entered as {twin}, merged by Asha on" in page
        assert f"under {twin}" in hand.line("07 Jan 2026")
        assert "01 Feb 2026" in page


async def test_the_other_number_leads_to_the_kept_record_everywhere(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    kept, twin = block["ghulam"], twin_of(store, block)
    store.merges.merge("beneficiary", kept, twin, "Asha")
    async with opened_app(120, 40) as hand:
        await hand.app.navigator.open_list("beneficiary")
        await hand.settle()
        assert "Ghulam Mohammad Bhat" in hand.text()
        assert "Gulam Mohd Bhat" not in hand.text()
        assert isinstance(hand.app.screen, ListPage)
        hand.app.screen.box.begin(twin)  # as typed, but a number may begin with a letter that acts
        await hand.settle()
        assert "Ghulam Mohammad Bhat" in hand.text()
        await hand.app.navigator.open_record("beneficiary", twin)
        await hand.settle()
        assert hand.line(kept)
        assert f"Also entered as {twin}" in hand.text()
        await hand.press("<end>", "<enter>")
        assert isinstance(hand.app.screen, HistoryPage)
        assert "came twice" in hand.text()  # what was entered under it stays reachable
        await hand.press("y")
        assert "Values that were taken over stay." in words(hand)
        await hand.press("y")
        assert store.merges.stands_for("beneficiary", [twin]) == {twin: twin}
        await hand.press("<escape>")
        assert "Also entered as" not in hand.text()


async def test_an_edit_of_a_merged_record_is_of_the_kept_one(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    kept, twin = block["ghulam"], twin_of(store, block)
    async with opened_app(100, 30) as hand:
        await hand.app.navigator.open_form("beneficiary", record_id=twin)
        await hand.settle()
        await hand.press("<end>", " Dar", "<escape>")
        (draft,) = store.drafts.of()
        store.merges.merge("beneficiary", kept, twin, "Asha")
        await hand.app.navigator.open_draft(draft)
        await hand.settle()
        assert f"{twin} is the same person: this is {kept}." in words(hand)
        assert isinstance(hand.app.screen, FormPage)
        await hand.press("<ctrl+s>")
    assert name_of(store, kept) == "Gulam Mohd Bhat Dar"
    assert name_of(store, twin) == "Gulam Mohd Bhat"


async def test_a_duplicate_whose_other_is_not_here_is_a_person_with_a_word_about_it(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    away, gone = artisan(store, "Nisar Dar", "Ali Dar", ""), artisan(store, "Nazir Dar", "Ali", "")
    elsewhere = "7KQ2M9XD-9"
    store.save([Edit(Beneficiary, {"merged_into": elsewhere}, away)], "Asha")
    store.merges.merge("beneficiary", gone, block["tariq"], "Asha")
    store.save([Edit(Beneficiary, {}, gone, None, Op.DELETE)], "Asha")
    listed = {one.id for one in store.page("beneficiary").records}
    assert listed == {block["ghulam"], block["tariq"], away}
    assert store.counts()["beneficiary"] == 3
    async with opened_app(120, 30) as hand:
        await hand.app.navigator.open_record("beneficiary", away)
        await hand.settle()
        assert f"Same person as {elsewhere}, whose record is in another block" in words(hand)
        await hand.app.navigator.open_record("beneficiary", block["tariq"])
        await hand.settle()
        assert f"Same person as {gone}, whose record is deleted." in words(hand)


def test_a_merge_of_members_of_two_groups_is_undone_with_the_group_that_was_chosen(
    store: Store,
) -> None:
    noor, chinar = (put(store, SelfHelpGroup, name=name) for name in ("Noor", "Chinar"))
    she: dict[str, Value] = {
        "name": "Zooni Akhter",
        "born": date(1991, 5, 2),
        "aadhaar_last4": "0143",
        "status": "ACTIVE",
    }
    kept = put(store, Member, **she, self_help_group_id=noor)
    values: dict[str, Json] = {name: to_json(value) for name, value in she.items()}
    place: dict[str, Json] = {"district": 2, "block": 16, "self_help_group_id": chinar}
    log = store.outbox.log_position()
    assert log is not None
    row = ServerRow("member", ELSEWHERE, 1, {**values, **place})
    store.pull.receive(Answered(log.origin, log.last_seq, log.head, {1: 1, 2: 1, 3: 1}, [], [row]))

    def groups() -> list[object]:
        found = [store.get("member", number) for number in (kept, ELSEWHERE)]
        return [one.value("self_help_group_id") for one in found if one]

    done = merge(store, "member", kept, ELSEWHERE, ["self_help_group_id"], "Asha", {})
    assert groups() == [chinar, chinar]
    assert "Two people again" in undo_merge(store, done, "Asha")
    assert groups() == [noor, chinar]
    assert store.merges.stands_for("member", [ELSEWHERE]) == {ELSEWHERE: ELSEWHERE}
