"""Files a clerk loads without a doubt: the headings of centres, portals and survey tools."""

from __future__ import annotations

from tests.files.corpus.expectation import OfficeFile, right
from tests.files.corpus.people import roster
from tests.files.corpus.writing import book, csv_file, old_book

_HEADINGS = {
    # Common service centres and block offices.
    "csc-applicant.csv": "Sr. No.=no | Name of the Applicant=name | Father's Name=father | "
    "Contact No.=mobile | Trade=trade",
    "csc-applicants-name.csv": "S.No=no | Applicant's Name=name | Applicant's Father's Name=father"
    " | Trade=trade",
    "csc-artisan-husband-free.csv": "Sl No=no | Name of artisan=name | Parentage=kin | "
    "Residence=residence | Trade=trade | Phone No=mobile",
    "block-beneficiary.csv": "S. No.=no | Name of the Beneficiary=name | S/o, D/o, W/o=kin | "
    "Village=village | Trade=trade | Mobile Number=mobile",
    "block-beneficiary-upper.csv": "SNO=no | BENEFICIARY NAME=NAME | FATHER/HUSBAND NAME=kin | "
    "MOBILE NO=mobile | TRADE=trade | DOB=d/m/y",
    "candidate-full-name.csv": "Sr No=no | Candidate Full Name=name | Guardian Name=kin | "
    "Gender=sex | Date of Birth (DD/MM/YYYY)=d/m/y | Trade=trade",
    "trainee.csv": "Trainee Name=name | Trainee Father Name=father | Trainee Mobile=mobile | "
    "Trade of Trainee=trade",
    "name-as-per-aadhaar.csv": "S.No.=no | Name as per Aadhaar=name | Father Name as per Aadhaar="
    "father | Aadhaar No.=aadhaar-4-4-4 | Trade=trade",
    "name-in-block-letters.csv": "Name (in block letters)=NAME | Father's / Husband's name=kin | "
    "Trade=trade | Date of birth=d-m-y",
    "member-of-family.csv": "Name of Person=name | Father's Name=father | Mother's Name=mother | "
    "Trade=trade",
    "relative-first.csv": "Father's Name=father | Applicant=name | Mobile=mobile | Trade=trade",
    "mother-first.csv": "Mother Name=mother | Father Name=father | Artisan Name=name | "
    "Trade Name=trade",
    "nominee.csv": "Name=name | Father Name=father | Nominee Name=nominee | "
    "Nominee Mobile No=other-mobile | Mobile No=mobile | Trade=trade",
    "surveyor.csv": "Surveyor Name=clerk | Name of Artisan=name | Father's name=father | "
    "Trade=trade | Village Name=village",
    "csc-operator-name.csv": "CSC VLE Name=clerk | Name of Candidate=name | Trade=trade | "
    "Mobile Number of Candidate=mobile | VLE Mobile=other-mobile",
    "alternate-mobile.csv": "Name=name | Mobile No=mobile | Alternate Mobile No=other-mobile | "
    "Trade=trade",
    "emergency-contact.csv": "Name=name | Emergency Contact No=other-mobile | Contact No=mobile | "
    "Trade=trade",
    "father-mobile.csv": "Artisan=name | Father's Name=father | Father's Mobile=other-mobile | "
    "Artisan's Mobile=mobile | Trade=trade",
    # Portals.
    "portal-camel.csv": "applicantName=name | fatherName=father | mobileNo=mobile | dob=iso | "
    "genderName=gender | tradeName=trade | villageName=village",
    "portal-snake.csv": "beneficiary_name=name | father_name=father | mobile_number=mobile | "
    "date_of_birth=iso | trade_name=trade | village_name=village",
    "portal-pascal.csv": "ApplicantName=name | FatherHusbandName=kin | MobileNumber=mobile | "
    "DateOfBirth=d-mon-y | Trade=trade",
    "portal-upper-snake.csv": "SR_NO=no | BENEFICIARY_NAME=NAME | GUARDIAN_NAME=kin | "
    "MOBILE_NO=mobile | TRADE=trade",
    "portal-aadhaar.csv": "Sr. No.=no | Aadhaar Number=aadhaar | Beneficiary Full Name=name | "
    "Trade=trade | Created At=moment | Status Of Sync=ok",
    "portal-masked.csv": "Name Of Artisan=name | Aadhaar (masked)=masked | Sex=sex | Trade=trade",
    "portal-bank.csv": "Name=name | Bank Account No=account | IFSC Code=ifsc | Trade=trade",
    # ODK and Kobo.
    "odk-dash.csv": "SubmissionDate=moment | person-name=name | person-father_name=father | "
    "person-dob=iso | work-trade=trade | meta-instanceID=uuid | KEY=uuid",
    "kobo-slash.csv": "start=moment | end=moment | person/full_name=name | "
    "person/father_name=father | person/mobile=mobile | work/trade=trade | _uuid=uuid | "
    "_submission_time=moment | _submitted_by=clerk | _index=no",
    "kobo-id.csv": "_id=no | group_ab1cd23/Name_of_the_artisan=name | "
    "group_ab1cd23/Father_s_name=father | group_ab1cd23/Trade=trade | _submission_time=moment",
    "kobo-label.csv": "Enumerator name=clerk | What is the name of the artisan?=name | "
    "What is the father's name?=father | Mobile number of the artisan=mobile | "
    "Which trade?=trade",
    "odk-date.csv": "today=moment | artisan_name=name | date_of_birth=odk-date | trade=trade",
    # Hindi and Urdu, alone and with English.
    "hindi-english.csv": "क्र.सं. / S.No=no | नाम / Name=name | पिता का नाम / Father's Name=father"
    " | मोबाइल नंबर / Mobile No=mobile | व्यवसाय / Trade=trade",
    "hindi-bracket.csv": "Name (नाम)=name | Father Name (पिता का नाम)=father | Trade (ट्रेड)=trade"
    " | DOB (जन्म तिथि)=d/m/y",
    "hindi-roman.csv": "Naam=name | Pita ka Naam=father | Mobile=mobile | Trade=trade",
    "urdu-english.csv": "Name / نام=name | Father's Name / ولدیت=father | Trade / پیشہ=trade",
    "hindi-only.csv": "नाम=name | पिता का नाम=father | मोबाइल=mobile | ट्रेड=trade | जन्म तिथि=d/m/y",
    "urdu-only.csv": "نام=name | والد کا نام=father | موبائل نمبر=mobile | پیشہ=trade",
    "urdu-roman.csv": "Naam=name | Waldiyat=father | Sakoonat=residence | Trade=trade",
    # Untidy headings.
    "line-break-in-heading.csv": "S.\nNo.=no | Name of the\nBeneficiary=name | "
    "Father's/\nHusband's Name=kin | Mobile\nNo.=mobile | Trade=trade",
    "trailing-marks.csv": "Name*=name | Father's Name :=father | Mobile No.*=mobile | Trade *=trade"
    " | Date of Birth(dd-mm-yyyy)*=d-m-y",
    "numbered-headings.csv": "1. Name of Applicant=name | 2. Father's Name=father | "
    "3. Mobile No.=mobile | 4. Trade=trade",
    "curly-possessive.csv": "Applicant’s Name=name | Father’s Name=father | Trade=trade",
    "spaces-in-headings.csv": " Name  of   Artisan =name |  Father   Name=father |  Trade =trade",
    "empty-columns.csv": "=blank | Name=name | =blank | Father Name=father | Trade=trade | =blank",
    # Dates and numbers.
    "dates-dots.csv": "Name=name | D.O.B.=d.m.yy | Trade=trade",
    "dates-serial.csv": "Name=name | DOB=serial | Trade=trade",
    "age.csv": "Name=name | Father Name=father | Age=age | Trade=trade",
    "age-and-birth.csv": "Name=name | Age=age | Date of Birth=d/m/y | Trade=trade",
    "mobile-91.csv": "Name=name | Mobile=+91 | Trade=trade",
    "relation-column.csv": "Name=name | Relation=relation | Father/Husband Name=kin | Trade=trade",
    "village-and-mobile.csv": "Name=name | Parentage=kin | R/o=residence | Contact=mobile | "
    "Trade=trade",
}


