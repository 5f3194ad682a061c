"""Toolkits of PM Vishwakarma, from the choice to the hand-over."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fieldkit.records.declaration.action import Action, Job
from fieldkit.records.declaration.field import Condition, Field, Use
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    BARCODE,
    Choice,
    Date,
    Money,
    PortalNumber,
    Reference,
    Text,
)

_ROAD = (
    "SELECTED",
    "VOUCHER_ISSUED",
    "ORDERED",
    "DISPATCHED",
    "AT_POST_OFFICE",
    "RETURNED",
    "DELIVERED",
    "DEFECTIVE",
    "REPLACED",
)


def _from(state: str) -> tuple[Condition, ...]:
    """Apply once the toolkit has come as far as ``state``."""
    return (Condition("state", _ROAD[_ROAD.index(state) :]),)


class Toolkit(Record, table=True):
    """The one toolkit of an artisan: its choice, voucher, journey and hand-over."""

    title = "Toolkit"
    plural = "Toolkits"
    order = "selected_on"
    match_keys = (("barcode",), ("voucher_no",), ("beneficiary_id", "toolkit_code"))
    actions = {"beneficiary_id": Action("k", "toolkit", once=True)}
    job = Job(4, "Toolkit hand-over", via="beneficiary_id", menu="Toolkit: move on or hand over")
    home_rank = 4

    beneficiary_id: Annotated[
        str | None,
        Field(
            "Artisan",
            Reference(kinds=("beneficiary",)),
            section="Toolkit",
            required="a toolkit is one artisan's",
            uses=frozenset({Use.LIST}),
            headers=("Beneficiary ID",),
        ),
    ] = None
    state: Annotated[
        str | None,
        Field(
            "State",
            Choice("toolkit_state"),
            "How far it has come; the dates of that step are asked below.",
            default="SELECTED",
            required="a toolkit is counted by its state",
            uses=frozenset({Use.LIST}),
            headers=("Status", "Toolkit Status"),
        ),
    ] = None
    toolkit_code: Annotated[
        str | None,
        Field(
            "Set chosen",
            Choice("toolkit"),
            applies=_from("SELECTED"),
            uses=frozenset({Use.LIST}),
            headers=("Toolkit", "Toolkit Code", "Toolkit Set"),
        ),
    ] = None
    selected_on: Annotated[
        date | None,
        Field(
            "Selected",
            Date(past=True),
            applies=_from("SELECTED"),
            uses=frozenset({Use.HAPPENED}),
            headers=("Selection Date",),
        ),
    ] = None
    voucher_no: Annotated[
        str | None,
        Field(
            "Voucher number",
            PortalNumber(),
            section="Voucher",
            applies=_from("VOUCHER_ISSUED"),
            uses=frozenset({Use.CODE}),
            headers=("Voucher No.", "e-RUPI No."),
        ),
    ] = None
    voucher_value: Annotated[
        int | None,
        Field(
            "Voucher value",
            Money(),
            "At most Rs 15,000.",
            applies=_from("VOUCHER_ISSUED"),
            headers=("Voucher Amount",),
        ),
    ] = None
    issued_on: Annotated[
        date | None,
        Field(
            "Voucher issued",
            Date(past=True),
            applies=_from("VOUCHER_ISSUED"),
            uses=frozenset({Use.HAPPENED}),
        ),
    ] = None
    expires_on: Annotated[
        date | None, Field("Voucher valid until", Date(), applies=_from("VOUCHER_ISSUED"))
    ] = None
    redeemed_on: Annotated[
        date | None,
        Field(
            "Voucher used",
            Date(past=True),
            applies=_from("ORDERED"),
            uses=frozenset({Use.HAPPENED}),
        ),
    ] = None
    ordered_on: Annotated[
        date | None,
        Field(
            "Ordered",
            Date(past=True),
            section="Journey",
            applies=_from("ORDERED"),
            uses=frozenset({Use.HAPPENED}),
            headers=("Order Date",),
        ),
    ] = None
    supplier: Annotated[str | None, Field("Supplier", Text(), applies=_from("ORDERED"))] = None
    dispatched_on: Annotated[
        date | None,
        Field(
            "Dispatched",
            Date(past=True),
            applies=_from("DISPATCHED"),
            uses=frozenset({Use.HAPPENED}),
            headers=("Dispatch Date",),
        ),
    ] = None
    warehouse: Annotated[
        str | None, Field("From warehouse", Choice("warehouse"), applies=_from("DISPATCHED"))
    ] = None
    barcode: Annotated[
        str | None,
        Field(
            "Parcel barcode",
            BARCODE,
            "On the India Post label.",
            applies=_from("DISPATCHED"),
            uses=frozenset({Use.CODE, Use.LIST}),
            headers=("Tracking No.", "Consignment No.", "Article No."),
        ),
    ] = None
    at_post_office_on: Annotated[
        date | None,
        Field(
            "At the post office",
            Date(past=True),
            applies=_from("AT_POST_OFFICE"),
            uses=frozenset({Use.HAPPENED}),
        ),
    ] = None
    post_office: Annotated[
        str | None, Field("Post office", Text(), applies=_from("AT_POST_OFFICE"))
    ] = None
    delivery_remark: Annotated[
        str | None,
        Field(
            "Postman's remark",
            Choice("delivery_remark"),
            applies=(Condition("state", ("AT_POST_OFFICE", "RETURNED", "DELIVERED")),),
        ),
    ] = None
    returned_on: Annotated[
        date | None,
        Field(
            "Returned to sender",
            Date(past=True),
            applies=(Condition("state", ("RETURNED",)),),
            uses=frozenset({Use.HAPPENED}),
        ),
    ] = None
    delivered_on: Annotated[
        date | None,
        Field(
            "Delivered",
            Date(past=True),
            section="Hand-over",
            applies=_from("DELIVERED"),
            uses=frozenset({Use.HAPPENED, Use.LIST}),
            headers=("Delivery Date", "Date of Delivery"),
        ),
    ] = None
    received_by: Annotated[
        str | None,
        Field(
            "Received by",
            Choice("received_by"),
            applies=_from("DELIVERED"),
            headers=("Received By",),
        ),
    ] = None
    receiver_name: Annotated[
        str | None,
        Field(
            "Name of who received it",
            Text(),
            applies=(*_from("DELIVERED"), Condition("received_by", ("RELATIVE", "OTHER"))),
        ),
    ] = None
    condition: Annotated[
        str | None, Field("Condition", Choice("toolkit_condition"), applies=_from("DELIVERED"))
    ] = None
    complaint: Annotated[
        str | None,
        Field(
            "What is wrong",
            Text(longest=500),
            section="Complaint",
            applies=_from("DEFECTIVE"),
        ),
    ] = None
    complained_on: Annotated[
        date | None,
        Field(
            "Complaint made",
            Date(past=True),
            applies=_from("DEFECTIVE"),
            uses=frozenset({Use.HAPPENED}),
        ),
    ] = None
    replaced_on: Annotated[
        date | None,
        Field(
            "Replaced",
            Date(past=True),
            applies=_from("REPLACED"),
            uses=frozenset({Use.HAPPENED}),
        ),
    ] = None

    def label(self) -> str:
        """Name the set."""
        return Choice("toolkit").show(self.toolkit_code) or f"Toolkit {self.id}"

    def event(self) -> str:
        """Say what happened to the toolkit last."""
        done = _DONE.get(self.state or "", "noted")
        chosen = Choice("toolkit").show(self.toolkit_code)
        return f"Toolkit {done}: {chosen}" if chosen else f"Toolkit {done}"


_DONE = {
    "NOT_ELIGIBLE": "not possible yet: skill assessment not done",
    "ELIGIBLE": "possible: skill assessment passed",
    "SELECTED": "selected",
    "VOUCHER_ISSUED": "voucher issued",
    "ORDERED": "ordered",
    "DISPATCHED": "dispatched",
    "AT_POST_OFFICE": "at the post office",
    "DELIVERED": "handed over",
    "RETURNED": "returned to sender",
    "DEFECTIVE": "found defective",
    "REPLACED": "replaced",
}
