from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan, put

from fieldkit.records import kinds
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.declaration.action import LETTERS
from fieldkit.records.declaration.roles import actions_of, days_of
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.screens.lists.reading import Wanted, read_page
from fieldkit.screens.look.parts import key_line
from fieldkit.screens.look.text import words_of
from fieldkit.screens.lookup.rows import label_of
from fieldkit.screens.records.record_page import footer
from fieldkit.store import Store

if TYPE_CHECKING:
    from tests.screens.conftest import At


def test_a_page_of_a_list_fetches_what_it_refers_to_at_once(
    store: Store, block: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        someone = artisan(store, f"Someone {'abcde'[number]}", "Father", f"941900000{number}")
        put(store, TrainingEnrolment, training_batch_id=block["batch"], beneficiary_id=someone)
    gone = put(store, Toolkit, beneficiary_id="7KQ2M9XD-99", state="SELECTED")
    each = {
        record.id: label_of(store, record)
        for kind in ("training_enrolment", "toolkit", "member")
        for record in store.page(kind).records
    }
    assert "not on this laptop" in each[gone]

    def alone(*_: object) -> None:
        raise AssertionError("one record was asked for alone")

    monkeypatch.setattr(Store, "get", alone)
    monkeypatch.setattr(Store, "record", alone)
    together = [
        row for kind in ("training_enrolment", "toolkit", "member")
        for row in read_page(store, Wanted(kind), None)[0]
    ]  # fmt: skip
    assert {row.id: words_of(row.cells[0]) for row in together} == each


def test_a_reference_is_looked_for_among_its_own_kinds(store: Store, block: dict[str, str]) -> None:
    enrolment = put(
        store, TrainingEnrolment, training_batch_id=block["batch"], beneficiary_id=block["tariq"]
    )
    record = store.get("training_enrolment", enrolment)
    assert record is not None
    assert label_of(store, record).startswith("Tariq Lone, Carpentry")


def test_no_action_can_have_a_letter_that_pages_use_themselves() -> None:
    assert not LETTERS.keys() & set("deghswz")
    days = [page for page in kinds() if days_of(page)]
    assert days
    assert all("a" not in [one.action.key for one in actions_of(page)] for page in days)


def said(kind: str, width: int, *, settle: bool = False) -> str:
    return words_of(key_line(footer(kind, settle=settle), width))


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("settle", [False, True])
def test_the_keys_of_every_page_fit_80_columns(kind: str, settle: bool) -> None:
    line = said(kind, 80, settle=settle)
    assert len(line) <= 80
    assert line.endswith("  Esc back")
    actions = [one.action for one in actions_of(kind)]
    often = [one for one in actions if one.key and not one.same_person]
    assert all(f"{one.key} {one.label}" in line for one in often)
    assert "e edit" in said(kind, 80)
    assert "h history" in said(kind, 80)


def test_the_next_steps_stay_where_space_is_short() -> None:
    assert said("beneficiary", 48, settle=True).startswith("  w settle  k toolkit  v decide")
    assert said("beneficiary", 48).endswith("Esc back")


async def test_what_the_line_of_keys_leaves_out_stands_in_the_menu(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app(60, 20) as hand:
        await hand.press(block["ghulam"], "<enter>")
        for words in ("history", "all details", "delete", "join a group"):
            await hand.press("/", f"here: {words}")
            assert "on this page" in hand.line(f"Here: {words}")
            await hand.press("<escape>")
