"""Funds released to groups, bank credit of groups, and loans to their members."""

from __future__ import annotations

from fieldkit.records import kinds
from fieldkit.reports.declaration.measure import (
    FILLED,
    Aged,
    Measure,
    Where,
    came_to,
    reached,
    waiting,
)
from fieldkit.reports.declaration.report import (
    AREA,
    Dimension,
    Report,
    average,
    figure,
    oldest,
    share,
)

_RELEASED = reached("fund_release", "RELEASED")
_TO_GROUP: Where = {
    "self_help_group_id": FILLED,
    "member_id": None,
    "enterprise_id": None,
}


def _groups(name: str, label: str, fund: str) -> Measure:
    return Measure(
        name,
        label,
        "fund_release",
        {**_RELEASED, **_TO_GROUP, "fund": fund},
        "released_on",
        "groups",
        distinct=("self_help_group_id",),
    )


def _amount(name: str, label: str, where: Where) -> Measure:
    return Measure(
        name,
        label,
        "fund_release",
        {**_RELEASED, "member_id": None, **where},
        "released_on",
        "Rs",
        "amount",
    )


RF_GROUPS = _groups("rf_groups", "Groups given RF", "RF")
RF_AMOUNT = _amount("rf_amount", "RF released", {"fund": "RF"})
CIF_GROUPS = _groups("cif_groups", "Groups given CIF", "CIF")
CIF_AMOUNT = _amount("cif_amount", "CIF released", {"fund": "CIF"})
CIF_BY_PLAN = CIF_GROUPS.also("cif_on_plan", "of them on a micro-credit plan", {"mcp_on": FILLED})
CIF_BY_CLF = CIF_GROUPS.also(
    "cif_via_clf", "of them through a CLF", {"cluster_federation_id": FILLED}
)
VRF_AMOUNT = _amount("vrf_amount", "VRF released", {"fund": "VRF"})
CEF_AMOUNT = _amount("cef_amount", "CEF released (SVEP)", {"fund": "CEF"})
CEF_ENTERPRISES = Measure(
    "cef_enterprises",
    "Enterprises given CEF",
    "fund_release",
    {**_RELEASED, "fund": "CEF", "enterprise_id": FILLED},
    "released_on",
    "enterprises",
    distinct=("enterprise_id",),
)
OTHER_AMOUNT = _amount("other_funds", "Start-up grants and others", {"fund": ("STARTUP", "OTHER")})
TOTAL = _amount(
    "capitalisation", "Capitalisation support", {"fund": ("RF", "CIF", "VRF", "STARTUP")}
)
WAITING = Measure(
    "releases_waiting",
    "Proposed or approved, not released",
    "fund_release",
    {"state": ("PROPOSED", "APPROVED")},
    ("approved_on", "proposed_on"),
    "releases",
)
NO_UTR = Measure(
    "releases_no_utr",
    "Released without UTR",
    "fund_release",
    {**_RELEASED, "member_id": None, "utr": None},
    "released_on",
    "releases",
)
FUND = Dimension("fund", "Fund", {"fund_release": "fund"})
CLF = Dimension("clf", "CLF", {"fund_release": "cluster_federation_id.name"})
CAPITALISATION = Report(
    "capitalisation",
    "Funds released to groups: RF, CIF, VRF, CEF",
    "R10",
    (
        figure(RF_GROUPS),
        figure(RF_AMOUNT),
        average(RF_AMOUNT, RF_GROUPS, "rf_average", "RF for a group"),
        figure(CIF_GROUPS),
        figure(CIF_AMOUNT),
        average(CIF_AMOUNT, CIF_GROUPS, "cif_average", "CIF for a group"),
        figure(CIF_BY_PLAN),
        figure(CIF_BY_CLF),
        figure(VRF_AMOUNT),
        figure(CEF_AMOUNT),
        figure(CEF_ENTERPRISES),
        figure(OTHER_AMOUNT),
        figure(TOTAL),
        figure(WAITING),
        oldest(WAITING, "waiting_oldest", "Oldest waiting, days"),
        figure(NO_UTR),
    ),
    by=(AREA, FUND, CLF),
    notes=(
        "Capitalisation support: RF, CIF, VRF and start-up grants, once, where the fund first "
        "arrived; what a group lends on to a member is not counted again. CEF is of SVEP and is "
        "counted apart.",
    ),
)

