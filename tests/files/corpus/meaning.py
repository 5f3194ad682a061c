"""Headings of one and of another person in one sheet, and columns that are nobody's name."""

from __future__ import annotations

from tests.files.corpus.expectation import OfficeFile, right
from tests.files.corpus.people import roster
from tests.files.corpus.writing import csv_file, text

_HEADINGS = {
    "applicant-father-snake.csv": "applicant_father_name=father | applicant_name=name | "
    "applicant_mobile=mobile | applicant_trade=trade",
    "beneficiary-father-camel.csv": "beneficiaryFatherName=father | beneficiaryName=name | "
    "beneficiaryMobile=mobile | beneficiaryTrade=trade",
    "name-of-father-camel.csv": "nameOfFather=father | nameOfApplicant=name | trade=trade",
    "dots.csv": "father.name=father | applicant.name=name | applicant.trade=trade",
    "group-is-father.csv": "father/name=father | father/mobile=other-mobile | artisan/name=name | "
    "artisan/mobile=mobile | artisan/trade=trade",
    "group-is-father-dash.csv": "father-name=father | father-phone=other-mobile | "
    "applicant-name=name | applicant-phone=mobile | applicant-trade=trade",
    "deep-groups.csv": "data/section_a/person/name=name | data/section_a/person/father/name=father"
    " | data/section_b/trade=trade | data/meta/instanceName=uuid",
    "name-then-whose.csv": "Name (Father)=father | Name (Applicant)=name | Trade=trade",
    "whose-then-name.csv": "Applicant - Name=name | Father - Name=father | Trade=trade",
    "father-of-applicant.csv": "Father of the Applicant=father | Applicant=name | Trade=trade",
    "name-of-father-of.csv": "Name of Father of Artisan=father | Name of Artisan=name | "
    "Trade of Artisan=trade",
    "name-of-applicants-father.csv": "Name of Applicant's Father=father | Name of Applicant=name | "
    "Trade=trade",
    "fathers-without-mark.csv": "Fathers Name=father | Applicants Name=name | Trade=trade",
    "f-name.csv": "Name=name | F/Name=father | Trade=trade",
    "son-of.csv": "Name=name | S/o D/o W/o H/o=kin | Trade=trade",
    "spouse.csv": "Spouse Name=kin | Beneficiary Name=name | Trade=trade",
    "guardian.csv": "Name of Guardian=kin | Name of Candidate=name | Trade=trade",
    "father-or-guardian.csv": "Father's/Guardian's Name=kin | Student/Trainee Name=name | "
    "Trade=trade",
    "trainer-and-trainee.csv": "Trainer Name=clerk | Trainee Name=name | Trade=trade",
    "head-of-family.csv": "Name of Head of Family=kinless | Name of Artisan=name | Trade=trade",
    "account-holder.csv": "Account Holder Name=holder | Name of Artisan=name | "
    "Account No=account | Trade=trade",
    "verified-by.csv": "Verified by (Name)=clerk | Name of Artisan=name | Trade=trade",
    "reference-name.csv": "Introducer Name=clerk | Applicant Name=name | Trade=trade",
    "witness.csv": "Name of Witness=clerk | Name of the Artisan=name | Trade=trade",
    "child-name.csv": "Name of Child=clerk | Name of the Artisan=name | Trade=trade",
    "sarpanch.csv": "Name of Sarpanch=clerk | Name of the Artisan=name | Trade=trade",
    "patwari-last.csv": "Artisan Name=name | Trade=trade | Name of Patwari=clerk",
    "mother-only-relative.csv": "Name of Mother=mother | Full Name=name | Trade=trade",
    "in-law.csv": "Father-in-law's Name=mother | Name=name | Trade=trade",
    "grandfather.csv": "Grandfather's Name=mother | Father's Name=father | Name=name | Trade=trade",
    "person-name-label.csv": "Person's Name=name | Person's Trade=trade | Person's Village=village",
    "karigar.csv": "Name of Karigar=name | Father=father | Trade=trade",
    "hindi-applicant.csv": "आवेदक का नाम=name | आवेदक के पिता का नाम=father | ट्रेड=trade",
    "hindi-beneficiary-husband.csv": "लाभार्थी का नाम=name | पिता/पति का नाम=kin | ट्रेड=trade",
    "urdu-applicant.csv": "نام درخواست دہندہ=name | نام والد=father | پیشہ=trade",
    "hindi-mother-first.csv": "माता का नाम=mother | पिता का नाम=father | नाम=name | ट्रेड=trade",
    "survey-date.csv": "Date=moment | Name=name | Trade=trade",
    "status-of-others.csv": "Name=name | Trade=trade | Verification Status=ok | District=district"
    " | Block=block",
    "aadhaar-words.csv": "Name=name | Adhar Card No.=aadhaar | Trade=trade",
    "uid.csv": "Name=name | UID No=aadhaar-4-4-4 | Trade=trade",
    "aadhaar-unnamed.csv": "Name=name | Identity Proof=aadhaar-unnamed | Trade=trade",
}

