"""Names with what registers write around them."""

from __future__ import annotations

import pytest

from fieldkit.files.values.relatives import (
    is_relation,
    name_and_relative,
    relative,
    says_relative,
)
from fieldkit.records import Value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Ghulam Rasool", {}),
        ("Rasool S/O Gani", {"name": "Rasool", "relation": "SO", "relation_name": "Gani"}),
        ("Rasool, s/o: Gani", {"name": "Rasool", "relation": "SO", "relation_name": "Gani"}),
        ("Rasool S/oGani", {"name": "Rasool", "relation": "SO", "relation_name": "Gani"}),
        ("RASOOL SO GANI", {"name": "Rasool", "relation": "SO", "relation_name": "Gani"}),
        ("Zoona (W/o Gani)", {"name": "Zoona", "relation": "WO", "relation_name": "Gani"}),
        ("Zoona wife of Gani", {"name": "Zoona", "relation": "WO", "relation_name": "Gani"}),
        ("Ali C/o Gani", {"name": "Ali", "relation": "CO", "relation_name": "Gani"}),
        ("Rattan H/o Shanti Devi", {"name": "Rattan", "relation_name": "Shanti Devi"}),
        ("Ali R/o Magam", {"name": "Ali", "village": "Magam"}),
        ("Ali R/o Vill. Magam", {"name": "Ali", "village": "Magam"}),
        ("Ali R/o H.No 5, Magam", {"name": "Ali", "remarks": "R/o H.No 5, Magam"}),
        ("Ali (Guddu)", {"name": "Ali (Guddu)"}),
        ("So", {"name": "So"}),
        ("Zoona (Widow)", {"name": "Zoona", "marital_status": "W"}),
        (
            "Zoona Wd/o Gani",
            {"name": "Zoona", "relation": "WO", "relation_name": "Gani", "marital_status": "W"},
        ),
        (
            "Rasool S/o Gani R/o Handwara",
            {"name": "Rasool", "relation": "SO", "relation_name": "Gani", "village": "Handwara"},
        ),
        (
            "Zoona D/o Gani W/o Ali",
            {"name": "Zoona", "relation": "DO", "relation_name": "Gani", "remarks": "W/o Ali"},
        ),
    ],
)
def test_a_name_is_parted_from_what_stands_behind_it(text: str, values: dict[str, Value]) -> None:
    assert name_and_relative(text) == (values or {"name": text})
    assert says_relative(text) == ("relation" in values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Gani", {"relation_name": "Gani"}),
        ("So", {"relation_name": "So"}),
        ("S/o Gani", {"relation": "SO", "relation_name": "Gani"}),
        ("पुत्र Gani", {"relation": "SO", "relation_name": "Gani"}),
        ("W/o", {"relation": "WO"}),
        ("Gani R/o Magam", {"relation_name": "Gani", "village": "Magam"}),
    ],
)
def test_a_relative_is_parted_from_the_mark(text: str, values: dict[str, Value]) -> None:
    assert relative(text) == values


def test_a_mark_alone_is_a_relation() -> None:
    assert is_relation(" S/o ")
    assert is_relation("WO")
    assert not is_relation("Ali")
    assert not is_relation("S/o Ali")
