"""Made-up people, and rosters of them under the headings of an office.

``roster("S.No=no | Name of the Applicant=name | Trade=trade")`` gives the rows of the sheet and the
records expected of them: a word after the last ``=`` says what stands under the heading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.files.corpus.expectation import Cell, OneOf, Row, one_of
from tests.files.corpus.writing import Content

from fieldkit.records.fields.dates import today


@dataclass(frozen=True)
class Somebody:
    name: str
    father: str
    gender: str
    born: date
    mobile: str
    trade: str
    trade_code: str
    village: str
    aadhaar: str
    account: str
    income: int
    age: int

    @property
    def relation(self) -> str:
        return "SO" if self.gender == "M" else "DO"

    @property
    def last4(self) -> str:
        return self.aadhaar[-4:]


PEOPLE = (
    Somebody(
        name="Ghulam Rasool",
        father="Abdul Gani",
        gender="M",
        born=date(1980, 8, 15),
        mobile="9419011432",
        trade="Carpenter",
        trade_code="CARP",
        village="Handwara",
        aadhaar="234567890124",
        account="0123456789012",
        income=12000,
        age=46,
    ),
    Somebody(
        name="Haleema Begum",
        father="Abdul Rehman",
        gender="F",
        born=date(1985, 1, 31),
        mobile="7006123456",
        trade="Tailor",
        trade_code="TAIL",
        village="Magam",
        aadhaar="345678901238",
        account="0987654321098",
        income=8500,
        age=41,
    ),
    Somebody(
        name="Rattan Lal",
        father="Des Raj",
        gender="M",
        born=date(1990, 12, 1),
        mobile="9906011432",
        trade="Mason",
        trade_code="MASN",
        village="Magam",
        aadhaar="456789012341",
        account="1112223334445",
        income=15000,
        age=35,
    ),
)


def of_father(person: Somebody) -> dict[str, Cell | OneOf]:
    """Somebody's father's name; that it is the father's may be stored, too."""
    return {
        "relation_name": person.father,
        "relation": one_of(None, person.relation),
        "gender": one_of(None, person.gender),
    }


def of_age(age: int) -> dict[str, Cell | OneOf]:
    """The year of birth of somebody of this age, one of two."""
    year = today().year - age
    return {"born": one_of(str(year), str(year - 1))}


def serial(day: date) -> int:
    """Return the number of a day in Excel."""
    return (day - date(1899, 12, 30)) // timedelta(days=1)


Column = tuple[Callable[[Somebody], Content], Callable[[Somebody], Row]]
NOTHING: Row = {}

