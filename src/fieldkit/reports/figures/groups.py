"""Groups of UMEED: institutions, households, and the income ladder of their members."""

from __future__ import annotations

from fieldkit.reports.declaration.measure import FILLED, NOT_GONE, OPEN, AnyOf, Measure
from fieldkit.reports.declaration.report import AREA, Dimension, Report, difference, figure, share


def _bodies(name: str, label: str, kind: str) -> Measure:
    return Measure(name, label, kind, {"status": NOT_GONE}, "formed_on", "groups")


GROUPS = _bodies("shgs", "Self-help groups", "self_help_group")
IN_VO = GROUPS.also("shgs_in_vo", "of them in a VO", {"village_organisation_id": FILLED})
SHG_APPROVED = GROUPS.also(
    "shgs_approved", "Groups approved in LokOS", {"approval_status": "APPROVED"}
)
SHG_PROFILED = GROUPS.also("shgs_profiled", "Groups with a full profile", {"profile_percent": 100})
VOS = _bodies("vos", "Village organisations", "village_organisation")
IN_CLF = VOS.also("vos_in_clf", "of them in a CLF", {"cluster_federation_id": FILLED})
VO_PROFILED = VOS.also("vos_profiled", "VOs with a full profile", {"profile_percent": 100})
CLFS = _bodies("clfs", "Cluster federations", "cluster_federation")
CLFS_REGISTERED = Measure(
    "clfs_registered",
    "CLFs registered under the act",
    "cluster_federation",
    {"reg_status": "REGISTERED"},
    "registered_on",
    "groups",
)
CLF_PROFILED = CLFS.also("clfs_profiled", "CLFs with a full profile", {"profile_percent": 100})
MEMBERS = Measure("members", "Members", "member", {"status": NOT_GONE}, "joined_on", "persons")
HOUSEHOLDS = Measure(
    "households",
    "Households mobilised",
    "member",
    {"status": NOT_GONE},
    "joined_on",
    "households",
    distinct=("block", "village", "household_no"),
)
NO_HOUSEHOLD = MEMBERS.also(
    "household_unknown",
    "Members of no known household",
    {"": AnyOf(({"household_no": None}, {"village": None}, {"block": None}))},
)


def _covered(name: str, label: str, programme: str, *distinct: str, unit: str) -> Measure:
    return Measure(
        name,
        label,
        "area_coverage",
        {"programme": programme, "until": None},
        "since",
        unit,
        distinct=distinct,
    )


BLOCKS = _covered("umeed_blocks", "UMEED blocks", "UMEED", "block", unit="blocks")
DISTRICTS = _covered("umeed_districts", "UMEED districts", "UMEED", "district", unit="districts")
INTENSIVE = _covered("intensive_blocks", "Intensive blocks", "INTENSIVE", "block", unit="blocks")
SVEP_BLOCKS = _covered("svep_blocks", "SVEP blocks", "SVEP", "block", unit="blocks")
INSTITUTIONS = Report(
    "shg_institutions",
    "Groups and federations of UMEED",
    "R9",
    (
        figure(BLOCKS),
        figure(DISTRICTS),
        figure(INTENSIVE),
        figure(SVEP_BLOCKS),
        figure(GROUPS),
        figure(IN_VO),
        figure(VOS),
        figure(IN_CLF),
        figure(CLFS),
        figure(CLFS_REGISTERED),
        difference(CLFS, CLFS_REGISTERED, "clfs_unregistered", "CLFs not registered"),
        figure(MEMBERS),
        figure(HOUSEHOLDS),
        figure(NO_HOUSEHOLD),
        figure(SHG_APPROVED),
        figure(SHG_PROFILED),
        figure(VO_PROFILED),
        figure(CLF_PROFILED),
    ),
    notes=(
        "A household is one block, village and household number, however many members it has; "
        "members without one of these are in none and are counted apart.",
        "Groups, federations and members that are inactive are not counted.",
    ),
)

INCOMES = Measure(
    "income_entries", "Income entries", "income_entry", {"amount": FILLED}, "period_to", "entries"
)
EARNED = INCOMES.sum("amount", "income", "Income entered")
EARNERS = Measure(
    "women_with_income",
    "Women with an income entry",
    "income_entry",
    {"amount": FILLED},
    "period_to",
    "persons",
    distinct=("member_id",),
)


def _rung(name: str, label: str, *rungs: str) -> Measure:
    return Measure(name, label, "member", {"status": NOT_GONE, "rung": rungs}, "", "persons")


POTENTIAL = _rung("pld_identified", "Potential Lakhpati Didis", "PLD")
LAKHPATI = _rung("lakhpati_didis", "Lakhpati Didis", "LD", "MD")
MILLIONAIRE = _rung("millionaire_didis", "Millionaire Didis", "MD")
SECTOR = Dimension("sector", "Sector", {"income_entry": "sector"})
ACTIVITY = Dimension("activity", "Activity", {"income_entry": "activity"})
LADDER = Report(
    "lakhpati",
    "Lakhpati Didis",
    "R13",
    (
        figure(POTENTIAL),
        figure(LAKHPATI),
        figure(MILLIONAIRE),
        figure(EARNERS),
        figure(INCOMES),
        figure(EARNED),
    ),
    by=(AREA, SECTOR, ACTIVITY),
    notes=(
        "Lakhpati Didi: the household's income entries of twelve months come to Rs 1 lakh or more "
        "(lakhpatididi.gov.in); Millionaire Didis are among them. Millionaire Didi: Rs 10 lakh or "
        "more; this limit is our own, not official. Where no amounts are entered, the latest "
        "assessment counts.",
        "Potential Lakhpati Didi: two years in the group, CIF taken, two activities and an "
        "enterprise, support, convergence or farm practice; or so assessed.",
    ),
)


