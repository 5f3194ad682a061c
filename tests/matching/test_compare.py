from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.matching import Match, Person, Reason, compare

ARTISAN = Person(
    name="Ghulam Mohammad Bhat",
    kin="Abdul Ahad Bhat",
    relation="SO",
    gender="M",
    born="1984-01-23",
    mobile="9419011432",
    last_four="0143",
    village="Wathoora",
    household="JK-1",
    account="0123456789012345",
    branch="JAKA0CHADOR",
)


def matched(one: Person, other: Person) -> Match:
    found = compare(one, other)
    assert found is not None
    assert found == compare(other, one)
    return found


def is_strong(one: Person, other: Person) -> bool:
    found = compare(one, other)
    assert found == compare(other, one)
    return found is not None and found.strong


def but(person: Person, **texts: str) -> Person:
    return replace(person, numbers=person.numbers, **texts)


AGAIN = {
    "another spelling": {"name": "Gh. Mohd Butt", "kin": "Ab Ahad Bhat"},
    "another mobile": {"mobile": "7006155210", "household": "", "account": ""},
    "a lone year": {"born": "1984", "last_four": ""},
    "a slip in the birth date": {"born": "1984-01-32"},
    "day and month exchanged": {"born": "1984-05-01"},
    "a slip in the last four": {"last_four": "0134"},
    "another village": {"village": "Nagam", "household": ""},
    "a married daughter": {"kin": "Bashir Ahmad Dar", "relation": "WO"},
    "name, father, mobile, last four": {"born": "", "village": "", "household": "", "account": ""},
    "name, father, village": dict.fromkeys(
        ("born", "mobile", "last_four", "household", "account"), ""
    ),
}


@pytest.mark.parametrize("how", AGAIN)
def test_who_is_typed_again_is_recognised(how: str) -> None:
    one = replace(ARTISAN, born="1984-01-05") if "exchanged" in how else ARTISAN
    assert is_strong(one, but(one, **AGAIN[how]))


SOMEONE_ELSE = {
    "a brother": {"name": "Ghulam Hassan Bhat", "born": "1986-03-02", "last_four": "7710"},
    "a twin": {"name": "Ghulam Hassan Bhat", "last_four": "7710"},
    "a twin whose card is not at hand": {"name": "Ghulam Hassan Bhat", "last_four": ""},
    "a twin with a name like it": {"name": "Ghulam Ahmad Bhat", "last_four": ""},
    "a brother of whom little is known": {
        "name": "Nazir Bhat", "born": "", "last_four": "", "account": "",
    },
    "a sister": {"name": "Zahida Bhat", "relation": "DO", "gender": "F", "last_four": "2211"},
    "a wife": {
        "name": "Zooni Begum", "kin": "Ghulam Mohammad Bhat", "relation": "WO", "gender": "F",
        "born": "1986", "last_four": "",
    },
    "a father": {
        "name": "Abdul Ahad Bhat", "kin": "Rahim Bhat", "born": "1955", "last_four": "8876",
    },
    "a namesake in the village": {
        "kin": "Ali Mohammad Bhat", "born": "1971-07-09", "mobile": "7006155210",
        "last_four": "5599", "household": "", "account": "",
    },
    "a cousin of the same name and father's name": {
        "born": "1995-02-11", "mobile": "7006155210", "last_four": "5599",
        "household": "", "account": "",
    },
    "a stranger of the same last four and birth date": {
        "name": "Rafiq Lone", "kin": "Nazir Lone", "mobile": "7006155210", "village": "Nagam",
        "household": "", "account": "",
    },
}  # fmt: skip


@pytest.mark.parametrize("who", SOMEONE_ELSE)
def test_families_twins_and_namesakes_are_told_apart(who: str) -> None:
    assert not is_strong(ARTISAN, but(ARTISAN, **SOMEONE_ELSE[who]))


@pytest.mark.parametrize("names", [("Hassan", "Hussain"), ("Asif", "Atif"), ("Rafiq", "Shafiq")])
@pytest.mark.parametrize("last_four", ["7710", ""])
def test_twins_with_names_alike_are_told_apart(names: tuple[str, str], last_four: str) -> None:
    one, other = (replace(ARTISAN, name=f"{name} Bhat", account="") for name in names)
    assert not is_strong(one, replace(other, last_four=last_four))


def test_whatever_a_family_has_in_common_does_not_make_sisters_one() -> None:
    one = replace(ARTISAN, name="Haleema Mochi", born="1998", last_four="")
    other = replace(one, name="Saleema Mochi", born="1996-11-23")
    assert not is_strong(one, other)
    assert is_strong(one, replace(other, born="1998-11-23"))


def test_other_last_four_digits_tell_twins_apart_whose_names_are_alike() -> None:
    one, other = (replace(ARTISAN, name=name) for name in ("Mehraj Bhat", "Mohammad Mehraj Bhat"))
    assert is_strong(one, other)
    assert not is_strong(one, replace(other, last_four="7710"))


def test_the_weightiest_evidence_stands_first() -> None:
    known = replace(ARTISAN, name="Gulam Mohd Bhat", kin="Ali Bhat", numbers=(("portal_no", "P1"),))
    found = matched(replace(ARTISAN, numbers=(("portal_no", "P1"),)), known)
    assert found.reasons[:2] == (Reason.SAME_NUMBER, Reason.SAME_LAST_FOUR)
    assert {Reason.SAME_MOBILE, Reason.NAME_ALIKE, Reason.SAME_VILLAGE} <= {*found.reasons}
    assert Reason.OTHER_KIN in found.against
    assert found.why.startswith("same official number, same Aadhaar last four, ")
    assert matched(ARTISAN, ARTISAN).score > 0.99


def test_numbers_of_different_fields_are_not_compared() -> None:
    one, other = Person(numbers=(("portal_no", "1"),)), Person(numbers=(("member_code", "1"),))
    assert compare(one, other) is None
    assert is_strong(one, replace(one, name="Quite Else"))


@pytest.mark.parametrize("part", ["name", "mobile", "last_four", "born", "village", "kin"])
def test_one_part_alone_is_no_strong_match(part: str) -> None:
    one = but(Person(), **{part: getattr(ARTISAN, part)})
    assert not is_strong(one, one)


TEXTS = st.sampled_from(["", "Ali", "Ali Lone", "Aly Lon", "Nazir Dar", "علی", "'", "0"])
PEOPLE = st.builds(
    Person,
    name=TEXTS,
    kin=TEXTS,
    relation=st.sampled_from(["", "SO", "WO"]),
    gender=st.sampled_from(["", "M", "F"]),
    born=st.sampled_from(["", "1984", "1985", "1984-01-02", "1984-02-01", "1991-12-31"]),
    mobile=st.sampled_from(["", "9419011432", "9419011423", "7006155210"]),
    last_four=st.sampled_from(["", "0143", "0134", "9999"]),
    village=TEXTS,
)


@given(PEOPLE, PEOPLE)
def test_the_order_of_two_people_does_not_matter(one: Person, other: Person) -> None:
    found = compare(one, other)
    assert found == compare(other, one)
    assert found is None or 0 < found.score < 1
    assert found is None or not {reason.part for reason in found.against} & {
        reason.part for reason in found.reasons
    }
