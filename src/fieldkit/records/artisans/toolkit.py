"""Toolkits of PM Vishwakarma, from the choice to the hand-over."""

from datetime import date

from fieldkit import reference
from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.declaration.action import Action, HandOver, Job, Outcome
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.declaration.writers import REGISTRAR, Writers
from fieldkit.records.fields.formats import (
    BARCODE,
    CODE,
    DAY,
    LONG_TEXT,
    PAST_DATE,
    PORTAL_NUMBER,
    RUPEES,
    TEXT,
    Choice,
    Reference,
)

_SOURCE = "PM Vishwakarma Guidelines, a note on India Post delivery; partly our own, not official"
MOST_RUPEES = 15_000
"""Value of the voucher (PM Vishwakarma Guidelines)."""


def _given(words: str, *, by: str = "SELF", condition: str = "GOOD") -> Outcome:
    """Return an outcome in which somebody takes the toolkit; of others the name is asked."""
    return Outcome(
        words,
        {"state": "DELIVERED", "received_by": by, "condition": condition},
        on="delivered_on",
        asks="" if by == "SELF" else "receiver_name",
    )


class Toolkit(Record, table=True):
    """The one toolkit of an artisan: its choice, voucher, journey and hand-over."""

    order = "selected_on"
    match_keys = (("barcode",), ("voucher_no",), ("beneficiary_id", "toolkit_code"))
    actions = {"beneficiary_id": Action("k", "toolkit", once=True)}
    job = Job(5, "Toolkit hand-over", via="beneficiary_id", menu="Toolkit: move on or hand over")
    home_rank = 4
    writers = Writers(
        sections={"Hand-over": REGISTRAR},
        fields={
            "serial_no": REGISTRAR,
            "delivery_remark": REGISTRAR,
            "returned_on": REGISTRAR,
            "remarks": REGISTRAR,
        },
        values={"state": {"DELIVERED": REGISTRAR, "RETURNED": REGISTRAR}},
    )
    hand_over = HandOver(
        "beneficiary_id",
        (
            _given("handed over to the artisan, complete"),
            _given("taken by a family member", by="RELATIVE"),
            _given("taken by someone else", by="OTHER"),
            _given("handed over, items missing", condition="SHORT"),
            _given("handed over, damaged", condition="DAMAGED"),
            _given("handed over, wrong toolkit", condition="WRONG"),
            Outcome(
                "refused, goes back",
                {"state": "RETURNED", "delivery_remark": "REFUSED"},
                on="returned_on",
            ),
        ),
        waiting=("DISPATCHED", "AT_POST_OFFICE"),
    )
    milestones = (
        Milestone(
            6,
            "toolkit",
            when(state=("DELIVERED", "DEFECTIVE", "REPLACED")),
            about="beneficiary_id",
        ),
    )
    lifecycle = Lifecycle(
        "state",
        Step("NOT_ELIGIBLE", "not due yet: skill assessment not done"),
        Step("ELIGIBLE", "due: skill assessment passed"),
        Step(
            "SELECTED",
            "selected",
            on="selected_on",
            asks=("toolkit_code",),
            overdue=30,
            decision="voucher",
        ),
        Step(
            "VOUCHER_ISSUED",
            "voucher issued",
            on="issued_on",
            amount="voucher_value",
            asks=("voucher_no", "expires_on"),
            overdue=30,
            ask="Enter the date the voucher was issued.",
        ),
        Step("", "voucher used", on="redeemed_on", aside=True),
        Step("ORDERED", "ordered", on="ordered_on", asks=("redeemed_on", "supplier"), overdue=30),
        Step(
            "DISPATCHED",
            "dispatched",
            on="dispatched_on",
            asks=("warehouse", "barcode", "serial_no"),
            then=("AT_POST_OFFICE", "RETURNED"),
            overdue=30,
        ),
        Step(
            "AT_POST_OFFICE",
            "at the post office",
            on="at_post_office_on",
            asks=("post_office",),
            then=("DELIVERED", "RETURNED"),
            overdue=30,
        ),
        Step(
            "RETURNED",
            "returned to sender",
            on="returned_on",
            then=("DISPATCHED",),
            overdue=30,
            aside=True,
            decision="sending again",
        ),
        Step(
            "DELIVERED",
            "handed over",
            on="delivered_on",
            asks=("received_by", "receiver_name", "condition"),
        ),
        Step(
            "DEFECTIVE",
            "found defective",
            on="complained_on",
            asks=("complaint",),
            decision="replacement",
        ),
        Step("REPLACED", "replaced", on="replaced_on"),
    )

    beneficiary_id: str | None = field(
        "Artisan",
        Reference(("beneficiary",)),
        section="Toolkit",
        required="each toolkit is for one artisan",
        uses=Use.LIST,
    )
    state: str | None = state_field(
        "toolkit_state", "SELECTED", "a toolkit is counted by its state"
    )
    toolkit_code: str | None = field("Set chosen", Choice("toolkit"), uses=Use.LIST)
    selected_on: date | None = field("Selected", PAST_DATE)
    voucher_no: str | None = field(
        "Voucher number", PORTAL_NUMBER, section="Voucher", uses=Use.CODE
    )
    voucher_value: int | None = field("Voucher value", RUPEES)
    issued_on: date | None = field("Voucher issued", PAST_DATE)
    expires_on: date | None = field("Voucher valid until", DAY)
    redeemed_on: date | None = field("Voucher used", PAST_DATE)
    ordered_on: date | None = field("Ordered", PAST_DATE, section="Dispatch")
    supplier: str | None = field("Supplier", TEXT)
    dispatched_on: date | None = field("Dispatched", PAST_DATE)
    warehouse: str | None = field("From warehouse", Choice("warehouse"))
    barcode: str | None = field(
        "Parcel barcode", BARCODE, "On the India Post label.", uses=Use.CODE | Use.LIST
    )
    serial_no: str | None = field(
        "Serial number", CODE, "On the toolkit's box, if it has one.", uses=Use.CODE
    )
    at_post_office_on: date | None = field("At the post office", PAST_DATE)
    post_office: str | None = field("Post office", TEXT)
    delivery_remark: str | None = field(
        "Postman's remark",
        Choice("delivery_remark"),
        applies=when(state=("AT_POST_OFFICE", "RETURNED", "DELIVERED")),
    )
    returned_on: date | None = field("Returned to sender", PAST_DATE)
    delivered_on: date | None = field("Delivered", PAST_DATE, section="Hand-over", uses=Use.LIST)
    received_by: str | None = field("Received by", Choice("received_by"))
    receiver_name: str | None = field(
        "Name of the receiver", TEXT, applies=when(received_by=("RELATIVE", "OTHER"))
    )
    condition: str | None = field("Condition", Choice("toolkit_condition"))
    complaint: str | None = field("Defect", LONG_TEXT, section="Complaint")
    complained_on: date | None = field("Complaint made", PAST_DATE)
    replaced_on: date | None = field("Replaced", PAST_DATE)

    def label(self) -> str:
        """Name the set."""
        return Choice("toolkit").show(self.toolkit_code) or f"Toolkit {self.id}"

    def step_event(self, step: Step | None) -> str:
        """Say what happened to the toolkit, and which set it is."""
        chosen = Choice("toolkit").show(self.toolkit_code).partition(" (")[0]
        return super().step_event(step) + (f": {chosen}" if chosen else "")


