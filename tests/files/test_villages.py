from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.files import BadRow, Unreadable, Villages, read_villages
from fieldkit.reference import Village


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Villages:
    file = tmp_path / "villages.csv"
    file.write_bytes(text.encode(encoding))
    return read_villages(file)


def test_a_file_of_the_directory_is_read(tmp_path: Path) -> None:
    text = (
        "Villages of J&K,,,,,,,,,,\n"
        "\n"
        "S.No.,State Code,State Name(In English),District Code,District Name(In English),"
        "Sub-District Code,Sub-District Name (In English),Village Census Code,"
        "Village Code,Village Version,"
        "Village Name (In English),Village Name (In Local),Census 2011 Code\n"
        "1,1,Jammu And Kashmir,1,Anantnag,58,Dooru,77,002788,1,Achabal  Bala,,2788\n"
        "2,1,Jammu And Kashmir,14,Udhampur,99999,New One,78,2789,1,Chenani,,2789\n"
        "3,37,Ladakh,6,Kargil,30,Drass,79,900,1,Drass,,900\n"
    )
    found = read(tmp_path, text)
    assert found.problems == ()
    assert found.rows == (
        Village(2788, "Achabal Bala", 1, tehsil=58),
        Village(2789, "Chenani", 14, tehsil=99999),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_other_headings_encodings_and_delimiters(tmp_path: Path, encoding: str, mark: str) -> None:
    lines = [
        ["districtNameEnglish", "blockNameEnglish", "Gram Panchayat", "villageCode", "village"],
        ["Badgam", "CHADOORA", "Wathora-A", "4242", "Wathorá"],
    ]
    text = "\r\n".join(mark.join(cells) for cells in lines)
    found = read(tmp_path, text, encoding)
    (village,) = found.rows
    assert (village.name, village.district, village.panchayat) == ("Wathorá", 2, "Wathora-A")
    assert village.block is not None
    assert found.problems == ()


def test_unusable_rows_are_returned_with_line_and_reason(tmp_path: Path) -> None:
    text = (
        "Village Code,Village Name,District\n"
        "1,Good,2\n"
        "x1,Bad code,2\n"
        "2,,2\n"
        "3,Far away,Lahore\n"
        "4,77,2\n"
        "5,Esc\x1b[31m,2\n"
        "1,Good,2\n"
        "1,Other,2\n"
        "6\n"
        ",,\n"
    )
    found = read(tmp_path, text)
    assert [village.name for village in found.rows] == ["Good"]
    assert [bad.line for bad in found.problems] == [3, 4, 5, 6, 7, 9, 10]
    reasons = [bad.reason for bad in found.problems]
    assert reasons[:2] == ["The village code is not a number: “x1”.", "The village has no name."]
    assert reasons[2] == "This is not a district of J&K: “Lahore”."
    assert reasons[5] == "Village code 1 is there twice: Good, Other."
    assert all(reason.isprintable() for reason in reasons)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "Village Name,District\nBala,Doda\n"])
def test_a_file_without_the_required_headings_is_a_problem(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert found == Villages(
        (), (BadRow(1, "No headings were found for village code, village name and district."),)
    )


def test_a_file_that_is_no_table_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="empty"):
        read(tmp_path, "")
    with pytest.raises(Unreadable, match="There is no file"):
        read_villages(tmp_path / "none.csv")


def test_an_unclosed_quote_loses_no_village(tmp_path: Path) -> None:
    text = 'Village Code,Village Name,District\n1,Good,2\n2,"Open,2\n' + "3,More,2\n" * 20_000
    found = read(tmp_path, text)
    assert [village.name for village in found.rows] == ["Good", "Open", "More"]


@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_without_a_fault(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("villages") / "any.csv"
    file.write_bytes(b"Village Code,Village Name,District\n" + data)
    found = read_villages(file)
    assert all(village.name.isprintable() for village in found.rows)
    assert all(bad.reason.isprintable() for bad in found.problems)
