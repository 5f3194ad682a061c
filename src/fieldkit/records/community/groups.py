"""Self-help groups, their members and their federations, as LokOS profiles them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fieldkit.records.community.common import Community, Federation, group_name
from fieldkit.records.declaration.action import Action, Job
from fieldkit.records.declaration.field import Condition, Field, Use
from fieldkit.records.declaration.parts import (
    Approval,
    BankAccount,
    Circumstances,
    Livelihoods,
    Person,
)
from fieldkit.records.fields.formats import (
    Choice,
    Code,
    Date,
    Money,
    PersonName,
    Reference,
    Text,
    Whole,
    YesNo,
)


class ClusterFederation(Federation, table=True):
    """A cluster level federation (CLF) of village organisations."""

    title = "Cluster federation"
    plural = "Cluster federations"

    name: Annotated[str | None, group_name("CLF Name", "Name of CLF")] = None


class VillageOrganisation(Federation, table=True):
    """A village organisation (VO) of self-help groups."""

    title = "Village organisation"
    plural = "Village organisations"
    actions = {"cluster_federation_id": Action("m", "village organisation")}

    name: Annotated[str | None, group_name("VO Name", "Name of VO")] = None
    cluster_federation_id: Annotated[
        str | None,
        Field(
            "Cluster federation (CLF)",
            Reference(kinds=("cluster_federation",)),
            section="Group",
            uses=frozenset({Use.LIST}),
            headers=("CLF", "CLF Name", "Parent CLF"),
        ),
    ] = None
    joined_federation_on: Annotated[
        date | None,
        Field("In that CLF since", Date(past=True)),
    ] = None


class SelfHelpGroup(Livelihoods, Community, table=True):
    """A self-help group (SHG) of ten to twenty women."""

    title = "Self-help group"
    plural = "Self-help groups"
    actions = {"village_organisation_id": Action("m", "group")}
    job = Job(2, "Self-help group")
    home_rank = 3

    name: Annotated[str | None, group_name("SHG Name", "Name of SHG")] = None
    shg_kind: Annotated[
        str | None,
        Field(
            "Kind",
            Choice("shg_kind"),
            "Special groups may have five members.",
            section="Group",
            default="REG",
            headers=("SHG Type", "Special SHG Type", "Type of SHG"),
        ),
    ] = None
    village_organisation_id: Annotated[
        str | None,
        Field(
            "Village organisation (VO)",
            Reference(kinds=("village_organisation",)),
            uses=frozenset({Use.LIST}),
            headers=("VO", "VO Name", "Parent VO"),
        ),
    ] = None
    joined_federation_on: Annotated[date | None, Field("In that VO since", Date(past=True))] = None
    origin: Annotated[
        str | None,
        Field("New or older", Choice("shg_origin"), section="Profile", headers=("SHG Origin",)),
    ] = None
    category: Annotated[
        str | None, Field("Category of most members", Choice("category"), headers=("SHG Category",))
    ] = None
    grade: Annotated[str | None, Field("Grade", Choice("shg_grade"), headers=("SHG Grade",))] = None
    graded_on: Annotated[date | None, Field("Graded on", Date(past=True))] = None
    meets: Annotated[
        bool | None,
        Field("Meets regularly", YesNo(), section="Panchasutra", headers=("Regular Meetings",)),
    ] = None
    saves: Annotated[
        bool | None, Field("Saves regularly", YesNo(), headers=("Regular Savings",))
    ] = None
    lends: Annotated[
        bool | None, Field("Lends among members", YesNo(), headers=("Internal Lending",))
    ] = None
    repays: Annotated[
        bool | None, Field("Loans are repaid in time", YesNo(), headers=("Timely Repayment",))
    ] = None
    keeps_books: Annotated[
        bool | None, Field("Books are up to date", YesNo(), headers=("Books of Accounts",))
    ] = None
    savings_frequency: Annotated[
        str | None, Field("How often it saves", Choice("meeting_frequency"), section="Savings")
    ] = None
    savings_amount: Annotated[
        int | None, Field("Savings of a member each time", Money(), headers=("Savings Amount",))
    ] = None
    saves_food: Annotated[bool | None, Field("Saves for food security", YesNo())] = None
    saves_health: Annotated[bool | None, Field("Saves for health", YesNo())] = None
    saves_optional: Annotated[bool | None, Field("Optional savings", YesNo())] = None
    loan_running: Annotated[bool | None, Field("Bank loan running", YesNo())] = None
    active_members: Annotated[
        int | None,
        Field(
            "Active members in LokOS",
            Whole(most=99),
            "As LokOS counts them; the members entered here are counted by themselves.",
            section="In LokOS",
            headers=("Active Members", "No. of Members", "Total Members"),
        ),
    ] = None
    opening_saved_vo: Annotated[
        int | None, Field("Savings with the VO", Money(), section="Opening balances")
    ] = None
    opening_saved_clf: Annotated[int | None, Field("Savings with the CLF", Money())] = None
    opening_share_vo: Annotated[int | None, Field("Share capital in the VO", Money())] = None
    opening_share_clf: Annotated[int | None, Field("Share capital in the CLF", Money())] = None
    opening_rf: Annotated[
        int | None, Field("Revolving Fund received", Money(), headers=("RF Amount",))
    ] = None
    closed_bank_loans: Annotated[
        int | None,
        Field("Bank loans closed", Whole(most=99), section="Closed loans"),
    ] = None
    closed_bank_amount: Annotated[int | None, Field("Their amount", Money())] = None
    closed_vo_loans: Annotated[int | None, Field("Loans of the VO closed", Whole(most=99))] = None
    closed_vo_amount: Annotated[int | None, Field("Amount of those", Money())] = None
    closed_clf_loans: Annotated[int | None, Field("Loans of the CLF closed", Whole(most=99))] = None
    closed_clf_amount: Annotated[int | None, Field("Amount of these", Money())] = None


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
    actions = {"self_help_group_id": Action("m", "member")}
    home_rank = 2

    self_help_group_id: Annotated[
        str | None,
        Field(
            "Self-help group",
            Reference(kinds=("self_help_group",)),
            section="Person",
            required="a member belongs to one group",
            uses=frozenset({Use.LIST}),
            headers=("SHG", "SHG Name", "SHG ID", "Name of SHG"),
        ),
    ] = None
    office: Annotated[
        str | None,
        Field("Office", Choice("office"), default="MEM", headers=("Designation", "Role")),
    ] = None
    joined_on: Annotated[
        date | None,
        Field(
            "Joined",
            Date(past=True),
            uses=frozenset({Use.HAPPENED}),
            headers=("Date of Joining", "Joining Date"),
        ),
    ] = None

    household_no: Annotated[
        str | None,
        Field(
            "Household number",
            Code(),
            "The same for all members of one household.",
            section="Household",
            headers=("Household ID", "HH ID"),
        ),
    ] = None
    mother_name: Annotated[
        str | None,
        Field("Mother", PersonName(), headers=("Mother's Name", "Mother Name", "माता का नाम")),
    ] = None
    head_of_family: Annotated[
        bool | None, Field("Head of the family", YesNo(), headers=("Is Head of Family",))
    ] = None
    ration_card: Annotated[
        str | None, Field("Ration card", Code(), headers=("Ration Card No.",))
    ] = None
    poverty_line: Annotated[
        str | None, Field("APL or BPL", Choice("poverty_line"), headers=("APL/BPL",))
    ] = None
    pip_category: Annotated[
        str | None,
        Field("Poverty ranking (PIP)", Choice("pip_category"), headers=("PIP Category",)),
    ] = None
    job_card: Annotated[
        str | None, Field("NREGA job card", Code(), headers=("NREGA Job Card", "Job Card No."))
    ] = None
    pmay_id: Annotated[str | None, Field("PMAY-G number", Code(), headers=("PMAY-G ID",))] = None
    secc_tin: Annotated[str | None, Field("SECC TIN", Code())] = None

    account_seeded: Annotated[
        bool | None,
        Field("Aadhaar linked to the account", YesNo(), section="Bank account"),
    ] = None

    pvtg: Annotated[
        bool | None,
        Field("Particularly vulnerable tribal group", YesNo(), section="About the person"),
    ] = None
    leader: Annotated[bool | None, Field("Leads in the VO or CLF", YesNo())] = None
    cadre: Annotated[
        str | None, Field("Cadre role", Choice("cadre"), headers=("Cadre Role", "Cadre"))
    ] = None
    beneficiary_id: Annotated[
        str | None,
        Field(
            "The same person as artisan",
            Reference(kinds=("beneficiary",)),
            "If she is registered under PM Vishwakarma, too.",
        ),
    ] = None

    mahila_kisan: Annotated[bool | None, Field("Mahila Kisan", YesNo(), section="Livelihoods")] = (
        None
    )
    farm_practices: Annotated[
        str | None,
        Field("Farm practices taken up", Text(), applies=(Condition("mahila_kisan", (True,)),)),
    ] = None
    lakhpati_status: Annotated[
        str | None, Field("Lakhpati Didi", Choice("lakhpati_status"), section="Lakhpati Didi")
    ] = None
    lakhpati_on: Annotated[date | None, Field("So since", Date(past=True))] = None
    baseline_income: Annotated[
        int | None,
        Field("Household income a year, at first", Money(), headers=("Baseline Income",)),
    ] = None
    taken_cif: Annotated[bool | None, Field("Has taken a CIF loan", YesNo())] = None

    insured: Annotated[bool | None, Field("Insured", YesNo(), section="Cover")] = None
    pmjjby: Annotated[bool | None, Field("PMJJBY (life)", YesNo())] = None
    pmsby: Annotated[bool | None, Field("PMSBY (accident)", YesNo())] = None
    lic: Annotated[bool | None, Field("LIC", YesNo())] = None
    health_insurance: Annotated[bool | None, Field("Health insurance", YesNo())] = None

    member_code: Annotated[
        str | None,
        Field(
            "LokOS member code",
            Code(),
            section="In LokOS",
            uses=frozenset({Use.CODE}),
            headers=("Member Code", "LokOS ID"),
        ),
    ] = None
    aadhaar_checked: Annotated[bool | None, Field("Aadhaar checked (KYC)", YesNo())] = None
    ekyc: Annotated[bool | None, Field("eKYC done", YesNo())] = None

    def event(self) -> str:
        """Say that she joined, and as what."""
        office = Choice("office").show(self.office)
        return f"Joined the group as {office.casefold()}" if office else "Joined the group"