check = Rules(Toolkit, _SOURCE)


@check("toolkit_code", "This set is not for the trade {trade:trade}. Choose a set for this trade.")
def set_of_the_trade(toolkit: Toolkit, context: RuleContext) -> Broken | None:
    """The set is one for the artisan's trade."""
    chosen = reference.option("toolkit", toolkit.toolkit_code)
    artisan = context.get(Beneficiary, toolkit.beneficiary_id)
    trade = artisan.trade_code if chosen and artisan else None
    return Broken(trade=trade) if chosen and trade not in {None, chosen.within} else None


@check(
    "beneficiary_id", "This artisan has a toolkit already ({other}). Open that one.", across=True
)
def one_toolkit(toolkit: Toolkit, context: RuleContext) -> Broken | None:
    """One toolkit for an artisan, once."""
    others = context.others(toolkit, "beneficiary_id")
    return Broken(other=others[0]) if others else None


@check(
    "beneficiary_id",
    "The status of this artisan is: {status:pmv_status}. Check it.",
    Severity.WARN,
)
def registered_before(toolkit: Toolkit, context: RuleContext) -> Broken | None:
    """The toolkit follows the approval at stage 3."""
    artisan = None if context.before else context.get(Beneficiary, toolkit.beneficiary_id)
    status = artisan.status if artisan else None
    return None if status in {None, "S3_APPROVED"} else Broken(status=status)


@check(
    "voucher_value",
    "A voucher is at most {most:rupees}. Check the value.",
    source="PM Vishwakarma Guidelines: toolkit incentive Rs 15,000",
)
def voucher_within_limit(toolkit: Toolkit, context: RuleContext) -> Broken | None:
    """The voucher is of at most Rs 15,000, or of what the limit says on the day it is issued."""
    most = context.limit(toolkit, "TOOLKIT_VALUE", MOST_RUPEES, toolkit.issued_on)
    return Broken(most=most) if (toolkit.voucher_value or 0) > most else None


@check("redeemed_on", "The voucher had expired on that date. Check both dates.", Severity.WARN)
def voucher_still_valid(toolkit: Toolkit, _context: RuleContext) -> bool:
    """A voucher is used while it is valid."""
    redeemed, expires = toolkit.redeemed_on, toolkit.expires_on
    return bool(redeemed and expires and redeemed > expires)


lifecycle_rules(
    Toolkit,
    source="PM Vishwakarma Guidelines, a note on India Post delivery; partly our own, not official",
)
in_order(Toolkit, "issued_on", "redeemed_on", source=_SOURCE)
in_order(Toolkit, "issued_on", "expires_on", source=_SOURCE)
