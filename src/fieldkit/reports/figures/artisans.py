"""Artisans of PM Vishwakarma: the way to the certificate, toolkits, orientation, decisions."""

from __future__ import annotations

from dataclasses import replace

from fieldkit.reports.declaration.measure import (
    FILLED,
    Aged,
    AnyOf,
    Has,
    Measure,
    came_to,
    waiting,
)
from fieldkit.reports.declaration.report import (
    AREA,
    Dimension,
    Report,
    Span,
    difference,
    figure,
    in_span,
    oldest,
    share,
)

PMV = ("PMV1", "PMV2")
PMV_TRAININGS = ("BASIC", "ADV")

APPLIED = Measure(
    "applications",
    "Applications",
    "beneficiary",
    {"status": ("SUBMITTED", "S1_PENDING", "S1_APPROVED", "S1_REJECTED", "S2_PENDING",
                "S2_APPROVED", "S2_REJECTED", "S3_PENDING", "S3_APPROVED", "S3_REJECTED")},
    "registered_on",
    "persons",
)  # fmt: skip
STAGE_1 = Measure(
    "stage1_approved",
    "Recommended at stage 1",
    "beneficiary",
    {"status": ("S1_APPROVED", "S2_PENDING", "S2_APPROVED", "S2_REJECTED", "S3_PENDING",
                "S3_APPROVED", "S3_REJECTED")},
    "registered_on",
    "persons",
)  # fmt: skip
STAGE_2 = Measure(
    "stage2_approved",
    "Recommended at stage 2",
    "beneficiary",
    {"status": ("S2_APPROVED", "S3_PENDING", "S3_APPROVED", "S3_REJECTED")},
    "registered_on",
    "persons",
)
REGISTERED = Measure(
    "pmv_registrations",
    "Registered (stage 3 approved)",
    "beneficiary",
    {"status": "S3_APPROVED"},
    ("certificate_on", "registered_on"),
    "persons",
    definition="The day is that of the certificate, else of the application.",
)
REJECTED = Measure(
    "rejected",
    "Rejected",
    "beneficiary",
    {"status": ("S1_REJECTED", "S2_REJECTED", "S3_REJECTED")},
    "registered_on",
    "persons",
)
CERTIFIED = Measure(
    "certificates",
    "Certificates issued",
    "beneficiary",
    {"certificate_on": FILLED},
    "certificate_on",
    "persons",
)
CARDS = Measure(
    "id_cards", "ID cards issued", "beneficiary", {"card_on": FILLED}, "card_on", "persons"
)
CARDS_HANDED = Measure(
    "cards_handed",
    "Certificate and card handed over",
    "beneficiary",
    {"card_handed_on": FILLED},
    "card_handed_on",
    "persons",
)
OTHER_CRAFT = Measure(
    "other_crafts",
    "Also work in a craft outside the 18 trades",
    "beneficiary",
    {"other_craft": FILLED},
    "registered_on",
    "persons",
)
SELECTED = came_to("toolkits_selected", "Toolkits selected", "toolkit", "SELECTED", unit="toolkits")
VOUCHERS = came_to(
    "vouchers_issued", "Vouchers issued", "toolkit", "VOUCHER_ISSUED", unit="toolkits"
)
VOUCHER_VALUE = VOUCHERS.sum("voucher_value", "voucher_value", "Value of the vouchers")
REDEEMED = Measure(
    "vouchers_used", "Vouchers used", "toolkit", {"redeemed_on": FILLED}, "redeemed_on", "toolkits"
)
DISPATCHED = came_to("toolkits_dispatched", "Dispatched", "toolkit", "DISPATCHED", unit="toolkits")
DELIVERED = came_to(
    "toolkits_delivered", "Toolkits delivered", "toolkit", "DELIVERED", unit="toolkits"
)
UNDELIVERED = waiting(SELECTED, DELIVERED, "toolkits_waiting", "Selected, not delivered")
RETURNED = Measure(
    "toolkits_returned",
    "Returned to sender",
    "toolkit",
    {"state": "RETURNED"},
    "returned_on",
    "toolkits",
)
DEFECTIVE = Measure(
    "toolkits_defective",
    "Found defective",
    "toolkit",
    {"state": ("DEFECTIVE", "REPLACED")},
    "complained_on",
    "toolkits",
)
AGES = tuple(
    UNDELIVERED.also(f"waiting_{first}", label, {"selected_on": Aged(first, last)})
    for first, last, label in (
        (0, 30, "up to 30 days"),
        (31, 60, "31 to 60 days"),
        (61, 90, "61 to 90 days"),
        (91, 180, "91 to 180 days"),
        (181, None, "over 180 days"),
    )
)
UNDATED_AGE = UNDELIVERED.also("waiting_undated", "day not given", {"selected_on": None})

