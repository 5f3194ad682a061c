"""Due work that no lifecycle says: what a person with one record still lacks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import chain

from fieldkit.reports.declaration.due import Due, by_name, from_lifecycles
from fieldkit.reports.declaration.measure import FILLED, NOT_GONE, Aged, Has, reached
from fieldkit.reports.declaration.report import Report
from fieldkit.reports.figures.artisans import NOT_ORIENTED, PMV, PMV_TRAININGS

_GUIDELINES = "PM Vishwakarma Guidelines v30.0"
_ARTISAN = ("beneficiary_id",)
_PERSON = ("beneficiary_id", "member_id")
RULES = (
    Due(
        "orientation",
        "Invite to an orientation: toolkit delivered, none attended",
        "toolkit",
        "delivered_on",
        where={**reached("toolkit", "DELIVERED"), "beneficiary_id": NOT_ORIENTED},
        about=_ARTISAN,
        source="orientation of all who received a toolkit: review of 26 Sep 2025",
    ),
    Due(
        "certificate_handed",
        "Hand over certificate and card",
        "beneficiary",
        "certificate_on",
        30,
        {"certificate_on": FILLED, "card_handed_on": None},
        source=_GUIDELINES,
    ),
    Due(
        "decision",
        "Application without a decision",
        "beneficiary",
        "registered_on",
        30,
        {"status": ("SUBMITTED", "S1_PENDING", "S1_APPROVED", "S2_PENDING", "S2_APPROVED",
                    "S3_PENDING")},
        source=_GUIDELINES,
    ),
    Due(
        "basic_training",
        "Enrol for basic training: registered, in no training",
        "beneficiary",
        "certificate_on",
        60,
        {"status": "S3_APPROVED", "id": Has("training_enrolment", "beneficiary_id", lacks=True)},
        source=_GUIDELINES,
    ),
    Due(
        "toolkit_choice",
        "Choose a toolkit: trained, none selected",
        "training_enrolment",
        "completed_on",
        30,
        {
            "state": ("COMPLETED", "CERTIFIED"),
            "beneficiary_id": Has("toolkit", "beneficiary_id", lacks=True),
            "training_batch_id.training_type": "BASIC",
        },
        _ARTISAN,
        source=_GUIDELINES,
    ),
    Due(
        "stipend",
        "Pay the stipend: training completed",
        "training_enrolment",
        "completed_on",
        30,
        {
            "state": ("COMPLETED", "CERTIFIED"),
            "beneficiary_id": FILLED,
            "stipend_paid_on": None,
            "training_batch_id.training_type": PMV_TRAININGS,
        },
        _ARTISAN,
        source=_GUIDELINES,
    ),
    Due(
        "toolkit_defective",
        "Replace the toolkit: found defective",
        "toolkit",
        "complained_on",
        30,
        {"state": "DEFECTIVE"},
        _ARTISAN,
    ),
    Due(
        "loan_with_bank",
        "Ask the bank: application pending",
        "loan",
        "applied_on",
        30,
        {"state": ("SPONSORED", "UNDER_PROCESS")},
        _PERSON,
    ),
    Due(
        "loan_query",
        "Answer the bank's query",
        "loan",
        "applied_on",
        7,
        {"state": "RETURNED"},
        _PERSON,
    ),
    Due(
        "loan_unpaid",
        "Ask the bank: loan sanctioned, not disbursed",
        "loan",
        "sanctioned_on",
        30,
        {"state": "SANCTIONED"},
        _PERSON,
        source="13,787 loans sanctioned against 8,867 disbursed: review of 26 Sep 2025",
    ),
    Due(
        "tranche_2",
        "Offer tranche 2: tranche 1 repaid",
        "loan",
        "closed_on",
        0,
        {
            "product": PMV[0],
            "state": "CLOSED",
            "beneficiary_id": Has("loan", "beneficiary_id", {"product": PMV[1]}, lacks=True),
        },
        _ARTISAN,
        source=_GUIDELINES,
    ),
    Due(
        "revolving_fund",
        "Propose the Revolving Fund: six months old, none released",
        "self_help_group",
        "formed_on",
        182,
        {
            "status": ("ACTIVE",),
            "opening_rf": None,
            "id": Has("fund_release", "self_help_group_id", {"fund": "RF"}, lacks=True),
        },
        source="RBI summary of 2021: Revolving Fund for groups of three to six months",
    ),
    Due(
        "income_entry",
        "Ask for the income of the last six months",
        "income_entry",
        "period_to",
        182,
        {"member_id.status": NOT_GONE},
        ("member_id",),
        until_later="period_to",
        source="lakhpatididi.gov.in: register of livelihoods every six months",
    ),
    Due(
        "renewal_ahead",
        "Insurance: renew before the day",
        "insurance_cover",
        "renewal_due",
        -30,
        # After the day, the lifecycle of the cover says that it is due.
        {"state": "ACTIVE", "renewal_due": Aged(-30, 0), "member_id.status": NOT_GONE},
        ("member_id",),
        source="PMJJBY and PMSBY renew by 1 June: general knowledge",
    ),
)  # fmt: skip
REPORTS: tuple[Report, ...] = ()


@cache
def due_work() -> Mapping[str, Due]:
    """Return every sort of due work by its name."""
    return by_name(chain(from_lifecycles(), RULES))
