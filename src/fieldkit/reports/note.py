"""The review note: one page on an area, to print and to hand round before a review meeting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from fieldkit.plain_text import shown
from fieldkit.records.fields.numbers import indian
from fieldkit.reports.area import Area
from fieldkit.reports.catalogue import declared, measures, reports
from fieldkit.reports.declaration.measure import Measure
from fieldkit.reports.declaration.report import (
    Cell,
    Counted,
    Dimension,
    Period,
    Span,
    Table,
    financial_year,
    percent,
    unit_of,
)
from fieldkit.reports.figures.due_work import due_work
from fieldkit.reports.formats.page import Bar, Bars, Grid, Lines, Page, Section, Text, whole
from fieldkit.reports.formats.words import in_words
from fieldkit.reports.meaning import meaning
from fieldkit.reports.sql.action_points import ActionPoint, action_points
from fieldkit.reports.sql.due import due_counts
from fieldkit.reports.sql.monthly import monthly

NAME = "review_note"
TITLE = "The review note: one page to print (html or pdf)"
FIGURES = (
    "pmv_registrations", "toolkits_selected", "toolkits_delivered", "pmv_trained", "pmv_linked",
    "pmv_sanctioned", "pmv_disbursed", "pmv_disbursed_amount", "shgs", "households", "rf_groups",
    "cif_groups", "linkages", "bank_credit", "lalded_sanctioned", "lakhpati_didis",
    "banking_correspondents", "insured", "skill_trained", "svep_enterprises",
)  # fmt: skip
"""The figures that reviews ask for, as the scoreboard names them."""
STEPS = (
    "applications", "pmv_registrations", "pmv_trained", "toolkits_selected", "toolkits_delivered",
    "pmv_sanctioned", "pmv_disbursed",
)  # fmt: skip
"""The columns of the funnel of PM Vishwakarma."""
_AGES = ("waiting_0", "waiting_31", "waiting_61", "waiting_91", "waiting_181", "waiting_undated")
_BANKS, _DUE, _POINTS, _LONGEST = 4, 7, 6, 150
_ONE_LINE = 30
"""Longer labels may take two lines."""
_TOGETHER = Dimension("together", "", {})


def review_note(connection: Connection, area: Area, period: Period, suffix: str) -> bytes:
    """Return the note as a file: ``suffix`` is html or pdf.

    Raises:
        NoPdf: the library for PDF files is not installed.
    """
    page = note_page(connection, area, period)
    if suffix == "pdf":
        from fieldkit.reports.formats.pdf import to_pdf

        return to_pdf(page)
    from fieldkit.reports.formats.html import to_html

    return to_html(page)


def note_page(connection: Connection, area: Area, period: Period) -> Page:
    """Return what stands on the note."""
    board = _run(connection, "scoreboard", area, period)
    lines = list(_lines(board, period.fy or financial_year(period.as_on)))
    sources = list(dict.fromkeys(one.source for one in lines if one.source))
    figures = measures(declared())
    return Page(
        f"Review note: {area.title}",
        _subtitle(period),
        period.as_on,
        [
            [_figures(connection, lines, sources, figures, area, period)],
            *_published(sources),
            [_funnel(connection, area, period), _waiting(connection, area, period)],
            [_due(connection, area, period)],
            [_points(connection, area, period)],
            _counted(lines, figures),
        ],
        single=True,
        foot=f"fieldkit, from the records held where this note was made, as on "
        f"{in_words(period.as_on)}. A laptop holds the records of its own area.",
    )


def _subtitle(period: Period) -> str:
    fy = period.fy or financial_year(period.as_on)
    reviewed = f", last review on {in_words(period.reviewed)}" if period.reviewed else ""
    return f"Financial year {fy}, as on {in_words(period.as_on)}{reviewed}"


def _run(
    connection: Connection, name: str, area: Area, period: Period, by: str | None = None
) -> Table:
    report = reports()[name]
    way = next((one for one in report.by if one.name == by), report.by[0])
    return report.run(connection, area, period, way)


@dataclass(frozen=True, slots=True)
class _Line:
    """A figure of the scoreboard: its cells by their names."""

    metric: str
    unit: str
    cells: Mapping[str, Cell]
    units: Mapping[str, str]

    @property
    def source(self) -> str:
        """Who published the reported figure."""
        return str(self.cells["reported_source"] or "")

    def words(self, name: str) -> str:
        """Return a cell as people read it."""
        value = self.cells[name]
        text = in_words(value, self.units[name])
        return text if isinstance(value, str) else whole(text)


def _lines(board: Table, fy: str) -> Iterator[_Line]:
    """Give one line of the scoreboard for each figure, that of the year before the cumulative."""
    found: dict[str, list[_Line]] = {}
    for row in board.rows:
        pairs = list(zip(board.columns, row.cells, strict=True))
        cells = {heading.name: value for heading, value in pairs}
        units = {heading.name: unit_of(heading, row) for heading, _ in pairs}
        metric = str(cells["code"])
        found.setdefault(metric, []).append(_Line(metric, row.unit, cells, units))
    for metric in FIGURES:
        if metric in found:
            yield min(found[metric], key=lambda line: _rank(line, fy))


def _rank(line: _Line, fy: str) -> int:
    """Say which of several lines of a figure to show: the least."""
    if line.cells["target"] is not None and line.cells["fy"] in {fy, None}:
        return 0
    return 1 if line.cells["fy"] is None else 2


def _figures(
    connection: Connection,
    lines: Sequence[_Line],
    sources: Sequence[str],
    figures: Mapping[str, Measure],
    area: Area,
    period: Period,
) -> Section:
    fy = period.fy or financial_year(period.as_on)
    columns = (
        ("Figure", False), ("Target", True), ("by", False), ("Achieved", True),
        (f"{period.as_on:%b}", True), (f"In {fy}", True), ("In all", True), ("Since review", True),
        ("Twelve months", False), ("Reported", True), ("as on", False),
    )  # fmt: skip
    rows = [_figure(connection, line, sources, figures.get(line.metric), area, period)
            for line in lines]  # fmt: skip
    aimed = any(line.cells["target"] is not None for line in lines)
    left_out = {*(() if aimed else (1, 2, 3)), *(() if period.reviewed else (7,))}
    kept = [place for place in range(len(columns)) if place not in left_out]
    grid = Grid(
        [columns[place][0] for place in kept],
        [columns[place][1] for place in kept],
        [[row[place] for place in kept] for row in rows],
    )
    return Section(
        "Figures",
        grid,
        f"{period.as_on:%B}, the year, in all and the twelve months: recorded here, counted from "
        "records. Reported: published by others, never added to what is recorded; a dash: nothing "
        f"was published for this area.{'' if aimed else ' It has no targets yet.'}",
    )


def _figure(
    connection: Connection,
    line: _Line,
    sources: Sequence[str],
    measure: Measure | None,
    area: Area,
    period: Period,
) -> list[Text]:
    """Return the cells of a figure."""
    months = _months(connection, measure, area, period)
    achieved = line.cells["achieved"]
    share = achieved / 100 if isinstance(achieved, int | float) else None
    aimed = line.cells["target"] is not None
    label = shown(line.words("metric"))
    return [
        Text(whole(label) if len(label) <= _ONE_LINE else label),
        Text(_target(line)),
        Text((line.words("deadline") or line.words("fy")) if aimed else ""),
        Text(line.words("achieved"), share),
        Text(whole(in_words(months[-1], line.unit)) if months else ""),
        Text(line.words("recorded_fy")),
        Text(line.words("recorded")),
        Text(line.words("since_review")),
        Text("", None, months),
        Text(line.words("reported") or "–"),
        Text(_as_on(line, sources)),
    ]


def _target(line: _Line) -> str:
    if line.cells["target"] is None:
        return ""
    low, high = line.words("target"), line.words("target_high")
    return whole(f"{low} to {high}") if high else low


def _as_on(line: _Line, sources: Sequence[str]) -> str:
    if not line.source:
        return ""
    return whole(f"{line.words('reported_as_on')} [{sources.index(line.source) + 1}]")


def _months(
    connection: Connection, measure: Measure | None, area: Area, period: Period
) -> tuple[int, ...]:
    if measure is None:
        return ()
    found = monthly(connection, Counted(measure, Span.ALL), area, period, _TOGETHER)
    return tuple(int(many) for many in found.get((), ()))


def _funnel(connection: Connection, area: Area, period: Period) -> Section:
    table = _run(connection, "pmv_funnel", area, period)
    total = _total(table)
    labels = {heading.name: heading.label for heading in table.columns}
    numbers = {name: _number(total.get(name)) for name in STEPS}
    most = max(*numbers.values(), 1)
    bars = [
        Bar(labels[name], _of(numbers[name], numbers[STEPS[0]]), numbers[name] / most)
        for name in STEPS
    ]
    note = "The percentage is of the applications."
    return Section("PM Vishwakarma, from application to loan", Bars(bars), note)


def _of(many: float, whole: float) -> str:
    share = percent(many, whole)
    return indian(int(many)) if share is None else f"{indian(int(many))} ({share:.0f}%)"


def _waiting(connection: Connection, area: Area, period: Period) -> Section:
    """Return what waits: toolkits by age, sanctioned loans by bank."""
    toolkits = _run(connection, "toolkit_ageing", area, period)
    total = _total(toolkits)
    labels = {heading.name: heading.label for heading in toolkits.columns}
    found = [(f"Toolkit, {labels[name]}", _number(total.get(name))) for name in _AGES]
    loans = _run(connection, "credit_linkage", area, period, "bank")
    place = next(
        at for at, heading in enumerate(loans.columns) if heading.name == "sanctioned_unpaid"
    )
    banks = [(f"Loan, {row.cells[0]}", _number(row.cells[place])) for row in loans.rows if row.key]
    found += sorted(banks, key=lambda one: -one[1])[:_BANKS]
    some = [(label, many) for label, many in found if many]
    most = max((many for _, many in some), default=1)
    bars = [Bar(shown(label), indian(int(many)), many / most) for label, many in some]
    return Section(
        "What waits",
        Bars(bars) if bars else Lines(["No toolkit or loan waits."]),
        "Toolkits selected and not delivered, by days since the selection; loans of PM Vishwakarma "
        f"sanctioned and not disbursed, the {_BANKS} banks with most of them.",
    )


def _total(table: Table) -> Mapping[str, Cell]:
    """Return the figures of all rows together, by name."""
    row = next((one for one in table.rows if one.key is None), table.rows[0])
    return {heading.name: value for heading, value in zip(table.columns, row.cells, strict=True)}


def _number(value: Cell) -> float:
    return value if isinstance(value, int | float) else 0


def _due(connection: Connection, area: Area, period: Period) -> Section:
    rules = due_work()
    found = due_counts(connection, list(rules.values()), area, period.as_on)
    found.sort(key=lambda one: (-one[1], one[0]))
    rows = [
        [
            Text(rules[what].label),
            Text(indian(many)),
            Text(whole(f"{indian((period.as_on - since).days)} days")),
            Text(shown(rules[what].source)),
        ]
        for what, many, since in found[:_DUE]
    ]
    if not rows:
        return Section("What is due", Lines(["Nothing is due."]))
    more = len(found) - len(rows)
    grid = Grid(["Work", "Records", "Longest", "Rests on"], [False, True, True, False], rows)
    note = f"And {more} more sorts of work; fieldkit due lists them." if more > 0 else ""
    return Section("What is due", grid, note)


def _points(connection: Connection, area: Area, period: Period) -> Section:
    since = period.reviewed or period.as_on - timedelta(days=31)
    found, many = action_points(connection, area, period.as_on, since, _POINTS)
    title = "Action points of reviews"
    if not found:
        return Section(title, Lines(["None is open, and none was done since the last review."]))
    rows = [
        [
            Text(_short(one.direction)),
            Text(_short(one.officer)),
            Text(whole(in_words(one.given_on))),
            Text(whole(in_words(one.due_on))),
            Text(_done(one, period.as_on)),
        ]
        for one in found
    ]
    grid = Grid(["Direction", "Officer", "Given", "Due", "Done"], [False] * 5, rows)
    return Section(title, grid, f"And {many - len(found)} more." if many > len(found) else "")


def _done(point: ActionPoint, as_on: date) -> str:
    if point.done_on:
        taken = f": {_short(point.action_taken)}" if point.action_taken else ""
        return f"{in_words(point.done_on)}{taken}"
    late = (as_on - point.due_on).days if point.due_on else 0
    return f"open, {indian(late)} days late" if late > 0 else "open"


def _short(text: str) -> str:
    """Return a text on one line, cut where it is long."""
    text = " ".join(shown(text).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _published(sources: Sequence[str]) -> Iterator[Sequence[Section]]:
    """Give the sources of what was published."""
    named = [f"[{number}] {shown(source)}" for number, source in enumerate(sources, start=1)]
    if named:
        yield [Section("", Lines([f"Reported by {'; '.join(named)}."]))]


def _counted(lines: Sequence[_Line], figures: Mapping[str, Measure]) -> Sequence[Section]:
    """Return what each figure counts, in two columns."""
    counted = [
        f"{line.words('metric')}: {meaning(figures[line.metric])}"
        for line in lines
        if line.metric in figures
    ]
    half = (len(counted) + 1) // 2
    return [Section("What is counted", Lines(counted[:half])), Section(" ", Lines(counted[half:]))]
