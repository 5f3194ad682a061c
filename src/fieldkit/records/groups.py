"""Self-help groups, their members and their federations, as LokOS profiles them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fieldkit.records.ask import Ask, Use, When
from fieldkit.records.community import Community, Federation, group_name
from fieldkit.records.formats import (
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
from fieldkit.records.parts import Approval, BankAccount, Circumstances, Livelihoods, Person


class ClusterFederation(Federation, table=True):
    """A cluster level federation (CLF) of village organisations."""

    title = "Cluster federation"
    plural = "Cluster federations"

    name: Annotated[str | None, group_name("CLF Name", "Name of CLF")] = None


class VillageOrganisation(Federation, table=True):
    """A village organisation (VO) of self-help groups."""

    title = "Village organisation"
    plural = "Village organisations"
    steps = {"cluster_federation_id": "o village organisation"}

    name: Annotated[str | None, group_name("VO Name", "Name of VO")] = None
    cluster_federation_id: Annotated[
        str | None,
        Ask(
            "Cluster federation (CLF)",
            Reference(kinds=("cluster_federation",)),
            section="Group",
            uses=frozenset({Use.LIST}),
            headers=("CLF", "CLF Name", "Parent CLF"),
        ),
    ] = None
    joined_federation_on: Annotated[
        date | None,
        Ask("In that CLF since", Date(past=True)),
    ] = None


class SelfHelpGroup(Livelihoods, Community, table=True):
    """A self-help group (SHG) of ten to twenty women."""

    title = "Self-help group"
    plural = "Self-help groups"
    steps = {"village_organisation_id": "g group"}

    name: Annotated[str | None, group_name("SHG Name", "Name of SHG")] = None
    shg_kind: Annotated[
        str | None,
        Ask(
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
        Ask(
            "Village organisation (VO)",
            Reference(kinds=("village_organisation",)),
            uses=frozenset({Use.LIST}),
            headers=("VO", "VO Name", "Parent VO"),
        ),
    ] = None
    joined_federation_on: Annotated[date | None, Ask("In that VO since", Date(past=True))] = None
    origin: Annotated[
        str | None,
        Ask("New or older", Choice("shg_origin"), section="Profile", headers=("SHG Origin",)),
    ] = None
    category: Annotated[
        str | None, Ask("Category of most members", Choice("category"), headers=("SHG Category",))
    ] = None
    grade: Annotated[str | None, Ask("Grade", Choice("shg_grade"), headers=("SHG Grade",))] = None
    graded_on: Annotated[date | None, Ask("Graded on", Date(past=True))] = None
    meets: Annotated[
        bool | None,
        Ask("Meets regularly", YesNo(), section="Panchasutra", headers=("Regular Meetings",)),
    ] = None
    saves: Annotated[bool | None, Ask("Saves regularly", YesNo(), headers=("Regular Savings",))] = (
        None
    )
    lends: Annotated[
        bool | None, Ask("Lends among members", YesNo(), headers=("Internal Lending",))
    ] = None
    repays: Annotated[
        bool | None, Ask("Loans are repaid in time", YesNo(), headers=("Timely Repayment",))
    ] = None
    keeps_books: Annotated[
        bool | None, Ask("Books are up to date", YesNo(), headers=("Books of Accounts",))
    ] = None
    savings_frequency: Annotated[
        str | None, Ask("How often it saves", Choice("meeting_frequency"), section="Savings")
    ] = None
    savings_amount: Annotated[
        int | None, Ask("Savings of a member each time", Money(), headers=("Savings Amount",))
    ] = None
    saves_food: Annotated[bool | None, Ask("Saves for food security", YesNo())] = None
    saves_health: Annotated[bool | None, Ask("Saves for health", YesNo())] = None
    saves_optional: Annotated[bool | None, Ask("Optional savings", YesNo())] = None
    loan_running: Annotated[bool | None, Ask("Bank loan running", YesNo())] = None
    active_members: Annotated[
        int | None,
        Ask(
            "Active members in LokOS",
            Whole(most=99),
            "As LokOS counts them; the members entered here are counted by themselves.",
            section="In LokOS",
            headers=("Active Members", "No. of Members", "Total Members"),
        ),
    ] = None
    opening_saved_vo: Annotated[
        int | None, Ask("Savings with the VO", Money(), section="Opening balances")
    ] = None
    opening_saved_clf: Annotated[int | None, Ask("Savings with the CLF", Money())] = None
    opening_share_vo: Annotated[int | None, Ask("Share capital in the VO", Money())] = None
    opening_share_clf: Annotated[int | None, Ask("Share capital in the CLF", Money())] = None
    opening_rf: Annotated[
        int | None, Ask("Revolving Fund received", Money(), headers=("RF Amount",))
    ] = None
    closed_bank_loans: Annotated[
        int | None,
        Ask("Bank loans closed", Whole(most=99), section="Closed loans"),
    ] = None
    closed_bank_amount: Annotated[int | None, Ask("Their amount", Money())] = None
    closed_vo_loans: Annotated[int | None, Ask("Loans of the VO closed", Whole(most=99))] = None
    closed_vo_amount: Annotated[int | None, Ask("Amount of those", Money())] = None
    closed_clf_loans: Annotated[int | None, Ask("Loans of the CLF closed", Whole(most=99))] = None
    closed_clf_amount: Annotated[int | None, Ask("Amount of these", Money())] = None


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
    same = (
        ("member_code",),
        ("aadhaar_last4", "born", "~name"),
        ("account_no", "ifsc"),
        ("mobile", "~name"),
        ("~name", "~relation_name", "village"),
    )
    steps = {"self_help_group_id": "m member"}

    self_help_group_id: Annotated[
        str | None,
        Ask(
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
        Ask("Office", Choice("office"), default="MEM", headers=("Designation", "Role")),
    ] = None
    joined_on: Annotated[
        date | None,
        Ask(
            "Joined",
            Date(past=True),
            uses=frozenset({Use.HAPPENED}),
            headers=("Date of Joining", "Joining Date"),
        ),
    ] = None

    household_no: Annotated[
        str | None,
        Ask(
            "Household number",
            Code(),
            "The same for all members of one household.",
            section="Household",
            headers=("Household ID", "HH ID"),
        ),
    ] = None
    mother_name: Annotated[
        str | None,
        Ask("Mother", PersonName(), headers=("Mother's Name", "Mother Name", "माता का नाम")),
    ] = None
    head_of_family: Annotated[
        bool | None, Ask("Head of the family", YesNo(), headers=("Is Head of Family",))
    ] = None
    ration_card: Annotated[str | None, Ask("Ration card", Code(), headers=("Ration Card No.",))] = (
        None
    )
    poverty_line: Annotated[
        str | None, Ask("APL or BPL", Choice("poverty_line"), headers=("APL/BPL",))
    ] = None
    pip_category: Annotated[
        str | None, Ask("Poverty ranking (PIP)", Choice("pip_category"), headers=("PIP Category",))
    ] = None
    job_card: Annotated[
        str | None, Ask("NREGA job card", Code(), headers=("NREGA Job Card", "Job Card No."))
    ] = None
    pmay_id: Annotated[str | None, Ask("PMAY-G number", Code(), headers=("PMAY-G ID",))] = None
    secc_tin: Annotated[str | None, Ask("SECC TIN", Code())] = None

    account_seeded: Annotated[
        bool | None,
        Ask("Aadhaar linked to the account", YesNo(), section="Bank account"),
    ] = None

    pvtg: Annotated[
        bool | None,
        Ask("Particularly vulnerable tribal group", YesNo(), section="About the person"),
    ] = None
    leader: Annotated[bool | None, Ask("Leads in the VO or CLF", YesNo())] = None
    cadre: Annotated[
        str | None, Ask("Cadre role", Choice("cadre"), headers=("Cadre Role", "Cadre"))
    ] = None
    beneficiary_id: Annotated[
        str | None,
        Ask(
            "The same person as artisan",
            Reference(kinds=("beneficiary",)),
            "If she is registered under PM Vishwakarma, too.",
        ),
    ] = None

    mahila_kisan: Annotated[bool | None, Ask("Mahila Kisan", YesNo(), section="Livelihoods")] = None
    farm_practices: Annotated[
        str | None, Ask("Farm practices taken up", Text(), applies=(When("mahila_kisan", (True,)),))
    ] = None
    lakhpati_status: Annotated[
        str | None, Ask("Lakhpati Didi", Choice("lakhpati_status"), section="Lakhpati Didi")
    ] = None
    lakhpati_on: Annotated[date | None, Ask("So since", Date(past=True))] = None
    baseline_income: Annotated[
        int | None, Ask("Household income a year, at first", Money(), headers=("Baseline Income",))
    ] = None
    taken_cif: Annotated[bool | None, Ask("Has taken a CIF loan", YesNo())] = None

    insured: Annotated[bool | None, Ask("Insured", YesNo(), section="Cover")] = None
    pmjjby: Annotated[bool | None, Ask("PMJJBY (life)", YesNo())] = None
    pmsby: Annotated[bool | None, Ask("PMSBY (accident)", YesNo())] = None
    lic: Annotated[bool | None, Ask("LIC", YesNo())] = None
    health_insurance: Annotated[bool | None, Ask("Health insurance", YesNo())] = None

    member_code: Annotated[
        str | None,
        Ask(
            "LokOS member code",
            Code(),
            section="In LokOS",
            uses=frozenset({Use.CODE}),
            headers=("Member Code", "LokOS ID"),
        ),
    ] = None
    aadhaar_checked: Annotated[bool | None, Ask("Aadhaar checked (KYC)", YesNo())] = None
    ekyc: Annotated[bool | None, Ask("eKYC done", YesNo())] = None

    def event(self) -> str:
        """Say that she joined, and as what."""
        office = Choice("office").show(self.office)
        return f"Joined the group as {office.casefold()}" if office else "Joined the group"
