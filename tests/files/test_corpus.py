"""Each file of the corpus has the outcome that an honest clerk expects."""

from __future__ import annotations

import pytest
from tests.files.corpus.expectation import OfficeFile
from tests.files.corpus.files import FILES
from tests.files.corpus.judging import judge
from tests.files.corpus.running import Laptop

_LOOKED_AT = [
    file
    for file in FILES
    if file.name
    in {
        "02-dimension-A1.xlsx",
        "03-month-first-column.csv",
        "16-age-typo.csv",
        "csc-applicant.csv",
        "whole.xls",
        "name-twice.csv",
        "no-own-name.csv",
        "signature-in-name-column.xlsx",
    }
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    return Laptop(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_file(desk: Laptop, file: OfficeFile) -> None:
    judged = judge(desk, file)
    assert judged.passed, f"{judged.got}, {file.outcome} expected: {judged.complaint}"


@pytest.mark.parametrize("file", _LOOKED_AT, ids=lambda file: file.name)
def test_a_dry_run_writes_nothing(desk: Laptop, file: OfficeFile) -> None:
    desk.empty()
    before = desk.records()
    ran = desk.load(file, ["--dry-run"])
    assert ran.stored == []
    assert ran.returned == []
    assert desk.records() == before
    assert sorted(desk.desk.iterdir()) == []


def test_a_dry_run_shows_the_columns_and_the_rows_as_they_will_be_stored(desk: Laptop) -> None:
    (file,) = (file for file in FILES if file.name == "csc-applicant.csv")
    said = desk.look(file)
    for heading in ("Name of the Applicant", "Father's Name", "Contact No.", "Trade"):
        assert heading in said
    for label in ("Name as on Aadhaar", "Father or husband", "Mobile"):
        assert label in said
    for row in file.rows:
        assert str(row["name"]) in said
        assert str(row["mobile"]) in said.replace(" ", "")
