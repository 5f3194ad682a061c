"""All files of the corpus."""

from __future__ import annotations

from tests.files.corpus import cases, plain, refused, tables, tricky
from tests.files.corpus.expectation import OfficeFile

FILES: tuple[OfficeFile, ...] = (
    *cases.FILES,
    *plain.FILES,
    *tables.FILES,
    *tricky.FILES,
    *refused.FILES,
)

_NAMES = [file.name for file in FILES]
assert len(set(_NAMES)) == len(_NAMES), "two files have one name"
