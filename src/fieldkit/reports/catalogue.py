"""Every report by its short name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from fieldkit import reference
from fieldkit.reports import figures
from fieldkit.reports.declaration.measure import Measure
from fieldkit.reports.declaration.report import Figure, Report, Span
from fieldkit.reports.rankings import Rankings
from fieldkit.reports.run import AnyReport, Declared
from fieldkit.reports.scoreboard import Scoreboard

LEAGUE = (
    "pmv_registrations",
    "toolkits_delivered",
    "pmv_trained",
    "pmv_sanctioned",
    "pmv_disbursed",
    "shgs",
    "rf_groups",
    "cif_groups",
    "linkages",
    "lakhpati_didis",
    "insured",
)
"""The figures by which districts and blocks are ranked."""


def measures(declarations: Iterable[Report]) -> Mapping[str, Measure]:
    """Return every measure that is a column of a report, by name."""
    return {
        column.name: column.counted.measure
        for report in declarations
        for column in report.columns
        if isinstance(column, Figure) and column.counted.span is Span.CHOSEN
    }


@cache
def reports() -> Mapping[str, AnyReport]:
    """Return every report by name, in the order of their codes."""
    declarations = list(declared())
    named = measures(declarations)
    metrics = {
        code: named[code]
        for code in (str(one.code) for one in reference.options("metric"))
        if code in named
    }
    found: list[AnyReport] = [
        *(Declared(report) for report in declarations),
        Scoreboard(metrics),
        Rankings([metrics[code] for code in LEAGUE]),
    ]
    return {one.name: one for one in sorted(found, key=lambda one: int(one.code[1:]))}


def declared() -> Iterator[Report]:
    """Give the reports that are no more than their declaration."""
    for module in iter_modules(figures.__path__):
        yield from import_module(f"{figures.__name__}.{module.name}").REPORTS
