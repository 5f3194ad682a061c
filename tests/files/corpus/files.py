"""All files of the corpus."""

from __future__ import annotations

from tests.files.corpus import (
    cases,
    columns,
    footers,
    meaning,
    names,
    plain,
    reading,
    refused,
    shapes,
    tables,
    values,
)
from tests.files.corpus.expectation import OfficeFile

FILES: tuple[OfficeFile, ...] = (
    *cases.FILES,
    *plain.FILES,
    *meaning.FILES,
    *tables.FILES,
    *footers.FILES,
    *shapes.FILES,
    *columns.FILES,
    *values.FILES,
    *names.FILES,
    *reading.FILES,
    *refused.FILES,
)

_NAMES = [file.name for file in FILES]
assert len(set(_NAMES)) == len(_NAMES), "two files have one name"
