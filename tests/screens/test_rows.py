from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan, put

from fieldkit.records import kinds
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.declaration.action import LETTERS
from fieldkit.records.declaration.roles import actions_of
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.screens.lookup.rows import label_of, row_of
from fieldkit.screens.records.list_page import page_of
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
        record.id: row_of(store, record, titled=False)
        for kind in ("training_enrolment", "toolkit", "member")
        for record in store.page(kind).records
    }
    assert "not on this laptop" in each[gone].label

    def alone(*_: object) -> None:
        raise AssertionError("one record was asked for alone")

    monkeypatch.setattr(Store, "get", alone)
    monkeypatch.setattr(Store, "record", alone)
    together = [
        row for kind in ("training_enrolment", "toolkit", "member")
        for row in page_of(store, kind, None)[0]
    ]  # fmt: skip
    assert {row.id: row for row in together} == each


def test_a_reference_is_looked_for_among_its_own_kinds(store: Store, block: dict[str, str]) -> None:
    enrolment = put(
        store, TrainingEnrolment, training_batch_id=block["batch"], beneficiary_id=block["tariq"]
    )
    record = store.get("training_enrolment", enrolment)
    assert record is not None
    assert label_of(store, record).startswith("Tariq Lone, PMV basic")


def test_no_action_can_have_a_letter_that_pages_use_themselves() -> None:
    assert not LETTERS.keys() & set("dehps")


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("settle", [False, True])
def test_the_footer_of_every_page_fits_80_columns(kind: str, settle: bool) -> None:
    keys = footer(kind, 78, settle=settle)
    assert len(keys) <= 78
    assert keys.endswith("  Esc")
    assert "e edit" in keys
    assert all(f"{one.action.key} {one.action.label}" in keys for one in actions_of(kind))


def test_actions_that_a_footer_has_no_space_for_stand_in_the_menu() -> None:
    assert footer("beneficiary", 50, settle=True) == (
        "k toolkit  v decide  / menu  s settle  e edit  Esc"
    )


async def test_the_keys_of_a_page_fit_80_columns(opened_app: At, block: dict[str, str]) -> None:
    async with opened_app() as hand:
        for of in ("ghulam", "zooni", "group", "batch"):
            await hand.press(block[of], "<enter>")
            assert hand.text().splitlines()[-1].endswith(" Esc")
            await hand.press("<escape>", "<escape>")