def _role(name: str, label: str, *roles: str) -> Measure:
    return Measure(
        name,
        label,
        "cadre",
        {"role": roles, "state": "ACTIVE"},
        "since",
        "persons",
        distinct=("member_id",),
    )


BCS = _role("banking_correspondents", "Banking Correspondents", "CR01")
JK_BANK = BCS.also("jk_bank_correspondents", "of them J&K Bank", {"ifsc:4": "JAKA"})
BC_AT_CSC = BCS.also("correspondents_csc", "of them with a CSC", {"csc_id": FILLED})
BANK_SAKHIS = _role("bank_sakhis", "Bank Sakhis (Bank Mitras)", "CR02")
KRISHI = _role("krishi_sakhis", "Krishi Sakhis", "CR14")
PASHU = _role("pashu_sakhis", "Pashu Sakhis", "CR18")
VAN = _role("van_sakhis", "Van Sakhis", "CR28")
ALL_CADRE = Measure("cadre", "All cadre at work", "cadre", {"state": "ACTIVE"}, "since", "persons")
SERVED = Measure(
    "households_served",
    "Households served",
    "cadre",
    {"state": "ACTIVE"},
    "since",
    "households",
    "households",
)
MONTHS = Measure("cadre_months", "Months noted", "cadre_month", {}, "month", "months")
TRANSACTIONS = Measure(
    "transactions", "Transactions", "cadre_month", {}, "month", "transactions", "transactions"
)
TURNOVER = MONTHS.sum("amount", "transaction_amount", "Amount of transactions")
COMMISSION = MONTHS.sum("commission", "commission", "Commission earned")
CENTRES = Measure(
    "csc",
    "Common Service Centres open",
    "common_service_centre",
    {"status": OPEN},
    "opened_on",
    "centres",
)
ROLE = Dimension("role", "Role", {"cadre": "role", "cadre_month": "cadre_id.role"})
CADRE_BANK = Dimension("bank", "Bank", {"cadre": "ifsc:4", "cadre_month": "cadre_id.ifsc:4"})
CADRE = Report(
    "cadre",
    "Community cadre and Common Service Centres",
    "R14",
    (
        figure(BCS),
        figure(JK_BANK),
        figure(BC_AT_CSC),
        figure(BANK_SAKHIS),
        figure(KRISHI),
        figure(PASHU),
        figure(VAN),
        figure(ALL_CADRE),
        figure(SERVED),
        figure(MONTHS),
        figure(TRANSACTIONS),
        figure(TURNOVER),
        figure(COMMISSION),
        figure(CENTRES),
    ),
    by=(AREA, ROLE, CADRE_BANK),
    notes=("A woman with two appointments to one role counts once.",),
)


def _cover(name: str, label: str, scheme: str) -> Measure:
    return Measure(
        name,
        label,
        "insurance_cover",
        {"scheme": scheme, "state": "ACTIVE"},
        "enrolled_on",
        "persons",
        distinct=("member_id",),
    )


PMJJBY = _cover("pmjjby", "PMJJBY", "PMJJBY")
PMSBY = _cover("pmsby", "PMSBY", "PMSBY")
INSURED = Measure(
    "insured",
    "Members under PMJJBY or PMSBY",
    "insurance_cover",
    {"scheme": ("PMJJBY", "PMSBY"), "state": "ACTIVE"},
    "enrolled_on",
    "persons",
    distinct=("member_id",),
)
OTHER_COVER = Measure(
    "other_covers",
    "Other covers",
    "insurance_cover",
    {"scheme": ("LIC", "HEALTH", "OTHER"), "state": "ACTIVE"},
    "enrolled_on",
    "covers",
)
LAPSED = Measure(
    "covers_lapsed", "Lapsed", "insurance_cover", {"state": "LAPSED"}, "lapsed_on", "covers"
)
CLAIMS = Measure(
    "claims",
    "Claims made",
    "insurance_cover",
    {"state": ("CLAIMED", "PAID")},
    "claimed_on",
    "claims",
)
CLAIMS_PAID = Measure(
    "claims_paid", "Claims paid", "insurance_cover", {"state": "PAID"}, "paid_on", "claims"
)
PAID = CLAIMS_PAID.sum("paid_amount", "claims_amount", "Amount paid")
SCHEME = Dimension("scheme", "Scheme", {"insurance_cover": "scheme"})
SECURITY = Report(
    "social_security",
    "Insurance of members",
    "R16",
    (
        figure(PMJJBY),
        figure(PMSBY),
        figure(INSURED),
        share(INSURED, MEMBERS, "insured_percent", "Insured of members"),
        figure(OTHER_COVER),
        figure(LAPSED),
        figure(CLAIMS),
        figure(CLAIMS_PAID),
        figure(PAID),
    ),
    by=(AREA, SCHEME),
    notes=("A member under both schemes counts once among the insured.",),
)
REPORTS = (INSTITUTIONS, LADDER, CADRE, SECURITY)
