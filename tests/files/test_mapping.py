from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.files.columns.heading_rows import heading_rows
from fieldkit.files.columns.layout import columns_of
from fieldkit.files.columns.mapping import Guess, guess
from fieldkit.files.tables.table import Row
from fieldkit.files.values.targets import BY_AGE
from fieldkit.records import Record
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.member import Member


def guesses(
    columns: Sequence[str], kind: type[Record], rows: Sequence[Sequence[str]]
) -> list[Guess]:
    return guess(columns, kind, rows, {})[0]


def guessed(*columns: str, row: tuple[str, ...] = ()) -> dict[str, str | None]:
    found = guesses(columns, Beneficiary, [row] * 4 if row else [])
    return {one.column: one.target for one in found}


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Name of Beneficiary", "name"),
        ("Benificiary Name", "name"),
        ("S/o, D/o, W/o", "relation_name"),
        ("Father's/Husband's Name", "relation_name"),
        ("Mobile No.", "mobile"),
        ("Mobile Nmbr", "mobile"),
        ("Trade", "trade_code"),
        ("Date of Birth", "born"),
        ("DOB (dd/mm/yyyy)", "born"),
        ("Age", BY_AGE),
        ("Sex", "gender"),
        ("Aadhar Number", "aadhaar_last4"),
        ("आधार नंबर", "aadhaar_last4"),
        ("A/c No.", "account_no"),
        ("IFSC Code", "ifsc"),
        ("लाभार्थी का नाम", "name"),
        ("पिता/पति का नाम", "relation_name"),
        ("मोबाइल नंबर", "mobile"),
        ("व्यवसाय", "trade_code"),
        ("जन्म तिथि", "born"),
        ("लिंग", "gender"),
        ("ग्राम", "village"),
        ("ब्लॉक", "block"),
        ("जिला", "district"),
        ("S.No.", None),
        ("Whatsapp group", None),
    ],
)
def test_usual_headings(column: str, field: str | None) -> None:
    assert guessed(column) == {column: field}


def test_values_reveal_a_column_with_an_unknown_heading() -> None:
    assert guessed("Name", "x", "y", row=("Ali", "9419112345", "999941057058")) == {
        "Name": "name",
        "x": "mobile",
        "y": "aadhaar_last4",
    }


def test_a_column_of_relations_is_not_taken_for_names() -> None:
    found = guesses(["S/o, D/o, W/o", "Parentage"], Beneficiary, [["S/o", "Abdul Ahad"]] * 3)
    assert [one.target for one in found] == ["relation", "relation_name"]


def test_a_field_that_two_columns_could_be_is_asked_about() -> None:
    rows = [["Ali", "9419112345", "9419112346"]]
    found, (question,) = guess(["Name", "Mobile", "Phone No."], Beneficiary, rows, {})
    assert [one.target for one in found] == ["name", None, None]
    assert question.columns == ("Mobile", "Phone No.")
    assert [one.choices.mapping for one in question.answers] == [
        {"Mobile": "mobile", "Phone No.": None},
        {"Phone No.": "mobile", "Mobile": None},
    ]
    assert question.answers[0].option == '--map "mobile=Mobile"'


def test_of_two_columns_that_hold_the_same_the_first_is_taken() -> None:
    rows = [["Ali", "9419112345", "9419112345"]]
    found, questions = guess(["Name", "Mobile", "Phone No."], Beneficiary, rows, {})
    assert [one.target for one in found] == ["name", "mobile", None]
    assert questions == []


def test_a_field_is_not_taken_from_a_like_column() -> None:
    assert guessed("Address", "Village") == {"Address": "address", "Village": "village"}


def test_a_group_is_found_in_a_roster_of_members() -> None:
    found = guesses(["SHG Name", "Name of Member"], Member, [])
    assert [one.target for one in found] == ["self_help_group_id", "name"]


def test_samples_hold_no_aadhaar_number() -> None:
    (found,) = guesses(["Aadhaar"], Beneficiary, [["9999 4105 7058"]])
    assert found.aadhaar
    assert found.samples == ("7058",)


