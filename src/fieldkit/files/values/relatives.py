"""Names as registers write them: "Zooni Begum W/o Abdul Ahad R/o Magam"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fieldkit.records import Value
from fieldkit.records.fields.formats import PersonName

_MARK = re.compile(
    r"""(?ix) (?<![^\W_]) (?:
      (?P<code> wid|wd|w/d|[sdwchrfmb] ) \s?[/.\\]\s? o (?: \b | (?=(?-i:[A-Z])) )
    | (?P<bare> wd|[sdw] ) o (?![^\W_])
    | (?P<word> son|daughter|wife|widow|husband|father|mother|brother|care|resident ) \s+ of \b
    | (?P<hindi> पुत्री|पुत्र|पत्नी|विधवा|निवासी )
    ) [\s:.\-–]*"""
)
_BARE = re.compile(r"\s*\w+\s*")
_RELATIONS = {
    "s": "SO", "son": "SO", "पुत्र": "SO",
    "d": "DO", "daughter": "DO", "पुत्री": "DO",
    "w": "WO", "wife": "WO", "पत्नी": "WO",
    "wd": "WO", "wid": "WO", "w/d": "WO", "widow": "WO", "विधवा": "WO",
    "c": "CO", "care": "CO",
}  # fmt: skip
_WIDOWS = frozenset({"wd", "wid", "w/d", "widow", "विधवा"})
_HUSBANDS = frozenset({"h", "husband"})
"""The list of relations has none for the husband of somebody: only her name is kept."""
_RESIDENTS = frozenset({"r", "resident", "निवासी"})
_WIDOW_BEHIND = re.compile(r"(?i)\s*[(\[]\s*(widow|विधवा)\s*[)\]]\s*$")
_VILLAGE = re.compile(r"(?i)(?:(?:village|vill|gram)\b[\s.:]*)?([^\W\d_][^\d,;:/()]{1,40})")


def name_and_relative(text: str) -> Mapping[str, Value]:
    """Read a name, and the relative and the place that some registers write behind it.

    Raises:
        Unfit: it is no name.
    """
    return _read(text, "name")


def relative(text: str) -> Mapping[str, Value]:
    """Read a relative's name, with or without ``S/o`` in front.

    Raises:
        Unfit: it is no name.
    """
    return _read(text, "relation_name")


def says_relative(text: str) -> bool:
    """Say whether a relative is named behind a name: "Ali S/o Ahad"."""
    return any(piece.mark in _RELATIONS for piece in list(_pieces(text))[1:])


def is_relation(text: str) -> bool:
    """Say whether a text is a mark like ``S/o`` and nothing more."""
    found = _MARK.fullmatch(text.strip())
    return found is not None and _mark(found) in _RELATIONS


class _Piece(NamedTuple):
    """A part of a text, and the mark before it; the first has none."""

    mark: str
    written: str
    text: str


def _read(text: str, field: str) -> Mapping[str, Value]:
    """Read the pieces of a text; the one without a mark is the value of ``field``."""
    values: dict[str, Value] = {}
    rest = list[str]()
    if _WIDOW_BEHIND.search(text):
        text = _WIDOW_BEHIND.sub("", text)
        values["marital_status"] = "W"
    for mark, written, piece in _pieces(text):
        if not mark:
            values |= {field: PersonName().parse(piece)} if piece else {}
        elif mark in _HUSBANDS and "relation_name" not in values and piece:
            values["relation_name"] = PersonName().parse(piece)
        elif mark in _RELATIONS and "relation" not in values:
            values["relation"] = _RELATIONS[mark]
            values |= {"relation_name": PersonName().parse(piece)} if piece else {}
            values |= {"marital_status": "W"} if mark in _WIDOWS else {}
        elif mark in _RESIDENTS and "village" not in values and (village := _village(piece)):
            values["village"] = village
        else:
            rest.append(f"{written} {piece}")
    return values | ({"remarks": ", ".join(rest)} if rest else {})


def _pieces(text: str) -> Iterator[_Piece]:
    if _BARE.fullmatch(text):  # "So" is a name as well
        yield _Piece("", "", text.strip())
        return
    mark, written, start = "", "", 0
    for found in _MARK.finditer(text):
        yield _Piece(mark, written, _trimmed(text[start : found.start()]))
        mark, written, start = _mark(found), found.group().strip(" :.-–"), found.end()
    yield _Piece(mark, written, _trimmed(text[start:]))


def _mark(found: re.Match[str]) -> str:
    return next(part for part in found.groups() if part).casefold()


def _trimmed(piece: str) -> str:
    """Drop the commas and the half brackets that stood around a mark."""
    piece = piece.strip(" \t\r\n,;:-–")
    for opening, closing in ("()", "[]", "{}"):
        if piece.count(opening) > piece.count(closing):
            piece = piece.rstrip(opening + " ,;").removeprefix(opening)
        elif piece.count(closing) > piece.count(opening):
            piece = piece.lstrip(closing + " ,;").removesuffix(closing)
    return piece.strip(" \t\r\n,;:-–")


def _village(piece: str) -> str:
    """Return the village of a residence that names nothing more; empty if it does."""
    found = _VILLAGE.fullmatch(piece)
    return " ".join(found[1].split()) if found and len(found[1].split()) <= 3 else ""
