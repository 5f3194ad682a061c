"""Whom a row means beyond doubt: merged records, rows said twice, other districts."""

from __future__ import annotations

from datetime import date

import pytest
from tests.reconcile.conftest import Compare, artisan, differing, missing, put, rows
from tests.reconcile.test_reconcile import KITS, counts

from fieldkit.reconcile import acts
from fieldkit.reconcile.rows import Outcome
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.store import Store


@pytest.fixture
def ghulam(store: Store) -> str:
    return artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", portal_no="PMV1001")


def test_what_is_about_a_merged_record_is_about_the_person(
    store: Store, compare: Compare, ghulam: str
) -> None:
    twice = artisan(store, "Gulam Bhat", "Abdul Ahad Bhat", portal_no="PMV1009")
    put(store, Toolkit, beneficiary_id=twice, state="SELECTED", selected_on=date(2026, 2, 1))
    store.merges.merge("beneficiary", ghulam, twice, "Asha")
    found = compare("toolkit", KITS, "PMV1001,,,,Delivered,05-06-2026,EK123456789IN")
    assert differing(found) == {"Gulam Bhat": ["state", "barcode", "delivered_on"]}
    store.merges.unmerge("beneficiary", twice, "Asha")
    found = compare("toolkit", KITS, "PMV1001,,,,Delivered,05-06-2026,EK123456789IN")
    assert rows(found, Outcome.PORTAL_ONLY)[0].person == ("beneficiary", ghulam)


def test_a_toolkit_listed_twice_is_not_made_twice(
    store: Store, compare: Compare, ghulam: str
) -> None:
    put(store, Toolkit, beneficiary_id=ghulam, state="SELECTED", selected_on=date(2026, 2, 1))
    listed = "PMV1001,,,,Delivered,05-06-2026,"
    found = compare("toolkit", KITS, listed, listed, listed.replace("05", "07"))
    assert found.counts() == counts(differs=1, repeated=1, uncertain=1)
    assert rows(found, Outcome.UNCERTAIN)[0].why.startswith("Row 2 of the list is about the same")


def test_our_own_number_of_a_merged_record_leads_to_the_one_that_stands(
    store: Store, compare: Compare, ghulam: str
) -> None:
    twice = artisan(store, "Gulam Bhat", "Abdul Ahad Bhat")
    kit = put(store, Toolkit, beneficiary_id=ghulam, state="SELECTED")
    store.merges.merge("beneficiary", ghulam, twice, "Asha")
    found = compare("beneficiary", "ID,Trade", f"{twice},Mason")
    assert [row.record for row in rows(found, Outcome.DIFFERS)] == [ghulam]
    assert missing(found) == []
    found = compare("toolkit", "Artisan,Toolkit Status", f"{twice},Delivered")
    assert [row.record for row in rows(found, Outcome.DIFFERS)] == [kit]


def test_another_district_differs_though_the_list_has_no_block(
    store: Store, compare: Compare, ghulam: str
) -> None:
    put(store, Beneficiary, name="Ali", trade_code="CARP", portal_no="PMV1002")
    listed = ("Application ID,District", "PMV1001,Srinagar", "PMV1002,Budgam")
    found = compare("beneficiary", *listed)
    assert differing(found) == {"Ghulam Mohammad Bhat": ["district"]}
    acts.save(store, found, acts.accept(store, found, rows(found, Outcome.DIFFERS)), "Asha")
    moved = store.get("beneficiary", ghulam)
    assert moved is not None
    assert (moved.district, moved.block) == (13, None)
    assert compare("beneficiary", *listed).counts().all_same


def test_a_record_that_may_not_be_made_is_not_named_by_a_number(
    store: Store, compare: Compare
) -> None:
    store.access.enrol("https://127.0.0.1:1", "token", "operator", 2, 16)
    found = compare("beneficiary", "Application ID,Name,District", "PMV1002,Ali Lone,Srinagar")
    made = acts.create(store, found, acts.some_rows(found, Outcome.PORTAL_ONLY))
    assert [one.named for one in made.preview.refused] == ["Row 2: Ali Lone"]