def test_titles_above_the_headings_are_recognised() -> None:
    rows = [
        ["Office of the Block Development Officer"],
        ["List of artisans, Name and trade"],
        ["", ""],
        ["S.No.", "Name", "Trade"],
        ["1", "Ali", "Mason"],
    ]
    found = heading_rows([Row(at, row) for at, row in enumerate(rows, 1)], Beneficiary)
    assert found is not None
    assert (found.start, found.rows) == (3, 1)


def test_a_table_without_headings_has_none() -> None:
    assert heading_rows([Row(1, ["Ali", "9419112345"])], Beneficiary) is None


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_columns_have_unique_names(cells: list[str]) -> None:
    names = columns_of(cells)
    assert len(set(names)) == len(cells)
    assert all(names)
    targets = [one.target for one in guesses(names, Beneficiary, []) if one.target]
    assert len(set(targets)) == len(targets)


@pytest.mark.parametrize(
    ("heading", "values", "target"),
    [
        ("ID", ["7KQ2M9XD-1", "7KQ2M9XD-2"], "id"),
        ("ID", ["7KQ2M9XD-1", "?"], "id"),
        ("ID", ["1", "2"], None),
        ("_id", ["7c9e6679-7425", "550e8400-29"], None),
        ("ID", ["7C9E6679-7425", "550E8400-29"], None),
        ("ID", [], None),
        ("Created At", ["2024-01-05T10:22:00Z"], None),
        ("Deleted", ["no"], None),
        ("That family member", ["101", "102"], None),
        ("That family member", ["7KQ2M9XD-1"], "family_beneficiary_id"),
        ("That family member", ["Ali Lone"], "family_beneficiary_id"),
        ("Father", ["Ali", "Gul"], "relation_name"),
        ("S/o D/o", ["S/o", "D/o"], "relation"),
        ("S/o D/o", ["Ali", "Gul"], "relation_name"),
        ("Father's Aadhaar", ["999941057058"], None),
        ("Alternate No", ["9419112345", "9419112346", "9419112347"], None),
        ("Name & Parentage", ["Ali S/o Ahad"], "name"),
    ],
)
def test_values_say_whether_a_heading_is_ours(
    heading: str, values: list[str], target: str | None
) -> None:
    rows = [[value, "Mason"] for value in values]
    assert guesses([heading, "Trade"], Beneficiary, rows)[0].target == target


def test_what_the_program_keeps_comes_back_with_the_record_s_number() -> None:
    rows = [["7KQ2M9XD-1", "2024-01-05T10:22:00Z", "no"]]
    found = guesses(["id", "Created At", "Deleted"], Beneficiary, rows)
    assert [one.target for one in found] == ["id", "created_at", "deleted"]


@pytest.mark.parametrize(
    ("headings", "values", "columns"),
    [
        (["Name", "Artisan Name"], ["Ali", "Gul"], ("Name", "Artisan Name")),
        (["Name", "Name as per bank"], ["Ali", "Gul"], ()),
        (["Name as per bank", "Father"], ["Ali", "Gul"], ("Name as per bank",)),
        (["Name & Parentage", "Village"], ["Ali", "Magam"], ("Name & Parentage",)),
        (["Labourer", "Zygote"], ["Ali", "Gul"], ()),
        (["Mother Name", "Somebody"], ["Ali", "Gul"], ("Somebody",)),
        (
            ["Father's Name", "Husband's Name", "Name"],
            ["Ali", "Gul", "Zoona"],
            ("Father's Name", "Husband's Name"),
        ),
        (["Father's Name", "id"], ["Ali", "7KQ2M9XD-1"], ()),
    ],
)
def test_no_name_is_guessed(
    headings: list[str], values: list[str], columns: tuple[str, ...]
) -> None:
    found, questions = guess([*headings, "Trade"], Beneficiary, [[*values, "Mason"]], {})
    assert tuple(column for question in questions for column in question.columns) == columns
    assert not {one.target for one in found if one.column in columns} - {None}


def test_a_chosen_column_leaves_the_field_to_no_other() -> None:
    chosen: dict[str, str | None] = {"Artisan Name": "name", "Mobile": None}
    found, questions = guess(["Name", "Artisan Name", "Mobile", "Phone"], Beneficiary, [], chosen)
    assert [one.target for one in found] == [None, "name", None, "mobile"]
    assert questions == []
