"""Toolkits of PM Vishwakarma, from the choice to the hand-over."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    BARCODE,
    DAY,
    LONG_TEXT,
    PAST_DATE,
    PORTAL_NUMBER,
    RUPEES,
    TEXT,
    Choice,
    Reference,
)


class Toolkit(Record, table=True):
    """The one toolkit of an artisan: its choice, voucher, journey and hand-over."""

    title = "Toolkit"
    plural = "Toolkits"
    order = "selected_on"
    match_keys = (("barcode",), ("voucher_no",), ("beneficiary_id", "toolkit_code"))
    steps = {"beneficiary_id": "k toolkit"}
    lifecycle = Lifecycle(
        "state",
        Step("NOT_ELIGIBLE", "not possible yet: skill assessment not done"),
        Step("ELIGIBLE", "possible: skill assessment passed"),
        Step("SELECTED", "selected", on="selected_on", asks=("toolkit_code",), overdue=30),
        Step(
            "VOUCHER_ISSUED",
            "voucher issued",
            on="issued_on",
            amount="voucher_value",
            asks=("voucher_no", "expires_on"),
            overdue=30,
            ask="Give the day the voucher was issued.",
        ),
        Step("", "voucher used", on="redeemed_on", aside=True),
        Step("ORDERED", "ordered", on="ordered_on", asks=("redeemed_on", "supplier"), overdue=30),
        Step(
            "DISPATCHED",
            "dispatched",
            on="dispatched_on",
            asks=("warehouse", "barcode"),
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
        ),
        Step(
            "DELIVERED",
            "handed over",
            on="delivered_on",
            asks=("received_by", "receiver_name", "condition"),
        ),
        Step("DEFECTIVE", "found defective", on="complained_on", asks=("complaint",)),
        Step("REPLACED", "replaced", on="replaced_on"),
    )

    beneficiary_id: str | None = field(
        "Artisan",
        Reference(("beneficiary",)),
        section="Toolkit",
        required="a toolkit is one artisan's",
        uses=Use.LIST,
    )
    state: str | None = field(
        "State",
        Choice("toolkit_state"),
        "How far it has come; the dates of that step are asked below.",
        default="SELECTED",
        required="a toolkit is counted by its state",
        uses=Use.LIST,
    )
    toolkit_code: str | None = field("Set chosen", Choice("toolkit"), uses=Use.LIST)
    selected_on: date | None = field("Selected", PAST_DATE)
    voucher_no: str | None = field(
        "Voucher number", PORTAL_NUMBER, section="Voucher", uses=Use.CODE
    )
    voucher_value: int | None = field("Voucher value", RUPEES, "At most Rs 15,000.")
    issued_on: date | None = field("Voucher issued", PAST_DATE)
    expires_on: date | None = field("Voucher valid until", DAY)
    redeemed_on: date | None = field("Voucher used", PAST_DATE)
    ordered_on: date | None = field("Ordered", PAST_DATE, section="Journey")
    supplier: str | None = field("Supplier", TEXT)
    dispatched_on: date | None = field("Dispatched", PAST_DATE)
    warehouse: str | None = field("From warehouse", Choice("warehouse"))
    barcode: str | None = field(
        "Parcel barcode", BARCODE, "On the India Post label.", uses=Use.CODE | Use.LIST
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
        "Name of who received it", TEXT, applies=when(received_by=("RELATIVE", "OTHER"))
    )
    condition: str | None = field("Condition", Choice("toolkit_condition"))
    complaint: str | None = field("What is wrong", LONG_TEXT, section="Complaint")
    complained_on: date | None = field("Complaint made", PAST_DATE)
    replaced_on: date | None = field("Replaced", PAST_DATE)

    def label(self) -> str:
        """Name the set."""
        return Choice("toolkit").show(self.toolkit_code) or f"Toolkit {self.id}"

    def event(self, step: Step | None = None) -> str:
        """Say what happened to the toolkit: at a step, else last."""
        step = step or self.step()
        chosen = Choice("toolkit").show(self.toolkit_code)
        done = f"Toolkit {step.word if step else 'noted'}"
        return f"{done}: {chosen}" if chosen else done
