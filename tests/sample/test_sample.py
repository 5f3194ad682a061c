from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

from fieldkit.aadhaar import holds_aadhaar
from fieldkit.protocol.identity import is_origin, read_id
from fieldkit.records import Record, RuleContext, Severity, Use, Value, judge, kinds
from fieldkit.reference import options
from fieldkit.sample import LAST_DAY, sample, write
from fieldkit.search.sound import alike

BUDGAM, CHADOORA = 2, 16
Rows = list[tuple[str, dict[str, Value]]]


@cache
def made() -> Rows:
    return list(sample(400, 7, BUDGAM, CHADOORA, of_office=True))


def of(kind: str) -> list[dict[str, Value]]:
    return [row for found, row in made() if found == kind]


class Shelf:
    """Holds records, and finds them by the fields that rules look up."""

    def __init__(self) -> None:
        self.by_id: dict[tuple[str, str], Record] = {}
        self.by_value: dict[tuple[str, str, Value], list[Record]] = defaultdict(list)

    def put(self, record: Record) -> None:
        self.by_id[record.kind(), record.id] = record
        for name in record.fields():
            self.by_value[record.kind(), name, record.value(name)].append(record)

    def get(self, kind: str, record_id: str) -> Record | None:
        return self.by_id.get((kind, record_id))

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:
        name, value = next(iter(equal.items()))
        return [
            record
            for record in self.by_value.get((kind, name, value), [])
            if all(record.value(n) == v for n, v in equal.items())
        ]


def as_record(kind: str, row: dict[str, Value]) -> Record:
    fields = kinds()[kind].fields()
    return kinds()[kind].of({name: fields[name].format.read(value) for name, value in row.items()})


def test_every_record_passes_the_rules_of_its_kind() -> None:
    shelf = Shelf()
    stopped = []
    for kind, row in made():
        record = as_record(kind, row)
        shelf.put(record)
        findings = judge(record, RuleContext(LAST_DAY, known=shelf))
        stopped += [(kind, row, f) for f in findings if f.severity is not Severity.WARN]
    assert stopped == []


def test_most_records_cause_no_remarks() -> None:
    shelf = Shelf()
    remarked: Counter[str] = Counter()
    for kind, row in made():
        shelf.put(record := as_record(kind, row))
        remarked.update(f.rule for f in judge(record, RuleContext(LAST_DAY, known=shelf)))
    assert sum(remarked.values()) < len(made()) / 50, remarked


def test_every_value_equals_what_typing_it_gives() -> None:
    for kind, row in made():
        fields = kinds()[kind].fields()
        for name, value in row.items():
            form = fields[name].format
            kept = form.read(value)
            assert kept is not None, (kind, name)
            assert form.parse(form.edit(kept), confirmed=True) == kept, (kind, name, value)


def test_a_field_that_does_not_apply_is_empty() -> None:
    for kind, row in made():
        for name, field in kinds()[kind].form_fields().items():
            assert name not in row or field.asked(row), (kind, name, row)


def test_there_are_exactly_as_many_artisans_as_requested() -> None:
    for people in (0, 1, 39, 40, 41, 123):
        rows = sample(people, 3, BUDGAM, CHADOORA)
        assert sum(kind == "beneficiary" for kind, _ in rows) == people


def test_a_record_follows_those_it_refers_to() -> None:
    seen: dict[Value, str] = {}
    for kind, row in made():
        for name, reference in kinds()[kind].references().items():
            if name in row:
                assert seen[row[name]] in reference.kinds
        seen[row["id"]] = kind
    assert len(seen) == len(made())


def test_ids_are_of_one_origin_and_in_order() -> None:
    ids = [read_id(str(row["id"])) for _, row in made()]
    assert [found and found.number for found in ids] == list(range(1, len(ids) + 1))
    origins = {found.origin for found in ids if found}
    assert len(origins) == 1
    assert is_origin(*origins)
    other = next(iter(sample(1, 8, BUDGAM, CHADOORA)))[1]["id"]
    assert str(other)[:8] not in origins


def test_the_funnel_narrows_step_by_step() -> None:
    artisans = {row["id"]: row for row in of("beneficiary")}
    approved = {i for i, row in artisans.items() if row["status"] == "S3_APPROVED"}
    decided = Counter(row["stage"] for row in of("verification"))
    trained = {row["beneficiary_id"] for row in of("training_enrolment") if "beneficiary_id" in row}
    kits = {row["beneficiary_id"] for row in of("toolkit")}
    delivered = {row["beneficiary_id"] for row in of("toolkit") if "delivered_on" in row}
    assert delivered < kits < trained < approved < artisans.keys()
    assert len(artisans) > decided["1"] > decided["2"] > decided["3"] > len(trained)
    assert len(delivered) > 30
    pmv = [row for row in of("loan") if row["product"] == "PMV1"]
    lent = {row["beneficiary_id"] for row in pmv}
    paid = {row["beneficiary_id"] for row in pmv if "disbursed_on" in row}
    assert set() < paid < lent < trained
    sponsored = [row for row in of("loan") if row["product"] == "LALDED"]
    sanctioned = [row for row in sponsored if "sanctioned_on" in row]
    assert 0 < len(sanctioned) < len(sponsored) / 2
    states = {row["state"] for row in of("toolkit")}
    assert {"SELECTED", "DISPATCHED", "DELIVERED"} <= states


def test_dates_of_steps_are_in_order() -> None:
    approved: dict[Value, str] = {}
    for row in of("verification"):
        assert str(row["received_on"]) <= str(row["decided_on"])
        assert approved.get(row["beneficiary_id"], "") <= str(row["received_on"])
        approved[row["beneficiary_id"]] = str(row["decided_on"])
    days = {row["id"]: str(row["starts_on"]) for row in of("training_batch")}
    for row in of("training_enrolment"):
        if "beneficiary_id" in row:
            assert approved[row["beneficiary_id"]] < days[row["training_batch_id"]]


