"""What each column of each report is, as one would ask by hand of the exported files.

The statements are SQLite's, over one table a kind; an empty cell is NULL. Four functions are made
for them: ``here(block)`` says whether a record is of the block asked about, or of any;
``dated(day)`` whether a day lies in the period asked about; ``age(day)`` how many days it lies
before the day of the report; ``as_on()`` is that day. :data:`LADDER` is read like a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from tests.reports.plain_sql import artisans, credit, groups, livelihoods, outreach, training

Reports: TypeAlias = Mapping[str, Mapping[str, str]]

SQL: Reports = {
    **artisans.SQL,
    **credit.SQL,
    **training.SQL,
    **groups.SQL,
    **livelihoods.SQL,
    **outreach.SQL,
}
"""The statement of each column, by report."""

LADDER = groups.LADDER

SHARES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "pmv_funnel": {"registered_percent": ("pmv_registrations", "applications")},
    "toolkit_ageing": {"delivered_percent": ("toolkits_delivered", "toolkits_selected")},
    "orientation_coverage": {"oriented_percent": ("oriented", "toolkits_delivered")},
    "credit_linkage": {
        "sanctioned_percent": ("pmv_sanctioned", "pmv_applied"),
        "disbursed_percent": ("pmv_disbursed", "pmv_sanctioned"),
    },
    "training": {"completed_percent": ("pmv_trained", "enrolled")},
    "bank_linkage": {"linkage_percent": ("linkages", "linkage_applied")},
    "entry_checks": {"error_rate": ("values_wrong", "values_checked")},
    "social_security": {"insured_percent": ("insured", "shg_institutions.members")},
}
"""Columns that say how many percent of a second figure a first one is."""

DIFFERENCES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "credit_linkage": {"amount_gap": ("pmv_sanctioned_amount", "pmv_disbursed_amount")},
    "stage3_daily": {"not_cleared": ("cases_put_up", "cases_cleared")},
    "shg_institutions": {"clfs_unregistered": ("clfs", "clfs_registered")},
}
"""Columns that are a first figure less a second one."""


def statement(report: str, figure: str) -> str:
    """Return the statement of a figure of a report, or of another one's as ``report.figure``."""
    other, _, name = figure.rpartition(".")
    return SQL[other or report][name]
