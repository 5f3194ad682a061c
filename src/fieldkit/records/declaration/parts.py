"""Groups of fields that several kinds share; they are not kinds and have no table."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from fieldkit import reference
from fieldkit.matching import Part
from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.checks import branch_on_the_list, exactly_one
from fieldkit.records.declaration.field import Field, Twice, Use, field, when
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.fields.dates import age_in_words
from fieldkit.records.fields.formats import (
    AADHAAR_LAST_FOUR,
    ACCOUNT,
    BORN,
    CODE,
    IFSC,
    MOBILE,
    PAST_DATE,
    PERSON_NAME,
    TEXT,
    YES_NO,
    Choice,
    Reference,
    Value,
    Whole,
)

EitherArtisan = Annotated[
    str | None,
    Field(
        "Artisan",
        Reference(("beneficiary",)),
        "Either the artisan or the member.",
        applies=when(member_id=None),
        uses=Use.LIST,
    ),
]
OrMember = Annotated[
    str | None,
    Field(
        "Member of a group",
        Reference(("member",)),
        applies=when(beneficiary_id=None),
        uses=Use.LIST,
    ),
]
"""Fields ``beneficiary_id`` and ``member_id`` of a kind that is about exactly one of the two."""
AnyArtisan = Annotated[
    str | None,
    Field(
        "Artisan",
        Reference(("beneficiary",)),
        "Whom it is about: one only.",
        applies=when(member_id=None, self_help_group_id=None),
        uses=Use.LIST,
    ),
]
AnyMember = Annotated[
    str | None,
    Field(
        "Member of a group",
        Reference(("member",)),
        applies=when(beneficiary_id=None, self_help_group_id=None),
        uses=Use.LIST,
    ),
]
AnyGroup = Annotated[
    str | None,
    Field(
        "Self-help group",
        Reference(("self_help_group",)),
        applies=when(beneficiary_id=None, member_id=None),
        uses=Use.LIST,
    ),
]
"""Fields ``beneficiary_id``, ``member_id`` and ``self_help_group_id`` of a kind that is about one
of the three."""
BankName = Annotated[str | None, Field("Bank", TEXT, "Filled from the IFSC.")]
BankBranch = Annotated[str | None, Field("Branch", TEXT, "Filled from the IFSC.")]
"""Fields ``bank_name`` and ``bank_branch`` of a kind with an ``ifsc`` (:class:`BranchByIfsc`)."""


class OfArea(Record):
    """What is said about an area: the form asks for the area, which may be the whole UT."""

    district: Annotated[
        int,
        Field(
            "District",
            Choice("record_district"),
            "Whole UT: only an administrator of the whole UT may write that.",
            section="Area",
            uses=Use.LIST,
        ),
    ] = 0
    block: Annotated[
        int | None,
        Field(
            "Block",
            Choice("block", within="district"),
            "Empty: the whole district, or the whole UT.",
            uses=Use.LIST,
        ),
    ] = None

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Keep the block that the form began with as long as it is in the district."""
        block = values.get("block")
        inside = isinstance(block, int) and reference.district_of(block) == values.get("district")
        return super().derive(values) | ({"block": block} if inside else {})


@rule(
    OfArea,
    "block",
    source="blocks.csv (LGD)",
    says="This block is in {there:district}. Choose another district, or leave it empty.",
)
def block_in_district(record: OfArea, _context: RuleContext) -> Broken | None:
    """The block lies in the district."""
    there = reference.district_of(record.block) if record.block is not None else None
    return None if there in {None, record.district} else Broken(there=there)


def state_field(of_list: str, default: str, required: str) -> str | None:
    """Declare the field that holds the state of a kind with a lifecycle (:func:`field`)."""
    return field(
        "State",
        Choice(of_list),
        "The step reached. Its dates are asked below.",
        default=default,
        required=required,
        uses=Use.LIST,
    )


class Person(Record):
    """A person's name, relative and details: the first fields of an artisan's or member's form."""

    person: ClassVar[bool] = True
    recognised_by: ClassVar[Mapping[str, Part]] = {
        "name": Part.NAME,
        "relation_name": Part.KIN,
        "relation": Part.RELATION,
        "gender": Part.GENDER,
        "born": Part.BORN,
        "mobile": Part.MOBILE,
        "aadhaar_last4": Part.LAST_FOUR,
        "village": Part.VILLAGE,
        "block": Part.BLOCK,
        "district": Part.DISTRICT,
    }

    merged_into: Annotated[str | None, Field("Same person as", TEXT, system=True)] = None
    """The number of the record that stands for this one (rule 27)."""
    name: str | None = field(
        "Name as on Aadhaar",
        PERSON_NAME,
        section="Person",
        required="a person is known and found by their name",
        uses=Use.NAME | Use.LIST,
    )
    relation: str | None = field(
        "s/o, d/o or w/o",
        Choice("relation"),
        "Son, daughter or wife of. This also fills man or woman.",
    )
    relation_name: str | None = field("Father or husband", PERSON_NAME, uses=Use.KIN | Use.LIST)
    gender: str | None = field("Man or woman", Choice("gender"))
    born: str | None = field(
        "Born", BORN, "Date of birth as on the Aadhaar card, or only the year."
    )
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS | Use.LIST, twice=Twice.MOBILE)
    aadhaar_last4: str | None = field(
        "Aadhaar, last four",
        AADHAAR_LAST_FOUR,
        "Only the last four digits. The full number is never kept.",
    )
    category: str | None = field("Category", Choice("category"))
    village: str | None = field(
        "Village or ward", TEXT, uses=Use.PLACE | Use.LIST, suggest="village"
    )

    def who(self) -> str:
        """Say whose child or wife it is, the age, and man or woman: "s/o Abdul Ahad, 42, man"."""
        relation = Choice("relation").show(self.relation).partition(" ")[0].casefold()
        kin = " ".join(filter(None, (relation, self.relation_name))) if self.relation_name else ""
        age = age_in_words(self.born) if self.born else ""
        gender = Choice("gender").show(self.gender).partition(" /")[0].casefold()
        return ", ".join(filter(None, (kin, age, gender)))

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add man or woman after s/o, d/o, w/o."""
        gender = {"SO": "M", "DO": "F", "WO": "F"}.get(str(values.get("relation")))
        return super().derive(values) | ({"gender": gender} if gender else {})


class BranchByIfsc(Record):
    """A kind with ``ifsc``, ``bank_name`` and ``bank_branch``: the IFSC fills the other two."""

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add the bank, and the branch where it is known, of the IFSC."""
        derived, ifsc = super().derive(values), values.get("ifsc")
        if isinstance(ifsc, str) and (bank := reference.bank_of(ifsc)):
            derived["bank_name"] = bank.label
        if isinstance(ifsc, str) and (branch := reference.branch(ifsc)):
            derived["bank_branch"] = branch.branch
        return derived


