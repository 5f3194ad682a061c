from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan

from fieldkit.aadhaar import holds_aadhaar
from fieldkit.protocol.change import Op
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.reference import option, options
from fieldkit.review.conflicts import Side, open_conflicts
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.look.differing import differing
from fieldkit.screens.look.text import Span, width_of, words_of
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.sync.conflict_page import ConflictPage, ValuePage
from fieldkit.screens.sync.side_by_side import side_by_side
from fieldkit.screens.sync.sync_page import SyncPage
from fieldkit.screens.widgets import pause
from fieldkit.store import Edit, Keep, Store
from fieldkit.sync.client import sync

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand

pytestmark = pytest.mark.usefixtures("at_leisure")


def _edit(store: Store, person: str, operator: str, **fields: Value) -> None:
    store.save([Edit(Beneficiary, fields, person)], operator)


def _clash(store: Store, other: Store, person: str, theirs: Edit, mine: Edit) -> None:
    other.save([theirs], "Reyaz")
    assert sync(other).ok
    store.save([mine], "Asha")
    assert sync(store).ok
    assert {one.record_id for one in store.review.conflicts()} == {person}


@pytest.fixture
def two(store: Store, other: Store, person: str) -> str:
    """The artisan once both laptops wrote the mobile and the trade."""
    theirs: dict[str, Value] = {"mobile": "7006155210", "trade_code": "TAIL"}
    mine: dict[str, Value] = {"mobile": "9419011433", "trade_code": "MASN"}
    _clash(
        store,
        other,
        person,
        Edit(Beneficiary, theirs, person),
        Edit(Beneficiary, mine, person),
    )
    return person


def _differ(
    store: Store, other: Store, person: str, field: str, theirs: Value, mine: Value
) -> None:
    """Let both laptops write one field of the artisan."""
    edits = (Edit(Beneficiary, {field: value}, person) for value in (theirs, mine))
    _clash(store, other, person, *edits)


@asynccontextmanager
async def settling(opened_app: At, width: int = 80, height: int = 24) -> AsyncIterator[Hand]:
    """Open the application at the first conflict."""
    async with opened_app(width, height) as hand:
        await hand.press("8", "<enter>", "<enter>")
        assert isinstance(hand.app.screen, ConflictPage)
        yield hand


def held(store: Store, person: str, field: str) -> Value:
    found = store.get("beneficiary", person)
    assert found is not None
    return found.value(field)


def agree(store: Store, other: Store, person: str) -> dict[str, Value]:
    """Let both laptops sync; return what both then show."""
    for laptop in (store, other):
        assert sync(laptop).ok
    found = [laptop.get("beneficiary", person) for laptop in (store, other)]
    assert found[0] is not None
    assert found[1] is not None
    assert dict(found[0].values()) == dict(found[1].values())
    assert store.review.conflicts() == other.review.conflicts() == []
    return dict(found[0].values())


async def test_conflicts_are_settled_one_after_the_other_by_a_key_each(
    store: Store, other: Store, two: str, opened_app: At
) -> None:
    async with opened_app() as hand:
        assert "2 to settle" in hand.text()
        await hand.press("8", "<enter>")
        text = hand.text()
        assert "  TO SETTLE\n" in text
        assert "◆ 2 to settle" in text.splitlines()[0]
        assert "94190 11433 yours  70061 55210 Reyaz" in text
        assert text.count("Ghulam Mohammad Bhat") == 2
        assert "Enter settle" in text
        await hand.press("<enter>")
        text = hand.text()
        assert "2 to settle" in text.splitlines()[0]
        assert "yours, not used yet" in text
        assert "on the server" in text
        assert "│ Asha  " in text
        assert "│ Reyaz  " in text
        keys = "1 keep the first  2 the second  3 another value  → next  Esc later"
        assert keys in text.splitlines()[-1]
        first = "Mobile" if "94190 11433" in text else "Trade"
        await hand.press("1")
        assert f"Settled: Ghulam Mohammad Bhat, {first.lower()}. Ctrl+Z undoes it." in hand.text()
        await hand.press("<ctrl+z>")
        assert f"Undo: Ghulam Mohammad Bhat, {first.lower()}: " in hand.line("Undo: ")
        assert "instead?" in hand.text()  # it is the other value that comes back
        await hand.press("2")
        assert isinstance(hand.app.screen, SyncPage)
        assert "Nothing is left to settle." in hand.text()
        values = agree(store, other, two)
        kept = {"Mobile": ("9419011433", "TAIL"), "Trade": ("7006155210", "MASN")}[first]
        assert (values["mobile"], values["trade_code"]) == kept
        await hand.press("<ctrl+z>", "<ctrl+z>")
        assert "Undone: Ghulam Mohammad Bhat" in hand.text()
        await hand.app.navigator.open_record("beneficiary", two)
        await hand.press("<ctrl+z>", "<ctrl+z>")
        assert "Undone: Ghulam Mohammad Bhat" in hand.text()
        await hand.press("<ctrl+z>")
        assert "Nothing was saved since the start" in hand.text()
    values = agree(store, other, two)
    undone = {"Mobile": ("7006155210", "MASN"), "Trade": ("9419011433", "TAIL")}[first]
    assert (values["mobile"], values["trade_code"]) == undone


