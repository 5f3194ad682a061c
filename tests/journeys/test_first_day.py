from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.journeys.day import ARTISANS, FIRST_RUN, MEMBERS, ROSTER, UNFINISHED, WORK, Step
from tests.journeys.hand import AT_ONCE, Hand, exported, keys, run

from fieldkit.records import kinds
from fieldkit.store import Store

AS_A_PERSON_TYPES = 0.04


def import_beside(home: Path, sample: Path, roster: Path) -> None:
    run(home, "import", sample)
    done = json.loads(run(home, "import", "beneficiary", roster, "--json"))
    assert (done["imported"], done["rejected"]) == (21, 0)


def look_and_type(hand: Hand, steps: Sequence[Step]) -> None:
    for step in steps:
        hand.do(step.keys, *step.shown)


def type_at_once(hand: Hand, steps: Sequence[Step]) -> None:
    """The last step shows what no other does."""
    hand.stream(keys("".join(step.keys for step in steps)), AT_ONCE, after_escape=0.5)
    hand.see(*steps[-1].shown, seconds=120)  # a busy machine is long behind the keys


def contents(home: Path) -> dict[str, list[str]]:
    """Return every record, with names in place of numbers, for no two laptops number alike."""
    store = Store.open(home)
    try:
        found = {name: list(store.each(name)) for name in kinds()}
        labels = {one.id: one.label() for records in found.values() for one in records}
        apart = {"id", "created_at", "updated_at"}
        return {
            name: sorted(
                json.dumps(
                    {
                        field: labels.get(str(value), str(value))
                        for field, value in one.values().items()
                        if field not in apart and value is not None
                    }
                )
                for one in records
            )
            for name, records in found.items()
        }
    finally:
        store.close()


def look(home: Path, sample: Path, roster: Path) -> dict[str, list[str]]:
    """Type a day, looking, and be cut off in the middle of a form; return the records."""
    with Hand(home) as hand:
        hand.see("Your name", "first time on this laptop")
        look_and_type(hand, FIRST_RUN)
        import_beside(home, sample, roster)
        look_and_type(hand, WORK)
        look_and_type(hand, UNFINISHED)
        hand.stream("94190", AS_A_PERSON_TYPES)
        hand.see("94190")
        hand.kill()
    store = Store.open(home)
    assert store.check() == []
    draft = store.drafts.of("Asha Jan")[0]
    store.close()
    assert {name: text for name, text in draft.texts.items() if name != "mobile"} == {
        "name": "shaista bano",
        "relation": "w",
        "relation_name": "nazir ahmad",
        "gender": "F",
        "born": "1991",
    }
    return contents(home)


def go_on(home: Path, before: dict[str, list[str]]) -> None:
    """Start again after the cut and finish what was unfinished."""
    with Hand(home) as hand:
        hand.see("> ◌ shaista bano", "unfinished", "○ Ghulam Mohammad Bhat")
        hand.do("<enter>", "New artisan", "Shaista Bano", "Nazir Ahmad", "1991", "> Mobile")
        hand.do("<ctrl+u>9419011555<enter><ctrl+s>", "Trade is needed", "> Trade")
        hand.do("tail<ctrl+s>", "Saved: Shaista Bano", "t training")
        hand.do("<esc>", "TODAY", "○ Shaista Bano")
        hand.see_no("◌")
        hand.quit()
    assert contents(home)["beneficiary"] != before["beneficiary"]
    (shaista,) = (one for one in exported(home, "beneficiary") if one["name"] == "Shaista Bano")
    assert shaista["mobile"] == "9419011555"
    assert shaista["relation_name"] == "Nazir Ahmad"


def only(records: Sequence[dict[str, Any]], **fields: str) -> dict[str, Any]:
    (one,) = (one for one in records if fields.items() <= one.items())
    return one


def filled(record: dict[str, Any], *apart: str) -> dict[str, Any]:
    system = {"id", "district", "block", "created_by", "created_at", "updated_at", "deleted"}
    return {
        name: value
        for name, value in record.items()
        if name not in system | set(apart) and value not in {None, ""}
    }


def as_typed(records: dict[str, list[str]]) -> None:
    """Hold every record typed against what was typed."""
    found = {kind: [json.loads(one) for one in ones] for kind, ones in records.items()}
    rubeena = only(found["beneficiary"], name="Rubeena Jan")
    assert filled(rubeena) == {
        "name": "Rubeena Jan",
        "relation": "DO",
        "relation_name": "Mohd Yousuf Dar",
        "gender": "F",
        "born": "1991-04-12",
        "mobile": "9419011532",
        "aadhaar_last4": "0143",
        "category": "GEN",
        "village": "Wathoora",
        "trade_code": "TAIL",
        "bars": "False",
        "ifsc": "JAKA0WATHAR",
        "account_no": "1234567890123",
        "bank_name": "Jammu and Kashmir Bank",
        "bank_branch": "Wathoora",
    }
    group = only(found["self_help_group"], name="Noor SHG")
    assert (group["village"], group["formed_on"], group["shg_kind"]) == (
        ("Wathoora", "2026-02-05", "REG")
    )
    members = [one for one in found["member"] if one["self_help_group_id"] == "Noor SHG"]
    assert sorted((m["name"], m["relation_name"], m["born"], m["mobile"]) for m in members) == (
        sorted(MEMBERS)
    )
    batch = only(found["training_batch"], course="Joinery Wathoora")
    assert filled(batch, "financial_year") == {
        "training_type": "BASIC",
        "course": "Joinery Wathoora",
        "trade_code": "CARP",
        "starts_on": "2026-10-05",
        "ends_on": "2026-10-10",
        "place": "Wathoora",
    }
    enrolled = [
        one["beneficiary_id"]
        for one in found["training_enrolment"]
        if "Joinery Wathoora" in one["training_batch_id"]
    ]
    assert sorted(enrolled) == sorted(name for name, *_ in ARTISANS[:20])
    kit = only(found["toolkit"], beneficiary_id="Ghulam Mohammad Bhat")
    assert filled(kit, "beneficiary_id") == {
        "state": "DELIVERED",
        "toolkit_code": "TK-CARP-A",
        "selected_on": "2026-10-15",
        "voucher_no": "ER12345678",
        "voucher_value": "15000",
        "issued_on": "2026-10-20",
        "expires_on": "2027-04-20",
        "redeemed_on": "2026-10-22",
        "ordered_on": "2026-10-22",
        "supplier": "Jehlum Tools",
        "dispatched_on": "2026-10-26",
        "warehouse": "DEL",
        "barcode": "EL123456785IN",
        "at_post_office_on": "2026-11-04",
        "post_office": "Chadoora SO",
        "delivered_on": "2026-11-10",
        "received_by": "SELF",
        "condition": "GOOD",
    }


def test_a_first_day_looked_at_and_typed_at_a_millisecond_a_key(tmp_path: Path) -> None:
    """One test, for the second day is held against the first."""
    sample, roster = tmp_path / "sample", tmp_path / "roster.csv"
    run(tmp_path, "sample", "--people", "30", "--seed", "7", "--out", sample)
    roster.write_text(ROSTER, encoding="utf-8")
    slow, fast = tmp_path / "slow", tmp_path / "fast"
    cut_off = look(slow, sample, roster)
    as_typed(cut_off)
    go_on(slow, cut_off)
    with Hand(fast) as hand:
        hand.see("Your name")
        type_at_once(hand, FIRST_RUN)
        import_beside(fast, sample, roster)
        type_at_once(hand, WORK[:-1])
        hand.quit()
    found = contents(fast)
    for kind, records in cut_off.items():
        assert found[kind] == records
