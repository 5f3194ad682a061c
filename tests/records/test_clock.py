"""A laptop whose clock is wrong: it is told, and keeps taking what is true."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest

from fieldkit.records import RuleContext, Severity, Unfit, Value, judge
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.fields.dates import RELEASED, Born, Date, believed, day_at, today

WRONG = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2001, 5, 5, tzinfo=UTC),
    datetime(2026, 10, 31, 12, tzinfo=UTC),
    datetime(2099, 1, 1, tzinfo=UTC),
]


def stand(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(time, "time", moment.timestamp)


def said(on: date, **values: Value) -> dict[str, Severity]:
    artisan = Beneficiary.of({"id": "7KQ2M9XD-1", "name": "Ali", "trade_code": "CARP", **values})
    return {finding.name: finding.severity for finding in judge(artisan, RuleContext(on))}


@pytest.mark.parametrize("moment", WRONG)
def test_today_is_never_what_no_clock_can_say(
    monkeypatch: pytest.MonkeyPatch, moment: datetime
) -> None:
    stand(monkeypatch, moment)
    assert today() == RELEASED


def test_today_begins_in_india(monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, datetime(2027, 3, 4, 18, 29, tzinfo=UTC))
    assert today() == date(2027, 3, 4)
    stand(monkeypatch, datetime(2027, 3, 4, 18, 30, tzinfo=UTC))
    assert today() == date(2027, 3, 5)


@pytest.mark.parametrize("moment", WRONG)
def test_what_is_typed_is_read_by_a_wrong_clock_too(
    monkeypatch: pytest.MonkeyPatch, moment: datetime
) -> None:
    stand(monkeypatch, moment)
    assert Born().parse("2004") == "2004"
    assert Born().parse("23/01/88") == "1988-01-23"
    assert Born().parse("23/01/1935") == "1935-01-23"
    assert Date(past=True).parse("21/11/26") == date(2026, 11, 21)
    assert Date(past=True).parse("21/11/28") == date(2028, 11, 21)


def test_a_birth_of_two_digits_is_not_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, datetime(2027, 3, 4, tzinfo=UTC))
    assert Born().parse("01/01/45") == "1945-01-01"
    with pytest.raises(Unfit, match="living person"):
        Born().parse("05/03/2027")


@pytest.mark.parametrize("moment", WRONG)
def test_a_wrong_clock_stops_no_artisan(moment: datetime) -> None:
    on = believed(day_at(int(moment.timestamp())))
    assert said(on, born="1988-02-03") == {}
    assert said(on, born="2010-02-03") == {"adult_by_year": Severity.WARN}
    assert said(on, registered_on=date(2028, 1, 1)) == {}
    assert said(on, born="2010-02-03", registered_on=date(2027, 6, 1)) == {"adult": Severity.BLOCK}


def test_a_clock_that_may_be_right_is_taken_at_its_word() -> None:
    assert said(date(2026, 11, 21), born="2010-02-03") == {"adult": Severity.BLOCK}
    assert said(date(2028, 11, 21), born="2010-02-03") == {}