def _plain(name: str, columns: str) -> OfficeFile:
    made = roster(columns)
    return right(name, csv_file(made.rows), made.expected)


_FULL = roster(
    "S.No=no | Name=name | Parentage=kin | Gender=sex | DOB=born | "
    "Mobile No=mobile-number | Trade=trade | Village=village | Monthly Income=income"
)
_TEXT = roster("S.No=no | Name=name | Parentage=kin | Trade=trade | Village=village")

FILES: tuple[OfficeFile, ...] = (
    *(_plain(name, columns) for name, columns in _HEADINGS.items()),
    right("whole.xlsx", book(_FULL.rows), _FULL.expected),
    right("whole.xls", old_book(_FULL.rows), _FULL.expected),
    right("semicolons.csv", csv_file(_TEXT.rows, delimiter=";"), _TEXT.expected),
    right("tabs.csv", csv_file(_TEXT.rows, delimiter="\t"), _TEXT.expected),
    right("utf-16-of-excel.csv", csv_file(_TEXT.rows, "utf-16", "\t"), _TEXT.expected),
    right("utf-8-with-mark.csv", csv_file(_TEXT.rows, "utf-8-sig"), _TEXT.expected),
    right("old-mac-lines.csv", csv_file(_TEXT.rows, line_end="\r"), _TEXT.expected),
)