class BankAccount(BranchByIfsc):
    """The savings account money is sent to; the IFSC fills bank and branch."""

    ifsc: str | None = field("IFSC", IFSC, section="Bank account", twice=Twice.IFSC)
    account_no: str | None = field("Account number", ACCOUNT, twice=Twice.ACCOUNT)
    bank_name: BankName = None
    bank_branch: BankBranch = None
    account_type: str | None = field("Type of account", Choice("account_type"))
    account_opened_on: date | None = field("Account opened", PAST_DATE)


_GONE = when(status=("INACTIVE", "DEFUNCT", "LEFT", "DECEASED"))


class Circumstances(Record):
    """What artisans and members of groups are asked about themselves."""

    marital_status: str | None = field(
        "Marital status", Choice("marital_status"), section="About the person"
    )
    education: str | None = field("Education", Choice("education"))
    religion: str | None = field("Religion", Choice("religion"))
    disabled: bool | None = field("Person with disability", YES_NO)
    disability: str | None = field(
        "Type of disability", Choice("disability"), applies=when(disabled=True)
    )


class Approval(Record):
    """Where a group, a federation or a member stands in the ministry's LokOS register."""

    approval_status: str | None = field(
        "Approval in LokOS", Choice("approval_status"), section="In LokOS"
    )
    first_approved_on: date | None = field("First approved on", PAST_DATE)
    nic_code: str | None = field("NIC code", CODE)
    mis_id: str | None = field("NRLM MIS number", CODE)
    state_mis_id: str | None = field("State MIS number", CODE)
    profile_percent: int | None = field("Profile complete, percent", Whole(most=100))
    ebk_id: str | None = field("Book-keeper's number (eBK)", CODE)
    ebk_name: str | None = field("Book-keeper's name", PERSON_NAME)
    ebk_mobile: str | None = field("Book-keeper's mobile", MOBILE)
    status: str | None = field(
        "Active or not", Choice("record_status"), section="Status", default="ACTIVE"
    )
    inactive_on: date | None = field("Inactive since", PAST_DATE, applies=_GONE)
    inactive_reason: str | None = field("Reason for being inactive", TEXT, applies=_GONE)


class Livelihoods(Record):
    """Up to three livelihoods, the main one first."""

    livelihood_1: str | None = field("Main livelihood", Choice("livelihood"), section="Livelihoods")
    livelihood_2: str | None = field("Second livelihood", Choice("livelihood"))
    livelihood_3: str | None = field("Third livelihood", Choice("livelihood"))


class Activity(Record):
    """What earns a living, and the sector it belongs to."""

    activity: str | None = field("Activity", Choice("livelihood"), uses=Use.LIST)
    sector: str | None = field("Sector", Choice("sector"), "Filled from the activity.")

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add the sector of the activity."""
        sector = reference.sector_of(values.get("activity"))
        return super().derive(values) | ({"sector": sector} if sector else {})


class Taker(Record):
    """Who took something: an artisan, a member or an enterprise; exactly one of them."""

    beneficiary_id: str | None = field(
        "Artisan",
        Reference(("beneficiary",)),
        "The artisan, the member or the enterprise.",
        section="Who",
        applies=when(member_id=None, enterprise_id=None),
        uses=Use.LIST,
    )
    member_id: str | None = field(
        "Member of a group",
        Reference(("member",)),
        applies=when(beneficiary_id=None, enterprise_id=None),
        uses=Use.LIST,
    )
    enterprise_id: str | None = field(
        "Enterprise",
        Reference(("enterprise",)),
        applies=when(beneficiary_id=None, member_id=None),
        uses=Use.LIST,
    )


def artisan_or_member(kind: type[Record]) -> None:
    """Declare that of ``beneficiary_id`` and ``member_id`` exactly one is given."""
    exactly_one(
        kind,
        "beneficiary_id",
        "member_id",
        what="the artisan or the member",
        source="a person is an artisan or a member; the two are kept apart",
    )


@rule(
    Person,
    "gender",
    source="the relation on the Aadhaar card",
    severity=Severity.WARN,
    says="This does not match s/o, d/o or w/o. Check both.",
)
def gender_after_relation(person: Person, _context: RuleContext) -> bool:
    """A son is a man; a daughter or wife is a woman."""
    follows = Person.derive({"relation": person.relation}).get("gender")
    return bool(follows and person.gender and person.gender not in {follows, "T"})


branch_on_the_list(BranchByIfsc)
