"""Figures: measures, reports and due work, computed by SQL on laptop and server alike.

The declarations say what is counted; a connection to either database is all they need.
"""

from fieldkit.reports.area import TERRITORY, Area
from fieldkit.reports.catalogue import reports
from fieldkit.reports.declaration.report import Cell, Dimension, Heading, Period, Row, Table
from fieldkit.reports.run import AnyReport, period_of

__all__ = [
    "TERRITORY",
    "AnyReport",
    "Area",
    "Cell",
    "Dimension",
    "Heading",
    "Period",
    "Row",
    "Table",
    "period_of",
    "reports",
]
