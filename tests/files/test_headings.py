"""What headings mean: who x whose x style, and what is no heading of a field."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import pytest

from fieldkit.files.columns.headings import Meaning, meaning
from fieldkit.files.values.targets import BY_AGE, SURNAME
from fieldkit.records import Record, kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.reference import headings

WHO = ("Applicant", "Beneficiary", "Artisan", "Candidate", "Trainee", "Person")
KIN = ("Father", "Husband", "Guardian", "Father/Husband", "Spouse")
OTHERS = ("Mother", "Nominee", "Surveyor", "Witness", "Head of Family", "Bank Manager", "Sarpanch")
OWN_FORMS = ("Name of {}", "Name of the {}", "{} Name", "{}'s Name", "{}s Full Name", "Name ({})")
OF_FORMS = (
    "{who} {whose} Name",
    "{who}'s {whose}'s Name",
    "Name of {whose} of {who}",
    "Name of the {whose} ({who})",
    "{whose} of the {who}",
)


def _machine(between: str, write: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: between.join(map(write, re.findall(r"\w+", text.replace("'s", ""))))


STYLES: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda text: text.replace("'", "’"),
    lambda text: f" 3. {text} * :",
    _machine("_", str.lower),
    _machine("-", str.lower),
    _machine("", str.capitalize),
    lambda text: "group_ab1cd23/" + _machine("_", str.lower)(text),
    lambda text: "details-" + _machine("_", str.lower)(text),
)


def target(heading: str, kind: type[Record] = Beneficiary) -> str | None:
    found = meaning(heading, kind)
    return found.target if found else None


@pytest.mark.parametrize("style", STYLES)
def test_the_record_s_own_name_in_any_words(style: Callable[[str], str]) -> None:
    wrong = {
        heading: found
        for who, form in product(WHO, OWN_FORMS)
        if (found := target(heading := style(form.format(who)))) != "name"
    }
    assert not wrong


@pytest.mark.parametrize("style", STYLES)
def test_a_relative_is_the_relative(style: Callable[[str], str]) -> None:
    plain = [form.format(whose) for whose, form in product(KIN, OWN_FORMS)]
    of_who = [form.format(who=who, whose=whose) for who, whose, form in product(WHO, KIN, OF_FORMS)]
    wrong = {
        heading: found
        for text in (*plain, *of_who)
        if (found := target(heading := style(text))) != "relation_name"
    }
    assert not wrong


@pytest.mark.parametrize("style", STYLES)
def test_nobody_else_is_the_own_name_or_the_relative(style: Callable[[str], str]) -> None:
    plain = [form.format(other) for other, form in product(OTHERS, OWN_FORMS)]
    of_who = [
        form.format(who=who, whose=other) for who, other, form in product(WHO, OTHERS, OF_FORMS)
    ]
    wrong = {
        heading: found
        for text in (*plain, *of_who)
        if (found := target(heading := style(text))) is not None
    }
    assert not wrong


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("First Name", "name"),
        ("आवेदक का नाम", "name"),
        ("आवेदक के पिता का नाम", "relation_name"),
        ("नाम / Name", "name"),
        ("ولدیت", "relation_name"),
        ("SO DO WO", "relation_name"),
        ("Last Name", SURNAME),
        ("Name as per Aadhaar", "name"),
        ("Name in block letters", "name"),
        ("What is the name of the artisan?", "name"),
        ("person-name", "name"),
        ("group/name", "name"),
        ("person/father_name", "relation_name"),
        ("father/name", "relation_name"),
        ("F/Name", "relation_name"),
        ("S/o D/o W/o H/o", "relation_name"),
        ("Father Name as per Aadhaar", "relation_name"),
        ("Bank Details - Account No", "account_no"),
        ("work/trade", "trade_code"),
        ("Mobile / Phone No.", "mobile"),
        ("Registered Mobile No", "mobile"),
        ("Aadhaar linked Mobile", "mobile"),
        ("Name of Bank", "bank_name"),
        ("Village/Ward", "village"),
        ("Age (in years)", BY_AGE),
        ("Income per month (Rs.)", "monthly_income"),
        ("Aadhaar (masked)", "aadhaar_last4"),
        ("DoB", "born"),
        ("موبائل نمبر", "mobile"),
    ],
)
def test_headings_in_other_words(heading: str, field: str) -> None:
    assert target(heading) == field


@pytest.mark.parametrize(
    "heading",
    [
        "Name and Address",
        "Name/Address",
        "Account Holder Name",
        "Account Name",
        "Contact Person",
        "Nominee/name",
        "shg/name",
        "child1/name",
        "Trader Name",
        "Villager",
        "Beneficiary No.",
        "Father's Mobile",
        "Father's Aadhaar",
        "Experience (months)",
        "Income (in lakh)",
        "Annual Income",
        "Co-applicant Name",
        "Village Code",
        "Date of Death",
        "S.No.",
        "f_name",
        "",
    ],
)
def test_a_word_of_no_field_makes_it_no_heading(heading: str) -> None:
    assert target(heading) is None


def test_what_a_heading_adds_is_known() -> None:
    assert meaning("Name as per bank", Beneficiary) == Meaning("name", paper="bank")
    assert meaning("Name & Parentage", Beneficiary) == Meaning("name", with_kin=True)
    assert meaning("Apllicant Name", Beneficiary) == Meaning("name", like="applicant name")


def test_a_group_has_its_own_name() -> None:
    assert target("Name of SHG", SelfHelpGroup) == "name"
    assert target("SHG Member Name", SelfHelpGroup) is None
    assert target("Name of VO", SelfHelpGroup) == "village_organisation_id"
    assert target("Name of SHG", VillageOrganisation) is None
    assert target("SHG Name", Member) == "self_help_group_id"
    assert target("Member Name", Member) == "name"
    assert target("Mother's Name", Member) == "mother_name"


def test_every_known_heading_means_its_own_field() -> None:
    wrong = {
        (kind.kind(), field, heading): found
        for kind in kinds().values()
        for field in kind.fields()
        for heading in headings(kind.parts(), field)
        if (found := target(heading, kind)) != field
    }
    assert not wrong
