"""How a table is read as a whole: what its values prove, what is asked, what a preview shows."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from fieldkit.files import Choices, Preview, Sure, Way, preview


def seen(*lines: str, choices: Choices | None = None) -> Preview:
    content = io.BytesIO("\n".join(lines).encode())
    return preview(content, "beneficiary", choices=choices)


def born(found: Preview) -> list[str]:
    return [row.values.get("Born", "") for row in found.rows]


def test_each_column_of_dates_proves_its_own_order() -> None:
    found = seen(
        "Name,DOB,Registered on,Trade",
        "Ali,15/08/1980,12/25/2023,Mason",
        "Gul,03/04/1985,01/02/2024,Mason",
    )
    assert found.questions == ()
    assert born(found) == ["15 Aug 1980", "03 Apr 1985"]
    registered = [row.values["Registered on the portal"] for row in found.rows]
    assert registered == ["25 Dec 2023", "02 Jan 2024"]


def test_a_column_that_proves_nothing_is_asked_about_beside_one_that_is_month_first() -> None:
    lines = ["Name,DOB,Registered on,Trade", "Ali,03/04/1980,12/25/2023,Mason"]
    found = seen(*lines)
    (question,) = found.questions
    assert (question.field, question.columns) == ("born", ("DOB",))
    assert found.columns[1].sure is Sure.DOUBTED
    assert born(found) == [""]
    answer = next(one for one in question.answers if "month-first" in one.option)
    assert born(seen(*lines, choices=answer.choices)) == ["04 Mar 1980"]


def test_a_day_equal_to_its_month_leaves_nothing_open() -> None:
    found = seen("Name,DOB,Registered on,Trade", "Ali,05/05/1980,12/25/2023,Mason")
    assert found.questions == ()
    assert born(found) == ["05 May 1980"]


def test_the_proof_may_stand_far_below() -> None:
    lines = [f"Ali,0{1 + n % 9}/1{n % 3}/1980,Mason" for n in range(4500)]
    found = seen("Name,DOB,Trade", *lines, "Gul,08/25/1980,Mason")
    assert born(found)[0] == "10 Jan 1980"
    assert "08/25/1980" in found.columns[1].why


@pytest.mark.parametrize(
    ("column", "values", "why"),
    [
        ("DOB", ["03/04/1985"], "“03/04/1985” is read day first"),
        ("DOB", ["08/25/1985"], "month-first, as “08/25/1985” shows"),
        ("Monthly Income", ["10.000", "5.000,00"], "decimal-comma, as “5.000,00” shows"),
        ("Vilaage Name", ["x"], "The heading is read as “village name”."),
        ("Shop", ["x"], "No field has this heading."),
        ("Father's Mobile", ["9419112345"], "The heading is about another person."),
        ("ID", ["1"], "not record numbers of fieldkit"),
    ],
)
def test_a_preview_says_why(column: str, values: Sequence[str], why: str) -> None:
    found = seen(f"{column};Name;Trade", *[f"{value};Ali;Mason" for value in values])
    assert why in found.columns[0].why


def test_a_preview_shows_no_aadhaar_number() -> None:
    found = seen("Name,Aadhaar,Remarks,Trade", "Ali,999941057058,see 9999 4105 7058,Mason")
    assert "99994105" not in str(found).replace(" ", "")


def test_an_answer_is_read_whatever_the_case_of_the_heading() -> None:
    found = seen(
        "Name,D.O.B,Trade", "Ali,03/04/1985,Mason", choices=Choices({}, {"d.o.b": Way.DAY_FIRST})
    )
    assert "You chose day-first." in found.columns[1].why
