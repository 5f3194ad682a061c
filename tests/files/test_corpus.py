"""Each file of the corpus has the outcome that an honest clerk expects."""

from __future__ import annotations

import pytest
from tests.files.corpus.expectation import OfficeFile
from tests.files.corpus.files import FILES
from tests.files.corpus.judging import judge
from tests.files.corpus.running import Laptop


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    return Laptop(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_file(desk: Laptop, file: OfficeFile) -> None:
    judged = judge(desk, file)
    assert judged.passed, f"{judged.got}, {file.outcome} expected: {judged.complaint}"
