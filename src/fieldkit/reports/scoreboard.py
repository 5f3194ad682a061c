"""The scoreboard: each figure's target, what is recorded here, and what was published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from fieldkit import reference
from fieldkit.reports.area import Area
from fieldkit.reports.declaration.measure import PERCENT, Measure
from fieldkit.reports.declaration.report import (
    UNIT_OF_ROW,
    Cell,
    Counted,
    Dimension,
    Heading,
    Period,
    Row,
    Span,
    Table,
    financial_year,
    percent,
)
from fieldkit.reports.formats.words import in_words
from fieldkit.reports.sql.count import Key, count
from fieldkit.reports.sql.drill import drill
from fieldkit.reports.sql.targets import Said, key_of, said_of

METRIC = Dimension("metric", "Figure", {})
_SPANS = {"recorded_fy": Span.YEAR, "recorded": Span.ALL, "since_review": Span.REVIEW}
_COLUMNS = (
    Heading("metric", "Figure"),
    Heading("code", "Code"),
    Heading("unit", "Unit"),
    Heading("fy", "Year", weight=2),
    Heading("target", "Target", UNIT_OF_ROW, weight=3, upper="target_high"),
    Heading("target_high", "to", UNIT_OF_ROW),
    Heading("deadline", "By"),
    Heading("recorded_fy", "Recorded in the year", UNIT_OF_ROW, True),
    Heading("recorded", "Recorded in all", UNIT_OF_ROW, True, weight=3),
    Heading("since_review", "since the last review", UNIT_OF_ROW, True),
    Heading("opening", "Opening figure", UNIT_OF_ROW),
    Heading("with_opening", "Opening and recorded since", UNIT_OF_ROW),
    Heading("achieved", "Achieved", PERCENT, weight=1),
    Heading("gap", "Still to do", UNIT_OF_ROW),
    Heading("reported", "Reported", UNIT_OF_ROW, weight=3),
    Heading("reported_as_on", "as on"),
    Heading("reported_source", "by"),
    Heading("allotted", "Given to areas below", UNIT_OF_ROW),
    Heading("not_allotted", "Not given on", UNIT_OF_ROW),
)
_NOTES = (
    "Recorded is what is in the records here; reported is what was published. They are never "
    "added together. An opening figure counts what was before the records.",
    "Achieved and still to do compare the target with what is recorded: in the year where the "
    "target is of a year, else in all, with the opening figure.",
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line: a target, what was reported, or both."""

    metric: str
    fy: str = ""
    target: Said | None = None
    reported: Said | None = None


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Every figure with its target, for one area."""

    measures: Mapping[str, Measure]
    """Those that targets may be about, by name."""
    name: str = "scoreboard"
    title: str = "Targets and achievements"
    code: str = "R19"
    by: tuple[Dimension, ...] = (METRIC,)

    def measured(self) -> Mapping[str, Counted]:
        """Return nothing: each row has a measure of its own."""
        return {}

    def run(self, connection: Connection, area: Area, period: Period, by: Dimension) -> Table:  # noqa: ARG002
        """Return the table."""
        said, shipped = said_of(connection)
        said = [one for one in said if _said_by_then(one, period)]
        own = [one for one in said if one.area == key_of(area)]
        lines = list(_lines(own, self.measures))
        figures = _Figures(connection, self.measures, area, period)
        figures.count({(line.fy, line.metric) for line in lines})
        openings = _openings(own, said, area)
        figures.count_since({one.as_on for one in openings.values() if one.as_on})
        rows = [_row(line, figures, openings, said, area) for line in lines]
        notes = [*_NOTES, *_also(own, lines)]
        if shipped and area == Area():
            notes.append(
                "No targets of the whole territory are recorded yet: those published are shown. "
                "`fieldkit target import` records them."
            )
        if period.reviewed:
            notes.append(f"The last review was on {in_words(period.reviewed)}.")
        return Table(
            self.name,
            self.title,
            period.as_on,
            area.title,
            list(_COLUMNS),
            rows,
            notes,
            period.fy or financial_year(period.as_on),
        )

    def behind(
        self,
        connection: Connection,
        area: Area,
        period: Period,
        by: Dimension,
        key: Key | None,
        column: str,
    ) -> list[tuple[str, str]]:
        """Return the records behind a recorded figure."""
        if key is None or column not in _SPANS or str(key[0]) not in self.measures:
            return []
        fy = str(key[1] or "")
        asked = replace(period, fy=fy) if fy and column == "recorded_fy" else period
        counted = Counted(self.measures[str(key[0])], _SPANS[column])
        return drill(connection, counted, area, asked, by, None)


class _Figures:
    """What is recorded of each figure, year by year."""

    def __init__(
        self,
        connection: Connection,
        measures: Mapping[str, Measure],
        area: Area,
        period: Period,
    ) -> None:
        self._connection = connection
        self.measures = measures
        self._area = area
        self.period = period
        self._found: dict[tuple[str, str, Span], Cell] = {}
        self._since: dict[tuple[str, date], Cell] = {}

    def count(self, wanted: set[tuple[str, str]]) -> None:
        """Count the year of the report, all, since the review; then other years of targets.

        ``wanted``: the year and the figure of each line.
        """
        spans = [Span.YEAR, Span.ALL, *([Span.REVIEW] if self.period.reviewed else [])]
        self._ask(list(self.measures), self.period, spans, "")
        own = self.period.fy or financial_year(self.period.as_on)
        for fy in {fy for fy, _ in wanted if fy}:
            names = [name for year, name in wanted if year == fy and name in self.measures]
            if fy != own:
                self._ask(names, replace(self.period, fy=fy), [Span.YEAR], fy)
                continue
            for name in names:
                self._found[name, fy, Span.YEAR] = self._found[name, "", Span.YEAR]

    def _ask(self, names: Sequence[str], period: Period, spans: Sequence[Span], fy: str) -> None:
        asked = [Counted(self.measures[name], span) for name in names for span in spans]
        found = count(self._connection, asked, self._area, period, METRIC)[()]
        for one in asked:
            self._found[one.measure.name, fy, one.span] = found.get(one, 0)

    def count_since(self, days: set[date]) -> None:
        """Count what is dated after the days of opening figures."""
        for day in days:
            asked = [Counted(one, Span.REVIEW) for one in self.measures.values()]
            period = replace(self.period, reviewed=day)
            found = count(self._connection, asked, self._area, period, METRIC)[()]
            for one in asked:
                self._since[one.measure.name, day] = found.get(one, 0)

    def of(self, metric: str, span: Span, fy: str = "") -> Cell:
        """Return a figure; None where it is not recorded."""
        return self._found.get((metric, fy if span is Span.YEAR else "", span))

    def since(self, metric: str, day: date) -> Cell:
        """Return what is recorded of a figure after a day."""
        return self._since.get((metric, day))


def _said_by_then(one: Said, period: Period) -> bool:
    """Say whether a figure counts up to the day of the report; an opening one never from later."""
    looks_back = period.past or one.kind == "OPENING"
    return not looks_back or one.as_on is None or one.as_on <= period.as_on


def _lines(own: Sequence[Said], measures: Mapping[str, Measure]) -> Iterator[_Line]:
    """Give the lines of the scoreboard in the order of the list of figures."""
    for option in reference.options("metric"):
        metric = str(option.code)
        said = [one for one in own if one.metric == metric]
        lines = [
            _Line(metric, one.fy, one)
            for one in sorted(said, key=lambda one: (one.fy, str(one.deadline or "")))
            if one.kind in {"TARGET", "ALLOTMENT"}
        ]
        for one in sorted(said, key=_dated, reverse=True):
            if one.kind in {"REPORTED", "BASELINE"}:
                _place(lines, metric, one)
        if not lines and metric in measures:
            lines.append(_Line(metric))
        yield from lines


def _dated(one: Said) -> tuple[bool, date]:
    return one.as_on is not None, one.as_on or date.min


def _place(lines: list[_Line], metric: str, reported: Said) -> None:
    """Put a published figure beside the target it belongs to, or on a line of its own."""
    same = [
        place
        for place, line in enumerate(lines)
        if line.fy == reported.fy and line.reported is None
    ]
    of_source = [
        place
        for place in same
        if (target := lines[place].target) is not None and target.source == reported.source
    ]
    if of_source or same:
        place = (of_source or same)[0]
        lines[place] = replace(lines[place], reported=reported)
    elif all(line.fy != reported.fy for line in lines):
        lines.append(_Line(metric, reported.fy, None, reported))


def _openings(own: Sequence[Said], said: Sequence[Said], area: Area) -> Mapping[str, Said]:
    """Return the opening figures: the area's latest, else the sum of those below it of one day.

    Areas below give the sum only if each of them has one.
    """
    dated = sorted((one for one in own if one.kind == "OPENING" and one.as_on), key=_dated)
    found = {one.metric: one for one in dated}
    below: dict[str, list[Said]] = {}
    for level in _levels(area):
        keys = {key_of(part) for part in level}
        for one in said:
            if one.kind == "OPENING" and one.area in keys and one.metric not in found:
                below.setdefault(one.metric, []).append(one)
        for metric, some in below.items():
            days, areas = {one.as_on for one in some}, [one.area for one in some]
            if len(days) == 1 and some[0].as_on and sorted(areas, key=str) == sorted(keys, key=str):
                total = sum(one.low or 0 for one in some)
                found[metric] = replace(some[0], low=total)
        below = {}
    return found


def _levels(area: Area) -> Iterator[list[Area]]:
    """Give the areas below, level by level."""
    level = area.parts()
    while level:
        yield level
        level = [part for one in level for part in one.parts()]


def _row(
    line: _Line,
    figures: _Figures,
    openings: Mapping[str, Said],
    said: Sequence[Said],
    area: Area,
) -> Row:
    metric, target, reported = line.metric, line.target, line.reported
    option = reference.option("metric", metric)
    unit = str(option.within) if option else ""
    in_year = figures.of(metric, Span.YEAR, line.fy)
    recorded = figures.of(metric, Span.ALL)
    opening = openings.get(metric)
    after = figures.since(metric, opening.as_on) if opening and opening.as_on else None
    carried = (opening.low or 0) + after if opening and isinstance(after, int) else None
    base = in_year if line.fy else carried if carried is not None else recorded
    aimed = target.low if target else None
    given = _given_on(line, said, area)
    gap = aimed - base if aimed is not None and isinstance(base, int | float) else None
    cells: list[Cell] = [
        option.label if option else metric,
        metric,
        unit,
        line.fy or None,
        aimed,
        target.high if target else None,
        target.deadline if target else None,
        in_year,
        recorded,
        figures.of(metric, Span.REVIEW),
        opening.low if opening else None,
        carried,
        percent(base, aimed),
        gap,
        reported.low if reported else None,
        (reported.as_on or "undated") if reported else None,
        reported.source if reported else None,
        given,
        aimed - given if given is not None and aimed is not None else None,
    ]
    measure = figures.measures.get(metric)
    return Row(cells, (metric, line.fy), unit, measure.amount if measure else "")


def _given_on(line: _Line, said: Sequence[Said], area: Area) -> int | float | None:
    """Return the sum of the same target over the nearest areas below that have one."""
    if line.target is None:
        return None
    same = [
        one
        for one in said
        if (one.metric, one.kind, one.fy) == (line.metric, line.target.kind, line.fy)
    ]
    same.sort(key=lambda one: _likeness(one, line.target))
    for level in _levels(area):
        keys = {key_of(part) for part in level}
        found = {one.area: one.low or 0 for one in same if one.area in keys}
        if found:
            return sum(found.values())
    return None


def _likeness(one: Said, target: Said | None) -> tuple[bool, bool]:
    """Return how well a target fits another: of an area with several, the best fit counts."""
    if target is None:
        return False, False
    return one.deadline == target.deadline, one.source == target.source


def _also(own: Sequence[Said], lines: Sequence[_Line]) -> Iterator[str]:
    """Say what else was published, and what is doubtful about what is shown."""
    shown = {line.reported for line in lines} | {line.target for line in lines}
    for one in own:
        option = reference.option("metric", one.metric)
        label, unit = (option.label, str(option.within)) if option else (one.metric, "")
        if one.kind in {"REPORTED", "BASELINE"} and one not in shown:
            day = in_words(one.as_on) if one.as_on else "undated"
            yield f"{label}: also reported {in_words(one.low, unit)} ({day}; {one.source})."
        elif one.notes and one in shown:
            yield f"{label}: {one.notes}."
