from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.aadhaar import (
    all_but_four,
    cut_aadhaar,
    holds_aadhaar,
    is_aadhaar,
    masked,
    says_aadhaar,
    verhoeff,
)
from fieldkit.plain_text import plain

TEST_NUMBERS = ("999941057058", "999971658847")
"""UIDAI's own test numbers: no person's."""


@pytest.mark.parametrize("number", TEST_NUMBERS)
def test_the_test_numbers_pass(number: str) -> None:
    assert verhoeff(number)
    assert holds_aadhaar(number)


@given(st.sampled_from(TEST_NUMBERS), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_never_passes(number: str, place: int, shift: int) -> None:
    digit = (int(number[place]) + shift) % 10
    assert not verhoeff(number[:place] + str(digit) + number[place + 1 :])


WRITINGS = pytest.mark.parametrize(
    "text",
    [
        "9999 4105 7058",
        "9999-4105-7058",
        "9999–4105–7058",
        "9999/4105/7058",
        "9999_4105_7058",
        "9999. 4105. 7058",
        "999941 057058",
        "999 941 057 058",
        "99 99 41 05 70 58",
        "9 9 9 9 4 1 0 5 7 0 5 8",
        "99994105 7058",
        "९९९९ ४१०५ ७०५८",
        "۹۹۹۹۴۱۰۵۷۰۵۸",
        "９９９９４１０５７０５８",
        "9999\u200b4105\u200d7058",
        "9999\u20604105\u20607058",
        "9\ufe0f\u20e39994105\ufe0f7058",
        "Aadhaar no 999941057058, seen",
        "UID:999941057058.",
        "ID999941057058",
        "999941057058.0",
        "9.99941057058E+11",
        "+999941057058",
        "+91 999941057058",
        "call +91 94190 11432, 999941057058",
        "she gave 9999 4105 7058 on 12/03/2024",
        "9999 4105 7058 2024",
        "ward 2345 9999 4105 7058",
        "खाता ९९९९४१०५७०५८ है",
    ],
)


@WRITINGS
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert holds_aadhaar(text)


@WRITINGS
def test_a_number_is_masked_however_it_is_written(text: str) -> None:
    hidden = masked(text)
    assert "XXXX XXXX 7058" in hidden
    assert not holds_aadhaar(hidden)


@WRITINGS
def test_a_cell_that_holds_nothing_else_is_cut_to_the_last_four(text: str) -> None:
    assert not holds_aadhaar(cut_aadhaar(text))
    assert is_aadhaar(text) <= (cut_aadhaar(text).strip(" .0'") == "7058")


def test_words_around_a_number_stay() -> None:
    assert masked("see ९९९९/४१०५/७०५८ of खाता ९") == "see XXXX XXXX 7058 of खाता ९"
    assert masked("999941057058, 999971658847") == "XXXX XXXX 7058, XXXX XXXX 8847"
    assert masked("+91 94190 11432 of 999941057059") == "+91 94190 11432 of 999941057059"


def test_a_mistyped_number_is_cut_and_masked_where_one_is_expected() -> None:
    assert cut_aadhaar("2345 6789/0123") == "0123"
    assert all_but_four("9999-4105-705") == "XXXX-XXX5-705"


@pytest.mark.parametrize(
    ("cell", "alone"),
    [
        ("9999 4105 7058", True),
        ("'999941057058", True),
        ("999941057058.0", True),
        ("9.99941057058E+11", True),
        ("UID 999941057058", False),
        ("999941057059", False),
        ("", False),
    ],
)
def test_a_cell_of_a_number_alone(cell: str, alone: bool) -> None:
    assert is_aadhaar(cell) is alone


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ("Aadhaar No.", True),
        ("aadhar_number", True),
        ("UID", True),
        ("person_uid_no", True),
        ("आधार नंबर", True),
        ("Fluid", False),
        ("Name", False),
    ],
)
def test_headings_of_aadhaar_numbers(heading: str, says: bool) -> None:
    assert says_aadhaar(heading) is says


@given(st.text(alphabet="0123456789 /-x.", max_size=80))
def test_nothing_masked_holds_one(text: str) -> None:
    assert not holds_aadhaar(masked(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7058",
        "999941057059",
        "199941057058",
        "0999941057058",
        "9999410570581",
        "call +91 94190 11432",
        "1/2/2024 and 3/4/2025",
        "2024-03-12",
        "XXXX XXXX 7058",
        "9999 4105",
    ],
)
def test_other_numbers_are_let_through(text: str) -> None:
    assert not holds_aadhaar(text)


@given(st.integers(6, 9), st.integers(0, 10**9 - 1))
def test_a_mobile_behind_its_country_code_is_none(first: int, rest: int) -> None:
    assert not holds_aadhaar(f"+91{first}{rest:09d}")
    assert not holds_aadhaar(f"+91 {first}{rest:09d}")


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(TEST_NUMBERS))
def test_a_number_inside_other_words_is_found(before: str, after: str, number: str) -> None:
    assert holds_aadhaar(f"{before} {number} {after}")


@given(st.text())
def test_plain_leaves_no_digit_of_another_script(text: str) -> None:
    assert all(c.isascii() for c in plain(text) if c.isdecimal())
    assert len(plain(text)) == len(text)
