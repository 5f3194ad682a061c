from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.protocol.identity import CROCKFORD, RecordId, is_origin, new_origin, read_id

origins = st.text(CROCKFORD, min_size=8, max_size=8).filter(is_origin)
numbers = st.integers(1, 10**16 - 1)


@given(origins, numbers)
def test_an_id_reads_back(origin: str, number: int) -> None:
    assert read_id(str(RecordId(origin, number))) == RecordId(origin, number)
    assert read_id(f" {origin.lower()}-{number} ") == RecordId(origin, number)


@pytest.mark.parametrize(
    "typed", ["7KQ2M9XD-142", "7kq2m9xd-142", " 7KQ2M9XD 142", "7KQ2M9XD–142", "7KQ2M9XD - 142"]
)
def test_an_id_is_read_as_people_copy_it_from_a_slip(typed: str) -> None:
    assert read_id(typed) == RecordId("7KQ2M9XD", 142)


def test_letters_that_look_like_digits_are_those_digits() -> None:
    assert read_id("OIL2M9XD-1") == RecordId("0112M9XD", 1)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "7KQ2M9XD",
        "7KQ2M9XD-",
        "7KQ2M9XD-0",
        "7KQ2M9XD-01",
        "7KQ2M9XD-12x",
        "7KQ2M9X-12",
        "7KQ2M9X*-12",
        "7KQ2M9XD-१२",
        "7KQ2M9XD-99999999999999999",
        "99994105-7058",
        "9999 4105 7058",
        "IOOIIOOI-1",
    ],
)
def test_other_texts_are_not_ids(typed: str) -> None:
    assert read_id(typed) is None


@given(st.text(max_size=40))
def test_any_text_parses_to_an_id_or_none(typed: str) -> None:
    found = read_id(typed)
    assert found is None or read_id(str(found)) == found


def test_new_origins_are_origins_with_a_letter_and_differ() -> None:
    drawn = {new_origin() for _ in range(200)}
    assert len(drawn) == 200
    assert all(is_origin(origin) and not origin.isdecimal() for origin in drawn)


def test_eight_digits_are_no_origin() -> None:
    assert is_origin("7KQ2M9XD")
    assert not is_origin("99994105")


def test_a_drawn_origin_of_digits_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = iter("23456789" + "7KQ2M9XD")
    monkeypatch.setattr("secrets.choice", lambda _: next(turns))
    assert new_origin() == "7KQ2M9XD"
