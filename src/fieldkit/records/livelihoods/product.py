"""Products of groups and artisans, and where they are sold."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import exactly_one, in_order
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, TEXT, YES_NO, Choice, Reference

_SOURCE = "our own check, not official"
_ONLINE = frozenset({"AMAZON", "FLIPKART", "MEESHO"})


class Product(Record, table=True):
    """A product of a group or an artisan on one platform."""

    actions = {
        "self_help_group_id": Action("", "product"),
        "beneficiary_id": Action("", "product"),
    }
    match_keys = (
        ("self_help_group_id", "~name", "platform"),
        ("beneficiary_id", "~name", "platform"),
        ("listing_no",),
    )

    name: str | None = field(
        "Product",
        TEXT,
        section="Product",
        required="a product is known by its name",
        uses=Use.NAME | Use.LIST,
    )
    self_help_group_id: str | None = field(
        "Self-help group",
        Reference(("self_help_group",)),
        "Either the group or the artisan.",
        applies=when(beneficiary_id=None),
        uses=Use.LIST,
    )
    beneficiary_id: str | None = field(
        "Artisan",
        Reference(("beneficiary",)),
        applies=when(self_help_group_id=None),
        uses=Use.LIST,
    )
    platform: str | None = field("Sold at", Choice("market_channel"), uses=Use.LIST)
    listed_on: date | None = field("Listed", PAST_DATE, uses=Use.LIST | Use.HAPPENED)
    listing_no: str | None = field("Listing number", TEXT, "As on the platform.", uses=Use.CODE)
    delisted_on: date | None = field("No longer listed since", PAST_DATE)
    price: int | None = field("Price", RUPEES, section="Sales")
    sales: int | None = field("Sales so far", RUPEES, uses=Use.LIST)
    sales_as_on: date | None = field("Sales as on", PAST_DATE)
    brand: str | None = field("Brand", TEXT)
    odop: bool | None = field("One District One Product (ODOP)", YES_NO)
    gi_tag: bool | None = field("Geographical indication (GI)", YES_NO)

    def event(self) -> str:
        """Say that it was listed, and where."""
        platform = Choice("market_channel").show(self.platform)
        return f"Product listed: {self.label()}" + (f", {platform}" if platform else "")


@rule(
    Product,
    "listed_on",
    source=_SOURCE,
    severity=Severity.WARN,
    says="Enter the day it was listed on {platform:market_channel}: products are counted by it.",
)
def listed_on_a_day(product: Product, _context: RuleContext) -> Broken | None:
    """A product on a platform is counted from the day it was listed."""
    online = product.platform in _ONLINE
    return Broken(platform=product.platform) if online and product.listed_on is None else None


exactly_one(
    Product,
    "self_help_group_id",
    "beneficiary_id",
    what="the group or the artisan",
    source="a product is made by a group or by an artisan",
)
in_order(Product, "listed_on", "delisted_on", source=_SOURCE)