COLUMNS: dict[str, Column] = {
    "name": (lambda p: p.name, lambda p: {"name": p.name}),
    "NAME": (lambda p: p.name.upper(), lambda p: {"name": p.name}),
    "father": (lambda p: p.father, of_father),
    "kin": (lambda p: p.father, lambda p: {"relation_name": p.father}),
    "relation": (lambda p: f"{p.relation[0]}/o", lambda p: {"relation": p.relation}),
    "gender": (lambda p: p.gender, lambda p: {"gender": p.gender}),
    "sex": (
        lambda p: {"M": "Male", "F": "Female"}[p.gender],
        lambda p: {"gender": p.gender},
    ),
    "born": (lambda p: p.born, lambda p: {"born": p.born.isoformat()}),
    "d/m/y": (lambda p: p.born.strftime("%d/%m/%Y"), lambda p: {"born": p.born.isoformat()}),
    "d-m-y": (lambda p: p.born.strftime("%d-%m-%Y"), lambda p: {"born": p.born.isoformat()}),
    "d.m.yy": (lambda p: p.born.strftime("%d.%m.%y"), lambda p: {"born": p.born.isoformat()}),
    "d-mon-y": (lambda p: p.born.strftime("%d-%b-%Y"), lambda p: {"born": p.born.isoformat()}),
    "iso": (lambda p: p.born.isoformat(), lambda p: {"born": p.born.isoformat()}),
    "serial": (lambda p: serial(p.born), lambda p: {"born": p.born.isoformat()}),
    "odk-date": (
        lambda p: f"{p.born.isoformat()}T00:00:00.000+05:30",
        lambda p: {"born": p.born.isoformat()},
    ),
    "age": (lambda p: p.age, lambda p: of_age(p.age)),
    "mobile": (lambda p: p.mobile, lambda p: {"mobile": p.mobile}),
    "mobile-number": (lambda p: int(p.mobile), lambda p: {"mobile": p.mobile}),
    "+91": (lambda p: f"+91-{p.mobile}", lambda p: {"mobile": p.mobile}),
    "trade": (lambda p: p.trade, lambda p: {"trade_code": p.trade_code}),
    "village": (lambda p: p.village, lambda p: {"village": p.village}),
    "residence": (
        lambda p: p.village,
        lambda p: {"village": one_of(p.village, None), "address": one_of(p.village, None)},
    ),
    "aadhaar": (lambda p: p.aadhaar, lambda p: {"aadhaar_last4": p.last4}),
    "aadhaar-4-4-4": (
        lambda p: f"{p.aadhaar[:4]} {p.aadhaar[4:8]} {p.aadhaar[8:]}",
        lambda p: {"aadhaar_last4": p.last4},
    ),
    "masked": (lambda p: f"XXXXXXXX{p.last4}", lambda p: {"aadhaar_last4": p.last4}),
    "account": (lambda p: p.account, lambda p: {"account_no": p.account}),
    "ifsc": (lambda p: "JAKA0CHADUR", lambda p: {"ifsc": "JAKA0CHADUR"}),
    "income": (lambda p: p.income, lambda p: {"monthly_income": p.income}),
    "no": (lambda p: PEOPLE.index(p) + 1, lambda _: NOTHING),
    # Columns that hold nothing of ours.
    "other-mobile": (lambda p: f"60{p.mobile[2:]}", lambda _: NOTHING),
    "clerk": (lambda _: "Bashir Ahmad", lambda _: NOTHING),
    "nominee": (lambda p: f"Mehbooba {p.name.split()[0]}", lambda _: NOTHING),
    "mother": (lambda _: "Fata Begum", lambda _: NOTHING),
    "kinless": (lambda p: p.father, lambda _: NOTHING),
    "holder": (lambda _: "Shakeela Bano", lambda _: NOTHING),
    "aadhaar-unnamed": (
        lambda p: p.aadhaar,
        lambda p: {"aadhaar_last4": one_of(p.last4, None)},
    ),
    "uuid": (
        lambda p: f"uuid:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f{PEOPLE.index(p)}",
        lambda _: NOTHING,
    ),
    "moment": (lambda _: "2024-02-05T10:22:31.000+05:30", lambda _: NOTHING),
    "blank": (lambda _: None, lambda _: NOTHING),
    "ok": (lambda _: "OK", lambda _: NOTHING),
    "district": (lambda _: "Budgam", lambda _: NOTHING),
    "block": (lambda _: "Chadoora", lambda _: NOTHING),
}


@dataclass(frozen=True)
class Roster:
    """The rows of a sheet, the heading first, and the records expected of them."""

    rows: list[list[Content]]
    expected: list[Row]

    @property
    def head(self) -> list[Content]:
        return self.rows[0]

    @property
    def body(self) -> list[list[Content]]:
        return self.rows[1:]


def roster(columns: str, people: Sequence[Somebody] = PEOPLE) -> Roster:
    """Make a sheet of people from ``heading=what stands there``, parted by ``|``."""
    headings, kinds = [], []
    for part in columns.split(" | "):
        heading, _, kind = part.strip().rpartition("=")
        headings.append(heading.strip())
        kinds.append(COLUMNS[kind])
    rows: list[list[Content]] = [[heading or None for heading in headings]]
    expected: list[Row] = []
    for person in people:
        rows.append([cell(person) for cell, _ in kinds])
        record: dict[str, Cell | OneOf] = {}
        # A definite value counts more than what follows from another column.
        for _, values in kinds:
            for name, value in values(person).items():
                if isinstance(value, OneOf):
                    record.setdefault(name, value)
                else:
                    record[name] = value
        expected.append(record)
    return Roster(rows, expected)
