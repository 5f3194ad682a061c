"""Loans to artisans and members, from the application to the disbursal."""

from __future__ import annotations

from fieldkit.reports.declaration.measure import FILLED, Aged, Measure, came_to, waiting
from fieldkit.reports.declaration.report import (
    AREA,
    Dimension,
    Report,
    average,
    difference,
    figure,
    oldest,
    share,
)
from fieldkit.reports.figures.artisans import PMV, PMV_AMOUNT, PMV_DISBURSED, PMV_SANCTIONED, TRADE

APPLIED = came_to(
    "pmv_applied", "Sent to the bank", "loan", "SPONSORED", where={"product": PMV}, unit="cases"
)
APPLIED_AMOUNT = APPLIED.sum("applied_amount", "pmv_applied_amount", "Amount applied for")
SANCTIONED_AMOUNT = PMV_SANCTIONED.sum(
    "sanctioned_amount", "pmv_sanctioned_amount", "Amount sanctioned"
)
LINKED = Measure(
    "pmv_linked",
    "Artisans credit-linked",
    "loan",
    {**PMV_SANCTIONED.where, "beneficiary_id": FILLED},
    "sanctioned_on",
    "persons",
    distinct=("beneficiary_id",),
    definition="Artisans with at least one loan sanctioned.",
)
WITH_BANK = Measure(
    "with_bank",
    "Pending with the bank",
    "loan",
    {"product": PMV, "state": ("SPONSORED", "UNDER_PROCESS")},
    "applied_on",
    "cases",
)
WITH_BANK_LONG = WITH_BANK.also("with_bank_30", "over 30 days", {"applied_on": Aged(31)})
UNPAID = waiting(PMV_SANCTIONED, PMV_DISBURSED, "sanctioned_unpaid", "Sanctioned, not disbursed")
UNPAID_AMOUNT = UNPAID.sum("sanctioned_amount", "unpaid_amount", "their amount")
UNPAID_LONG = UNPAID.also("unpaid_30", "over 30 days", {"sanctioned_on": Aged(31)})
REJECTED = Measure(
    "rejected", "Rejected", "loan", {"product": PMV, "state": "REJECTED"}, "applied_on", "cases"
)
RETURNED = Measure(
    "returned",
    "Returned with a query",
    "loan",
    {"product": PMV, "state": "RETURNED"},
    "applied_on",
    "cases",
)
OVERDUE = Measure(
    "npa", "Overdue (NPA)", "loan", {"product": PMV, "state": "NPA"}, "disbursed_on", "cases"
)
BANK = Dimension("bank", "Bank", {"loan": "ifsc:4"})
BRANCH = Dimension("branch", "Branch (IFSC)", {"loan": "ifsc"})
PRODUCT = Dimension("product", "Tranche", {"loan": "product"})
REASON = Dimension("reason", "Bank's reply", {"loan": "turned_down"})

CREDIT = Report(
    "credit_linkage",
    "PM Vishwakarma loans",
    "R4",
    (
        figure(APPLIED),
        figure(APPLIED_AMOUNT),
        figure(PMV_SANCTIONED),
        figure(SANCTIONED_AMOUNT),
        share(PMV_SANCTIONED, APPLIED, "sanctioned_percent", "Sanctioned of applied"),
        figure(LINKED),
        figure(PMV_DISBURSED),
        figure(PMV_AMOUNT),
        share(PMV_DISBURSED, PMV_SANCTIONED, "disbursed_percent", "Disbursed of sanctioned"),
        figure(WITH_BANK),
        figure(WITH_BANK_LONG),
        oldest(WITH_BANK, "with_bank_oldest", "Oldest with the bank, days"),
        figure(UNPAID),
        figure(UNPAID_AMOUNT),
        figure(UNPAID_LONG),
        oldest(UNPAID, "unpaid_oldest", "Oldest sanctioned and not paid, days"),
        figure(REJECTED),
        figure(RETURNED),
        figure(OVERDUE),
        difference(SANCTIONED_AMOUNT, PMV_AMOUNT, "amount_gap", "Sanctioned less disbursed"),
        average(PMV_AMOUNT, PMV_DISBURSED, "average_loan", "Average disbursed"),
    ),
    by=(AREA, BANK, BRANCH, TRADE, PRODUCT, REASON),
    notes=("Credit-linked: at least one loan of PM Vishwakarma sanctioned.",),
)
REPORTS = (CREDIT,)
