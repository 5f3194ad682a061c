import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.conftest import artisan, edit, save

from fieldkit import reference
from fieldkit.protocol.change import Op
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.reference.names import name_variants, person_names
from fieldkit.store import Edit, Saved, Store

PEOPLE = 1200


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    father: str
    village: str
    mobile: str


@dataclass(frozen=True)
class Roster:
    store: Store
    people: list[Person]


def _made_up(chance: random.Random) -> Iterator[dict[str, Value]]:
    """Names of one community go together; villages are those of the district."""
    names = [name for name in person_names() if name.community == "kashmiri_muslim"]
    men = [name.text for name in names if not name.surname and name.gender != "F"]
    surnames = [name.text for name in names if name.surname]
    for number in range(PEOPLE):
        surname = chance.choice(surnames)
        yield artisan(
            name=f"{chance.choice(men)} {chance.choice(men)} {surname}",
            relation_name=f"{chance.choice(men)} {chance.choice(men)} {surname}",
            village=chance.choice(reference.localities(2)),
            mobile=f"{chance.randrange(60, 100)}{number:04}{chance.randrange(10**4):04}",
        )


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roster]:
    store = Store.open(tmp_path_factory.mktemp("roster"))
    store.init("Asha", 2, 16)
    fields = list(_made_up(random.Random(7)))
    fates = store.load([Edit(Beneficiary, one) for one in fields], "Asha")
    people = [
        Person(
            fate.id,
            *(str(one[name]) for name in ("name", "relation_name", "village", "mobile")),
        )
        for fate, one in zip(fates, fields, strict=True)
        if isinstance(fate, Saved)
    ]
    assert len(people) == PEOPLE
    yield Roster(store, people)
    store.close()


def ids(store: Store, typed: str, *, kinds: list[str] | None = None) -> list[str]:
    return [hit.id for hit in store.find(typed, kinds)]


def otherwise(name: str, chance: random.Random) -> str:
    """Write each part of a name as somebody else would, where another spelling is known."""
    spellings: dict[str, list[str]] = {}
    for pair in name_variants():
        if pair.same:
            spellings.setdefault(pair.first, []).append(pair.second)
            spellings.setdefault(pair.second, []).append(pair.first)
    return " ".join(chance.choice(spellings.get(part, [part])) for part in name.split())


def rates(roster: Roster, *typed: tuple[Person, str]) -> tuple[float, float]:
    """Return how often the right person came first, and how often at all."""
    first = anywhere = 0
    for person, text in typed:
        found = ids(roster.store, text)
        first += found[:1] == [person.id]
        anywhere += person.id in found
    return first / len(typed), anywhere / len(typed)


def test_a_whole_mobile_finds_its_person_first_always(roster: Roster) -> None:
    for person in roster.people:
        (first, *_) = roster.store.find(person.mobile)
        assert (first.id, first.strong) == (person.id, True)


@pytest.mark.parametrize("written", ["+91 {0}-{1}", "0{0}{1}", "{0} {1}", "91{0}{1}", "{0}.{1}"])
def test_a_mobile_is_found_however_it_is_written(roster: Roster, written: str) -> None:
    for person in roster.people[::100]:
        typed = written.format(person.mobile[:5], person.mobile[5:])
        assert ids(roster.store, typed)[0] == person.id


def test_last_digits_with_a_name_find_the_person_first(roster: Roster) -> None:
    some = roster.people[::6]
    typed = [(p, f"{p.name.split()[0]} {p.mobile[-4:]}") for p in some]
    assert rates(roster, *typed)[0] >= 0.98


def test_a_name_as_it_stands_is_found_first(roster: Roster) -> None:
    typed = [(p, f"{p.name} {p.father.split()[0]}") for p in roster.people[::6]]
    assert rates(roster, *typed) == (1.0, 1.0)


def test_a_misspelt_name_with_the_father_is_found(roster: Roster) -> None:
    chance = random.Random(3)
    typed = [
        (p, f"{otherwise(p.name, chance)} {otherwise(p.father.split()[0], chance)}")
        for p in roster.people[::4]
    ]
    first, anywhere = rates(roster, *typed)
    print(f"name + father, misspelt: first {first:.1%}, found {anywhere:.1%}")
    assert first >= 0.93
    assert anywhere >= 0.97


def test_a_misspelt_name_with_the_village_is_found(roster: Roster) -> None:
    chance = random.Random(4)
    typed = [(p, f"{otherwise(p.name, chance)} {p.village}") for p in roster.people[::4]]
    first, anywhere = rates(roster, *typed)
    print(f"name + village, misspelt: first {first:.1%}, found {anywhere:.1%}")
    assert first >= 0.93
    assert anywhere >= 0.97


def test_a_half_typed_name_is_found(roster: Roster) -> None:
    typed = [(p, f"{p.name[:-2]} {p.father.split()[0][:4]}") for p in roster.people[::8]]
    assert rates(roster, *typed)[1] >= 0.98