PMV_TRAINED = Measure(
    "pmv_trained",
    "Skill trainings completed",
    "training_enrolment",
    {
        "state": ("COMPLETED", "CERTIFIED"),
        "beneficiary_id": FILLED,
        "training_batch_id.training_type": PMV_TRAININGS,
    },
    ("completed_on", "certified_on"),
    "trainings",
)
PMV_SANCTIONED = came_to(
    "pmv_sanctioned", "Loans sanctioned", "loan", "SANCTIONED", where={"product": PMV}, unit="cases"
)
PMV_DISBURSED = came_to(
    "pmv_disbursed", "Loans disbursed", "loan", "DISBURSED", where={"product": PMV}, unit="cases"
)
PMV_AMOUNT = PMV_DISBURSED.sum("disbursed_amount", "pmv_disbursed_amount", "Amount disbursed")
TRADE = Dimension(
    "trade",
    "Trade",
    {
        "beneficiary": "trade_code",
        "toolkit": "beneficiary_id.trade_code",
        "training_enrolment": "beneficiary_id.trade_code",
        "loan": "beneficiary_id.trade_code",
    },
)
GENDER = Dimension(
    "gender",
    "Man or woman",
    {
        "beneficiary": "gender",
        "toolkit": "beneficiary_id.gender",
        "training_enrolment": "beneficiary_id.gender",
        "loan": "beneficiary_id.gender",
    },
)

FUNNEL = Report(
    "pmv_funnel",
    "PM Vishwakarma, from application to loan",
    "R1",
    (
        figure(APPLIED),
        figure(STAGE_1),
        figure(STAGE_2),
        figure(REGISTERED),
        share(REGISTERED, APPLIED, "registered_percent", "Registered of applications"),
        figure(REJECTED),
        figure(CERTIFIED),
        figure(CARDS),
        figure(CARDS_HANDED),
        figure(PMV_TRAINED),
        figure(SELECTED),
        figure(DELIVERED),
        figure(PMV_SANCTIONED),
        figure(PMV_DISBURSED),
        figure(PMV_AMOUNT),
        figure(OTHER_CRAFT),
    ),
    by=(AREA, TRADE, GENDER),
    notes=(
        "Registered: approved at stage 3 (PM Vishwakarma Guidelines v30.0). The day is that of the "
        "certificate, else of the application.",
        "Trainings: basic and advanced, completed with or without certificate.",
    ),
)

WAREHOUSE = Dimension("warehouse", "Warehouse", {"toolkit": "warehouse"})
STATE = Dimension("state", "State", {"toolkit": "state"})
TOOLKITS = Report(
    "toolkit_ageing",
    "Toolkits: how long those selected wait",
    "R2",
    (
        figure(SELECTED),
        figure(VOUCHERS),
        figure(VOUCHER_VALUE),
        figure(REDEEMED),
        figure(DISPATCHED),
        figure(DELIVERED),
        share(DELIVERED, SELECTED, "delivered_percent", "Delivered of selected"),
        figure(UNDELIVERED),
        *(figure(age) for age in AGES),
        figure(UNDATED_AGE),
        oldest(UNDELIVERED, "oldest", "Oldest, days"),
        figure(RETURNED),
        figure(DEFECTIVE),
    ),
    by=(AREA, TRADE, STATE, WAREHOUSE),
    notes=("Days are counted from the selection to the day of the report.",),
)