async def test_a_key_that_is_doubled_or_held_decides_one_conflict(
    store: Store, two: str, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(pause, "PAUSE", 1)
    monkeypatch.setattr(pause, "monotonic", lambda: now)
    async with settling(opened_app) as hand:
        await hand.press("1")  # as if typed before it was on the screen
        assert len(store.review.conflicts()) == 2
        assert "Not settled. Read this one" in hand.text()
        now += 1
        await hand.press("1", "1")
        assert isinstance(hand.app.screen, ConflictPage)
        assert len(store.review.conflicts()) == 1
        assert "Not settled. Read this one" in hand.text()
        for _ in range(3):
            now += 0.9
            await hand.press("1")
        assert len(store.review.conflicts()) == 1
        now += 1
        await hand.press("1")
        assert isinstance(hand.app.screen, SyncPage)
    assert store.review.conflicts() == []


async def test_long_values_are_whole_beside_the_inbox_and_differ_on_their_line(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    begins = "Came to the camp at Wathoora with his brother; the papers are at the CSC of Chadoora"
    _differ(store, other, person, "remarks", begins, f"{begins}, and he asks for one more loan")
    async with opened_app(80, 24) as hand:
        await hand.press("0", "<enter>")
        assert "…Chadoora, and he asks" in hand.text()
    async with opened_app(120, 40) as hand:
        await hand.press("0", "<enter>")
        beside = " ".join(line.partition("│")[2].rstrip("│ ") for line in hand.text().splitlines())
        assert "and he asks for one more loan" in " ".join(beside.split())


async def test_enter_pressed_twice_decides_nothing(store: Store, two: str, opened_app: At) -> None:
    async with opened_app() as hand:
        await hand.press("8", "<enter>", "<enter>", "<enter>", "<enter>")
        assert isinstance(hand.app.screen, ConflictPage)
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, SyncPage)
    assert len(store.review.conflicts()) == 2


async def test_letters_decide_nothing(store: Store, two: str, opened_app: At) -> None:
    async with settling(opened_app) as hand:
        await hand.press("m", "t", "e")
        assert isinstance(hand.app.screen, ConflictPage)
    assert len(store.review.conflicts()) == 2


async def test_another_value_is_read_by_the_fields_format(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    _differ(store, other, person, "mobile", "7006155210", "9419011433")
    async with settling(opened_app) as hand:
        await hand.press("3", "70061")
        assert isinstance(hand.app.screen, ValuePage)
        assert "5 digits" in hand.text()
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ValuePage)
        await hand.press("<ctrl+u>", "7006199999", "<enter>")
        assert isinstance(hand.app.screen, SyncPage)
        assert "Settled: Ghulam Mohammad Bhat, mobile." in hand.text()
        assert "F5 sync now" in hand.text().splitlines()[-1]
    assert agree(store, other, person)["mobile"] == "7006199999"


async def test_a_number_that_could_be_an_aadhaar_is_kept_when_it_is_meant_so(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    account = next(one for n in range(100) if holds_aadhaar(one := f"2345678901{n:02}"))
    _differ(store, other, person, "account_no", "55556666777788", "11112222333344")
    async with settling(opened_app) as hand:
        await hand.press("3", account)
        assert "This could be an Aadhaar number." in hand.text()
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ValuePage)
        await hand.press("<down>")
        assert f"{account}: confirm" in hand.marked()
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, SyncPage)
    assert agree(store, other, person)["account_no"] == account


