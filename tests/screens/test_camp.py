"""A camp: who came (by number, down the list, from the register), hand-overs, lists from lists."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.screens.conftest import At, artisan, put

from fieldkit.papers.roll import (
    Roll,
    first_number,
    keep_roll,
    numbered,
    read_roll,
)
from fieldkit.records import Value
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.fields.formats import today
from fieldkit.records.outreach.programme import Programme
from fieldkit.screens.attendance.camp_page import CampPage
from fieldkit.screens.attendance.days_page import DaysPage
from fieldkit.screens.attendance.from_list_page import FromListPage
from fieldkit.screens.attendance.hand_over.hand_over_page import HandOverPage
from fieldkit.screens.attendance.roll.marks import pace
from fieldkit.screens.attendance.roll.people import OnRoll, narrowed
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.lookup.rows import Row
from fieldkit.screens.widgets.rows import Answer, Choice, LazyRows, lay_out
from fieldkit.store import Notes, Store

GIVEN = date(2026, 2, 1)


@pytest.fixture
def camp(store: Store) -> dict[str, str]:
    """An orientation of today, and five people with toolkits, of whom four have theirs."""
    people = {
        name.split()[0].lower(): artisan(store, name, "Ali Lone", f"700601771{n}")
        for n, name in enumerate(
            ("Asif Dar", "Bilal Dar", "Gulzar Ahmad", "Hamid Lone", "Zahoor Mir"), 1
        )
    }
    for name, person in people.items():
        state: dict[str, Value] = {"state": "DELIVERED", "delivered_on": GIVEN}
        if name == "zahoor":
            state = {"state": "DISPATCHED", "dispatched_on": GIVEN}
            state |= {"barcode": "EE000000003IN", "serial_no": "SN-77"}
        put(store, Toolkit, beneficiary_id=person, selected_on=GIVEN, **state)
    programme = put(store, Programme, programme_kind="ORIENT", held_on=today(), place="Nagam")
    return {**people, "camp": programme}


def marks(store: Store) -> dict[Value, Value]:
    return {
        mark.value("beneficiary_id"): mark.value("present") for mark in store.where("attendance")
    }


async def test_a_roll_is_called_by_number_without_waiting_and_nobody_else_is_marked(
    opened_app: At, store: Store, camp: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("3", "<enter>", "<enter>", "<enter>")
        assert isinstance(hand.app.screen, DaysPage)
        assert "0 of 4 present" in hand.text()
        # An Enter more, a doubled one, and a number that nobody has, mark nobody.
        await hand.press("<enter>", "10", "<enter>", "<enter>", "12", "<enter>", "44", "<enter>")
        assert "Nobody has the number 44. Nothing was marked." in hand.text()
        assert marks(store) == {camp["asif"]: True, camp["gulzar"]: True}
        await hand.press("<down>", "<enter>")
        assert camp["hamid"] not in marks(store)
        # Numbers called at once are not taken for a scan, and a card read by mistake marks nobody.
        await hand.press(*["12", "<enter>"] * 15, "9" * 500, "<enter>", "11", "<enter>", "<ctrl+z>")
        assert "Undone: 11 Bilal Dar: present" in hand.text()
        assert marks(store) == {camp["asif"]: True, camp["gulzar"]: True}
        # The cursor is on the person undone: marking goes on from there.
        await hand.press("<space>", "<space>", "<minus>")
        assert marks(store)[camp["hamid"]] is False
        await hand.press("13", "<enter>", "<ctrl+z>")
        assert marks(store)[camp["hamid"]] is False, "a mark is undone to what it was before"
        assert "3 of 4 present" in hand.text()
        assert "0 women  3 men" in hand.text()
    async with opened_app() as hand:
        # Those present are not due any more, and still keep their numbers; the day's camp is known.
        await hand.press("3", "<enter>")
        assert isinstance(hand.app.screen, DaysPage)
        assert "3 of 4 present" in hand.text()
        assert "present" in hand.line("12  Gulzar Ahmad")
        # What was marked before the program ended is undone too.
        await hand.press("<ctrl+z>")
        assert "Undone: 13 Hamid Lone: absent" in hand.text()
        assert camp["hamid"] not in marks(store)
        await hand.press("44", "<enter>", "13", "<enter>")
        assert "Nobody has 44." in hand.text()
        await hand.press("dar")
        assert hand.marked() == ""
        await hand.press("<enter>")
        assert "Several fit" in hand.text()


async def test_who_is_not_on_the_list_is_looked_for_in_the_register_before_they_are_new(
    opened_app: At, store: Store, camp: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("3", "<enter>", "<enter>", "<enter>", "zahur mir", "<enter>")
        assert marks(store) == {camp["zahoor"]: True}
        assert "14 Zahoor Mir: present" in hand.text()
        await hand.press("zahid wani 9419055555", "<enter>", "tail")
        assert "Needed: the scheme is only for its 18 trades" in hand.text()
        assert len(list(store.each("beneficiary"))) == 5
        await hand.press("<enter>")
        assert "15 Zahid Wani: present" in hand.text()
        new = next(one for one in store.each("beneficiary") if one.label() == "Zahid Wani")
        assert (new.value("mobile"), new.value("trade_code")) == ("9419055555", "TAIL")
        assert marks(store)[new.id] is True
        assert [draft.record_id for draft in store.drafts.of("Asha")] == [new.id]
        # Undo takes the mark, the person and the unfinished form away, as changes.
        await hand.press("<ctrl+z>")
        assert marks(store) == {camp["zahoor"]: True}
        assert len(list(store.each("beneficiary"))) == 5
        assert not store.drafts.of("Asha")
        await hand.press("<escape>", "3", "<enter>")
        assert "1 of 5 present" in hand.text(), "who was taken off is not on the roll any more"
        # Scanner noise neither marks nor registers anybody; Esc leaves nobody registered.
        await hand.press("8901234567894", "<enter>", "farida bano", "<enter>", "<escape>")
        assert isinstance(hand.app.screen, DaysPage)
        assert len(list(store.each("beneficiary"))) == 5
        assert marks(store) == {camp["zahoor"]: True}


async def test_a_toolkit_is_handed_over_by_scan_and_one_key(
    opened_app: At, store: Store, camp: dict[str, str]
) -> None:
    def kit() -> dict[str, Value]:
        found = store.where("toolkit", beneficiary_id=camp["zahoor"])[0].values()
        names = ("state", "delivered_on", "received_by", "receiver_name", "condition")
        return {name: found[name] for name in (*names, "returned_on", "delivery_remark")}

    before = kit()
    async with opened_app() as hand:
        await hand.press("<f6>")
        assert isinstance(hand.app.screen, HandOverPage)
        await hand.press("<enter>", "EE999", "<enter>")
        assert "Nothing here has the code or name EE999." in hand.text()
        await hand.press("ee000000003in", "<enter>")
        assert "Zahoor Mir" in hand.text()
        assert "Confirm if the steps between were not reported" in " ".join(hand.text().split())
        assert kit() == before
        await hand.press("<enter>", "<enter>")
        given = {"state": "DELIVERED", "delivered_on": today(), "received_by": "SELF"}
        assert kit() == before | given | {"condition": "GOOD"}
        await hand.press("sn-77", "<enter>")
        assert "This was handed over before." in hand.text()
        await hand.press("<enter>", "<escape>", "<ctrl+z>")
        assert kit() == before
        # Somebody of the family takes it: their name is asked, and Enter alone takes nothing.
        await hand.press("zahoor", "<enter>", "2", "<enter>", "<enter>")
        assert kit() == before
        await hand.press("Hamida", "<enter>")
        assert kit()["receiver_name"] == "Hamida"
        assert kit()["received_by"] == "RELATIVE"
        await hand.press("<ctrl+z>", "<space>", "7", "<enter>")
        assert kit() == before | {
            "state": "RETURNED",
            "returned_on": today(),
            "delivery_remark": "REFUSED",
        }


async def test_people_of_a_list_are_enrolled_by_moving_down_it(
    opened_app: At, store: Store, camp: dict[str, str], block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("4", "<enter>", "<enter>", "m", "<up>", "<enter>", "carpenter", "<enter>")
        assert isinstance(hand.app.screen, FromListPage)
        assert "0 of 7 added" in hand.text()
        await hand.press("<space>", "<space>", "<down>", "<space>", "<ctrl+z>", "<escape>")
        assert "2 on the list" in hand.text()
    lines = store.where("training_enrolment", training_batch_id=block["batch"])
    assert {line.value("beneficiary_id") for line in lines} == {camp["asif"], camp["bilal"]}
    assert {line.value("state") for line in lines} == {"ENROLLED"}


async def test_a_camp_is_created_and_begun_empty_and_another_one_is_taken(
    opened_app: At, store: Store, block: dict[str, str]
) -> None:
    async with opened_app(120, 40) as hand:
        await hand.press("3", "<enter>", "<enter>", "aware", "<enter>", "Nagam", "<ctrl+s>", "anyb")
        await hand.press("<escape>", "<up>", "<enter>", "tariq lone", "<enter>")
        assert "10 Tariq Lone: present" in hand.text()
        assert marks(store) == {block["tariq"]: True}
        await hand.press("/", "another camp", "<enter>")
        assert isinstance(hand.app.screen, CampPage)
        await hand.press("<escape>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)


def test_numbers_have_one_width_and_nobody_changes_theirs(tmp_path: Path) -> None:
    assert [first_number(many) for many in (0, 90, 91, 900, 901)] == [10, 10, 100, 100, 1000]
    roll = Roll("all", 10, ("a", "b")).with_more(["c", "a"])
    assert numbered(roll) == [(10, "a"), (11, "b"), (12, "c")]
    keep_roll(Notes(tmp_path), "7KQ2M9XD-1", roll)
    assert read_roll(Notes(tmp_path), "7KQ2M9XD-1") == roll
    (tmp_path / "rolls" / "7KQ2M9XD-1.txt").write_bytes(b"\xff\x00 no roll")
    assert read_roll(Notes(tmp_path), "7KQ2M9XD-1") is None


PEOPLE = [
    OnRoll(
        100 + n,
        Row(f"x-{n}", "beneficiary", name, (name, "", "", ""), ()),
        "",
        mobile=f"70060{n:05}",
        names=tuple(name.lower().split()),
        own=len(name.split()),
    )
    for n, name in enumerate(["Zooni Akhter", "Ghulam Mohd Bhat", "Zooni Bano", "Ghulam Nabi"] * 40)
]


@given(st.text(max_size=20))
def test_nobody_is_meant_for_sure_among_several(typed: str) -> None:
    found = narrowed(PEOPLE, typed)
    assert found.sure is None or found.sure in found.people
    if typed.strip().isdecimal() and found.sure is not None and len(typed.strip()) < 4:
        assert found.sure.number == int(typed)


def test_a_number_a_mobile_and_a_name_by_its_sound_find_somebody() -> None:
    def names(typed: str) -> list[int]:
        return [one.number for one in narrowed(PEOPLE[:4], typed).people]

    assert names("101") == [101]
    assert names("10") == [100, 101, 102, 103]
    assert names("00002") == [102]
    assert names("zoo ba") == [102]
    assert names("gulam nabi") == [103]
    assert narrowed(PEOPLE[:4], "7006000003").sure == PEOPLE[3]
    twice = [*PEOPLE[:4], replace_number(PEOPLE[2], 104)]
    assert narrowed(twice, "zooni bano").sure is None


def replace_number(one: OnRoll, number: int) -> OnRoll:
    return one._replace(number=number)


def test_the_pace_is_that_of_the_last_hour() -> None:
    assert pace([100, 101, 102, 103], 200) == 0
    assert pace([0, 10, 4000, 4100, 4200, 4300, 5800], 5800) == 10
    assert pace(range(0, 1800, 60), 1800) == 60


def test_only_the_rows_shown_are_made() -> None:
    made: list[int] = []

    def make(place: int) -> Choice:
        made.append(place)
        return Choice((str(place), "somebody"))

    rows = LazyRows(make, 5000)
    found = lay_out(Answer(rows, mark=2500, columns=(8, 20)), 2500, 0, 80, 10)
    assert len(made) == 10
    assert [line.row for line in found.lines if line.row is not None] == [*range(2494, 2504)]
    assert lay_out(Answer(rows, mark=4999, columns=(8, 20)), 4999, 0, 80, 10).lines[-1].row == 4999
