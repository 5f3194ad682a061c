"""Read villages from a table of the Local Government Directory (LGD), which is not shipped.

The directory and its copies name columns in several ways ("Village Name (In English)",
"villageNameEnglish", "Sub-District Code"); the words in a heading say what it means.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Sheet, Table, first_filled
from fieldkit.reference import Option, Village, exact, options
from fieldkit.reference.choices import fold

_STATE = ({"1"}, {"01"}, {"jammu", "kashmir"}, {"j", "k"}, {"jk"})
"""How the LGD and its copies write J&K in a column of states: its code, or these words."""
_STATE_FILLERS = {"and", "ut", "u", "t", "union", "territory", "state", "of", "the"}
_NEEDED = ("village code", "village name", "district")
_OTHER_COLUMNS = {"census", "version", "status", "local", "category", "hierarchy", "pincode"}
"""Words in headings of columns that are not needed, or that repeat a name in another script."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line of the file that could not be used, and the reason as a sentence."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Villages:
    """The villages of a file, and its unusable lines."""

    rows: tuple[Village, ...]
    problems: tuple[BadRow, ...]


class _RowError(ValueError):
    """The row cannot be used; the text says why."""


def read_villages(path: Path) -> Villages:
    """Read the villages of J&K from a table of the LGD: CSV, XLSX or XLS.

    The table needs a village code, a village name and a district (by code or name); columns for
    tehsil (subdistrict), block and Gram Panchayat are optional. Lines above the headings, rows of
    other states and repeated rows are skipped. Unusable rows are returned as problems, and so is a
    file without the required headings.

    Raises:
        Unreadable: the file cannot be used.
    """
    columns: dict[str, list[int]] = {}
    known: dict[int, Village] = {}
    elsewhere: Counter[str] = Counter()
    problems: list[BadRow] = []
    with open_records(path, _sheet) as file:
        for row in file.rows if isinstance(file, Table) else ():
            if not columns:
                columns = _columns(row.cells)
            elif row.problem:
                problems.append(BadRow(row.number, row.problem))
            elif any(cell.strip() for cell in row.cells):
                try:
                    _add(_by_meaning(row.cells, columns), known, elsewhere)
                except _RowError as error:
                    problems.append(BadRow(row.number, str(error)))
    if not columns:
        problems = [
            BadRow(1, "No headings were found for village code, village name and district.")
        ]
    elif elsewhere and not known:
        states = ", ".join(_quoted(state) for state, _ in elsewhere.most_common(3))
        problems.append(
            BadRow(1, f"No row is for Jammu and Kashmir: the state column has {states}.")
        )
    return Villages(tuple(known.values()), tuple(problems))


def _sheet(sheets: Sequence[Sheet]) -> int:
    """Choose the first shown sheet with the headings of villages."""
    for at, sheet in enumerate(sheets):
        if not sheet.hidden and any(_columns(row.cells) for row in sheet.first):
            return at
    return first_filled(sheets)


def _columns(cells: Sequence[str]) -> dict[str, list[int]]:
    """Return meaning -> positions of its columns; empty if these cells are no headings."""
    columns: dict[str, list[int]] = {}
    for at, heading in enumerate(cells):
        name = _meaning(heading)
        if name:
            columns.setdefault(name, []).append(at)
    return columns if all(name in columns for name in _NEEDED) else {}


def _meaning(heading: str) -> str | None:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    text = fold(re.sub(r"(?i)\bsub[\s_-]*dist(rict)?", "tehsil", spaced))
    words = set(text.split())
    if words & _OTHER_COLUMNS:
        return None
    if words & {"village", "vill"}:
        return "village code" if "code" in words else "village name"
    for name, signs in (
        ("panchayat", {"panchayat", "gp"}),
        ("tehsil", {"tehsil"}),
        ("block", {"block"}),
        ("district", {"district", "dist", "distt"}),
        ("state", {"state"}),
    ):
        if words & signs:
            return name
    return None


def _by_meaning(cells: Sequence[str], columns: Mapping[str, list[int]]) -> dict[str, list[str]]:
    """Return meaning -> its filled cells, with white space collapsed."""
    held = {
        name: [" ".join(cells[at].split()) for at in places if at < len(cells)]
        for name, places in columns.items()
    }
    return {name: [text for text in texts if text] for name, texts in held.items()}


def _add(row: Mapping[str, list[str]], known: dict[int, Village], elsewhere: Counter[str]) -> None:
    states = row.get("state", [])
    if states and not any(set(fold(text).split()) - _STATE_FILLERS in _STATE for text in states):
        elsewhere[states[-1]] += 1
        return
    village = _village(row)
    before = known.setdefault(village.code, village)
    if before.name != village.name:
        raise _RowError(
            f"Village code {village.code} is there twice: {before.name}, {village.name}."
        )


def _village(row: Mapping[str, list[str]]) -> Village:
    code = (row["village code"] or [""])[0]
    if not re.fullmatch(r"[0-9]{1,7}", code):
        raise _RowError(f"The village code is not a number: {_quoted(code)}.")
    name = (row["village name"] or [""])[0]
    if not name:
        raise _RowError("The village has no name.")
    if not name.isprintable() or not re.search(r"[^\W\d]", name) or len(name) > 100:
        raise _RowError(f"This is not the name of a village: {_quoted(name)}.")
    district = _district(row["district"])
    return Village(
        int(code),
        name,
        district,
        _inside("tehsil", row, district),
        _inside("block", row, district),
        _panchayat(row.get("panchayat", [])),
    )


def _panchayat(texts: Sequence[str]) -> str:
    """Return the name of the Gram Panchayat, skipping its code."""
    return next((text for text in texts if text.isprintable() and not text.isdigit()), "")


def _district(texts: Sequence[str]) -> int:
    for text in sorted(
        texts, key=str.isdigit
    ):  # Names first: codes may come from another directory.
        found = exact(options("district"), text)
        if found and isinstance(found.code, int):
            return found.code
    raise _RowError(f"This is not a district of J&K: {_quoted(' '.join(texts))}.")


def _inside(list_name: str, row: Mapping[str, list[str]], district: int) -> int | None:
    """Return the code of a tehsil or block: by its name, or as written if we do not know it."""
    texts = row.get(list_name, [])
    for text in texts:
        found = exact(_entries(list_name, district), text)
        if found and isinstance(found.code, int):
            return found.code
    return next((int(text) for text in texts if re.fullmatch(r"[0-9]{1,5}", text)), None)


@cache
def _entries(list_name: str, district: int) -> tuple[Option, ...]:
    return tuple(entry for entry in options(list_name) if entry.within == district)


def _quoted(text: str) -> str:
    return ascii(text[:40]) if not text.isprintable() else f"“{text[:40]}”"
