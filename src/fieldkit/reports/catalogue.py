"""Every report by its short name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from fieldkit.reports import figures
from fieldkit.reports.declaration.report import Report
from fieldkit.reports.run import AnyReport, Declared


@cache
def reports() -> Mapping[str, AnyReport]:
    """Return every report by name, in the order of their codes."""
    found: list[AnyReport] = [Declared(report) for report in declared()]
    return {one.name: one for one in sorted(found, key=lambda one: int(one.code[1:]))}


def declared() -> Iterator[Report]:
    """Give the reports that are no more than their declaration."""
    for module in iter_modules(figures.__path__):
        yield from import_module(f"{figures.__name__}.{module.name}").REPORTS