async def test_the_held_value_is_told_from_the_one_that_stands_though_they_are_the_same(
    store: Store, other: Store, person: str
) -> None:
    _differ(store, other, person, "village", "Wathora", "Nagam")
    assert sync(other).ok
    _edit(other, person, "Reyaz", village="Nagam")
    for laptop in (other, store):
        assert sync(laptop).ok
    titles = [
        (one.mine.title, one.theirs.title)
        for laptop in (store, other)
        for one in open_conflicts(laptop)
    ]
    assert titles == [
        ("yours, not used yet", "on the server"),
        ("on the server", "not used yet"),
    ]


async def test_other_records_may_be_left_to_settle_after_one(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    second = artisan(store, "Zahoor Dar", "Ali Dar", "9419055555")
    for laptop in (store, other):
        assert sync(laptop).ok
    for one in (person, second):
        _edit(other, one, "Reyaz", village="Wathora")
        _edit(store, one, "Asha", village="Nagam")
    for laptop in (other, store):
        assert sync(laptop).ok
    assert len(store.review.conflicts()) == 2
    async with opened_app() as hand:
        await hand.app.navigator.open_record("beneficiary", person)
        await hand.press("w", "1")
        assert "Nothing is left to settle here." in " ".join(hand.text().split())
    assert len(store.review.conflicts()) == 1


async def test_a_choice_is_typed_by_its_first_letters(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    _differ(store, other, person, "trade_code", "TAIL", "MASN")
    async with settling(opened_app) as hand:
        await hand.press("3", "cobb", "<enter>")
        assert isinstance(hand.app.screen, SyncPage)
    assert agree(store, other, person)["trade_code"] == "COBB"


async def test_deleted_there_and_changed_here_is_asked_in_those_words(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    theirs = Edit(Beneficiary, {}, person, op=Op.DELETE)
    _clash(store, other, person, theirs, Edit(Beneficiary, {"village": "Nagam"}, person))
    async with settling(opened_app) as hand:
        text = hand.text()
        assert "Deleted or kept" in text
        assert "kept, with what was changed" in text
        assert "another value" not in text
        await hand.press("3", "3")
        assert isinstance(hand.app.screen, ConflictPage)
        await hand.press("1")
        assert isinstance(hand.app.screen, SyncPage)
        values = agree(store, other, person)
        assert (values["deleted"], values["village"]) == (False, "Nagam")
        await hand.press("<ctrl+z>")
        assert "deleted or kept: deleted instead?" in " ".join(hand.text().split())
        await hand.press("<ctrl+z>")
        assert held(store, person, "deleted") is True
    assert agree(store, other, person)["deleted"] is True


async def test_two_places_are_told_by_name(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    _differ(store, other, person, "block", 17, 18)
    async with settling(opened_app) as hand:
        text = hand.text()
        assert "District and block" in text
        assert [text.count(block) for block in ("Khag, ", "Khan-Sahib, ")] == [1, 1]
        await hand.press("2")
        assert isinstance(hand.app.screen, SyncPage)
    assert agree(store, other, person)["block"] == 17


async def test_a_third_place_is_chosen_by_its_block(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    record = store.record(person)
    assert record is not None
    block = next(one for one in options("block") if one.within == record.district)
    _differ(store, other, person, "block", 17, 18)
    async with settling(opened_app) as hand:
        await hand.press("3", block.label)
        named = option("district", record.district)
        assert named is not None
        assert named.label in hand.line(f"▌ {block.label}")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, SyncPage)
    values = agree(store, other, person)
    assert (values["district"], values["block"]) == (record.district, block.code)


async def test_what_another_settled_while_it_was_shown_is_told_and_left_alone(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    _differ(store, other, person, "village", "Wathora", "Nagam")
    async with settling(opened_app) as hand:
        assert sync(other).ok
        other.review.resolve(other.review.conflicts()[0], Keep.MINE, "Reyaz")
        assert sync(other).ok
        assert sync(store).ok
        await hand.press("2")
        assert isinstance(hand.app.screen, SyncPage)
        assert "already settled, so nothing was changed" in " ".join(hand.text().split())
    assert agree(store, other, person)["village"] == "Wathora"


async def test_a_persons_page_says_settle_and_enter_leads_there(
    store: Store, two: str, opened_app: At
) -> None:
    async with opened_app() as hand:
        await hand.press("7006155210", "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert "settle" in hand.text().splitlines()[0]
        assert "w settle" in hand.text()
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ConflictPage)
        await hand.press("1", "1")
        assert isinstance(hand.app.screen, RecordPage)
        assert "settle" not in hand.text().splitlines()[0]


async def test_what_the_server_found_is_on_the_page_and_enter_mends_it(
    store: Store, person: str, opened_app: At
) -> None:
    second = artisan(store, "Ghulam Mohd Bhat", "Abdul Ahad Bhat", "9419011432")
    assert sync(store).ok
    async with opened_app() as hand:
        assert "to check" in hand.text()
        await hand.press(second.lower(), "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert "to check" in hand.text().splitlines()[0]
        assert hand.line("▲ To check ").split()[:4] == ["▲", "To", "check", "Mobile:"]
        assert "may be the same" in hand.line("▲ To check ")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, FormPage)


async def test_a_narrow_console_shows_both_values(store: Store, two: str, opened_app: At) -> None:
    async with settling(opened_app, 60, 16) as hand:
        text = hand.text()
        for words in ("Asha, ", "Reyaz, ", "not used yet", "on the server", "before", "later"):
            assert words in text


async def test_what_a_sync_brought_to_settle_is_marked_for_who_asked_for_it(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    second = artisan(store, "Ghulam Mohd Bhat", "Abdul Ahad Bhat", "9419011432")
    assert sync(store).ok
    assert second in {one.record_id for one in store.review.findings()}
    _edit(other, person, "Reyaz", mobile="7006155210")
    assert sync(other).ok
    _edit(store, person, "Asha", mobile="9419011433")
    async with opened_app() as hand:
        await hand.press("8", "<enter>")
        assert "SAME PERSON?" in hand.text()
        await hand.press("<f5>")
        assert "1 change sent, 1 to settle" in hand.text()
        assert "mobile" in hand.marked()
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ConflictPage)


async def test_values_longer_than_a_row_are_shown_whole(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    long = "was told to come again with the passbook of the bank and a copy of the ration card"
    _differ(store, other, person, "remarks", f"{long}, on Monday", f"{long}, on Friday")
    async with settling(opened_app) as hand:
        assert "Monday" in hand.text()
        assert "Friday" in hand.text()


def test_the_letters_that_differ_are_marked() -> None:
    mine, theirs = differing("94190 11482", "94190 11433")
    assert mine == (Span("94190 ", "strong"), Span("114", "strong"), Span("82", "mine"))
    assert theirs == (Span("94190 ", "strong"), Span("114", "strong"), Span("33", "theirs"))
    for one, two in (("Wathora", "Wathoora"), ("on Friday at noon", "Friday"), ("", "Nagam")):
        mine, theirs = differing(one, two)
        assert (words_of(mine), words_of(theirs)) == (one, two)
        same = [[span.text for span in text if span.style == "strong"] for text in (mine, theirs)]
        assert "".join(same[0]) == "".join(same[1])


def test_values_with_nothing_in_common_are_marked_whole() -> None:
    mine, theirs = differing("Mason (Rajmistri)", "Tailor (Darzi)")
    assert {span.style for span in mine if span.text.strip()} == {"mine"}
    assert {span.style for span in theirs if span.text.strip()} == {"theirs"}


def test_two_values_stand_beside_each_other_with_who_when_and_where() -> None:
    mine = Side("yours", "94190 11482", "Asha", "29 Nov 2026 16:19", "this laptop", "")
    theirs = Side("on the server", "empty", "Reyaz", "28 Nov 2026 10:02", "another laptop", "")
    lines = [words_of(line) for line in side_by_side(mine, theirs, 56)]
    assert {width_of(line) for line in lines} == {56}
    assert [line.split() for line in lines[1:-1]] == [
        ["│", "94190", "11482", "│", "│", "empty", "│"],
        ["│", "│", "│", "│"],
        ["│", "Asha", "│", "│", "Reyaz", "│"],
        ["│", "29", "Nov", "2026", "16:19", "│", "│", "28", "Nov", "2026", "10:02", "│"],
        ["│", "this", "laptop", "│", "│", "another", "laptop", "│"],
    ]
