"""Data quality: what is missing, doubled or over a limit."""

from __future__ import annotations

from dataclasses import replace

from fieldkit.reports.declaration.measure import NOT_GONE, AnyOf, AtLeast, AtMost, Measure, Shared
from fieldkit.reports.declaration.report import AREA, Dimension, Report, figure, share

_PORTAL, _CODE = Shared(("portal_no",)), Shared(("member_code",))
_AADHAAR = Shared(("aadhaar_last4", "born", "name"))
ARTISANS = Measure("artisans", "Artisans", "beneficiary", {}, "", "persons")
NO_AADHAAR = ARTISANS.also("artisans_no_aadhaar", "without Aadhaar digits", {"aadhaar_last4": None})
NO_MOBILE = ARTISANS.also("artisans_no_mobile", "without mobile", {"mobile": None})
NO_ACCOUNT = ARTISANS.also(
    "artisans_no_account",
    "approved, without bank account",
    {"status": "S3_APPROVED", "": AnyOf(({"account_no": None}, {"ifsc": None}))},
)
NO_TRADE = ARTISANS.also("artisans_no_trade", "without trade", {"trade_code": None})
SAME_PORTAL = ARTISANS.also("same_portal_no", "with the portal number of another", {"": _PORTAL})
SAME_AADHAAR = ARTISANS.also(
    "same_aadhaar", "same name, birth and Aadhaar digits as another", {"": _AADHAAR}
)
MEMBERS = Measure("members", "Members", "member", {"status": NOT_GONE}, "", "persons")
NO_KYC = MEMBERS.also(
    "members_no_kyc",
    "without Aadhaar check (KYC)",
    {"": AnyOf(({"aadhaar_checked": None}, {"aadhaar_checked": False}))},
)
NO_HOUSEHOLD = MEMBERS.also(
    "members_no_household", "without household number", {"household_no": None}
)
SAME_CODE = MEMBERS.also("same_member_code", "with the LokOS code of another", {"": _CODE})
NOT_APPROVED = Measure(
    "groups_not_approved",
    "Groups not approved in LokOS",
    "self_help_group",
    {
        "status": NOT_GONE,
        "": AnyOf(({"approval_status": None}, {"approval_status": ("PENDING", "REJECTED")})),
    },
    "",
    "groups",
)
INCOMPLETE = Measure(
    "groups_incomplete",
    "Groups with an incomplete profile",
    "self_help_group",
    {"status": NOT_GONE, "": AnyOf(({"profile_percent": None}, {"profile_percent": AtMost(99)}))},
    "",
    "groups",
)
OVER_CEILING = Measure(
    "loans_over_ceiling",
    "Loans over the ceiling of their tranche",
    "loan",
    {
        "": AnyOf(
            (
                {"product": "PMV1", "sanctioned_amount": AtLeast(1_00_001)},
                {"product": "PMV2", "sanctioned_amount": AtLeast(2_00_001)},
            )
        )
    },
    "",
    "cases",
)
NO_DAY = Measure(
    "toolkits_no_day",
    "Toolkits delivered, day not given",
    "toolkit",
    {"state": ("DELIVERED", "DEFECTIVE", "REPLACED"), "delivered_on": None},
    "",
    "toolkits",
)
QUALITY = Report(
    "data_quality",
    "Data quality",
    "R21",
    (
        figure(ARTISANS),
        figure(NO_AADHAAR),
        figure(NO_MOBILE),
        figure(NO_ACCOUNT),
        figure(NO_TRADE),
        figure(SAME_PORTAL),
        figure(SAME_AADHAAR),
        figure(MEMBERS),
        figure(NO_KYC),
        figure(NO_HOUSEHOLD),
        figure(SAME_CODE),
        figure(NOT_APPROVED),
        figure(INCOMPLETE),
        figure(OVER_CEILING),
        figure(NO_DAY),
    ),
    notes=(
        "What is not sent yet: `fieldkit status`. What the server found to check: the Sync page.",
        "Ceilings: Rs 1 lakh for tranche 1, Rs 2 lakh for tranche 2 (PM Vishwakarma Guidelines).",
    ),
)
OPERATOR = Dimension("operator", "Operator", {"entry_check": "operator"})
ENTERED = Dimension("month", "Entered up to", {"entry_check": "entered_to"})
CHECKED = Measure(
    "values_checked",
    "Values checked",
    "entry_check",
    {},
    "entered_to",
    "values",
    "checked",
    definition="typed again from the papers",
)
WRONG = replace(CHECKED, name="values_wrong", label="Values wrong", amount="wrong", definition="")
CHECKS = Report(
    "entry_checks",
    "Entries checked against the papers",
    "R21",
    (figure(CHECKED), figure(WRONG), share(WRONG, CHECKED, "error_rate", "Error rate")),
    by=(AREA, OPERATOR, ENTERED),
    notes=(
        "The month's sample: `fieldkit verify --month`. A rate of few values says little: "
        "`fieldkit verify --report` gives its range.",
    ),
)
REPORTS = (QUALITY, CHECKS)
