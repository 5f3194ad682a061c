"""Which column holds what: two of one meaning, relatives, headings of other things."""

from __future__ import annotations

from tests.files.corpus.expectation import OfficeFile, asked, mapped, one_of, right
from tests.files.corpus.people import PEOPLE, roster
from tests.files.corpus.writing import text


def _two(heading: str) -> str:
    return f"""
{heading}
Ghulam Rasool,Abdul Gani,Mohd Rasool,Carpenter
Haleema Begum,Abdul Rehman,Haleema Bano,Tailor
"""


FILES: tuple[OfficeFile, ...] = (
    # Which column is the name; which of two columns is meant.
    asked(
        "name-and-artisan-name.csv",
        text(_two("Name,Father's Name,Artisan Name,Trade")),
        ["Name", "Artisan Name"],
        mapped(name="Artisan Name"),
        [
            {**row, "name": name}
            for row, name in zip(
                roster("N=name | F=father | T=trade", PEOPLE[:2]).expected,
                ("Mohd Rasool", "Haleema Bano"),
                strict=True,
            )
        ],
    ),
    asked(
        "name-twice.csv",
        text(_two("Applicant Name,Father's Name,Beneficiary Name,Trade")),
        ["Applicant Name", "Beneficiary Name"],
        mapped(name="Applicant Name"),
        roster("N=name | F=father | T=trade", PEOPLE[:2]).expected,
    ),
    asked(
        "father-and-husband.csv",
        text("""
Name,Father's Name,Husband's Name,Trade
Haleema Begum,Abdul Rehman,Nazir Ahmad,Tailor
Zoona Begum,Abdul Ahad,Bashir Ahmad,Tailor
"""),
        ["Father's Name", "Husband's Name"],
        mapped(relation_name="Father's Name"),
        [
            {
                "name": name,
                "relation_name": father,
                "trade_code": "TAIL",
                "relation": one_of(None, "DO"),
                "gender": one_of(None, "F"),
            }
            for name, father in (("Haleema Begum", "Abdul Rehman"), ("Zoona Begum", "Abdul Ahad"))
        ],
    ),
    asked(
        "trade-twice.csv",
        text(
            "Name,Trade,Trade applied for\nGhulam Rasool,Carpenter,Mason\nRattan Lal,Tailor,Mason"
        ),
        ["Trade", "Trade applied for"],
        mapped(trade_code="Trade applied for"),
        [
            {"name": "Ghulam Rasool", "trade_code": "MASN"},
            {"name": "Rattan Lal", "trade_code": "MASN"},
        ],
    ),
    asked(
        "same-heading-twice.csv",
        text("Name,Trade,Mobile No,Mobile No\nGhulam Rasool,Mason,9419011432,7006123456"),
        ["Mobile No"],
        [],
        [],
    ),
    asked(
        "account-twice.csv",
        text("Name,Trade,Account No,Bank A/C No\nGhulam Rasool,Mason,0123456789012,0987654321098"),
        ["Account No", "Bank A/C No"],
        mapped(account_no="Account No"),
        [{"name": "Ghulam Rasool", "trade_code": "MASN", "account_no": "0123456789012"}],
    ),
    right(
        "first-and-last-name.csv",
        text("""
First Name,Last Name,Father Name,Trade
Ghulam,Rasool,Abdul Gani,Carpenter
Haleema,Begum,Abdul Rehman,Tailor
"""),
        roster("N=name | F=father | T=trade", PEOPLE[:2]).expected,
        or_refused=["First Name", "Last Name"],
    ),
    right(
        "first-name-alone.csv",
        text("First Name,Father Name,Trade\nGhulam Rasool,Abdul Gani,Carpenter"),
        roster("N=name | F=father | T=trade", PEOPLE[:1]).expected,
    ),
    right(
        "names-of-other-things.csv",
        text("""
Bank Name,Name of Village,Name of Trade,Name of CSC,Name,Name of Scheme
Jammu and Kashmir Bank,Magam,Carpenter,CSC Magam,Ghulam Rasool,PM Vishwakarma
"""),
        [
            {
                "name": "Ghulam Rasool",
                "village": "Magam",
                "trade_code": "CARP",
                "bank_name": "Jammu and Kashmir Bank",
                "csc": one_of("CSC Magam", None),
            }
        ],
    ),
    # Columns whose heading is ours, and whose values are not.
    right(
        "id-of-uuids.csv",
        text("""
_id,Name,Trade,Created At,Updated At,Created By
9f1c2d3e-0001,Ghulam Rasool,Carpenter,2024-01-05 10:22,2024-01-06 11:00,vle1
9f1c2d3e-0002,Haleema Begum,Tailor,2024-01-05 10:31,2024-01-06 11:00,vle1
"""),
        roster("N=name | T=trade", PEOPLE[:2]).expected,
    ),
    right(
        "created-at-iso.csv",
        text("""
id,name,trade,created_at,created_by
101,Ghulam Rasool,Carpenter,2024-01-05T10:22:00Z,admin
102,Haleema Begum,Tailor,2024-01-05T10:31:00Z,admin
"""),
        roster("N=name | T=trade", PEOPLE[:2]).expected,
    ),
    right(
        "short-fathers-and-gender.csv",
        text("Name,Father,Sex,Trade\nGhulam Rasool,So,M,Mason\nRattan Lal,Ram,M,Mason"),
        [
            {
                "name": name,
                "relation_name": father,
                "relation": one_of(None, "SO"),
                "gender": "M",
                "trade_code": "MASN",
            }
            for name, father in (("Ghulam Rasool", "So"), ("Rattan Lal", "Ram"))
        ],
    ),
    right(
        "name-looks-like-a-trade.csv",
        text("Name,Father Name,Trade\nLohar,Tarkhan,Mason\nDarzi,Lohar,Mason"),
        [
            {
                "name": name,
                "relation_name": father,
                "relation": one_of(None, "SO", "DO"),
                "gender": one_of(None, "M", "F"),
                "trade_code": "MASN",
            }
            for name, father in (("Lohar", "Tarkhan"), ("Darzi", "Lohar"))
        ],
    ),
)