APPLIED = came_to("linkage_applied", "Sent to the bank", "group_loan", "SPONSORED", unit="cases")
LINKAGES = came_to("linkages", "Linkages sanctioned", "group_loan", "SANCTIONED", unit="linkages")
LINKED = Measure(
    "groups_linked",
    "Groups linked",
    "group_loan",
    LINKAGES.where,
    "sanctioned_on",
    "groups",
    distinct=("self_help_group_id",),
)
SANCTIONED = LINKAGES.sum("amount", "linkage_amount", "Amount sanctioned")
DISBURSED = came_to("linkage_disbursed", "Disbursed", "group_loan", "DISBURSED", unit="cases")
CREDIT = DISBURSED.sum("disbursed_amount", "bank_credit", "Bank credit disbursed")
TERM = LINKAGES.also("term_loans", "Term loans", {"facility": "TL"})
CASH = LINKAGES.also("cash_credits", "Cash credit limits", {"facility": "CCL"})
LIMIT = CASH.sum("limit", "cash_credit_limit", "Their limits")
FIRST = LINKAGES.also("dose_1", "Dose 1", {"dose_no": 1})
SECOND = LINKAGES.also("dose_2", "Dose 2", {"dose_no": 2})
THIRD = LINKAGES.also("dose_3", "Dose 3", {"dose_no": 3})
LATER = LINKAGES.also("dose_4", "Dose 4 and later", {"dose_no": tuple(range(4, 21))})
PENDING = Measure(
    "linkage_pending",
    "Pending with the bank",
    "group_loan",
    {"state": ("SPONSORED", "UNDER_PROCESS")},
    "applied_on",
    "cases",
)
PENDING_LONG = PENDING.also("linkage_pending_30", "over 30 days", {"applied_on": Aged(31)})
UNPAID = waiting(LINKAGES, DISBURSED, "linkage_unpaid", "Sanctioned, not disbursed")
REJECTED = Measure(
    "linkage_rejected",
    "Rejected",
    "group_loan",
    {"state": ("REJECTED", "RETURNED")},
    "applied_on",
    "cases",
)
NPA = Measure(
    "linkage_npa", "Overdue (NPA)", "group_loan", {"state": "NPA"}, "disbursed_on", "cases"
)
DOSE = Dimension("dose", "Dose", {"group_loan": "dose_no"})
FACILITY = Dimension("facility", "Kind of loan", {"group_loan": "facility"})
LINKAGE_BANK = Dimension("bank", "Bank", {"group_loan": "ifsc:4"})
LINKAGE_BRANCH = Dimension("branch", "Branch (IFSC)", {"group_loan": "ifsc"})
LINKAGE_REASON = Dimension("reason", "Bank's reply", {"group_loan": "turned_down"})
LINKAGE = Report(
    "bank_linkage",
    "Bank credit of groups, by dose",
    "R11",
    (
        figure(APPLIED),
        figure(LINKAGES),
        share(LINKAGES, APPLIED, "linkage_percent", "Sanctioned of applied"),
        figure(LINKED),
        figure(SANCTIONED),
        figure(DISBURSED),
        figure(CREDIT),
        figure(TERM),
        figure(CASH),
        figure(LIMIT),
        figure(FIRST),
        figure(SECOND),
        figure(THIRD),
        figure(LATER),
        figure(PENDING),
        figure(PENDING_LONG),
        oldest(PENDING, "linkage_oldest", "Oldest with the bank, days"),
        figure(UNPAID),
        figure(REJECTED),
        figure(NPA),
    ),
    by=(AREA, DOSE, FACILITY, LINKAGE_BANK, LINKAGE_BRANCH, LINKAGE_REASON),
    notes=("A linkage is a loan sanctioned to a group, each dose once; a group counts once.",),
)


