"""Centres where trainings are held."""

from datetime import date

from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    CODE,
    MOBILE,
    PAST_DATE,
    PERSON_NAME,
    TEXT,
    Choice,
    Reference,
    Whole,
)


class TrainingCentre(Record, table=True):
    """A centre where trainings are held: a CMTC, an institute or another place."""

    match_keys = (("code",), ("~name", "village"))

    name: str | None = field(
        "Name",
        TEXT,
        section="Centre",
        required="a centre is known by its name",
        uses=Use.NAME | Use.LIST,
    )
    centre_kind: str | None = field("Kind", Choice("centre_kind"), uses=Use.LIST)
    partner: str | None = field("Run by", Choice("training_partner"))
    code: str | None = field("Number", CODE, uses=Use.CODE)
    village: str | None = field(
        "Village or town", TEXT, uses=Use.PLACE | Use.LIST, suggest="village"
    )
    functional_since: date | None = field("Open since", PAST_DATE)
    capacity: int | None = field("Places", Whole(most=2000))
    cluster_federation_id: str | None = field(
        "Managed by the CLF", Reference(("cluster_federation",)), applies=when(centre_kind="CMTC")
    )
    contact_name: str | None = field("Contact person", PERSON_NAME, uses=Use.KIN)
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS)
