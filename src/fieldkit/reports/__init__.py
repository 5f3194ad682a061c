"""Figures: measures, reports and due work, computed by SQL on laptop and server alike.

The declarations say what is counted; a connection to either database is all they need.
"""

from fieldkit.reports.area import TERRITORY, Area
from fieldkit.reports.catalogue import reports
from fieldkit.reports.declaration.due import Due, DueItem, about_kind
from fieldkit.reports.declaration.report import Cell, Dimension, Heading, Period, Row, Table
from fieldkit.reports.figures.due_work import due_work
from fieldkit.reports.months import months_of
from fieldkit.reports.run import AnyReport, period_of
from fieldkit.reports.sql.due import due_counts, due_items

__all__ = [
    "TERRITORY",
    "AnyReport",
    "Area",
    "Cell",
    "Dimension",
    "Due",
    "DueItem",
    "Heading",
    "Period",
    "Row",
    "Table",
    "about_kind",
    "due_counts",
    "due_items",
    "due_work",
    "months_of",
    "period_of",
    "reports",
]
