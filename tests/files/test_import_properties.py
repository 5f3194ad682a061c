"""What holds for all headings and layouts: no relative, no footer, no guess is stored."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.files.corpus.expectation import Row, Writer, one_of, right
from tests.files.corpus.headings import OTHERS, OWN, RELATIVE, TWO_OWN
from tests.files.corpus.judging import judge
from tests.files.corpus.layouts import Layout, layouts
from tests.files.corpus.running import Laptop, Ran
from tests.files.corpus.writing import csv_file

_NAMES = ("Ghulam Rasool", "Haleema Begum")
_RELATIVES = ("Abdul Gani", "Abdul Rehman")
_SOMEBODY = ("Bashir Ahmad", "Nazir Ahmad")
_TRADES = ("Carpenter", "Tailor")
_CODES = ("CARP", "TAIL")
_OWN_FIELDS = {"name", "village", "csc", "mobile", "other_craft", "remarks"}


def examples(count: int) -> settings:
    """Return settings for a few examples; one as it was drawn says enough, shrinking is slow."""
    return settings(
        max_examples=count,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    return Laptop(tmp_path_factory.mktemp("properties"))


Columns = Sequence[tuple[str, Sequence[str]]]


def _file(columns: Columns) -> Writer:
    rows = zip(*(cells for _, cells in columns), strict=True)
    return csv_file([[heading for heading, _ in columns], *rows])


def _take(laptop: Laptop, columns: Columns) -> Ran:
    return laptop.take("people.csv", _file(columns), "beneficiary")


def _two(**fields: Sequence[str]) -> list[Row]:
    """Return the records of two people: names and trades, and the father or husband if given."""
    return [
        {
            "name": _NAMES[n],
            "trade_code": _CODES[n],
            "relation": one_of(None, "SO", "DO", "WO"),
            "gender": one_of(None, "M", "F"),
            **{name: values[n] for name, values in fields.items()},
        }
        for n in range(2)
    ]


def _assert_right(laptop: Laptop, columns: Columns, rows: list[Row]) -> None:
    judged = judge(laptop, right("people.csv", _file(columns), rows))
    headings = [heading for heading, _ in columns]
    assert judged.passed, f"{headings}: {judged.got}: {judged.complaint}"


@examples(30)
@given(own=OWN, kin=RELATIVE, data=st.data())
def test_the_own_name_is_the_name(laptop: Laptop, own: str, kin: str, data: st.DataObject) -> None:
    columns = [(own, _NAMES), (kin, _RELATIVES), ("Trade", _TRADES)]
    chosen = data.draw(st.permutations(columns))
    _assert_right(laptop, chosen, _two(relation_name=_RELATIVES))


@examples(15)
@given(own=OWN, other=OTHERS, data=st.data())
def test_a_name_that_no_field_takes_is_not_the_name(
    laptop: Laptop, own: str, other: str, data: st.DataObject
) -> None:
    columns = [(own, _NAMES), (other, _SOMEBODY), ("Trade", _TRADES)]
    ran = _take(laptop, data.draw(st.permutations(columns)))
    # A wife's or husband's name may be taken for the relative's.
    assert [row["name"] for row in ran.stored] in ([], list(_NAMES)), (own, other)
    assert ran.stored or ran.code != 0, (own, other)
    for row in ran.stored:
        theirs = [name for name in _OWN_FIELDS if row.get(name) in _SOMEBODY]
        assert not theirs, (own, other, theirs)


@examples(15)
@given(kin=st.one_of(RELATIVE, OTHERS))
def test_without_an_own_name_nothing_is_stored(laptop: Laptop, kin: str) -> None:
    ran = _take(laptop, [(kin, _RELATIVES), ("Trade", _TRADES)])
    assert ran.stored == [], kin
    assert ran.code != 0, kin
    assert "name" in "\n".join([ran.said, *ran.reasons]).casefold(), kin


@examples(8)
@given(own=TWO_OWN)
def test_of_two_own_names_none_is_guessed(laptop: Laptop, own: tuple[str, str]) -> None:
    first, second = own
    ran = _take(laptop, [(first, _NAMES), (second, _SOMEBODY), ("Trade", _TRADES)])
    assert ran.stored == [], own
    assert ran.code != 0, own
    assert first in ran.said, own
    assert second in ran.said, own


@examples(25)
@given(layout=layouts())
def test_a_layout_loads_its_records_and_nothing_else(laptop: Laptop, layout: Layout) -> None:
    file = right(layout.name, layout.write, layout.expected, "self_help_group")
    judged = judge(laptop, file)
    assert judged.passed, f"{judged.got}: {judged.complaint}\n{layout.about}"