ORIENTED = Has(
    "attendance",
    "beneficiary_id",
    {"present": True, "programme_id.programme_kind": "ORIENT"},
    on="on",
)
NOT_ORIENTED = replace(ORIENTED, lacks=True)
WITH_ORIENTATION = DELIVERED.also("oriented", "With orientation", {"beneficiary_id": ORIENTED})
WITHOUT_ORIENTATION = DELIVERED.also(
    "not_oriented", "Without orientation", {"beneficiary_id": NOT_ORIENTED}
)
ORIENTATIONS = Measure(
    "orientations",
    "Orientation programmes",
    "programme",
    {"programme_kind": "ORIENT"},
    "held_on",
    "events",
)
AT_CSC = ORIENTATIONS.also(
    "orientations_csc",
    "of them with a CSC",
    {"": AnyOf(({"csc_id": FILLED}, {"common_service_centre_id": FILLED}))},
)
INVITED = replace(ORIENTATIONS.sum("invited", "invited", "Invited"), unit="persons")
ATTENDED = Measure(
    "attended",
    "Artisans who came",
    "attendance",
    {
        "present": True,
        "beneficiary_id": FILLED,
        "programme_id.programme_kind": "ORIENT",
    },
    "on",
    "persons",
)
ORIENTATION = Report(
    "orientation_coverage",
    "Orientation of artisans with a toolkit",
    "R3",
    (
        figure(ORIENTATIONS),
        figure(AT_CSC),
        figure(INVITED),
        figure(ATTENDED),
        figure(DELIVERED),
        figure(WITH_ORIENTATION),
        figure(WITHOUT_ORIENTATION),
        share(WITH_ORIENTATION, DELIVERED, "oriented_percent", "Oriented"),
    ),
    by=(AREA, TRADE),
    notes=(
        "Without orientation: the toolkit is delivered and the artisan was at no orientation "
        "programme. `fieldkit due` names them.",
    ),
)


def _decided(name: str, label: str, decision: str) -> Measure:
    return Measure(
        name,
        label,
        "verification",
        {"stage": "3", "decision": decision},
        "decided_on",
        "cases",
    )


RECOMMENDED = _decided("stage3_recommended", "Recommended", "APPROVED")
TURNED_DOWN = _decided("stage3_rejected", "Rejected", "REJECTED")
SENT_BACK = _decided("stage3_returned", "Returned", "RETURNED")
RECEIVED = Measure(
    "stage3_received",
    "Received",
    "verification",
    {"stage": "3", "received_on": FILLED},
    "received_on",
    "cases",
)
PENDING = Measure(
    "stage3_pending",
    "Pending today",
    "beneficiary",
    {"status": ("S2_APPROVED", "S3_PENDING")},
    "registered_on",
    "persons",
)
EARLIER_STAGES = Measure(
    "earlier_decisions",
    "Decisions at stages 1 and 2",
    "verification",
    {"stage": ("1", "2"), "decision": FILLED},
    "decided_on",
    "cases",
)
COMMITTEES = Measure(
    "committee_meetings",
    "SLSC meetings",
    "programme",
    {"programme_kind": "SLSC"},
    "held_on",
    "meetings",
)
PUT_UP = replace(COMMITTEES.sum("cases_put_up", "cases_put_up", "Cases put up"), unit="cases")
CLEARED = replace(COMMITTEES.sum("cases_cleared", "cases_cleared", "Cases cleared"), unit="cases")
DAY = Dimension(
    "day",
    "Day",
    {"verification": "decided_on", "programme": "held_on"},
    unknown="day not given",
)
STAGE_3 = Report(
    "stage3_daily",
    "Stage 3, day by day",
    "R6",
    (
        in_span(RECOMMENDED, Span.DAY, "recommended_today", "Recommended on the day"),
        in_span(RECOMMENDED, Span.WEEK, "recommended_week", "in seven days"),
        figure(RECOMMENDED),
        figure(RECEIVED),
        figure(TURNED_DOWN),
        figure(SENT_BACK),
        figure(PENDING),
        oldest(PENDING, "oldest", "Oldest application, days"),
        figure(EARLIER_STAGES),
        figure(COMMITTEES),
        figure(PUT_UP),
        figure(CLEARED),
        difference(PUT_UP, CLEARED, "not_cleared", "Not cleared"),
    ),
    by=(AREA, DAY),
    notes=("Pending: recommended at stage 2 and not decided at stage 3, as statuses say today.",),
)

REPORTS = (FUNNEL, TOOLKITS, ORIENTATION, STAGE_3)
