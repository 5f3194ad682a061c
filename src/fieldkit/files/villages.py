"""Villages from a table of the Local Government Directory (LGD), which the package does not hold.

The directory and its copies name their columns in several ways ("Village Name (In English)",
"villageNameEnglish", "Sub-District Code"); columns are told by the words in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fieldkit.files.tables.open import Table, opened
from fieldkit.reference import Option, Village, exact, options
from fieldkit.reference.choices import fold

_STATE = {"1", "jammu and kashmir"}
"""How the LGD writes J&K in a column of states: by code or name."""
_NEEDED = ("village code", "village name", "district")
_NOT_THESE = {"census", "version", "status", "local", "category", "hierarchy", "pincode"}
"""Columns with these words say something else about a village, or say it in another script."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line of the file that could not be used, and why, as a sentence."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Villages:
    """What a file of villages held."""

    rows: tuple[Village, ...]
    problems: tuple[BadRow, ...]


class _RowError(ValueError):
    """Why a row cannot be used."""


def read_villages(path: Path) -> Villages:
    """Read the villages of J&K from a table of the LGD: CSV, XLSX or XLS.

    Needs a village code, a village name and a district (by code or name); tehsil (subdistrict),
    block and Gram Panchayat are taken where there are columns for them. Lines above the headings,
    rows of other states and repeated rows are passed over; rows that cannot be used come back as
    problems, and so does a file without the headings needed.

    Raises:
        Unreadable: the file cannot be used.
    """
    columns: dict[str, list[int]] = {}
    known: dict[int, Village] = {}
    problems: list[BadRow] = []
    with opened(path) as file:
        for row in file.rows if isinstance(file, Table) else ():
            if not columns:
                columns = _columns(row.cells)
            elif row.problem:
                problems.append(BadRow(row.number, row.problem))
            elif any(cell.strip() for cell in row.cells):
                try:
                    _take(_by_name(row.cells, columns), known)
                except _RowError as error:
                    problems.append(BadRow(row.number, str(error)))
    if not columns:
        problems = [BadRow(1, "No headings with a village code, a village name and a district.")]
    return Villages(tuple(known.values()), tuple(problems))


def _columns(cells: Sequence[str]) -> dict[str, list[int]]:
    """Say at which places each thing stands; empty if these are not the headings."""
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
    if words & _NOT_THESE:
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


def _by_name(cells: Sequence[str], columns: Mapping[str, list[int]]) -> dict[str, list[str]]:
    """Return the filled cells of each thing, white space folded."""
    held = {
        name: [" ".join(cells[at].split()) for at in places if at < len(cells)]
        for name, places in columns.items()
    }
    return {name: [text for text in texts if text] for name, texts in held.items()}


def _take(row: Mapping[str, list[str]], known: dict[int, Village]) -> None:
    states = row.get("state", [])
    if states and not any(fold(text) in _STATE for text in states):
        return
    village = _village(row)
    before = known.setdefault(village.code, village)
    if before.name != village.name:
        raise _RowError(f"Village code {village.code} stands twice: {before.name}, {village.name}.")


def _village(row: Mapping[str, list[str]]) -> Village:
    code = (row["village code"] or [""])[0]
    if not re.fullmatch(r"[0-9]{1,7}", code):
        raise _RowError(f"The village code is not a number: {_quoted(code)}.")
    name = (row["village name"] or [""])[0]
    if not name:
        raise _RowError("The village has no name.")
    if not name.isprintable() or not re.search(r"[^\W\d]", name) or len(name) > 100:
        raise _RowError(f"This is no name of a village: {_quoted(name)}.")
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
    """Return the name, not the code, of the Gram Panchayat."""
    return next((text for text in texts if text.isprintable() and not text.isdigit()), "")


def _district(texts: Sequence[str]) -> int:
    for text in sorted(texts, key=str.isdigit):  # names first: codes may be of another directory
        found = exact(options("district"), text)
        if found and isinstance(found.code, int):
            return found.code
    raise _RowError(f"Not a district of J&K: {_quoted(' '.join(texts))}.")


def _inside(list_name: str, row: Mapping[str, list[str]], district: int) -> int | None:
    """Return the code of a tehsil or block: as written, newer than ours too, or by its name."""
    texts = row.get(list_name, [])
    for text in texts:
        found = exact(_held(list_name, district), text)
        if found and isinstance(found.code, int):
            return found.code
    return next((int(text) for text in texts if re.fullmatch(r"[0-9]{1,5}", text)), None)


@cache
def _held(list_name: str, district: int) -> tuple[Option, ...]:
    return tuple(entry for entry in options(list_name) if entry.within == district)


def _quoted(text: str) -> str:
    return ascii(text[:40]) if not text.isprintable() else f"“{text[:40]}”"
