"""Targets and published figures as reviews list them: one row of a table, read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from fieldkit import reference
from fieldkit.records import Unfit, Value
from fieldkit.records.fields.dates import months_after, read_date, today
from fieldkit.records.fields.formats import FIGURE, FINANCIAL_YEAR, TEXT, Text
from fieldkit.reference.tables import rows
from fieldkit.reports.area import TERRITORY, WHOLE

COLUMNS = ("metric", "area", "period", "target", "achievement", "unit", "kind")
"""The headings by which such a table is known; ``scheme``, ``note``, ``source`` may be there."""
Found = tuple[str, dict[str, Value]]
"""A kind and the fields of a record of it."""

_SIZES = {
    **dict.fromkeys(("crore", "crores", "cr"), 10**7),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs"), 10**5),
}
_MONEY = frozenset({"rs", "inr", "rupee", "rupees", "\u20b9"})
_PERCENT = frozenset({"percent", "percentage", "%"})
_SCHEMES = {
    "pm vishwakarma": "PMV", "msme / ramp": "RAMP", "umeed/nrlm": "UMEED", "svep": "SVEP",
    "svep/cef": "SVEP", "mksp/farm": "MKSP", "mksp": "MKSP", "rf": "UMEED", "cif": "UMEED",
    "lal ded stree shakti": "LALDED", "lakhpati didi": "LAKHPATI", "daksh kisan": "DAKSH",
    "med": "UMEED", "mission yuva": "YUVA",
}  # fmt: skip
_AMONG = {"among uts": "UTS", "among all states/uts": "ALL", "national": "ALL"}
_YEAR = r"\d{2,4}\s*[-/\u2013]\s*\d{2,4}"
_FY = re.compile(rf"(?i)(?:\bf\.?y\.?|\bfinancial year)\s*({_YEAR})(?![-\d])|^({_YEAR})$")
_DAY = re.compile(r"\b(\d{4}-\d\d-\d\d)\b")
_MONTH_END = re.compile(r"(?i)\bby (?:the )?end of ([a-z]+) (\d{4})")
_BY_DAY = re.compile(
    r"(?i)\bby (\d{4}-\d\d-\d\d|\d{1,2}(?:st|nd|rd|th)? [a-z]+ \d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{4})"
)
_LONGEST = Text(longest=1000)
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
        rank = _number(row.get("achievement", ""), "achievement")
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
    size = _size(row.get("unit", ""), str(common["metric"]))
    aimed = _number(row.get("target", ""), "target", size)
    reached = _number(row.get("achievement", ""), "achievement", size)
    found: list[Found] = []
    dated = {name: value for name, value in common.items() if name != "deadline"}
    if kind in {"TARGET", "ALLOTMENT"}:
        undated = {name: value for name, value in common.items() if name != "as_on"}
        of_all = row.get("target", "").strip().casefold() == "all"
        if not (aimed or reached or of_all):
            raise Unfit("Give a number under target or achievement.")
        if aimed or not reached:
            low, high = aimed or (None, None)
            undated["notes"] = undated["notes"] or (None if aimed else "all")
            found.append(("target", {**undated, "target_kind": kind, "low": low, "high": high}))
        kind = "REPORTED"
    else:
        reached = reached or aimed
        if reached is None:
            raise Unfit("Give a number under target or achievement.")
    if reached:
        low, high = reached
        found.append(("target", {**dated, "target_kind": kind, "low": low, "high": high}))
    return found


def _common(row: Mapping[str, str], metric: str) -> dict[str, Value]:
    period = row.get("period", "").strip()
    district, block, division, place = _area(row.get("area", ""))
    fy, as_on, deadline = _time(period)
    notes = [period if not (fy or as_on) else "", place, row.get("note", "").strip()]
    source = (row.get("source") or row.get("seed_file") or "").strip()
    return {
        "district": district,
        "block": block,
        "division": division or None,
        "metric": metric,
        "scheme": _SCHEMES.get(row.get("scheme", "").strip().casefold()),
        "fy": fy,
        "unit": _plain_unit(row.get("unit", ""), metric) or None,
        "deadline": deadline,
        "as_on": as_on,
        "source": _text("source", TEXT, source),
        "notes": _text("note", _LONGEST, "; ".join(filter(None, notes))),
    }


def _text(column: str, form: Text, text: str) -> Value:
    try:
        return form.parse(text)
    except Unfit as wrong:
        raise Unfit(f"{column}: {wrong}") from None


def _time(period: str) -> tuple[str | None, date | None, date | None]:
    """Return the financial year, the day up to which a figure counts, and the deadline."""
    year, day = _FY.search(period), _DAY.search(period)
    month, until = _MONTH_END.search(period), _BY_DAY.search(period)
    try:
        fy = str(FINANCIAL_YEAR.parse(year[1] or year[2])) if year else None
        deadline = _month_end(month[1], month[2]) if month else None
        if until:
            return fy, None, read_date(until[1], today(), past=False)
        return fy, read_date(day[1], today(), past=False) if day else None, deadline
    except Unfit as wrong:
        raise Unfit(f"period: {wrong}") from None


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
        raise Unfit(
            f"metric: {text or 'nothing'} is not a figure with targets; `fieldkit kinds "
            "--json` lists them."
        )
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
    if re.fullmatch(r"\d+ blocks", name):
        return WHOLE, None, "", name
    if ";" in name:
        for part in name.split(";"):
            _area(part)
        return WHOLE, None, "", name
    for division in reference.divisions():
        if name.casefold() in {division.casefold(), f"{division} division".casefold()}:
            return WHOLE, None, division.upper(), ""
    if district := reference.exact(reference.options("district"), name):
        return int(district.code), None, "", ""
    block = reference.exact(reference.options("block"), re.sub(r"(?i)^block ", "", name))
    if block and isinstance(block.within, int):
        return block.within, int(block.code), "", ""
    raise Unfit(f"area: there is no district, block or division {name}.")


def _number(text: str, column: str, size: int = 1) -> tuple[int | float, int | float | None] | None:
    """Return a number, or the two of a range, money in rupees; None if there is none.

    ``size``: what the unit makes of one.
    """
    plain = text.strip().replace("\u2013", "-")
    if not plain or plain.casefold() == "all":
        return None
    try:
        numbers = [FIGURE.parse(part) for part in plain.split("-")]
    except Unfit:
        numbers = []
    given = [number for number in numbers if isinstance(number, int | float)]
    if not given or len(given) != len(numbers) or len(given) > 2:
        raise Unfit(f"{column}: {text[:40]} is not a number; a range looks like 70000-80000.")
    if size > 1 and re.search(r"(?i)\d\s*(lakh|lac|crore|cr)", plain):
        raise Unfit(f"{column}: {text} names lakh or crore, and so does the unit. Name it once.")
    low, *more = (_whole(number * size) for number in given)
    if more and low > more[0]:
        raise Unfit(f"{column}: the range {text} is the wrong way round.")
    if max(low, *more, 0) > FIGURE.most:
        raise Unfit(f"{column}: {text} is too large. Check number and unit.")
    return low, more[0] if more else None


def _whole(number: float) -> int | float:
    """Return a number without the noise of its fraction; a whole one as such."""
    number = round(number, 3)
    return int(number) if number == int(number) else number


def _words(unit: str) -> frozenset[str]:
    spaced = unit.casefold().replace("per cent", "percent").replace(".", " ")
    return frozenset(re.findall(r"[a-z]+|[%\u20b9]", spaced))


def _size(unit: str, metric: str) -> int:
    """Return what a unit makes of one: ten million for crore.

    Raises:
        Unfit: the figure is not counted in this unit.
    """
    words, option = _words(unit), reference.option("metric", metric)
    own, label = (str(option.within), option.label) if option else ("", metric)
    size = next((_SIZES[word] for word in words if word in _SIZES), 1)
    if own == "Rs" and not (words & _MONEY or size > 1):
        raise Unfit(f"unit: {label} is money. Write Rs, Rs lakh or Rs crore.")
    if own != "Rs" and words & _MONEY:
        raise Unfit(f"unit: {label} is not money. Write {own or 'its unit'}.")
    if words and (own == "percent") != bool(words & _PERCENT):
        raise Unfit(f"unit: {label} is counted in {own}, not in {unit.strip()}.")
    return size


def _plain_unit(unit: str, metric: str) -> str:
    """Return the unit of the number itself, without lakh and crore."""
    option = reference.option("metric", metric)
    if option and option.within == "Rs":
        return "Rs"
    return " ".join(word for word in unit.split() if word.casefold().strip(".") not in _SIZES)


def _month_end(month: str, year: str) -> date:
    first = read_date(f"1 {month} {year}", today(), past=False)
    return date.fromordinal(months_after(first, 1).toordinal() - 1)