def test_an_id_finds_its_record_of_whatever_kind(store: Store) -> None:
    who = save(store)
    kit = Edit(Toolkit, {"beneficiary_id": who, "state": "SELECTED"})
    kit_id = store.save([kit], "Asha")[0].id
    for record_id in (who, kit_id):
        for typed in (record_id, record_id.lower(), f"  {record_id.replace('-', ' ')} "):
            hit = store.find(typed)[0]
            assert (hit.id, hit.score, hit.strong) == (record_id, 1.0, True)


def test_every_official_number_of_a_record_finds_it(store: Store) -> None:
    numbers = {
        "ration_card": "RC/2231-9",
        "portal_no": "PMV1234567",
        "certificate_no": "CERT-889900",
    }
    who = save(store, **numbers)
    save(store, name="Somebody Else", ration_card="RC/2231-8")
    for number in numbers.values():
        assert ids(store, number) == ids(store, f" {number.lower()} ") == [who]
    kit: dict[str, Value] = {"beneficiary_id": who, "state": "SELECTED", "voucher_no": "EV-778899"}
    kit_id = store.save([Edit(Toolkit, kit)], "Asha")[0].id
    assert ids(store, "ev-778899") == [kit_id]
    assert ids(store, "ev-778899", kinds=["beneficiary"]) == []
    store.save([Edit(Toolkit, {}, id=kit_id, op=Op.DELETE)], "Asha")
    assert ids(store, "EV-778899") == []


def test_kinds_narrow_what_is_found(store: Store) -> None:
    group = store.save([Edit(SelfHelpGroup, {"name": "Noor Asha", "village": "Arath"})], "Asha")
    member: dict[str, Value] = {"name": "Asha Devi", "self_help_group_id": group[0].id}
    member_id = store.save([Edit(Member, member)], "Asha")[0].id
    who = save(store, name="Asha Devi")
    assert set(ids(store, "asha")) == {group[0].id, member_id, who}
    assert ids(store, "asha", kinds=["member"]) == [member_id]
    assert ids(store, who, kinds=["member"]) == []
    assert ids(store, "asha", kinds=[]) == []


def test_a_deleted_record_is_not_found(store: Store) -> None:
    who = save(store, mobile="9419012345", portal_no="PMV1234567")
    store.save([Edit(Beneficiary, {}, id=who, op=Op.DELETE)], "Asha")
    for typed in ("Ghulam", "9419012345", "12345", "PMV1234567", who):
        assert ids(store, typed) == []


def test_an_edited_name_is_found_and_the_old_one_not(store: Store) -> None:
    who = save(store, village="Arath", mobile="9419012345")
    edit(store, who, name="Zahida Akhter", mobile="9906054321")
    assert ids(store, "zahida") == ids(store, "zaida akhtar") == ids(store, "9906054321") == [who]
    assert ids(store, "ghulam mohammad") == ids(store, "9419012345") == []
    edit(store, who, village=None)
    assert ids(store, "zahida arath")[:1] == ids(store, "arath") == []
    assert store.check() == []


def test_words_of_other_scripts_are_found(store: Store) -> None:
    urdu, hindi = save(store, name="غلام محمد بٹ"), save(store, name="ग़ुलाम मोहम्मद")
    assert ids(store, "غلام") == [urdu]
    assert ids(store, "गुलाम") == [hindi]


AWKWARD = [
    "",
    " ",
    "\0",
    '"',
    "*",
    ":",
    "()",
    "-",
    "- -",
    '"asha',
    "NEAR(asha dar)",
    "asha AND",
    "OR",
    "NOT asha",
    "^asha",
    "{name}: asha",
    "name:asha",
    "asha*",
    "%_\\",
    "';DROP TABLE findable;--",
    "ग",
    "़",
    "غ",
    "🧵",
    "👩‍🌾",
    "a" * 10_000,
    "a b " * 2_500,
    "9" * 10_000,
    "9 " * 5_000,
    "²³ ½ Ⅷ",
    "٩٤١٩٠١٢٣٤٥",
    "\ud800",
    "-1",
    "0",
    "1e5",
]


@pytest.mark.parametrize("typed", AWKWARD)
def test_nothing_typed_breaks_the_search(roster: Roster, typed: str) -> None:
    for kinds in (None, ["beneficiary"]):
        roster.store.find(typed, kinds)
    roster.store.find(f"ghulam {typed}")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=40) | st.text(st.sampled_from("ab9\"*:()-^{}+ '\0\u0947"), max_size=25))
def test_no_text_breaks_the_search(roster: Roster, typed: str) -> None:
    roster.store.find(typed)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
def test_any_name_is_indexed_and_taken_out_again(store: Store, name: str) -> None:
    who = save(store, name=f"Asha {name}")
    assert who in ids(store, "asha")
    store.save([Edit(Beneficiary, {}, id=who, op=Op.DELETE)], "Asha")
    assert ids(store, "asha") == []


def test_the_best_come_first_and_no_more_than_asked(roster: Roster) -> None:
    hits = roster.store.find("mohammad", limit=7)
    assert len(hits) == 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].line["mobile"].replace(" ", "").isdigit()


def test_the_index_of_a_fresh_file_is_whole(roster: Roster, tmp_path: Path) -> None:
    roster.store.back_up(tmp_path / "copy.sqlite3")
    assert roster.store.check() == []
