"""What a whole column proves about its dates and numbers; a guess is never called a proof."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.files.values.readings import (
    Way,
    from_1904,
    proof_of_dates,
    proof_of_numbers,
    read_as,
)
from fieldkit.records.fields.formats import DAY, RUPEES

days = st.lists(st.dates(date(1930, 1, 1), date(2025, 12, 31)), min_size=1, max_size=8)
amounts = st.lists(st.integers(0, 10**7), min_size=1, max_size=8)
separators = st.sampled_from(["/", "-", ".", " - "])
DAY_FIRST, MONTH_FIRST = "{d:02}{s}{m:02}{s}{y}", "{m:02}{s}{d:02}{s}{y}"


def written(form: str, day: date, mark: str) -> str:
    return form.format(d=day.day, m=day.month, y=day.year, s=mark)


@given(
    days, separators, st.sampled_from([(DAY_FIRST, Way.DAY_FIRST), (MONTH_FIRST, Way.MONTH_FIRST)])
)
def test_dates_of_one_order_are_read_so_or_left_open(
    some: list[date], mark: str, order: tuple[str, Way]
) -> None:
    form, way = order
    texts = [written(form, day, mark) for day in some]
    proof = proof_of_dates(texts)
    assert proof.way in {way, None}
    assert not proof.doubted
    assert (proof.way is None) == all(day.day <= 12 for day in some)
    if proof.way:
        assert [DAY.parse(read_as(proof.way, text)) for text in texts] == some


@given(days, days)
def test_dates_of_both_orders_prove_nothing(some: list[date], others: list[date]) -> None:
    texts = [written(DAY_FIRST, day, "/") for day in (*some, date(1980, 8, 15))]
    texts += [written(MONTH_FIRST, day, "/") for day in (*others, date(1990, 12, 25))]
    proof = proof_of_dates(texts)
    assert proof.way is None
    assert proof.doubted


@pytest.mark.parametrize(
    ("texts", "way"),
    [
        (["8/15/80", "3/4/85"], Way.MONTH_FIRST),
        (["08151980", "01021979"], Way.MONTH_FIRST),
        (["08/15/1980 10:22", "01/02/1979 00:00:00"], Way.MONTH_FIRST),
        (["15 Aug 1980", "1985-04-03", "1980", "29448"], None),
        (["05/05/1980"], None),
        (["1980-15-08", "1985-02-03"], Way.YEAR_DAY_MONTH),
    ],
)
def test_ways_to_write_a_date(texts: list[str], way: Way | None) -> None:
    proof = proof_of_dates(texts)
    assert (proof.way, proof.doubted) == (way, False)


def test_dates_that_a_spreadsheet_swapped_are_doubted() -> None:
    texts = ["1980-02-01", "1981-03-02", "14/01/1980"]
    assert proof_of_dates(texts, spreadsheet=True).doubted
    assert not proof_of_dates([*texts, "1981-03-25"], spreadsheet=True).doubted
    assert not proof_of_dates(texts).doubted
    assert read_as(Way.SWAPPED, "1980-02-01") == "1980-01-02"


def grouped(amount: int, group: str, point: str, decimals: str) -> str:
    return f"{amount:,}".replace(",", group) + (point + decimals if decimals else "")


@given(amounts, st.sampled_from([(",", "."), (".", ",")]), st.sampled_from(["", "00", "50"]))
def test_numbers_of_one_style_are_read_so_or_left_open(
    some: list[int], marks: tuple[str, str], decimals: str
) -> None:
    texts = [grouped(amount, *marks, decimals) for amount in some]
    proof = proof_of_numbers(texts)
    assert not proof.doubted
    assert proof.way in {Way.POINT if marks[1] == "." else Way.COMMA, None}
    if decimals != "50" and not (proof.open and not proof.way):
        assert [RUPEES.parse(read_as(proof.way, text)) for text in texts] == some


@pytest.mark.parametrize(
    ("texts", "way", "doubted", "open_"),
    [
        (["10.000", "12.500"], None, False, "10.000"),
        (["10.000", "10.000,00"], Way.COMMA, False, ""),
        (["10.000", "12,500.50"], None, True, ""),
        (["10.000,00", "10,000.00"], None, True, ""),
        (["10,000", "10.000,00"], None, True, ""),
        (["1.20.000,00", "15.000"], Way.COMMA, False, ""),
        (["1,20,000", "Rs. 15,000/-", "8500"], Way.POINT, False, ""),
        (["8500", "12"], None, False, ""),
    ],
)
def test_ways_to_write_a_number(
    texts: list[str], way: Way | None, doubted: bool, open_: str
) -> None:
    proof = proof_of_numbers(texts)
    assert (proof.way, proof.doubted, proof.open) == (way, doubted, open_)


def test_days_from_1904() -> None:
    assert DAY.parse(from_1904("27988")) == date(1980, 8, 17)
    assert from_1904("1980") == "1980"
