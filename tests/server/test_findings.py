from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, create_engine, insert, select

from fieldkit.matching import Person
from fieldkit.protocol.change import Json
from fieldkit.protocol.difference import difference_field
from fieldkit.records import Finding, Record, RuleContext, kinds, sentence
from fieldkit.records.declaration import review as reviewing
from fieldkit.records.declaration.review import Around
from fieldkit.schema import grow
from fieldkit.server.database.tables import FINDING, METADATA
from fieldkit.server.ingest.records import fetched_records
from fieldkit.server.ingest.records.findings import Touched, review, waiting

TODAY = date(2026, 11, 21)
HERE, ELSEWHERE = 2, 3


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = "sqlite://"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url)
    with engine.begin() as connection:
        METADATA.create_all(connection)
        grow(connection, kinds().values())
        yield connection
    engine.dispose()


class Village:
    """Writes rows as a batch does, and has them reviewed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.rows: dict[tuple[str, str], dict[str, Json]] = {}

    def put(self, kind: str, record_id: str, /, **values: Json) -> set[tuple[str, str]]:
        before = self.rows.get((kind, record_id))
        now: dict[str, Json] = {**(before or {"district": HERE}), **values}
        self.rows[kind, record_id] = now
        table = kinds()[kind].table()
        fields = kinds()[kind].fields()
        extra = {name: value for name, value in now.items() if name not in fields}
        known = now.keys() - extra.keys()
        read = {name: fields[name].format.read(now[name]) for name in known}
        row: dict[str, object] = {"deleted": False, **read, "id": record_id, "extra": extra}
        self.connection.execute(table.delete().where(table.c.id == record_id))
        self.connection.execute(insert(table).values(row))
        touched = {(kind, record_id): Touched(row, before)}
        beside = waiting(self.connection, {record_id})
        return review(self.connection, touched, beside.keys(), TODAY)

    def tell_apart(
        self, kind: str, record_id: str, other: str, said: bool | None = True
    ) -> set[tuple[str, str]]:
        return self.put(kind, record_id, **{difference_field(other): said})

    def open(self) -> set[tuple[str, str]]:
        rows = self.connection.execute(select(FINDING.c.record_id, FINDING.c.rule))
        return {(row.record_id.partition("-")[2], row.rule.partition(".")[0]) for row in rows}


@pytest.fixture
def village(connection: Connection) -> Village:
    return Village(connection)


WOMAN: dict[str, Json] = {
    "name": "Zooni Akhter",
    "born": "1990-03-05",
    "aadhaar_last4": "1432",
    "gender": "F",
    "relation": "daughter",
    "relation_name": "Abdul Gani",
}


def test_a_reference_waits_for_its_record_and_is_settled_by_it(village: Village) -> None:
    changed = village.put("toolkit", "7KQ2M9XD-2", beneficiary_id="7KQ2M9XD-1")
    assert changed == {("toolkit", "7KQ2M9XD-2")}
    assert ("2", "missing_parent") in village.open()
    found = waiting(village.connection, {"7KQ2M9XD-1"})
    assert found == {("toolkit", "7KQ2M9XD-2"): HERE}
    changed = village.put("beneficiary", "7KQ2M9XD-1", name="Gulam Bhat")
    assert ("toolkit", "7KQ2M9XD-2") in changed
    assert ("2", "missing_parent") not in village.open()


def test_a_reference_to_what_was_deleted_does_not_say_that_it_will_come(village: Village) -> None:
    village.put("beneficiary", "7KQ2M9XD-1", name="Gulam Bhat", deleted=True)
    village.put("toolkit", "7KQ2M9XD-2", beneficiary_id="7KQ2M9XD-1")
    query = select(FINDING).where(FINDING.c.rule == "missing_parent")
    row = village.connection.execute(query).one()
    said = sentence(Finding(row.kind, row.record_id, row.field, row.rule, row.params))
    assert said.startswith(
        "Artisan 7KQ2M9XD-1 is not on the server: not sent yet, or deleted. "
        "Check it after the next sync."
    )


def test_what_refers_to_a_record_is_told_of_its_deletion_and_of_its_return(
    village: Village,
) -> None:
    village.put("beneficiary", "7KQ2M9XD-1", name="Gulam Bhat")
    village.put("toolkit", "7KQ2M9XD-2", beneficiary_id="7KQ2M9XD-1")
    changed = village.put("beneficiary", "7KQ2M9XD-1", deleted=True)
    assert ("toolkit", "7KQ2M9XD-2") in changed
    assert ("2", "missing_parent") in village.open()
    village.put("beneficiary", "7KQ2M9XD-1", deleted=False)
    assert ("2", "missing_parent") not in village.open()


def test_a_second_toolkit_is_found_at_both_and_settled_at_both(village: Village) -> None:
    village.put("beneficiary", "7KQ2M9XD-1", name="Gulam Bhat")
    village.put("toolkit", "7KQ2M9XD-2", beneficiary_id="7KQ2M9XD-1")
    changed = village.put("toolkit", "9999999Z-1", beneficiary_id="7KQ2M9XD-1")
    assert changed == {("toolkit", "7KQ2M9XD-2"), ("toolkit", "9999999Z-1")}
    assert {("2", "one_toolkit"), ("1", "one_toolkit")} <= village.open()
    village.put("toolkit", "9999999Z-1", deleted=True)
    assert not {one for one in village.open() if one[1] == "one_toolkit"}


def test_a_second_tranche_waits_for_the_first_and_is_told_when_that_changes(
    village: Village,
) -> None:
    village.put("beneficiary", "7KQ2M9XD-1", name="Gulam Bhat")
    second, artisan = ("loan", "7KQ2M9XD-3"), {"beneficiary_id": "7KQ2M9XD-1"}
    out_of_order = ("3", "tranche_order")
    village.put(*second, product="PMV2", state="SPONSORED", **artisan)
    assert out_of_order in village.open()
    first = {"product": "PMV1", "state": "CLOSED", "disbursed_on": "2025-01-10", **artisan}
    assert second in village.put("loan", "9999999Z-2", **first)
    assert out_of_order not in village.open()
    village.put("loan", "9999999Z-2", state="DISBURSED")
    assert out_of_order in village.open()
    village.put("loan", "9999999Z-2", state="CLOSED")
    assert out_of_order not in village.open()
    village.put("loan", "9999999Z-2", beneficiary_id="7KQ2M9XD-9")
    assert out_of_order in village.open()
    village.put("loan", "9999999Z-2", **artisan)
    assert out_of_order not in village.open()
    village.put("loan", "9999999Z-2", deleted=True)
    assert out_of_order in village.open()
    village.put("loan", "9999999Z-2", deleted=False)
    assert out_of_order not in village.open()


def test_the_last_day_of_the_calendar_is_no_fault(village: Village) -> None:
    artisan = {"beneficiary_id": "7KQ2M9XD-1", "disbursed_on": "9999-12-31", "state": "CLOSED"}
    village.put("loan", "7KQ2M9XD-2", product="PMV1", **artisan)
    village.put("loan", "7KQ2M9XD-3", product="PMV2", applied_on="2026-01-01", **artisan)
    assert ("3", "tranche_order") in village.open()


def test_a_woman_in_two_groups_until_she_has_left_one(village: Village) -> None:
    for number in (1, 2):
        village.put("self_help_group", f"7KQ2M9XD-{number}", name=f"Group {number}")
        village.put(
            "member", f"7KQ2M9XD-1{number}", self_help_group_id=f"7KQ2M9XD-{number}", **WOMAN
        )
    assert {("11", "one_group"), ("12", "one_group")} <= village.open()
    village.put("member", "7KQ2M9XD-11", status="INACTIVE")
    assert not {one for one in village.open() if one[1] == "one_group"}


def test_likely_the_same_person_is_told_at_both_until_corrected(village: Village) -> None:
    village.put("beneficiary", "7KQ2M9XD-1", mobile="9419011432", name="Ghulam Mohammad Bhat")
    village.put("beneficiary", "7KQ2M9XD-2", mobile="9419011432", name="Gulam Mohd Bhat")
    assert {("1", "same_person"), ("2", "same_person")} <= village.open()
    village.put("beneficiary", "7KQ2M9XD-2", mobile="9419011433")
    assert not {one for one in village.open() if one[1] == "same_person"}


def test_a_family_with_one_mobile_and_twins_are_not_told(village: Village) -> None:
    family = {"mobile": "9419011432", "relation_name": "Abdul Ahad Bhat", "village": "Arath"}
    twins = {"born": "1984-01-23", "account_no": "0123456789012345", "ifsc": "JAKA0CHADOR"}
    for number, name in enumerate(("Ghulam Mohammad Bhat", "Nazir Bhat", "Asif Bhat"), 1):
        village.put("beneficiary", f"7KQ2M9XD-{number}", name=name, **family, **twins)
    assert not {one for one in village.open() if one[1] == "same_person"}


def test_who_agrees_in_one_of_several_ways_is_found(village: Village) -> None:
    village.put("beneficiary", "7KQ2M9XD-1", mobile="9419011432", name="Gulam Bhat")
    village.put("beneficiary", "7KQ2M9XD-2", ration_card="JK-1", name="Asha Devi")
    village.put(
        "beneficiary", "7KQ2M9XD-3", mobile="9419011432", ration_card="JK-1", name="Gulam Bhat"
    )
    assert {
        ("1", "same_person"),
        ("3", "same_person"),
        ("2", "one_of_a_ration_card"),
        ("3", "one_of_a_ration_card"),
    } <= village.open()


@pytest.mark.parametrize("about", ['A"1', "A\\1", "A,1", "{A}", "NULL", ""])
def test_signs_that_a_database_reads_otherwise_are_read_as_they_are(
    connection: Connection, about: str
) -> None:
    row = {"kind": "toolkit", "record_id": "7KQ2M9XD-2", "rule": "missing_parent", "field": ""}
    row |= {"message": "", "about": about}
    connection.execute(insert(FINDING).values(district=HERE, **row))
    assert waiting(connection, {about, "other"}) == {("toolkit", "7KQ2M9XD-2"): HERE}


def test_what_was_deleted_agrees_with_nothing(village: Village) -> None:
    village.put("beneficiary", "7KQ2M9XD-1", name="Gulam Bhat")
    village.put("toolkit", "7KQ2M9XD-2", beneficiary_id="7KQ2M9XD-1", deleted=True)
    village.put("toolkit", "7KQ2M9XD-3", beneficiary_id="7KQ2M9XD-1")
    assert not {one for one in village.open() if one[1] == "one_toolkit"}


def test_districts_are_reviewed_apart(village: Village) -> None:
    village.put("beneficiary", "7KQ2M9XD-1", mobile="9419011432", name="Gulam Bhat")
    changed = village.put(
        "beneficiary",
        "7KQ2M9XD-2",
        district=ELSEWHERE,
        mobile="9419011432",
        name="Gulam Bhat",
    )
    assert ("2", "same_person") not in village.open()
    assert ("beneficiary", "7KQ2M9XD-1") not in changed


def test_a_record_that_moves_away_leaves_no_finding_behind(village: Village) -> None:
    village.put("beneficiary", "7KQ2M9XD-1", mobile="9419011432", name="Gulam Bhat")
    village.put("beneficiary", "7KQ2M9XD-2", mobile="9419011432", name="Gulam Bhat")
    village.put("beneficiary", "7KQ2M9XD-2", district=ELSEWHERE)
    assert not {one for one in village.open() if one[1] == "same_person"}


def test_nothing_new_is_nothing_changed(village: Village) -> None:
    village.put("toolkit", "7KQ2M9XD-2", beneficiary_id="7KQ2M9XD-1")
    assert village.put("toolkit", "7KQ2M9XD-2", remarks="seen") == set()


def test_a_number_that_everybody_gives_is_not_compared_all_with_all(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetched_records, "_MOST_ALIKE", 3)
    names = ["Ghulam Bhat", "Rafiq Dar", "Nazir Lone", "Bashir Wani", "Zahoor Mir", "Tariq Sofi"]
    for number, name in enumerate(names, 1):
        village.put("beneficiary", f"7KQ2M9XD-{number}", mobile="9419011432", name=name)
    compared: list[Person] = []

    def noting(_one: Person, other: Person) -> None:
        compared.append(other)

    monkeypatch.setattr(reviewing, "compare", noting)
    village.put("beneficiary", "7KQ2M9XD-7", mobile="9419011432", name="Yasir Rather")
    assert 3 <= len(compared) <= 3 * 4


def test_what_agrees_may_also_be_what_neither_says(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[set[str]] = []

    def ask(record: Record, _case: RuleContext, around: Around) -> list[Finding]:
        alike = around.where("beneficiary", mobile=record.value("mobile"), pan=None)
        met.append({other.id.partition("-")[2] for other in alike})
        return []

    monkeypatch.setattr(fetched_records, "looks", lambda _kind: (ask,))
    village.put("beneficiary", "7KQ2M9XD-1", mobile="9419011432")
    village.put("beneficiary", "7KQ2M9XD-2", mobile="9419011432", pan="ABCPD1234E")
    village.put("beneficiary", "7KQ2M9XD-3", mobile="9419011433")
    met.clear()
    village.put("beneficiary", "7KQ2M9XD-4", mobile="9419011432")
    assert met == [set(), {"1", "4"}]


def test_a_limit_of_the_whole_ut_or_of_the_district_takes_the_place_of_the_usual_value(
    village: Village,
) -> None:
    kit: dict[str, Json] = {"state": "ORDERED", "voucher_value": 20_000}
    broken = ("1", "voucher_within_limit")
    village.put("toolkit", "7KQ2M9XD-1", **kit)
    assert broken in village.open()
    limit: dict[str, Json] = {"limit_name": "TOOLKIT_VALUE", "amount": 20_000, "source": "Order"}
    village.put("scheme_limit", "7KQ2M9XD-2", district=0, **limit)
    village.put("toolkit", "7KQ2M9XD-1", **kit)
    assert broken not in village.open()
    village.put("scheme_limit", "7KQ2M9XD-3", **limit | {"amount": 10_000})
    village.put("toolkit", "7KQ2M9XD-1", **kit)
    assert broken in village.open()
    village.put("scheme_limit", "7KQ2M9XD-3", district=ELSEWHERE)
    village.put("toolkit", "7KQ2M9XD-1", **kit)
    assert broken not in village.open()


def test_records_of_one_person_count_as_one_however_they_are_numbered(village: Village) -> None:
    """One toolkit an artisan: two records of him have two (rule 28)."""
    for number, mobile in (("1", "9419000001"), ("2", "9419000002"), ("3", "9419000003")):
        village.put("beneficiary", f"7KQ2M9XD-{number}", name="Gulam Bhat", mobile=mobile)
    village.put("toolkit", "7KQ2M9XD-11", beneficiary_id="7KQ2M9XD-1")
    village.put("toolkit", "7KQ2M9XD-13", beneficiary_id="7KQ2M9XD-3")
    two = {("11", "one_toolkit"), ("13", "one_toolkit")}
    assert not two & village.open()
    village.put("beneficiary", "7KQ2M9XD-3", merged_into="7KQ2M9XD-2")
    assert not two & village.open()
    changed = village.put("beneficiary", "7KQ2M9XD-2", merged_into="7KQ2M9XD-1")  # and so the third
    assert changed >= {("toolkit", "7KQ2M9XD-11"), ("toolkit", "7KQ2M9XD-13")}
    assert two <= village.open()
    village.put("beneficiary", "7KQ2M9XD-1", deleted=True)
    assert not two & village.open()
    village.put("beneficiary", "7KQ2M9XD-1", deleted=False)
    assert two <= village.open()
    village.put("beneficiary", "7KQ2M9XD-2", merged_into=None)
    assert not two & village.open()


def test_a_woman_of_two_records_is_in_one_group_and_no_duplicate(village: Village) -> None:
    for group in ("1", "2"):
        village.put("self_help_group", f"7KQ2M9XD-{group}", name="Noor")
    for number in ("3", "4"):
        village.put("member", f"7KQ2M9XD-{number}", **WOMAN, self_help_group_id="7KQ2M9XD-1")
    both = {("3", "same_person"), ("4", "same_person"), ("3", "one_group"), ("4", "one_group")}
    assert both <= village.open()
    village.put("member", "7KQ2M9XD-4", merged_into="7KQ2M9XD-3")
    assert not both & village.open()
    village.put("member", "7KQ2M9XD-5", **WOMAN, self_help_group_id="7KQ2M9XD-2")
    query = select(FINDING.c.record_id, FINDING.c.related).where(
        FINDING.c.rule == "one_group.elsewhere"
    )
    rows = village.connection.execute(query)
    found = {(row.record_id[-1], row.related[0][1][-1]) for row in rows}
    assert found == {("3", "5"), ("5", "3")}
    village.put("member", "7KQ2M9XD-4", merged_into=None)
    assert both <= village.open()


@pytest.mark.parametrize("merged_first", [True, False])
def test_a_pair_both_merged_and_told_apart_is_a_finding_at_both(
    village: Village, merged_first: bool
) -> None:
    """Rule 30."""
    one, other = "7KQ2M9XD-1", "7KQ2M9XD-2"
    for number, mobile in ((one, "9419000001"), (other, "9419000002")):
        village.put("beneficiary", number, name="Gulam Bhat", mobile=mobile)
    both = {("1", "merged_apart"), ("2", "merged_apart")}
    if merged_first:
        village.put("beneficiary", other, merged_into=one)
    village.tell_apart("beneficiary", one, other)
    assert (not merged_first) is (not both & village.open())
    if not merged_first:
        village.put("beneficiary", other, merged_into=one)
    assert both <= village.open()
    query = select(FINDING).where(FINDING.c.record_id == one, FINDING.c.rule == "merged_apart")
    row = village.connection.execute(query).one()
    said = sentence(Finding(row.kind, row.record_id, row.field, row.rule, row.params))
    assert said.startswith(f"Gulam Bhat ({other}) is merged with this record")
    if merged_first:
        village.put("beneficiary", other, merged_into=None)
    else:
        village.tell_apart("beneficiary", one, other, said=None)
    assert not both & village.open()
