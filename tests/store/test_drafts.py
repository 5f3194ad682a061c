from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.conftest import AADHAAR, Turned, artisan, edit, raw, save

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Draft, Edit, Refused, Store

TEXTS = {"name": "Ghulam Moh", "mobile": "94190", "born": "23 Jan"}


def test_a_draft_comes_back_as_it_was_typed(store: Store, home: Path, clock: Turned) -> None:
    kept = store.drafts.keep(Draft("beneficiary", "Asha", texts=TEXTS, field="born"))
    clock.now += 5
    kept = store.drafts.keep(replace(kept, texts={**TEXTS, "born": "23 Jan 84"}))
    store.close()
    again = Store.open(home, clock=clock)
    assert again.drafts.of("Asha") == [kept]
    assert kept.id is not None
    assert again.drafts.get(kept.id) == kept
    assert (kept.updated_at - kept.opened_at, kept.texts["born"]) == (5, "23 Jan 84")
    again.close()


def test_drafts_belong_to_who_typed_them_the_last_first(store: Store, clock: Turned) -> None:
    kept = []
    for operator in ("Asha", "Bashir", "Asha"):
        kept.append(store.drafts.keep(Draft("beneficiary", operator, texts=TEXTS)))
        clock.now += 1
    assert store.drafts.of("Asha") == [kept[2], kept[0]]
    assert store.drafts.of("Bashir") == [kept[1]]
    assert store.drafts.of() == kept[::-1]
    assert store.drafts.of("Nobody") == []


def test_a_draft_of_an_edit_keeps_its_record_and_base(store: Store) -> None:
    record_id = save(store)
    kept = store.drafts.keep(Draft("beneficiary", "Asha", record_id=record_id, base=7, texts=TEXTS))
    edit(store, record_id, name="Else")
    assert kept.id is not None
    assert store.drafts.get(kept.id) == kept


def test_a_save_drops_the_draft_it_came_from_and_no_other(store: Store) -> None:
    first, second = (store.drafts.keep(Draft("beneficiary", "Asha", texts=TEXTS)) for _ in "12")
    store.save([Edit(Beneficiary, artisan())], "Asha", left=replace(first, texts={}))
    assert store.drafts.of("Asha") == [second]


def test_what_is_left_of_a_draft_is_kept_for_the_record_that_was_saved(store: Store) -> None:
    kept = store.drafts.keep(Draft("beneficiary", "Asha", texts={**TEXTS, "bank_mitra": "Tariq"}))
    left = replace(kept, texts={"bank_mitra": "Tariq"}, base=0)
    (saved,) = store.save([Edit(Beneficiary, artisan())], "Asha", left=left)
    assert store.drafts.of("Asha") == [replace(left, record_id=saved.id)]


def test_a_refused_save_keeps_the_draft(store: Store) -> None:
    kept = store.drafts.keep(Draft("beneficiary", "Asha", texts=TEXTS))
    with pytest.raises(Refused):
        store.save([Edit(Beneficiary, {"name": "Asha"})], "Asha", left=replace(kept, texts={}))
    assert store.drafts.of("Asha") == [kept]


def test_a_draft_thrown_away_does_not_come_back_by_a_late_key(store: Store) -> None:
    kept = store.drafts.keep(Draft("beneficiary", "Asha", texts=TEXTS))
    assert kept.id is not None
    store.drafts.drop(kept.id)
    store.drafts.keep(kept)
    assert store.drafts.of() == []
    other = store.drafts.keep(Draft("beneficiary", "Asha", texts={"name": "Another"}))
    store.drafts.keep(kept)
    assert store.drafts.of() == [other]


def test_texts_of_unknown_fields_and_kinds_survive(store: Store) -> None:
    texts = {"name": "Asha", "sehat_card": "S-77", "remarks": "[red]x[/] \x1b[1m نور 🧵"}
    for kind in ("beneficiary", "home_visit_of_a_newer_version"):
        kept = store.drafts.keep(Draft(kind, "Asha", texts=texts))
        assert kept.id is not None
        found = store.drafts.get(kept.id)
        assert found is not None
        assert (found.kind, found.texts) == (kind, texts)


@pytest.mark.parametrize("kind", ["beneficiary", "kind_of_a_newer_version"])
@pytest.mark.parametrize("field", ["name", "remarks", "aadhaar_last4", "mobile", "unheard_of"])
def test_no_draft_brings_an_aadhaar_number_to_the_disk(
    store: Store, home: Path, kind: str, field: str
) -> None:
    spaced = f"{AADHAAR[:4]} {AADHAAR[4:8]} {AADHAAR[8:]}"
    kept = store.drafts.keep(Draft(kind, "Asha", texts={"village": "Wathoora"}))
    for text in (AADHAAR, spaced, f"card {spaced}"):
        store.drafts.keep(replace(kept, texts={field: text, "village": "Wathoora"}))
        held = raw(home)
        assert b"Wathoora" in held
        assert AADHAAR.encode() not in held
        assert spaced.encode() not in held
    assert store.drafts.of()[0].texts == {"village": "Wathoora"}


def test_an_aadhaar_number_half_typed_in_its_last_four_is_not_kept(
    store: Store, home: Path
) -> None:
    for many in range(5, 13):
        store.drafts.keep(Draft("beneficiary", "Asha", texts={"aadhaar_last4": AADHAAR[:many]}))
    assert AADHAAR[:5].encode() not in raw(home)
    kept = store.drafts.keep(Draft("beneficiary", "Asha", texts={"aadhaar_last4": "2346"}))
    assert store.drafts.of()[0].texts == kept.texts == {"aadhaar_last4": "2346"}


@pytest.mark.parametrize("field", ["account_no", "portal_no"])
def test_long_numbers_that_only_look_like_aadhaar_are_kept(store: Store, field: str) -> None:
    store.drafts.keep(Draft("beneficiary", "Asha", texts={field: AADHAAR}))
    assert store.drafts.of()[0].texts == {field: AADHAAR}
