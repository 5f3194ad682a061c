"""The inbox of review and its pairs: what waits, decided by key, undone by one more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan, organisations

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Op
from fieldkit.protocol.difference import different_from
from fieldkit.protocol.messages.finding import Finding
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.review.inbox import DUPLICATE, FINDING, Wanted, counts, items
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.review.inbox_page import InboxPage
from fieldkit.screens.same_person.merge_page import MergePage
from fieldkit.screens.same_person.pairs_page import PairsPage
from fieldkit.screens.widgets.bars import Sentence
from fieldkit.store import Answered, DiskFull, Edit, ServerRow, Store, to_json
from fieldkit.store.merges import Merges

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand

KIND = "beneficiary"


@pytest.fixture(autouse=True)
def at_leisure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what comes up as read at once."""
    monkeypatch.setattr("fieldkit.screens.widgets.pause.PAUSE", 0)


def find(store: Store, *found: Finding) -> None:
    """Let the server acknowledge all, and say these things of records here."""
    log = store.outbox.log_position()
    assert log is not None
    said: dict[tuple[str, str], list[Finding]] = {}
    for one in found:
        said.setdefault((one.kind, one.record_id), []).append(one)
    rows = []
    for (kind, number), findings in said.items():
        record = store.get(kind, number)
        assert record is not None
        values = {name: to_json(value) for name, value in record.values().items() if name != "id"}
        rows.append(ServerRow(kind, number, 1, values, findings=tuple(findings)))
    versions = dict.fromkeys(range(1, log.last_seq + 1), 1)
    store.pull.receive(Answered(log.origin, log.last_seq, log.head, versions, [], rows))


def alike(one: str, other: str) -> list[Finding]:
    """Return what the server says of both records of a pair."""
    return [
        Finding(
            KIND,
            number,
            "mobile",
            "same_person",
            {"other": its, "other_name": "Somebody", "alike": ["mobile", "name"]},
            ((KIND, its),),
        )
        for number, its in ((one, other), (other, one))
    ]


@pytest.fixture
def pairs(store: Store) -> list[tuple[str, str]]:
    """Three pairs of records that may be of one person."""
    made = []
    for n, (name, spelled) in enumerate(
        [("Ghulam Bhat", "Gulam Bhat"), ("Zooni Dar", "Zoona Dar"), ("Tariq Lone", "Tarik Lone")]
    ):
        mobile = f"941901143{n}"
        both = [artisan(store, one, "Abdul Ahad", mobile) for one in (name, spelled)]
        made.append((both[0], both[1]))
    find(store, *(one for pair in made for one in alike(*pair)))
    return made


def merged(store: Store, numbers: Sequence[str]) -> list[object]:
    return [record.value(MERGED) for one in numbers if (record := store.get(KIND, one))]


def apart(store: Store, one: str, other: str) -> bool:
    records = [store.get(KIND, number) for number in (one, other)]
    return any({one, other} & different_from(record.extra) for record in records if record)


async def test_pairs_take_a_key_or_two_each_and_every_act_is_undone_by_one(
    store: Store, pairs: list[tuple[str, str]], opened_app: At
) -> None:
    (first, second), (third, fourth), (fifth, sixth) = pairs
    async with opened_app() as hand:
        assert "0 Review  3" in hand.text()
        await hand.press("0", "<enter>")
        assert isinstance(hand.app.screen, InboxPage)
        bar = hand.text().splitlines()[0]
        assert "3 same person?" in bar
        assert hand.text().count("Ghulam Bhat") == 1  # each pair once
        await hand.press("<enter>")
        page = hand.app.screen
        assert isinstance(page, PairsPage)
        text = hand.text()
        assert "3 left" in text.splitlines()[0]
        assert "Alike: " in text
        assert "Asha" in hand.line("Entered")
        assert "this laptop" in hand.line("Where")
        assert second in text
        await hand.press("n")
        assert apart(store, first, second)
        assert "Zooni Dar" in hand.text().splitlines()[0]
        assert "Different people: Ghulam Bhat and Gulam Bhat." in hand.text()
        await hand.press("y")
        assert f"merges them: {third} is kept" in hand.text()
        assert merged(store, [third, fourth]) == [None, None]
        await hand.press("<enter>")
        assert merged(store, [third, fourth]) == [None, third]
        assert "1 left" in hand.text().splitlines()[0]
        await hand.press("y", "<right>", "<enter>")  # the other one is kept
        assert merged(store, [fifth, sixth]) == [sixth, None]
        assert "No pair is left to look at." in hand.text()
        for left, here in ((1, fifth), (2, third), (3, first)):
            await hand.press("<ctrl+z>")
            assert f"{left} left" in hand.text().splitlines()[0]
            assert here in hand.text()
        assert merged(store, [one for pair in pairs for one in pair]) == [None] * 6
        assert not apart(store, first, second)
        await hand.press("<ctrl+z>")
        assert "Nothing to undo here." in hand.text()
        await hand.press("1")
        assert isinstance(hand.app.screen, RecordPage)
        assert hand.app.screen.record_id == first
        await hand.press("<escape>", "<escape>")
        assert isinstance(hand.app.screen, InboxPage)


