"""A district of made-up records: samples of some blocks, and records as no form lets them through.

The sample has many records that meet all conditions of a figure, and few that meet all but one. So
every kind is given records whose fields are filled at random, from values at which figures begin
and end: states, days, ages and amounts. They are written as a laptop holds what others sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

from sqlalchemy import Connection, create_engine, select

from fieldkit.records import Choice, Field, Value, kinds
from fieldkit.records.fields.base import Format
from fieldkit.records.fields.dates import today
from fieldkit.records.fields.formats import (
    AadhaarLastFour,
    Born,
    Date,
    FinancialYear,
    Money,
    Month,
    Reference,
    Whole,
    YesNo,
)
from fieldkit.records.fields.numbers import BranchCode
from fieldkit.settings import DATABASE

BUDGAM = 2
BLOCKS = (16, 14, 17)
"""Chadoora, Badgam, Khag."""
_ELSEWHERE = 20
"""Narbal: it has no sample, and few records."""
AS_ON = date(2025, 8, 31)
"""A day in the sample: what is dated later does not count on it."""
_MIXED = 250
_MORE = {
    "cadre": 1200,
    "fund_release": 1500,
    "loan": 600,
    "programme": 500,
    "toolkit": 500,
    "training_batch": 600,
    "training_enrolment": 1200,
    "verification": 600,
}
"""How many records of a kind are filled at random: more where few of them meet all conditions."""
_AGAIN, _OTHERS = 30, 10_000
"""How many records of the sample are entered twice, and the number before their second ones."""
_REFERRED = 80
"""So many records of a kind are referred to: some by several, most by none."""
_EMPTY, _UNRELATED, _DELETED = 0.2, 0.4, 0.05
_NOT_MIXED = {"target", "ranking", "scheme_limit", "snapshot", "officer_assignment"}
_AGES = (0, 1, 6, 7, 30, 31, 60, 61, 90, 91, 180, 181)
_DAYS = (
    *[AS_ON] * 10,
    *(AS_ON - timedelta(days=age) for age in _AGES),
    *(date(2022, 5, 5), date(2023, 8, 31), date(2023, 9, 1), date(2024, 8, 31), date(2024, 9, 1)),
    *(date(2024, 3, 31), date(2024, 4, 1), date(2025, 3, 31), date(2025, 4, 1)),
    *(today() - timedelta(days=40), today() - timedelta(days=400), today() + timedelta(days=9)),
)
"""Days at which ages, financial years and years of income begin and end."""
_NUMBERS = (0, 1, 2, 3, 4, 7, 20, 99, 100, 4_000, 15_000, 60_000)
_RUPEES = (0, 4_000, 15_000, 60_000, 99_999, 100_000, 100_001, 200_000, 200_001, 1_000_000)
_OF_FORMAT: Mapping[type, Sequence[Value]] = {
    YesNo: (True, False),
    BranchCode: ("JAKA0CHADOO", "JAKA0KHAGBB", "PUNB0123400", "SBIN0001200"),
    FinancialYear: ("2023-24", "2024-25", "2025-26"),
    AadhaarLastFour: ("1357", "2468"),
    Born: ("1979-03-04", "1984", "1990-12"),
}


def add_mixed(home: Path) -> None:
    """Write records filled at random into the file of a home; the same ones each time."""
    engine = create_engine(f"sqlite:///{home / DATABASE}")
    with engine.begin() as connection:
        mixed = _Mixed(connection)
        rows = {name: list(mixed.rows(name)) for name in kinds() if name not in _NOT_MIXED}
        again = {name: _again(connection, name) for name in rows}
        for name, some in rows.items():
            connection.execute(kinds()[name].table().insert(), [*some, *again[name]])
    engine.dispose()


@dataclass(slots=True)
class _Mixed:
    """Fills records at random."""

    connection: Connection
    random: Random = field(default_factory=Random)
    referred: dict[str, Sequence[str]] = field(default_factory=dict)

    def rows(self, name: str) -> Iterator[dict[str, object]]:
        """Give the records of a kind."""
        self.random = Random(name)
        fields = kinds()[name].form_fields()
        for number in range(_MORE.get(name, _MIXED)):
            row = {one: self._value(found) for one, found in fields.items()}
            yield {
                **row,
                "id": _id(name, number),
                "district": BUDGAM,
                "block": self.random.choice((*BLOCKS * 6, *[None] * 2, _ELSEWHERE)),
                "deleted": self.random.random() < _DELETED,
                "extra": {},
            }

    def _value(self, found: Field) -> object:
        """Return a value that fits a field, or none."""
        form = found.format
        empty = _UNRELATED if isinstance(form, Reference) else _EMPTY
        if not found.required and self.random.random() < empty:
            return None
        if isinstance(form, Reference):
            ids = self._ids(form.kinds[0])
            return ids[int(len(ids) * self.random.random() ** 3)]
        if isinstance(form, Date | Month):
            return self._day()
        values = _values(form)
        return self.random.choice(values or [f"text {self.random.choice((1, self._number()))}"])

    def _number(self) -> int:
        return self.random.randrange(1000)

    def _day(self) -> date:
        if self.random.random() < 0.5:
            return self.random.choice(_DAYS)
        return date(2024, 2, 1) + timedelta(days=self.random.randrange(600))

    def _ids(self, name: str) -> Sequence[str]:
        """Return the records of a kind that others refer to: of the sample and of these."""
        if name not in self.referred:
            table = kinds()[name].table()
            sample = self.connection.scalars(select(table.c.id).order_by(table.c.id))
            own = [_id(name, number) for number in range(_REFERRED // 2)]
            ids = [*own, *list(sample)[: _REFERRED // 2]]
            self.referred[name] = Random(name).sample(ids, len(ids))
        return self.referred[name]


def _again(connection: Connection, name: str) -> list[dict[str, object]]:
    """Return records of the sample under numbers of their own, as if entered twice."""
    table = kinds()[name].table()
    first = select(table).where(table.c.deleted.is_(False)).order_by(table.c.id).limit(_AGAIN)
    found = connection.execute(first).mappings()
    return [{**row, "id": _id(name, _OTHERS + at)} for at, row in enumerate(found)]


def _id(name: str, number: int) -> str:
    """Return a record number of a laptop that there is not."""
    return f"M{list(kinds()).index(name):07d}-{number + 1}"


@cache
def _values(form: Format[Value]) -> Sequence[Value]:
    """Return the values for fields of a format; none: any text."""
    if isinstance(form, Choice):
        return [option.code for option in form.options()]
    if isinstance(form, Money):
        return _RUPEES
    if isinstance(form, Whole):
        return [one for one in _NUMBERS if one <= (form.most or one)]
    return next((values for kind, values in _OF_FORMAT.items() if isinstance(form, kind)), ())