AHEAD = {"expires_on", "planned_on", "next_visit_on", "due_on"}


def test_no_date_is_in_the_future() -> None:
    for kind, row in made():
        for name, value in row.items():
            if name.endswith("_on") and name not in AHEAD:
                assert date.fromisoformat(str(value)) <= LAST_DAY, (kind, name)
        assert "2018" <= str(row["created_at"]) <= "2025-09-27"


def test_groups_have_ten_to_twenty_members_and_some_are_artisans() -> None:
    sizes = Counter(row["self_help_group_id"] for row in of("member"))
    assert set(sizes) == {row["id"] for row in of("self_help_group")}
    assert all(10 <= size <= 20 for size in sizes.values())
    linked = [row["beneficiary_id"] for row in of("member") if "beneficiary_id" in row]
    assert len(linked) == len(set(linked)) > 5


def test_families_share_phones_and_ration_cards() -> None:
    mobiles = Counter(row["mobile"] for row in of("beneficiary") + of("member"))
    assert sum(count > 1 for count in mobiles.values()) > 20
    cards = {row.get("ration_card") for row in of("beneficiary")}
    assert sum(row.get("ration_card") in cards for row in of("member")) > 20


def test_some_people_occur_twice_in_another_spelling() -> None:
    by_person: dict[tuple[Value, Value], list[str]] = defaultdict(list)
    for row in of("beneficiary"):
        by_person[row["aadhaar_last4"], row["born"]].append(str(row["name"]))
    twice = [names for names in by_person.values() if len(names) > 1]
    assert 4 <= len(twice) <= 24
    assert all(names[0] != names[1] for names in twice)
    assert sum(alike(names[0], names[1]) > 0.75 for names in twice) > len(twice) * 0.7


def test_registers_are_mostly_filled() -> None:
    fields = kinds()["beneficiary"]
    listed = {*fields.used(Use.LIST), "ifsc", "account_no", "pin", "education", "category"}
    filled = [sum(name in row for name in listed) / len(listed) for row in of("beneficiary")]
    assert min(filled) > 0.9


def test_no_aadhaar_number_occurs() -> None:
    for kind, row in made():
        assert not any(holds_aadhaar(str(value)) for value in row.values()), (kind, row)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    written = []
    for folder, seed in (("a", 5), ("b", 5), ("c", 6)):
        paths = write(
            tmp_path / folder,
            "csv" if form == "csv" else "jsonl",
            people=60,
            seed=seed,
            district=BUDGAM,
            block=CHADOORA,
        )
        written.append({kind: path.read_bytes() for kind, path in paths.items()})
    assert written[0] == written[1] != written[2]


FORMS: tuple[Literal["jsonl"], Literal["csv"]] = ("jsonl", "csv")


def test_both_file_formats_hold_the_same_records(tmp_path: Path) -> None:
    lines, tables = (
        write(tmp_path, form, people=60, seed=5, district=BUDGAM, block=CHADOORA, of_office=True)
        for form in FORMS
    )
    assert list(lines) == list(tables) == [kind for kind in kinds() if kind in lines]
    for kind, path in tables.items():
        fields = kinds()[kind].fields()
        with path.open(encoding="utf-8", newline="") as file:
            rows = [
                {name: fields[name].format.parse(cell) for name, cell in row.items() if cell}
                for row in csv.DictReader(file)
            ]
        with lines[kind].open(encoding="utf-8") as file:
            entries = [
                {name: fields[name].format.read(value) for name, value in json.loads(line).items()}
                for line in file
            ]
        assert rows == entries
        assert path.name == f"{kind}.csv"


def test_every_district_has_people() -> None:
    first = {block.within: int(block.code) for block in options("block")}
    for district in options("district"):
        code = int(district.code)
        rows = list(sample(3, 1, code, first[code]))
        assert {row["district"] for _, row in rows} == {code}


def test_a_block_of_another_district_is_refused() -> None:
    with pytest.raises(ValueError, match="no block 16 in district 3"):
        next(iter(sample(1, 1, 3, CHADOORA)))


def test_visits_grievances_and_stories_narrow_step_by_step() -> None:
    stories = Counter(row["state"] for row in of("story"))
    assert stories.keys() == {"DRAFTED", "CONSENTED", "APPROVED", "PUBLISHED"}
    assert all(row["consent"] for row in of("story") if row["state"] != "DRAFTED")
    assert {row["state"] for row in of("grievance")} == {"RECEIVED", "FORWARDED", "CLOSED"}
    visited = {row["beneficiary_id"] for row in of("visit") if "beneficiary_id" in row}
    assert len(of("visit")) > len(visited) > len(of("story"))
    assert {row["state"] for row in of("visit")} == {"MADE", "PLANNED"}
    assert {"self_help_group_id", "beneficiary_id"} <= {
        name for row in of("product") for name in row
    }


def test_only_a_supervisors_sample_has_targets() -> None:
    rows = list(sample(40, 7, BUDGAM, CHADOORA))
    written = {kind: kinds()[kind].writers.create for kind, _ in rows}
    assert "supervisor" not in written.values()
    office = {kind for kind, _ in made()} - {kind for kind, _ in sample(400, 7, BUDGAM, CHADOORA)}
    assert office == {
        "area_coverage", "entry_check", "officer_assignment", "ranking", "scheme_limit",
        "snapshot", "target",
    }  # fmt: skip
