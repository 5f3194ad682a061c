"""Judge what became of a file of the corpus against the outcome expected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeGuard

from tests.files.corpus.expectation import Cell, OfficeFile, OneOf, Row
from tests.files.corpus.people import PEOPLE
from tests.files.corpus.running import Laptop, Ran, Stored

from fieldkit.records import kinds

Judgement = Literal["right", "asked", "refused", "doubted", "silently wrong", "other"]
OWN = {"id", "district", "block", "created_at", "updated_at", "created_by", "deleted", "extra"}
"""What every record has; an imported column hardly ever holds it."""


@dataclass(frozen=True)
class Judged:
    """What became of a file, and what is wrong with that; nothing, if it is as expected."""

    got: Judgement
    complaint: str = ""

    @property
    def passed(self) -> bool:
        return not self.complaint


def judge(laptop: Laptop, file: OfficeFile) -> Judged:
    """Import a file and compare the outcome with the one expected."""
    start = datetime.now(UTC).replace(microsecond=0)
    try:
        ran = laptop.load(file, file.options if file.outcome == "right" else ())
    except Exception as crash:  # any crash is a judgement, not the end of the table
        return Judged("other", f"crashed: {crash!r}")
    if any(person.aadhaar.encode() in ran.kept for person in PEOPLE):
        return Judged("silently wrong", "a whole Aadhaar number is kept")
    complaint = compare(ran.stored, file, start, answered=file.outcome == "right")
    got = _got(ran, file, complaint)
    match file.outcome:
        case "right":
            return _judge_right(ran, file, got, complaint)
        case "doubted":
            return _judge_doubted(ran, file, got, complaint)
        case "asked":
            return _judge_asked(laptop, ran, file, got, start)
        case "refused":
            return _judge_refused(ran, file, got)


def _got(ran: Ran, file: OfficeFile, complaint: str) -> Judgement:
    """Name the outcome: what is stored counts first."""
    if ran.stored and complaint and "not stored" not in complaint:
        return "silently wrong"
    if ran.stored and not complaint and not ran.returned and file.outcome == "right":
        return "right" if ran.code == 0 else "other"
    if ran.returned:
        return "doubted"
    if ran.stored:  # values are missing, or were stored without the question
        lost = file.outcome == "right" and "not taken" not in ran.said.casefold()
        return "silently wrong" if lost or file.outcome != "right" else "other"
    if ran.code == 0:  # nothing was loaded, and nothing says so
        return "silently wrong" if file.rows or file.outcome != "right" else "right"
    return "asked" if re.search(r"--(map|sheet)\b", ran.said) else "refused"


def _judge_right(ran: Ran, file: OfficeFile, got: Judgement, complaint: str) -> Judged:
    if not ran.stored and file.or_refused and ran.code:
        return Judged(got, unsaid("\n".join([ran.said, *ran.reasons]), file.or_refused))
    whole = len(ran.stored) + len(ran.returned) >= len(file.rows)
    if got == "doubted" and file.or_returned and whole:
        return Judged(got, "" if all(ran.reasons) else "a row came back without a reason")
    if got != "right":
        did = f"exit {ran.code}: {ran.said.strip()} {ran.returned}"
        return Judged(got, complaint if complaint and ran.stored else did)
    return Judged("right", unsaid(ran.said, file.says))


def _judge_doubted(ran: Ran, file: OfficeFile, got: Judgement, complaint: str) -> Judged:
    if got == "silently wrong":
        return Judged(got, complaint or "stored without a doubt")
    if got in {"asked", "refused"} and file.or_asked and not file.rows:
        return Judged(got, unsaid(ran.said, file.reasons))
    if got == "doubted" and not complaint and len(ran.returned) != file.returned:
        complaint = f"{len(ran.returned)} rows came back, not {file.returned}"
    if got != "doubted" or complaint:
        return Judged(got, complaint or f"exit {ran.code}: {ran.said.strip()}")
    missing = (unsaid(reason, file.reasons) for reason in ran.reasons)
    return Judged(got, next(filter(None, missing), ""))


def _judge_asked(
    laptop: Laptop, ran: Ran, file: OfficeFile, got: Judgement, start: datetime
) -> Judged:
    if ran.stored:
        return Judged("silently wrong", f"stored without asking: {_own_aside(ran.stored)}")
    if got not in {"asked", "refused"}:
        return Judged(got, f"exit {ran.code}: {ran.said.strip()} {ran.returned}")
    if missing := unsaid(ran.said, file.says):
        return Judged(got, missing)
    if file.options:
        again = laptop.load(file, file.options)
        complaint = compare(again.stored, file, start, answered=True)
        if complaint or again.code or again.returned:
            wrong = complaint or f"exit {again.code}: {again.said.strip()} {again.returned}"
            return Judged(got, f"asked, but with {' '.join(file.options)}: {wrong}")
    return Judged("asked")


def _judge_refused(ran: Ran, file: OfficeFile, got: Judgement) -> Judged:
    if ran.stored:
        return Judged("silently wrong", f"stored: {_own_aside(ran.stored)}")
    if ran.code == 0:
        return Judged("silently wrong", "exit 0, though nothing was loaded")
    return Judged(got, unsaid("\n".join([ran.said, *ran.reasons]), file.says))


def unsaid(said: str, words: Sequence[str]) -> str:
    """Complain of the words that were not said."""
    said = said.casefold()
    for word in words:
        if not any(one.casefold() in said for one in word.split("|")):
            return f"does not say {word!r}: {said.strip()!r}"
    return ""


def compare(stored: Sequence[Stored], file: OfficeFile, start: datetime, *, answered: bool) -> str:
    """Complain of the first record that differs; of what is missing only if nothing is wrong."""
    expected = list(file.rows) if answered or file.outcome == "doubted" else []
    missing = ""
    left = list(expected)
    for number, record in enumerate(stored, start=1):
        row = _nearest(record, left, file.kind)
        if row is None:
            return f"record {number} is none: {_own_aside([record])}"
        left.remove(row)
        wrong, absent = _differs(record, row, file.kind, start)
        if wrong:
            return f"record {number}: {wrong}"
        missing = missing or (absent and f"record {number}: {absent}")
    if left:
        return f"not stored: {left}"
    return missing


def _nearest(record: Stored, rows: Sequence[Row], kind: str) -> Row | None:
    def equal(row: Row) -> int:
        return sum(_fits(record.get(name), value) for name, value in row.items())

    return max(rows, key=equal, default=None)


def _differs(record: Stored, row: Row, kind: str, start: datetime) -> tuple[str, str]:
    """Return what is wrong with a record, and what it lacks."""
    expected = _derived(row, kind)
    for name, value in record.items():
        if name in OWN - expected.keys():
            if strange := _strange(name, value, start):
                return strange, ""
        elif name in expected:
            if not _fits(value, expected[name]):
                return f"{name} is {value!r}, not {expected[name]!r}", ""
        elif not _is_default(kind, name, value):
            return f"{name} is {value!r}, but nothing was meant", ""
    for name, meant in expected.items():
        if name not in record and not _fits(None, meant):
            return "", f"{name} {meant!r} not stored"
    return "", ""


def _fits(value: Cell, expected: Cell | OneOf) -> bool:
    return value in expected.values if isinstance(expected, OneOf) else value == expected


def _derived(row: Row, kind: str) -> Row:
    """Add what the record fills by itself, such as the bank of an IFSC."""
    if kind == "villages":
        return row
    certain = {name: value for name, value in row.items() if not isinstance(value, OneOf)}
    filled = kinds()[kind].derive(certain)
    derived = {name: value for name, value in filled.items() if _is_cell(value)}
    return {**row, **{name: value for name, value in derived.items() if name not in row}}


def _is_cell(value: object) -> TypeGuard[Cell]:
    return value is None or isinstance(value, (str, int, bool))


def _is_default(kind: str, name: str, value: Cell) -> bool:
    if kind == "villages":
        return False
    field = kinds()[kind].fields().get(name)
    return field is not None and value not in {None, ""} and field.default == value


def _strange(name: str, value: Cell, start: datetime) -> str:
    """Complain of a number, place or time that is not this laptop's."""
    expected = {"district": 2, "block": 16, "created_by": "Asha"}
    if name in expected:
        return "" if value == expected[name] else f"{name} is {value!r}"
    if name in {"created_at", "updated_at"}:
        near = isinstance(value, int) and abs(value - start.timestamp()) < 3600
        return "" if near else f"{name} is {value!r}, not now"
    if name in {"deleted", "extra"}:
        return "" if value in {0, "{}"} else f"{name} is {value!r}"
    return "" if re.fullmatch(r"[0-9A-Z]{8}-\d+", str(value)) else f"{name} is {value!r}"


def _own_aside(stored: Sequence[Stored]) -> list[dict[str, Cell]]:
    return [{name: value for name, value in row.items() if name not in OWN} for row in stored[:3]]
