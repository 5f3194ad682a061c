"""Older fields become records of the kinds that replaced them: once, on the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from fieldkit.protocol.change import Op
from fieldkit.protocol.identity import is_id
from fieldkit.records import Record, Value, kinds
from fieldkit.records.declaration.roles import conversions_of
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, Saved, Store
from fieldkit.sync.client import enrol, sync
from fieldkit.sync.requests.receipt import receipt

Laptop = Callable[[str], Store]


@pytest.fixture
def laptop(tmp_path: Path, server: str, folder: Path) -> Iterator[Laptop]:
    """Enrol laptops of block 16 of district 2 by name."""
    made: list[Store] = []

    def make(name: str) -> Store:
        store = Store.open(tmp_path / name)
        made.append(store)
        store.init(name, 2, 16)
        enrol(store, server, code(folder / "server.sqlite3", "operator", 2, 16))
        return store

    yield make
    for store in made:
        store.close()


def put(store: Store, kind: str, **values: Value) -> str:
    (saved,) = store.save([Edit(kinds()[kind], values)], "Asha")
    assert isinstance(saved, Saved)
    return saved.id


def change(store: Store, record_id: str, **values: Value) -> None:
    record = store.record(record_id)
    assert record is not None
    (saved,) = store.save([Edit(type(record), values, record_id)], "Asha")
    assert isinstance(saved, Saved)


def done(*stores: Store) -> None:
    for store in stores:
        outcome = sync(store)
        assert outcome.ok, outcome.session.error
        assert outcome.waiting == 0


def of(store: Store, kind: str, **equal: Value) -> list[Record]:
    return list(store.where(kind, **equal))


def values(record: Record, *names: str) -> Mapping[str, Value]:
    return {name: record.value(name) for name in names}


def woman(store: Store, name: str, **older: Value) -> str:
    group = put(store, "self_help_group", name=f"{name} SHG", shg_kind="REG")
    return put(store, "member", name=name, self_help_group_id=group, **older)


def test_every_older_field_of_a_member_becomes_a_record(laptop: Laptop) -> None:
    asha, javid = laptop("Asha"), laptop("Javid")
    number = woman(
        asha,
        "Zooni Akhter",
        pmjjby=True,
        pmsby=False,
        cadre="CR18",
        taken_cif=True,
        lakhpati_status="LD",
        lakhpati_on=date(2025, 3, 1),
    )
    done(asha, javid)
    for store in (asha, javid):
        (cover,) = of(store, "insurance_cover", member_id=number)
        assert values(cover, "scheme", "state") == {"scheme": "PMJJBY", "state": "ACTIVE"}
        assert (cover.district, cover.block) == (2, 16)
        (cadre,) = of(store, "cadre", member_id=number)
        assert cadre.value("role") == "CR18"
        (fund,) = of(store, "fund_release", member_id=number)
        member = store.get("member", number)
        assert member is not None
        assert values(fund, "fund", "self_help_group_id") == {
            "fund": "CIF",
            "self_help_group_id": member.value("self_help_group_id"),
        }
        (income,) = of(store, "income_entry", member_id=number)
        assert values(income, "assessed", "period_to") == {
            "assessed": "LD",
            "period_to": date(2025, 3, 1),
        }
        assert member.value("pmjjby") is True
        assert all(log.same for log in receipt(store).logs)


def test_groups_artisans_and_programmes_too(laptop: Laptop) -> None:
    asha = laptop("Asha")
    group = put(asha, "self_help_group", name="Noor", shg_kind="REG", loan_running=True)
    artisan = put(
        asha, "beneficiary", name="Ghulam Bhat", trade_code="CARP", workers_women=2, csc_id="CSC7"
    )
    for name in ("SARAS Mela", "Craft fair"):
        day = {"held_on": date(2025, 9, 1), "place": name, "name": name}
        put(asha, "programme", programme_kind="MELA", csc_id="CSC7", **day)
    put(asha, "programme", programme_kind="ORIENT", held_on=date(2025, 9, 1), place="Chadoora")
    done(asha)
    (loan,) = of(asha, "group_loan", self_help_group_id=group)
    assert loan.value("state") == "DISBURSED"
    (enterprise,) = of(asha, "enterprise", beneficiary_id=artisan)
    assert values(enterprise, "programme", "workers_women") == {
        "programme": "PMV",
        "workers_women": 2,
    }
    assert [one.value("status") for one in of(asha, "common_service_centre", csc_id="CSC7")] == [
        "OPEN"
    ]
    fairs = {one.value("name"): one.value("event_kind") for one in of(asha, "market_event")}
    assert fairs == {"SARAS Mela": "SARAS", "Craft fair": "EXHIB"}


def test_two_laptops_that_send_the_same_value_make_one_record(laptop: Laptop) -> None:
    asha, javid = laptop("Asha"), laptop("Javid")
    number = woman(asha, "Sara Begum")
    done(asha, javid)
    for store in (asha, javid):
        change(store, number, pmsby=True)
    done(asha, javid, asha)
    for store in (asha, javid):
        assert len(of(store, "insurance_cover", member_id=number)) == 1


def test_what_was_made_follows_the_older_field_until_a_person_changes_it(laptop: Laptop) -> None:
    asha = laptop("Asha")
    number = woman(asha, "Haseena Bano", lakhpati_status="PLD", pmjjby=True)
    done(asha)
    change(asha, number, lakhpati_status="LD", pmjjby=False)
    done(asha)
    (income,) = of(asha, "income_entry", member_id=number)
    assert income.value("assessed") == "LD"
    assert of(asha, "insurance_cover", member_id=number) == []
    change(asha, number, pmjjby=True)
    done(asha)
    (cover,) = of(asha, "insurance_cover", member_id=number)
    change(asha, cover.id, enrolled_on=date(2025, 6, 1))
    change(asha, income.id, remarks="Seen in the register")
    done(asha)
    change(asha, number, pmjjby=False, lakhpati_status="NONE")
    done(asha)
    assert len(of(asha, "insurance_cover", member_id=number)) == 1
    assert len(of(asha, "income_entry", member_id=number)) == 1


def test_a_record_deleted_by_a_person_stays_deleted(laptop: Laptop) -> None:
    asha = laptop("Asha")
    number = woman(asha, "Nusrat Jan", pmjjby=True)
    done(asha)
    (cover,) = of(asha, "insurance_cover", member_id=number)
    asha.save([Edit(type(cover), {}, cover.id, op=Op.DELETE)], "Asha")
    done(asha)
    change(asha, number, pmjjby=False)
    done(asha)
    change(asha, number, pmjjby=True)
    done(asha)
    assert of(asha, "insurance_cover", member_id=number) == []


def test_a_record_entered_by_hand_stands_for_the_older_field(laptop: Laptop) -> None:
    asha = laptop("Asha")
    number = woman(asha, "Mehbooba Dar")
    by_hand = put(asha, "insurance_cover", member_id=number, scheme="PMJJBY", state="ACTIVE")
    change(asha, number, pmjjby=True, pmsby=True)
    done(asha)
    covers = {one.value("scheme"): one.id for one in of(asha, "insurance_cover", member_id=number)}
    assert covers["PMJJBY"] == by_hand
    assert set(covers) == {"PMJJBY", "PMSBY"}


def test_replaced_fields_are_not_asked_and_are_still_fields() -> None:
    replaced = {
        (kind.kind(), name): field.replaced_by
        for kind in kinds().values()
        for name, field in kind.fields().items()
        if field.replaced_by
    }
    assert replaced["member", "pmjjby"] == "insurance_cover"
    for (kind, name), by in replaced.items():
        assert by in kinds() or by in kinds()[kind].fields()
        assert name in kinds()[kind].form_fields()
        assert name not in kinds()[kind].asked_fields()


def test_every_conversion_names_fields_and_gives_a_number_of_its_own() -> None:
    seen = set()
    for name, kind in kinds().items():
        for new, conversion in conversions_of(name):
            assert conversion.needs <= kind.fields().keys()
            assert {*conversion.takes.values()} <= kind.fields().keys()
            assert {*conversion.takes, *conversion.gives, *conversion.same} <= new.fields().keys()
            assert len(f"{new.kind()}.{conversion.name}.{name}") <= 40
            number = conversion.id_for(new.kind(), "7KQ2M9XD-142", {})
            assert is_id(number)
            seen.add(number)
    shared = {one.conversion.shared for name in kinds() for one in conversions_of(name)} - {""}
    assert shared == {"csc_id"}
    assert len(seen) == sum(len(conversions_of(name)) for name in kinds()) - 1