async def test_a_merge_fills_what_the_kept_record_lacks_and_undo_empties_it_again(
    store: Store, opened_app: At
) -> None:
    kept = artisan(store, "Ghulam Bhat", "Abdul Ahad", "9419011430")
    other = artisan(store, "Gulam Bhat", "Abdul Ahad", "9419011430")
    more = {"ration_card": "JK-7", "ifsc": "JAKA0CHADOR"}
    store.save([Edit(Beneficiary, more, other)], "Asha")
    find(store, *alike(kept, other))

    def card() -> object:
        record = store.get(KIND, kept)
        return record and record.value("ration_card")

    async with opened_app(80, 24) as hand:
        await hand.app.navigator.open_pairs()
        await hand.press("y")
        said = " ".join(hand.text().split())
        assert f"It gets: ration card, IFSC. {other} leads to it" in said
        assert "what refers to it is shown with Ghulam Bhat." in said
        await hand.press("<escape>", "y", "<enter>")
        assert card() == "JK-7"
        await hand.press("<ctrl+z>")
        assert (card(), merged(store, [kept, other])) == (None, [None, None])


async def test_values_of_a_pair_are_chosen_field_by_field_and_all_of_it_is_undone(
    store: Store, pairs: list[tuple[str, str]], opened_app: At
) -> None:
    first, second = pairs[0]
    async with opened_app() as hand:
        await hand.press("0", "<enter>", "<enter>", "y", "f")
        assert "Merge two records" in hand.text()
        await hand.press("1", "<enter>")
        kept = store.get(KIND, first)
        assert kept is not None
        assert (kept.label(), merged(store, [second])) == ("Gulam Bhat", [first])
        assert "2 left" in hand.text().splitlines()[0]
        await hand.press("<ctrl+z>")
        kept = store.get(KIND, first)
        assert kept is not None
        assert (kept.label(), merged(store, [second])) == ("Ghulam Bhat", [None])
        assert "3 left" in hand.text().splitlines()[0]
        await hand.press("<escape>", "<ctrl+z>")
        assert "A merge is taken back on the person's page" in hand.text()


async def test_all_of_a_pair_can_be_read_at_80_columns_and_scrolling_decides_nothing(
    store: Store, pairs: list[tuple[str, str]], opened_app: At
) -> None:
    words = "Came to the camp at Wathoora with his brother, and asks about the last loan"
    store.save([Edit(Beneficiary, {"remarks": words}, pairs[0][0])], "Asha")
    async with opened_app() as hand:
        await hand.app.navigator.open_pairs()
        await hand.settle()
        assert "more lines" in hand.text()
        assert "Came to" not in hand.text()
        await hand.press(*["<down>"] * 3, *["<pagedown>"] * 3, "<end>", "<enter>")
        seen = hand.text()
        assert "more lines" not in seen
        assert " loan" in seen  # a long value is whole
        assert "Same person" in seen  # what can be done stays
        assert hand.marked() == ""
        await hand.press(*["<pageup>"] * 4, "<up>", "<enter>")
        assert "Name as on Aadhaar" in hand.text()
        assert hand.marked() == ""
        await hand.press("<down>", "y", "<end>")  # also before a merge
        assert " loan" in hand.text()
        assert "merges them" in hand.marked()
    assert counts(store) == {DUPLICATE: 3}


