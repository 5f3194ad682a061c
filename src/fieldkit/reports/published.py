"""Targets and published figures as reviews list them: one row of a table, read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from fieldkit import reference
from fieldkit.records import Unfit, Value
from fieldkit.records.fields.dates import months_after, read_date, today
from fieldkit.reference.tables import rows
from fieldkit.reports.area import TERRITORY, WHOLE

COLUMNS = ("metric", "area", "period", "target", "achievement", "unit", "kind")
"""The headings by which such a table is known; ``scheme``, ``note``, ``source`` may be there."""
Found = tuple[str, dict[str, Value]]
"""A kind and the fields of a record of it."""

_SIZES = {"rs crore": 10**7, "rs lakh": 10**5, "rs": 1}
_SCHEMES = {
    "pm vishwakarma": "PMV", "msme / ramp": "RAMP", "umeed/nrlm": "UMEED", "svep": "SVEP",
    "svep/cef": "SVEP", "mksp/farm": "MKSP", "mksp": "MKSP", "rf": "UMEED", "cif": "UMEED",
    "lal ded stree shakti": "LALDED", "lakhpati didi": "LAKHPATI", "daksh kisan": "DAKSH",
    "med": "UMEED", "mission yuva": "YUVA",
}  # fmt: skip
_AMONG = {"among uts": "UTS", "among all states/uts": "ALL", "national": "ALL"}
_FY = re.compile(r"(?i)\bfy (\d{4}-\d\d)\b")
_DAY = re.compile(r"\b(\d{4}-\d\d-\d\d)\b")
_MONTH_END = re.compile(r"(?i)\bby (?:the )?end of ([a-z]+) (\d{4})")
_BRACKETS = re.compile(r"\s*\([^)]*\)$")


def published() -> Iterator[Found]:
    """Give what the shipped table says."""
    for row in rows("targets"):
        yield from read_row(row)


def read_row(row: Mapping[str, str]) -> list[Found]:
    """Return the records that a row stands for: a target, a figure as reported, a rank.

    Raises:
        Unfit: the row cannot be read; the text says what is wrong.
    """
    kind, named = row.get("kind", "").strip().casefold(), row.get("metric", "").strip()
    metric, among = metric_of(named.removeprefix("rank: "))
    common = _common(row, metric)
    if kind == "ranking" and named.startswith("rank: "):
        rank = _number(row.get("achievement", ""), "rank")
        if rank is None:
            raise Unfit("achievement: give the rank.")
        kept = {one: common[one] for one in ("district", "block", "metric", "scheme", "as_on")}
        extra = {"rank": int(rank[0]), "among": among, "source": common["source"]}
        return [("ranking", {**kept, **extra, "notes": common["notes"]})]
    makers = {"target": "TARGET", "allotment": "ALLOTMENT", "opening": "OPENING"}
    makers |= {"baseline": "BASELINE", "parameter": "BASELINE"}
    if kind not in {*makers, "achievement", "ranking", "reported"}:
        raise Unfit("kind: use target, achievement, baseline, opening, allotment or ranking.")
    return _figures(row, makers.get(kind, "REPORTED"), common)


def _figures(row: Mapping[str, str], kind: str, common: Mapping[str, Value]) -> list[Found]:
    unit = row.get("unit", "").strip()
    aimed = _number(_how_many(row), unit, "target")
    reached = _number(row.get("achievement", ""), unit, "achievement")
    found: list[Found] = []
    dated = {name: value for name, value in common.items() if name != "deadline"}
    if kind in {"TARGET", "ALLOTMENT"}:
        undated = {name: value for name, value in common.items() if name != "as_on"}
        if aimed:
            low, high = aimed
            found.append(("target", {**undated, "target_kind": kind, "low": low, "high": high}))
        kind = "REPORTED"
    else:
        reached = reached or aimed
    if not (aimed or reached):
        raise Unfit("Give a number under target or achievement.")
    if reached:
        low, high = reached
        found.append(("target", {**dated, "target_kind": kind, "low": low, "high": high}))
    return found


def _how_many(row: Mapping[str, str]) -> str:
    """Return the text of the target; where it is "all", the number that the note gives."""
    target = row.get("target", "").strip()
    if target.casefold() != "all":
        return target
    told = re.search(r"\b(\d[\d,]*) [A-Za-z]", row.get("note", ""))
    if told is None:
        raise Unfit("target: give a number; of all, say in the note how many there are.")
    return told[1]


def _common(row: Mapping[str, str], metric: str) -> dict[str, Value]:
    period = row.get("period", "").strip()
    district, block, division, place = _area(row.get("area", ""))
    fy, day, month = _FY.search(period), _DAY.search(period), _MONTH_END.search(period)
    told = [period if not (fy or day) else "", place, row.get("note", "").strip()]
    return {
        "district": district,
        "block": block,
        "division": division or None,
        "metric": metric,
        "scheme": _SCHEMES.get(row.get("scheme", "").strip().casefold()),
        "fy": fy[1] if fy else None,
        "unit": _plain_unit(row.get("unit", "").strip()) or None,
        "deadline": _month_end(month[1], month[2]) if month else None,
        "as_on": date.fromisoformat(day[1]) if day else None,
        "source": (row.get("source") or row.get("seed_file") or "").strip() or None,
        "notes": "; ".join(filter(None, told))[:1000] or None,
    }


def metric_of(text: str) -> tuple[str, str | None]:
    """Return the code of the figure that a text names, and among whom a rank is.

    Raises:
        Unfit: there is none.
    """
    name, among = _BRACKETS.sub("", text.strip()), None
    if match := re.search(r"(?i)[, ]+(among uts|among all states/uts|national)$", name):
        name, among = name[: match.start()], _AMONG[match[1].casefold()]
        name = {"registrations": "successful registrations"}.get(name, name)
    code = _metrics().get(name.casefold())
    if code is None:
        raise Unfit(f"metric: {text or 'nothing'} is no figure that targets are kept for.")
    return code, among


@cache
def _metrics() -> dict[str, str]:
    return {
        name.casefold(): str(one.code)
        for one in reference.options("metric")
        for name in (*one.also, one.label, str(one.code))
    }


def _area(text: str) -> tuple[int, int | None, str, str]:
    """Return district, block and division of an area, and the text if it is only part of that."""
    name = text.strip()
    if name.casefold() in {"", "ut", "j&k", TERRITORY.casefold(), "whole ut"}:
        return WHOLE, None, "", ""
    if re.fullmatch(r"\d+ blocks", name) or ";" in name:
        return WHOLE, None, "", name
    for division in reference.divisions():
        if name.casefold() in {division.casefold(), f"{division} division".casefold()}:
            return WHOLE, None, division.upper(), ""
    if district := reference.exact(reference.options("district"), name):
        return int(district.code), None, "", ""
    block = reference.exact(reference.options("block"), name.removeprefix("Block "))
    if block and isinstance(block.within, int):
        return block.within, int(block.code), "", ""
    raise Unfit(f"area: there is no district, block or division {name}.")


def _number(
    text: str, unit: str, column: str = "achievement"
) -> tuple[int | float, int | float | None] | None:
    """Return a number, or the two of a range, money in rupees; None if there is none."""
    plain = text.strip().replace(",", "").replace("\u2013", "-")
    if not plain:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?(\s*-\s*\d+(\.\d+)?)?", plain):
        raise Unfit(f"{column}: {text} is no number; a range looks like 70000-80000.")
    size = _SIZES.get(unit.casefold(), 1)
    low, _, high = (part.strip() for part in plain.partition("-"))
    numbers = [_whole(float(part) * size) for part in (low, high) if part]
    if len(numbers) == 2 and numbers[0] > numbers[1]:
        raise Unfit(f"{column}: the range {text} is the wrong way round.")
    return numbers[0], numbers[1] if len(numbers) == 2 else None


def _whole(number: float) -> int | float:
    """Return a number without the noise of its fraction; a whole one as such."""
    number = round(number, 3)
    return int(number) if number == int(number) else number


def _plain_unit(unit: str) -> str:
    return "Rs" if unit.casefold() in _SIZES else unit


def _month_end(month: str, year: str) -> date:
    first = read_date(f"1 {month} {year}", today(), past=False)
    return date.fromordinal(months_after(first, 1).toordinal() - 1)
