from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.plain_text import plain
from fieldkit.records.aadhaar import holds_aadhaar, verhoeff

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


@pytest.mark.parametrize(
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
        "खाता ९९९९४१०५७०५८ है",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert holds_aadhaar(text)


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
