"""Self-help groups, their members and their federations, as LokOS profiles them."""

from __future__ import annotations

from datetime import date

from fieldkit.records.community.common import Community, Federation
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.parts import (
    Approval,
    BankAccount,
    Circumstances,
    Livelihoods,
    Person,
)
from fieldkit.records.fields.formats import (
    CODE,
    PAST_DATE,
    PERSON_NAME,
    RUPEES,
    TEXT,
    YES_NO,
    Choice,
    Reference,
    Whole,
)


class ClusterFederation(Federation, table=True):
    """A cluster level federation (CLF) of village organisations."""

    title = "Cluster federation"
    plural = "Cluster federations"


class VillageOrganisation(Federation, table=True):
    """A village organisation (VO) of self-help groups."""

    title = "Village organisation"
    plural = "Village organisations"
    steps = {"cluster_federation_id": "o village organisation"}

    cluster_federation_id: str | None = field(
        "Cluster federation (CLF)",
        Reference(("cluster_federation",)),
        section="Group",
        uses=Use.LIST,
    )
    joined_federation_on: date | None = field("In that CLF since", PAST_DATE)


class SelfHelpGroup(Livelihoods, Community, table=True):
    """A self-help group (SHG) of ten to twenty women."""

    title = "Self-help group"
    plural = "Self-help groups"
    steps = {"village_organisation_id": "g group"}

    shg_kind: str | None = field(
        "Kind",
        Choice("shg_kind"),
        "Special groups may have five members.",
        section="Group",
        default="REG",
    )
    village_organisation_id: str | None = field(
        "Village organisation (VO)", Reference(("village_organisation",)), uses=Use.LIST
    )
    joined_federation_on: date | None = field("In that VO since", PAST_DATE)
    origin: str | None = field("New or older", Choice("shg_origin"), section="Profile")
    category: str | None = field("Category of most members", Choice("category"))
    grade: str | None = field("Grade", Choice("shg_grade"))
    graded_on: date | None = field("Graded on", PAST_DATE)
    meets: bool | None = field("Meets regularly", YES_NO, section="Panchasutra")
    saves: bool | None = field("Saves regularly", YES_NO)
    lends: bool | None = field("Lends among members", YES_NO)
    repays: bool | None = field("Loans are repaid in time", YES_NO)
    keeps_books: bool | None = field("Books are up to date", YES_NO)
    savings_frequency: str | None = field(
        "How often it saves", Choice("meeting_frequency"), section="Savings"
    )
    savings_amount: int | None = field("Savings of a member each time", RUPEES)
    saves_food: bool | None = field("Saves for food security", YES_NO)
    saves_health: bool | None = field("Saves for health", YES_NO)
    saves_optional: bool | None = field("Optional savings", YES_NO)
    loan_running: bool | None = field("Bank loan running", YES_NO)
    active_members: int | None = field(
        "Active members in LokOS",
        Whole(most=99),
        "As LokOS counts them; the members entered here are counted by themselves.",
        section="In LokOS",
    )
    opening_saved_vo: int | None = field("Savings with the VO", RUPEES, section="Opening balances")
    opening_saved_clf: int | None = field("Savings with the CLF", RUPEES)
    opening_share_vo: int | None = field("Share capital in the VO", RUPEES)
    opening_share_clf: int | None = field("Share capital in the CLF", RUPEES)
    opening_rf: int | None = field("Revolving Fund received", RUPEES)
    closed_bank_loans: int | None = field(
        "Bank loans closed", Whole(most=99), section="Closed loans"
    )
    closed_bank_amount: int | None = field("Their amount", RUPEES)
    closed_vo_loans: int | None = field("Loans of the VO closed", Whole(most=99))
    closed_vo_amount: int | None = field("Amount of those", RUPEES)
    closed_clf_loans: int | None = field("Loans of the CLF closed", Whole(most=99))
    closed_clf_amount: int | None = field("Amount of these", RUPEES)


class Member(Livelihoods, Circumstances, Approval, BankAccount, Person, table=True):
    """A member of a self-help group."""

    title = "Member"
    plural = "Members"
    sections = (
        "Person",
        "Household",
        "Bank account",
        "About the person",
        "Livelihoods",
        "Lakhpati Didi",
        "Cover",
        "Standing",
        "In LokOS",
    )
    match_keys = (
        ("member_code",),
        ("aadhaar_last4", "born", "~name"),
        ("account_no", "ifsc"),
        ("mobile", "~name"),
        ("~name", "~relation_name", "village"),
    )
    steps = {"self_help_group_id": "m member"}

    self_help_group_id: str | None = field(
        "Self-help group",
        Reference(("self_help_group",)),
        section="Person",
        required="a member belongs to one group",
        uses=Use.LIST,
    )
    office: str | None = field("Office", Choice("office"), default="MEM")
    joined_on: date | None = field("Joined", PAST_DATE, uses=Use.HAPPENED)

    household_no: str | None = field(
        "Household number", CODE, "The same for all members of one household.", section="Household"
    )
    mother_name: str | None = field("Mother", PERSON_NAME)
    head_of_family: bool | None = field("Head of the family", YES_NO)
    ration_card: str | None = field("Ration card", CODE)
    poverty_line: str | None = field("APL or BPL", Choice("poverty_line"))
    pip_category: str | None = field("Poverty ranking (PIP)", Choice("pip_category"))
    job_card: str | None = field("NREGA job card", CODE)
    pmay_id: str | None = field("PMAY-G number", CODE)
    secc_tin: str | None = field("SECC TIN", CODE)

    account_seeded: bool | None = field(
        "Aadhaar linked to the account", YES_NO, section="Bank account"
    )

    pvtg: bool | None = field(
        "Particularly vulnerable tribal group", YES_NO, section="About the person"
    )
    leader: bool | None = field("Leads in the VO or CLF", YES_NO)
    cadre: str | None = field("Cadre role", Choice("cadre"))
    beneficiary_id: str | None = field(
        "The same person as artisan",
        Reference(("beneficiary",)),
        "If she is registered under PM Vishwakarma, too.",
    )

    mahila_kisan: bool | None = field("Mahila Kisan", YES_NO, section="Livelihoods")
    farm_practices: str | None = field(
        "Farm practices taken up", TEXT, applies=when(mahila_kisan=True)
    )
    lakhpati_status: str | None = field(
        "Lakhpati Didi", Choice("lakhpati_status"), section="Lakhpati Didi"
    )
    lakhpati_on: date | None = field("So since", PAST_DATE)
    baseline_income: int | None = field("Household income a year, at first", RUPEES)
    taken_cif: bool | None = field("Has taken a CIF loan", YES_NO)

    insured: bool | None = field("Insured", YES_NO, section="Cover")
    pmjjby: bool | None = field("PMJJBY (life)", YES_NO)
    pmsby: bool | None = field("PMSBY (accident)", YES_NO)
    lic: bool | None = field("LIC", YES_NO)
    health_insurance: bool | None = field("Health insurance", YES_NO)

    member_code: str | None = field("LokOS member code", CODE, section="In LokOS", uses=Use.CODE)
    aadhaar_checked: bool | None = field("Aadhaar checked (KYC)", YES_NO)
    ekyc: bool | None = field("eKYC done", YES_NO)

    def event(self) -> str:
        """Say that she joined, and as what."""
        office = Choice("office").show(self.office)
        return f"Joined the group as {office.casefold()}" if office else "Joined the group"