_PEOPLE = [
    {"name": "Ghulam Rasool", "trade_code": "MASN"},
    {"name": "Rattan Lal", "trade_code": "MASN"},
]


def _headed(name: str, columns: str) -> OfficeFile:
    made = roster(columns)
    return right(name, csv_file(made.rows), made.expected)


FILES: tuple[OfficeFile, ...] = (
    *(_headed(name, columns) for name, columns in _HEADINGS.items()),
    right(
        "name-in-two-scripts.csv",
        text(
            "Name (Urdu),Name (English),Trade\n"
            "غلام رسول,Ghulam Rasool,Mason\nرتن لال,Rattan Lal,Mason"
        ),
        _PEOPLE,
        or_refused=["Name (Urdu)", "Name (English)"],
    ),
    right(
        "name-of-aadhaar-and-bank.csv",
        text(
            "Name as per Bank,Name as per Aadhaar,Trade\n"
            "G Rasool,Ghulam Rasool,Mason\nR Lal,Rattan Lal,Mason"
        ),
        _PEOPLE,
        or_refused=["Name as per Bank", "Name as per Aadhaar"],
    ),
    right(
        "status-words-of-others.csv",
        text("Name,Status,Trade\nGhulam Rasool,Done,Mason\nRattan Lal,Not found,Mason"),
        _PEOPLE,
        or_refused=["Status"],
    ),
    right(
        "category-letters.csv",
        text("Name,Category,Trade\nGhulam Rasool,A,Mason\nRattan Lal,B,Mason"),
        _PEOPLE,
        or_refused=["Category"],
    ),
    right(
        "category-usual.csv",
        text("Name,Social Category,Trade\nGhulam Rasool,OBC,Mason\nRattan Lal,SC,Mason"),
        [
            {**row, "category": category}
            for row, category in zip(_PEOPLE, ("OBC", "SC"), strict=True)
        ],
    ),
    right(
        "application-number.csv",
        text(
            "Application No,Applicant Name,Trade\n"
            "PMV2024001234,Ghulam Rasool,Mason\nPMV2024001235,Rattan Lal,Mason"
        ),
        [
            {**row, "portal_no": number}
            for row, number in zip(_PEOPLE, ("PMV2024001234", "PMV2024001235"), strict=True)
        ],
    ),
    # Groups and federations.
    right(
        "shg-with-office-bearers.csv",
        text(
            "Name of President,Name of Secretary,Name of SHG,Village,Mobile No of President\n"
            "Sara Bano,Zoona Begum,Noor SHG,Magam,7006123456"
        ),
        [{"name": "Noor SHG", "village": "Magam"}],
        "self_help_group",
    ),
    right(
        "shg-under-vo.csv",
        text("Name of CLF,Name of VO,Group Name,Village\nRoshan CLF,Umeed VO,Noor SHG,Magam"),
        [{"name": "Noor SHG", "village": "Magam"}],
        "self_help_group",
        or_refused=["VO"],
    ),
    right(
        "vo-with-office-bearers.csv",
        text(
            "CLF Name,President's Name,Secretary's Name,Name of the VO,Village\n"
            "Roshan CLF,Sara Bano,Zoona Begum,Umeed VO,Magam"
        ),
        [
            {
                "name": "Umeed VO",
                "president": "Sara Bano",
                "secretary": "Zoona Begum",
                "village": "Magam",
            }
        ],
        "village_organisation",
        or_refused=["CLF"],
    ),
    right(
        "shg-camel.csv",
        text("shgName,villageName,dateOfFormation\nNoor SHG,Magam,2019-04-01"),
        [{"name": "Noor SHG", "village": "Magam", "formed_on": "2019-04-01"}],
        "self_help_group",
    ),
)