async def test_a_held_key_decides_one_pair_and_skipped_ones_stay(
    store: Store,
    pairs: list[tuple[str, str]],
    opened_app: At,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("fieldkit.screens.widgets.pause.PAUSE", 1)
    monkeypatch.setattr("fieldkit.screens.widgets.pause.monotonic", lambda: now)
    async with opened_app() as hand:
        await hand.press("0", "<enter>", "<enter>", "n")  # typed before the pair was seen
        assert "Not decided. Read this pair" in hand.text()
        assert counts(store) == {DUPLICATE: 3}
        await hand.press("<right>", "<right>", "<right>")
        assert "Ghulam Bhat" in hand.text().splitlines()[0]
        now += 1
        await hand.press("nnnn")
        assert "Not decided. Read this pair" in hand.text()
        assert [apart(store, *pair) for pair in pairs] == [True, False, False]
        assert counts(store) == {DUPLICATE: 2}


async def test_the_inbox_is_narrowed_ordered_and_goes_on_where_it_was(
    store: Store, pairs: list[tuple[str, str]], opened_app: At
) -> None:
    numbers = organisations(store, 2)
    odd = [
        Finding("village_organisation", one, "name", "x", text=f"Odd: {one}.") for one in numbers
    ]
    find(store, *odd)
    store.save([Edit(VillageOrganisation, {"block": 17}, numbers[1])], "Asha")
    assert counts(store) == {DUPLICATE: 3, FINDING: 2}
    assert [one.sentence for one in items(store, FINDING)] == [f"Odd: {one}." for one in numbers]
    assert items(store, FINDING, Wanted(until=0)) == []
    assert [one.record_id for one in items(store, FINDING, skip=1)] == numbers[1:]
    async with opened_app(120, 40) as hand:
        await hand.app.navigator.open_review()
        await hand.settle()
        text = hand.text()
        assert text.index("SAME PERSON?") < text.index("TO CHECK")
        assert f"Odd: {numbers[0]}." in text
        assert "entered, Asha" in text  # who, when and where of both stands beside it
        await hand.press("f", "to check", "<enter>")
        assert "Ghulam" not in hand.text()
        assert "Enter open" in hand.text()
        await hand.press("<down>", "<enter>", "<escape>")
        assert numbers[1] in hand.marked()
        await hand.press("f", "chad", "<enter>")
        assert numbers[1] not in hand.text()
        await hand.press("f", "90", "<enter>")
        assert "Nothing waits: To check, Chadoora, " in hand.text()
        await hand.press("f", "every", "<enter>", "o")
        assert "In each section by area." in hand.text()
        assert numbers[0] in hand.text()


async def test_review_stands_on_home_only_where_something_waits(
    store: Store, block: dict[str, str], opened_app: At
) -> None:
    async with opened_app() as hand:
        assert "Review" not in hand.text()
        await hand.press("0", "<enter>")
        assert "Nothing waits for a decision." in hand.text()


async def test_a_registrar_reads_who_may_merge_and_may_still_say_different_people(
    store: Store, pairs: list[tuple[str, str]], opened_app: At
) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30, "registrar", 2, 16)
    async with opened_app() as hand:
        await hand.app.navigator.open_pairs()
        await hand.settle()
        said = " ".join(hand.text().split())
        assert "Only an operator or a supervisor may decide that two records are the same" in said
        assert "y same person" not in said
        assert "y Same person" not in said
        await hand.press("y")
        assert "operator" in hand.app.screen.query_one("#sentence", Sentence).text
        await hand.press("<enter>", "n")
        await hand.app.navigator.open_record(KIND, pairs[1][0])
        await hand.press("y")  # the same page, from the record
        said = " ".join(hand.text().split())
        assert "Only an operator or a supervisor may decide" in said
        assert "n Different people" in said
        await hand.press("y", "<enter>")
        assert not isinstance(hand.app.screen, MergePage)
    assert merged(store, [one for pair in pairs for one in pair]) == [None] * 6
    assert counts(store) == {DUPLICATE: 2}


async def test_a_viewer_decides_nothing_about_a_pair_and_deletes_nothing(
    store: Store, pairs: list[tuple[str, str]], opened_app: At
) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30, "viewer", 2, 16)
    log = store.outbox.log_position()
    async with opened_app() as hand:
        await hand.app.navigator.open_pairs()
        await hand.settle()
        assert "ifferent people" not in hand.text()
        await hand.press("n", "y", "<enter>")
        assert "laptop is enrolled for a viewer" in " ".join(hand.text().split())
        await hand.app.navigator.open_record(KIND, pairs[0][0])
        await hand.press("d", "d")
        assert isinstance(hand.app.screen, RecordPage)
        await hand.press("/", "devices")
        assert "Nothing has that name." in hand.text()
    assert store.outbox.log_position() == log


async def test_a_pair_comes_back_if_its_decision_cannot_be_saved(
    store: Store,
    pairs: list[tuple[str, str]],
    opened_app: At,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise DiskFull

    async with opened_app() as hand:
        await hand.app.navigator.open_pairs()
        await hand.settle()
        with monkeypatch.context() as broken:
            broken.setattr(Merges, "say_different", full)
            await hand.press("n")
        text = hand.text()
        assert "Ghulam Bhat" in text.splitlines()[0]
        assert "3 left" in text.splitlines()[0]
        assert "Different people: " not in text
        await hand.press("<ctrl+z>")
        assert "Nothing to undo here." in hand.text()
        await hand.press("n")
    assert [apart(store, *pair) for pair in pairs] == [True, False, False]


async def test_what_is_decided_or_deleted_meanwhile_is_not_asked(
    store: Store, pairs: list[tuple[str, str]], opened_app: At
) -> None:
    async with opened_app() as hand:
        await hand.app.navigator.open_pairs()
        await hand.settle()
        await _elsewhere(hand, store, pairs)
        await hand.press("n")
        assert "No pair is left to look at." in hand.text()
    assert counts(store) == {}


async def _elsewhere(hand: Hand, store: Store, pairs: list[tuple[str, str]]) -> None:
    """Decide two pairs by other doors, as a sync does, and say that something was received."""
    store.save([Edit(Beneficiary, {}, pairs[1][0], op=Op.DELETE)], "Reyaz")
    store.merges.merge(KIND, *pairs[2], "Reyaz")
    assert isinstance(hand.app.screen, PairsPage)
    await hand.app.screen.refresh_data()
    await hand.settle()