def _product(step: str, name: str, label: str, product: str) -> Measure:
    return came_to(name, label, "loan", step, where={"product": product}, unit="cases")


LALDED_SPONSORED = _product("SPONSORED", "lalded_sponsored", "Lal Ded sponsored", "LALDED")
LALDED_SANCTIONED = _product("SANCTIONED", "lalded_sanctioned", "Lal Ded sanctioned", "LALDED")
LALDED_DISBURSED = _product("DISBURSED", "lalded_disbursed", "Lal Ded disbursed", "LALDED")
LALDED_PLD = LALDED_DISBURSED.also(
    "lalded_pld_disbursed", "of them to potential Lakhpati Didis", {"member_id.rung": "PLD"}
)
YUVA_APPLIED = _product("SPONSORED", "yuva_applied", "Mission YUVA applications", "YUVA")
YUVA_SANCTIONED = _product("SANCTIONED", "yuva_sanctioned", "Mission YUVA sanctioned", "YUVA")
YUVA_DISBURSED = _product("DISBURSED", "yuva_disbursed", "Mission YUVA disbursed", "YUVA")


def _enterprises(name: str, label: str, programme: str) -> Measure:
    return Measure(
        name,
        label,
        "enterprise",
        {"programme": programme, "state": ("RUNNING", "CLOSED")},
        "started_on",
        "enterprises",
    )


SVEP = _enterprises("svep_enterprises", "SVEP enterprises", "SVEP")
MED = _enterprises("med_enterprises", "MED enterprises", "MED")
YUVA_STARTED = _enterprises("yuva_enterprises", "Mission YUVA enterprises", "YUVA")
CFCS = Measure(
    "cfc_clusters",
    "Clusters with a mini CFC",
    "enterprise",
    {"programme": "CFC"},
    ("started_on", "planned_on"),
    "clusters",
    distinct=("district", "cluster"),
)
PRODUCT = Dimension("product", "Product", {"loan": "product"})
WOMEN_BANK = Dimension("bank", "Bank", {"loan": "ifsc:4"})
CATEGORY = Dimension("category", "Category (Mission YUVA)", {"loan": "yuva_category"})
_HAS_CATEGORY = "yuva_category" in kinds()["loan"].fields()
WOMEN = Report(
    "women_credit",
    "Lal Ded, Mission YUVA, and enterprises of SVEP and MED",
    "R12",
    (
        figure(LALDED_SPONSORED),
        figure(
            LALDED_SPONSORED.sum("applied_amount", "lalded_sponsored_amount", "Amount sponsored")
        ),
        figure(LALDED_SANCTIONED),
        figure(
            LALDED_SANCTIONED.sum(
                "sanctioned_amount", "lalded_sanctioned_amount", "Amount sanctioned"
            )
        ),
        figure(LALDED_DISBURSED),
        figure(
            LALDED_DISBURSED.sum("disbursed_amount", "lalded_disbursed_amount", "Amount disbursed")
        ),
        figure(LALDED_PLD),
        figure(YUVA_APPLIED),
        figure(YUVA_SANCTIONED),
        figure(YUVA_DISBURSED),
        figure(YUVA_DISBURSED.sum("disbursed_amount", "yuva_amount", "Mission YUVA amount")),
        figure(YUVA_STARTED),
        figure(SVEP),
        figure(MED),
        figure(CFCS),
    ),
    by=(AREA, PRODUCT, WOMEN_BANK, *((CATEGORY,) if _HAS_CATEGORY else ())),
    notes=(
        "Potential Lakhpati Didis: as the ladder says on the day of the report; the case counts on "
        "the day of the disbursal.",
    ),
)
REPORTS = (CAPITALISATION, LINKAGE, WOMEN)
