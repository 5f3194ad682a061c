"""Sent back, corrected, accepted on the screen; decided together, with a preview and one undo."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan, organisations

from fieldkit.records import Record
from fieldkit.records.credit.fund_release import FundRelease
from fieldkit.records.credit.loan import Loan
from fieldkit.records.declaration.sent_back import read_note
from fieldkit.records.fields.formats import show_date, today
from fieldkit.review import decisions
from fieldkit.screens.lists.columns import Listed
from fieldkit.screens.lists.reading import Wanted, read_page
from fieldkit.store import Edit, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At

REASON = "The father's name differs from the card"


def held(store: Store, number: str) -> Record:
    found = store.record(number)
    assert found is not None
    return found


async def test_a_record_is_sent_back_corrected_in_the_form_and_accepted(
    opened_app: At, store: Store, block: dict[str, str]
) -> None:
    number = block["ghulam"]
    async with opened_app(width=80) as hand:
        await hand.press("9419011432", "<enter>", "<ctrl+p>", "send it back", "<enter>")
        assert "The person who entered the record reads it." in hand.text()
        await hand.press(REASON, "<enter>")
        assert "Sent back: Ghulam" in hand.text()
        assert f"Sent back  {REASON}" in hand.text()  # the banner on its page
        await hand.press("<escape>")
        assert "1 sent back" in hand.text()  # on Home
        await hand.press("<down>", "<enter>")
        assert "To correct" in hand.line("Sent back")
        assert REASON in hand.marked()
        await hand.press("<enter>")
        assert f"Sent back by Asha: {REASON}" in hand.text()  # above the fields
        at = hand.text().splitlines().index(hand.line("Sent back by Asha"))
        await hand.press("<down>", "<down>")
        assert hand.text().splitlines().index(hand.line("Sent back by Asha")) == at
        await hand.press("<up>", "<up>", "<end>", " Dar", "<ctrl+s>")
        assert "Nothing that was entered here is sent back" in hand.text()
        await hand.press("<escape>")
        assert "sent back" not in hand.text()
        done = read_note(held(store, number).corrected)
        assert done is not None
        assert done.words == "Changed: Name as on Aadhaar"
        await hand.press("9419011432", "<enter>")
        assert "Corrected  Changed: Name as on Aadhaar (Asha" in hand.text()
        await hand.press("<ctrl+p>", "accept it", "<enter>")
        assert "Accepted: Ghulam" in hand.text()
        assert REASON not in hand.text()
        await hand.press("h")
        assert REASON in hand.text()  # the history tells the loop
        assert held(store, number).values()["sent_back"] is None


async def test_undoing_the_correction_opens_the_record_again(
    opened_app: At, store: Store, block: dict[str, str]
) -> None:
    number = block["ghulam"]
    store.review.send_back(number, REASON, "Reyaz")
    async with opened_app(width=80) as hand:
        await hand.press("9419011432", "<enter>", "e", "<end>", " Dar", "<ctrl+s>", "<escape>")
        assert held(store, number).corrected
        await hand.press("<ctrl+z>", "<ctrl+z>")
        assert held(store, number).corrected is None
        assert "1 sent back" in hand.text()


async def test_a_filtered_list_is_decided_together_and_undone_together(
    opened_app: At, store: Store, block: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(store: Store, wanted: Wanted, after: str | None) -> tuple[list[Listed], str | None]:
        time.sleep(0.02)  # as with many records, so that the page counts while it loads
        return read_page(store, wanted, after)

    monkeypatch.setattr("fieldkit.screens.lists.list_page.read_page", slow)
    for place in range(4):
        artisan(store, f"Nazir Lone {'abcd'[place]}", "Ali Lone", f"941901000{place}", "Nagam")
    waiting = [one.id for one in decisions.find(store, "1")]
    assert len(waiting) >= 4
    already = waiting[0]
    async with opened_app(width=120) as hand:
        await hand.press("/", "decisions that wait", "<enter>")
        assert "up to 30 days" in hand.marked()
        await hand.press("<enter>")
        assert "Decisions that wait" in hand.line("Artisans")
        await hand.press("v", "stage 1 reject", "<enter>", "yesterday")
        assert show_date(today() - timedelta(days=1)) in hand.marked()
        await hand.press("<ctrl+u>", "<enter>", "No such workshop", "<enter>")
        assert f"Change {len(waiting)} records" in hand.marked()
        assert "Rejected" in hand.line(": No such workshop")
        await hand.press("<escape>")
        assert "No such workshop" in hand.marked()  # nothing that was typed is lost
        await hand.press("<enter>")
        assert f" {already} " in hand.text()  # two may have one name
        assert decisions.find(store, "1")  # a preview saves nothing
        await hand.press("<enter>")
        assert f"{len(waiting)} records decided. Ctrl+Z puts all of it back" in hand.text()
        assert decisions.find(store, "1") == []
        (made,) = store.where("verification", beneficiary_id=already, decision="REJECTED")
        assert made.value("reason") == "No such workshop"
        assert held(store, already).value("status") == "S1_REJECTED"
        await hand.press("<ctrl+z>")
        assert f"former values of {len(waiting)} entries" in hand.text()
        await hand.press("<ctrl+z>")
        assert [one.id for one in decisions.find(store, "1")] == waiting
        assert store.where("verification", beneficiary_id=already) == []
        assert held(store, already).value("status") == "SUBMITTED"


async def test_proposed_funds_wait_by_their_day_and_are_decided_together(
    opened_app: At, store: Store
) -> None:
    (office,) = organisations(store, 1)
    proposed = {"fund": "VRF", "village_organisation_id": office, "state": "PROPOSED"}
    days = {age: today() - timedelta(days=age) for age in (100, 40, 2)}
    edits = [Edit(FundRelease, {**proposed, "proposed_on": day}) for day in days.values()]
    saved = store.save(edits, "Asha")
    made = {age: one.id for age, one in zip(days, saved, strict=True)}
    async with opened_app(width=120) as hand:
        await hand.press("/", "decisions that wait", "<enter>")
        assert "over 90 days" in hand.line("over 90")
        assert "approval" in hand.text().casefold()
        await hand.press("<down>", "<enter>", "v", "approved", "<enter>", "<enter>")
        assert "Change 1 record" in hand.marked()
        await hand.press("<enter>")
        assert "1 record decided" in hand.text()
        assert held(store, made[40]).value("state") == "APPROVED"
        assert held(store, made[40]).value("approved_on") == today()
        assert {one.id for one in decisions.find(store)} == {made[100], made[2]}


async def test_review_decides_on_one_record_and_takes_it_back_by_one_key(
    opened_app: At, store: Store
) -> None:
    store.access.enrol("http://127.0.0.1:9", "token", "supervisor", 2)
    number = artisan(store, "Nazir Lone", "Ali Lone", "9419010000", "Nagam")
    loan = {"beneficiary_id": number, "product": "PMV1", "state": "WILLING"}
    store.save([Edit(Loan, loan)], "Asha")
    async with opened_app(width=120) as hand:
        await hand.press("0", "<enter>")
        assert "2 to decide" in hand.text()
        at = "Waits for a decision: sending to the bank."
        assert at in hand.text()
        while "oan" not in hand.marked():
            await hand.press("<down>")
        await hand.press("v", "sponsored", "<enter>", "<escape>")
        assert "sponsored" in hand.text()
        await hand.press("<enter>", "<enter>", "<enter>")
        assert "1 record decided" in hand.text()
        assert at not in hand.text()
        assert [one.kind for one in decisions.find(store)] == ["beneficiary"]
        await hand.press("<ctrl+z>", "<ctrl+z>")
        assert at in hand.text()
        assert len(decisions.find(store)) == 2
        await hand.press("<home>", "v", "send back", "<enter>", "Which bank?", "<enter>", "<enter>")
        assert "1 record sent back." in hand.text()


async def test_what_a_role_may_not_decide_is_not_offered_and_who_may_is_said(
    opened_app: At, store: Store, block: dict[str, str]
) -> None:
    store.access.enrol("http://127.0.0.1:9", "token", "registrar", 2, 16)
    last = store.outbox.log_position()
    async with opened_app(width=120) as hand:
        await hand.press("/", "list artisans", "<enter>", "v")
        assert "Only an operator or a supervisor may enter this" in hand.text()
        assert "Only a supervisor may send this back or accept it" in hand.text()
        assert ": approve" not in hand.text()
        assert "Send back" not in hand.text()
        await hand.press("stage 1 approve", "<enter>", "<enter>")
        assert store.outbox.log_position() == last
