"""Farmer producer organisations and other companies of producers."""

from datetime import date

from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    CODE,
    MOBILE,
    PAST_DATE,
    PERSON_NAME,
    TEXT,
    Choice,
    Reference,
)


class ProducerOrganisation(Record, table=True):
    """A producer organisation: an FPO, a producer company or a producer group."""

    actions = {"cluster_federation_id": Action("", "producer organisation")}
    match_keys = (("registration_no",), ("~name", "village"))

    name: str | None = field(
        "Name",
        TEXT,
        section="Organisation",
        required="an organisation is known by its name",
        uses=Use.NAME | Use.LIST,
    )
    organisation_kind: str | None = field(
        "Kind", Choice("producer_kind"), default="FPO", uses=Use.LIST
    )
    village: str | None = field(
        "Village or town", TEXT, uses=Use.PLACE | Use.LIST, suggest="village"
    )
    formed_on: date | None = field("Formed", PAST_DATE)
    registered_on: date | None = field("Registered", PAST_DATE, uses=Use.LIST | Use.HAPPENED)
    registration_no: str | None = field("Registration number", CODE, uses=Use.CODE)
    livelihood: str | None = field("Main activity", Choice("livelihood"))
    promoter: str | None = field("Promoted by", Choice("promoter"))
    cluster_federation_id: str | None = field("CLF", Reference(("cluster_federation",)))
    contact_name: str | None = field("Contact person", PERSON_NAME, uses=Use.KIN)
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS)

    def event(self) -> str:
        """Say that it was registered."""
        return f"Registered: {self.label()}"


in_order(ProducerOrganisation, "formed_on", "registered_on", source="our own check, not official")
