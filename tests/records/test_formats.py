from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit import reference
from fieldkit.records import kinds
from fieldkit.records.fields.formats import (
    BARCODE,
    FIGURE,
    IFSC,
    PAN,
    PIN,
    UDYAM,
    AadhaarLastFour,
    Account,
    Born,
    Choice,
    Code,
    Date,
    Doubtful,
    FinancialYear,
    Format,
    Mobile,
    Moment,
    Money,
    PersonName,
    PortalNumber,
    Reference,
    Text,
    Unfit,
    Value,
    Whole,
    YesNo,
    indian,
    read_date,
    show_date,
)

AADHAAR = "999941057058"
"""UIDAI's own test number: no person's."""
TODAY = date(2026, 11, 21)

FORMATS: dict[str, Format] = {
    "format": Format(),
    "text": Text(),
    "name": PersonName(),
    "code": Code(),
    "portal": PortalNumber(),
    "mobile": Mobile(),
    "aadhaar": AadhaarLastFour(),
    "account": Account(),
    "pin": PIN,
    "ifsc": IFSC,
    "pan": PAN,
    "udyam": UDYAM,
    "barcode": BARCODE,
    "whole": Whole(least=-(10**9)),
    "money": Money(),
    "yesno": YesNo(),
    "date": Date(),
    "past": Date(past=True),
    "born": Born(),
    "moment": Moment(),
    "year": FinancialYear(),
    "trade": Choice("trade"),
    "block": Choice("block", within="district"),
    "reference": Reference(kinds=("beneficiary",)),
}
each = pytest.mark.parametrize("name", FORMATS)

alphabets = st.sampled_from(
    [
        "०१२३४५६७८९कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह़ािीुूेैोौ्ंँ \u200c\u200d",
        "۰۱۲۳۴۵۶۷۸۹ابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنوہھءیے \u200c\u200d",
        "0123456789 -/.,:+eExX'TZ",
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789-/.'",
        "👩🏽‍🌾👨‍👩‍👧🇮🇳❤️1️⃣ ",
        "\x00\x07\x1b[31m\u202e\u2066\u200b\ufeff\ud800\x7f\x85\u2028",
    ]
)
anything = st.one_of(
    st.text(st.characters(), max_size=60),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "Cn", "L", "N"]), max_size=60),
    alphabets.flatmap(lambda letters: st.text(st.sampled_from(letters), max_size=40)),
)


def parsed(kept_as: Format, typed: str) -> Value:
    """Read and confirm; None where it is refused."""
    try:
        return kept_as.parse(typed, confirmed=True)
    except Unfit:
        return None


def stands(kept_as: Format, value: Value) -> None:
    """Assert that a value survives being edited unchanged, sent and shown."""
    assert kept_as.parse(kept_as.edit(value), confirmed=True) == value
    sent = value.isoformat() if isinstance(value, date) else value
    assert kept_as.read(sent) == value
    shown = kept_as.show(value)
    emoji_to_come = [c for c in shown if unicodedata.category(c) == "Cn"]
    assert all("\U0001f000" <= c <= "\U0001faff" for c in emoji_to_come)
    known = "".join(c for c in shown if c not in emoji_to_come)
    assert known.isprintable() or any(joiner in known for joiner in "\u200c\u200d")
    assert not set(shown) & set("\x1b\u202e\u2066\u200b\ufeff")


@each
@given(typed=anything)
def test_anything_typed_is_read_and_stands_or_is_unfit(name: str, typed: str) -> None:
    value = parsed(FORMATS[name], typed)
    if value is not None:
        stands(FORMATS[name], value)


VALUES: dict[str, st.SearchStrategy[str]] = {
    "mobile": st.from_regex(r"\A(\+91|0|91)?[ -]?[6-9][0-9]{4}[ -]?[0-9]{5}\Z"),
    "account": st.from_regex(r"\A[0-9]{9,18}\Z"),
    "ifsc": st.from_regex(r"\A[A-Za-z]{4}[0Oo][A-Za-z0-9]{6}\Z"),
    "pin": st.from_regex(r"\A(18[01245]|19[0-3]) ?[0-9]{3}\Z"),
    "pan": st.from_regex(r"\A[A-Z]{3}P[A-Z][0-9]{4}[A-Z]\Z"),
    "udyam": st.from_regex(r"\AUDYAM-JK-[0-9]{2}-[0-9]{7}\Z"),
    "barcode": st.from_regex(r"\A[A-Z]{2}[0-9]{9}IN\Z"),
    "whole": st.integers(-(10**9), 10**9).map(str),
    "money": st.integers(0, 10**9).map(lambda rupees: f"Rs. {indian(rupees)}/-"),
    "yesno": st.sampled_from(["y", "No", "TRUE", "हाँ"]),
    "date": st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(lambda day: f"{day:%d/%m/%Y}"),
    "born": st.dates(date(1930, 1, 1), date(2025, 12, 31)).map(show_date),
    "moment": st.datetimes(datetime(1970, 1, 2), datetime(2199, 1, 1)).map(str),  # noqa: DTZ001
    "year": st.integers(0, 98).map(lambda year: f"20{year:02d}-{year + 1:02d}"),
    "reference": st.integers(1, 10**9).map(lambda number: f"7kq2m9xd-{number}"),
    "portal": st.from_regex(r"\A[A-Z0-9/-]{6,24}\Z"),
    "aadhaar": st.from_regex(r"\A[xX* -]{0,10}[0-9]{4}\Z"),
}


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
def test_what_fits_is_read_and_stands(name: str, data: st.DataObject) -> None:
    typed = data.draw(VALUES[name])
    value = FORMATS[name].parse(typed, confirmed=True)
    if name not in {"portal"}:
        assert value is not None
    if value is not None:
        stands(FORMATS[name], value)


@each
@pytest.mark.parametrize("letter", ["a", "9", "क", "ب", "👩", "\u0301", " ", "\u202e"])
def test_ten_thousand_characters_are_read_or_unfit(name: str, letter: str) -> None:
    value = parsed(FORMATS[name], letter * 10_000)
    assert value is None or name == "format"


@each
@given(value=st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50))
def test_any_json_value_is_read_or_unfit(name: str, value: object) -> None:
    try:
        read = FORMATS[name].read(value)
    except Unfit:
        return
    assert FORMATS[name].show(read).isprintable() or isinstance(value, str)
    assert "\x1b" not in FORMATS[name].show(read)


@each
@pytest.mark.parametrize("typed", ["", "  ", "-", "--", "NA", "N/A", "n.a.", "Nil", "#N/A", "null"])
def test_what_stands_for_nothing_is_empty(name: str, typed: str) -> None:
    if name not in {"yesno"}:
        assert FORMATS[name].parse(typed) is None


@each
def test_a_whole_aadhaar_number_is_never_kept(name: str) -> None:
    kept_as = FORMATS[name]
    for typed in (AADHAAR, "9999 4105 7058", "९९९९ ४१०५ ७०५८", "9999-4105-7058"):
        if kept_as.may_hold_twelve_digits:
            with pytest.raises(Doubtful, match="could be an Aadhaar"):
                kept_as.parse(typed)
        else:
            with pytest.raises(Unfit):
                kept_as.parse(typed, confirmed=True)
            with pytest.raises(Unfit):
                kept_as.read(typed)


@pytest.mark.parametrize("name", ["format", "text"])
def test_a_number_hidden_in_remarks_is_refused(name: str) -> None:
    with pytest.raises(Unfit, match="Aadhaar"):
        FORMATS[name].parse(f"card seen, no. {AADHAAR[:4]} {AADHAAR[4:8]} {AADHAAR[8:]}, ok")


def test_an_account_that_looks_like_one_is_kept_once_confirmed() -> None:
    assert Account().parse(AADHAAR, confirmed=True) == AADHAAR
    assert Account().parse("999941057059") == "999941057059"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Zoona \t Bano\n", "Zoona Bano"),
        ("चाडूरा क्‍षेत्र", "चाडूरा क्‍षेत्र"),
        ("می‌خواہم", "می‌خواہم"),
        ("👩‍🌾 farmer 👨‍👩‍👧", "👩‍🌾 farmer 👨‍👩‍👧"),
        ("Zoo\u200bna\u202e Bano\ufeff", "Zoona Bano"),
        ("e\u200b\u0301", "é"),
        ("\u200dZoona\u200c", "Zoona"),
        ("[red]x[/]", "[red]x[/]"),
        ("=1+1", "=1+1"),
    ],
)
def test_text_is_cleaned_and_keeps_its_spelling(typed: str, kept: str) -> None:
    assert Text().parse(typed) == kept


@pytest.mark.parametrize("typed", ["\x1b[31mred", "bell\x07", "half \ud83d", "own \ue000", "\x00"])
def test_text_that_cannot_be_shown_is_refused(typed: str) -> None:
    with pytest.raises(Unfit, match="cannot be shown"):
        Text().parse(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ASHA DEVI", "Asha Devi"),
        ("gh. nabi dar", "Gh. Nabi Dar"),
        ("MA'AROOF", "Ma'aroof"),
        ("McDonald", "McDonald"),
        ("NOOR-UD-DIN", "Noor-Ud-Din"),
        ("हरीश कुमार", "हरीश कुमार"),
        ("NIL", None),
    ],
)
def test_names_typed_in_one_case_are_tidied(typed: str, kept: str | None) -> None:
    assert PersonName().parse(typed) == kept


@pytest.mark.parametrize("typed", ["Asha 2", "आशा १", "(.)", "A" * 101])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(Unfit):
        PersonName().parse(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "9419011432",
        "94190 11432",
        "+91 9419011432",
        "+91-94190-11432",
        "+91 (0) 94190 11432",
        "919419011432",
        "00919419011432",
        "09419011432",
        "9419011432.0",
        "'9419011432",
        "94190–11432",
        "९४१९०११४३२",
        "۹۴۱۹۰۱۱۴۳۲",
    ],
)
def test_mobiles_are_read_as_they_are_written(typed: str) -> None:
    assert Mobile().parse(typed) == "9419011432"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("9.41912E+09", "changed this mobile"),
        ("9,41912E+09", "changed this mobile"),
        ("9.41912e9", "changed this mobile"),
        ("94190114", "8 digits: 2 missing"),
        ("94190114321", "11 digits: 1 too many"),
        ("5419011432", "begins with 6, 7, 8 or 9"),
        ("9419O11432", "only digits"),
        ("9419011432/7006011432", "two mobile numbers"),
        ("0194-2452345", "begins with 6, 7, 8 or 9"),
    ],
)
def test_a_wrong_mobile_says_why(typed: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        Mobile().parse(typed)


def test_a_mobile_is_shown_in_two_groups() -> None:
    assert Mobile().show("9419011432") == "94190 11432"


@pytest.mark.parametrize("typed", ["7058", "XXXX XXXX 7058", "xxxxxxxx7058", "70 58", "७०५८"])
def test_the_last_four_are_read(typed: str) -> None:
    assert AadhaarLastFour().parse(typed) == "7058"


@pytest.mark.parametrize(
    ("kept_as", "typed", "kept"),
    [
        (IFSC, "jaka0chadoo", "JAKA0CHADOO"),
        (IFSC, "JAKAOCHADOO", "JAKA0CHADOO"),
        (IFSC, "JAKA 0CHADOO", "JAKA0CHADOO"),
        (PIN, "191 113", "191113"),
        (PIN, "191113.0", "191113"),
        (Account(), "0045-0405-0000123", "004504050000123"),
        (Account(), "'004504050000123", "004504050000123"),
        (PAN, "abcpd1234e", "ABCPD1234E"),
        (Code(), "jk / 12-3", "JK/12-3"),
        (Money(), "Rs. 1,54,881/-", 154881),
        (Money(), "₹ 15000.00", 15000),
        (Money(), "15,000 Rs", 15000),
        (Money(), "1.5 lakh", 150000),
        (Money(), "2 Cr", 20000000),
        (Money(), "0.29 lakh", 29000),
        (Whole(), "1,54,881", 154881),
        (Whole(), "12.0", 12),
        (Whole(), "१२", 12),
        (YesNo(), "Y", True),
        (YesNo(), "नहीं", False),
        (FinancialYear(), "FY 25-26", "2025-26"),
        (FinancialYear(), "2025–2026", "2025-26"),
        (Born(), "1984", "1984"),
        (Born(), "1984.0", "1984"),
        (Born(), "23/01/1984", "1984-01-23"),
        (Born(), "00/00/0000", None),
        (Reference(), "7kq2m9xd 142", "7KQ2M9XD-142"),
    ],
)
def test_values_are_read_as_they_are_written(kept_as: Format, typed: str, kept: Value) -> None:
    assert kept_as.parse(typed) == kept


@pytest.mark.parametrize(
    ("kept_as", "typed"),
    [
        (IFSC, "JAKA1CHADOO"),
        (PIN, "110001"),
        (PIN, "183101"),
        (PIN, "194101"),
        (Account(), "12345678"),
        (PAN, "ABCCD1234E"),
        (Money(), "-5"),
        (Money(), "15000.50"),
        (Money(), "0.000001 lakh"),
        (Whole(most=100), "101"),
        (FinancialYear(), "2025-27"),
        (FinancialYear(), "2025"),
        (Born(), "01/01/2090"),
        (Born(), "1850"),
        (Moment(), "yesterday"),
        (Moment(), "0001-01-01T00:00:00+05:30"),
        (Reference(), "142"),
        (Choice("trade"), "astronaut"),
    ],
)
def test_values_that_do_not_fit_are_refused(kept_as: Format, typed: str) -> None:
    with pytest.raises(Unfit):
        kept_as.parse(typed)


def test_an_account_broken_by_a_spreadsheet_says_so() -> None:
    with pytest.raises(Unfit, match="changed this account"):
        Account().parse("1.23457E+15")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("23/01/1984", date(1984, 1, 23)),
        ("23-1-1984", date(1984, 1, 23)),
        ("23.01.84", date(1984, 1, 23)),
        ("23 / 01 / 1984", date(1984, 1, 23)),
        ("2301 1984", date(1984, 1, 23)),
        ("230184", date(1984, 1, 23)),
        ("23011984", date(1984, 1, 23)),
        ("2301", date(2026, 1, 23)),
        ("2312", date(2025, 12, 23)),
        ("15-Aug-88", date(1988, 8, 15)),
        ("15 August, 1988", date(1988, 8, 15)),
        ("15th Aug 1988", date(1988, 8, 15)),
        ("15AUG88", date(1988, 8, 15)),
        ("15-Sept-1988", date(1988, 9, 15)),
        ("Aug 15, 1988", date(1988, 8, 15)),
        ("15/08/'88", date(1988, 8, 15)),
        ("1988-08-15", date(1988, 8, 15)),
        ("1988-08-15 00:00:00", date(1988, 8, 15)),
        ("1988-08-15T10:22:00.000Z", date(1988, 8, 15)),
        ("15/08/1988 10:22 AM", date(1988, 8, 15)),
        ("32370", date(1988, 8, 15)),
        ("32370.0", date(1988, 8, 15)),
        ("32370.4375", date(1988, 8, 15)),
        ("१५/०८/१९८८", date(1988, 8, 15)),
        ("'15/08/1988", date(1988, 8, 15)),
        ("29/02/2024", date(2024, 2, 29)),
        ("today", TODAY),
        ("21/11/26", date(2026, 11, 21)),
        ("01/01/27", date(2027, 1, 1)),
        ("01/01/47", date(1947, 1, 1)),
    ],
)
def test_dates_are_read_as_they_are_written(typed: str, day: date) -> None:
    assert read_date(typed, TODAY, past=True) == day


def test_days_to_come_keep_this_year_and_century() -> None:
    assert read_date("2312", TODAY, past=False) == date(2026, 12, 23)
    assert read_date("01/01/27", TODAY, past=False) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("31/02/1984", "no such date"),
        ("29/02/2023", "no such date"),
        ("31-Nov-1990", "no such date"),
        ("00/01/1984", "no such date"),
        ("08/15/1988", "Write the day first"),
        ("23/01/0084", "year 0084"),
        ("23/01/2984", "year 2984"),
        ("15 Foo 1988", "no month"),
        ("tomorrow", "A date looks like"),
        ("99999", "year 2173"),
        ("42", "A date looks like"),
        ("23/01/198", "A date looks like"),
        ("1/2/3/4", "A date looks like"),
    ],
)
def test_a_wrong_date_says_why(typed: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        read_date(typed, TODAY, past=True)


@given(st.dates(date(1928, 1, 1), date(2099, 12, 31)))
def test_every_day_reads_back_in_every_writing(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    writings: list[Callable[[], str]] = [
        lambda: show_date(day),
        lambda: day.isoformat(),
        lambda: f"{day:%d/%m/%Y}",
        lambda: f"{day:%d%m%Y}",
        lambda: f"{day:%d%m} {day.year}",
        lambda: str(serial),
    ]
    assert {read_date(write(), TODAY, past=False) for write in writings} == {day}


def test_a_day_with_a_time_is_read_as_the_day() -> None:
    assert Date().read(datetime(1984, 1, 23, 12, 0, tzinfo=UTC)) == date(1984, 1, 23)
    assert type(Date().read(datetime(1984, 1, 23, tzinfo=UTC))) is date


def test_a_time_without_a_zone_is_indias() -> None:
    assert Moment().parse("2026-11-21T16:12:00") == Moment().parse("2026-11-21T10:42:00Z")
    assert Moment().show(0) == "01 Jan 1970 05:30"


@given(st.integers(0, 2**32))
def test_a_moment_shows_indias_clock(seconds: int) -> None:
    wall = datetime(1970, 1, 1, 5, 30) + timedelta(seconds=seconds)  # noqa: DTZ001
    assert Moment().show(seconds) == f"{show_date(wall.date())} {wall:%H:%M}"


@given(st.integers(-(10**15), 10**15))
def test_indian_grouping(number: int) -> None:
    grouped = indian(number)
    assert int(grouped.replace(",", "")) == number
    assert (
        grouped.lstrip("-").split(",")[-1]
        == f"{abs(number) % 1000:0{min(3, len(str(abs(number))))}d}"
    )
    assert all(len(group) == 2 for group in grouped.lstrip("-").split(",")[1:-1])


def declared_lists() -> list[str]:
    formats = (field.format for kind in kinds().values() for field in kind.fields().values())
    return sorted({kept_as.list for kept_as in formats if isinstance(kept_as, Choice)})


@pytest.mark.parametrize("name", declared_lists())
def test_every_entry_of_every_list_reads_back_by_code_and_label(name: str) -> None:
    kept_as = Choice(name)
    labels = [option.label for option in kept_as.options()]
    for option in kept_as.options():
        assert kept_as.parse(kept_as.edit(option.code)) == option.code
        assert kept_as.read(option.code) == option.code
        assert reference.option(name, option.code) == option
        if labels.count(option.label) == 1:
            assert kept_as.parse(option.label.upper()) == option.code


def test_a_code_of_another_version_is_kept_but_never_an_escape() -> None:
    assert Choice("trade").read("TR99") == "TR99"
    assert Choice("trade").show("TR99") == "TR99"
    for odd in ("\x1b[31m", "x" * 41, AADHAAR, -1, 10**12, True, 1.5, ["x"]):
        with pytest.raises(Unfit):
            Choice("trade").read(odd)


def test_every_format_of_every_kind_reads_nothing_as_nothing() -> None:
    for kind in kinds().values():
        for name, field in kind.fields().items():
            assert field.format.parse("") is None, name
            assert field.format.read(None) is None, name
            assert field.format.edit(None) == "", name
            assert field.format.show(None) == "", name


@pytest.mark.parametrize("odd", [f"7KQ2M9XD-{AADHAAR}", "12345678-5", "7KQ2M9XD-0", "7KQ2M9XO-5x"])
def test_a_reference_that_only_looks_like_one_is_not_read(odd: str) -> None:
    assert Reference().read("7KQ2M9XD-142") == "7KQ2M9XD-142"
    with pytest.raises(Unfit):
        Reference().read(odd)


@pytest.mark.parametrize(
    ("typed", "figure"),
    [
        ("1,54,881", 154_881.0),
        ("99.3", 99.3),
        ("99.3 %", 99.3),
        ("2.33 lakh", 233_000.0),
        ("Rs 528.86 crore", 5_288_600_000.0),
        ("0", 0.0),
    ],
)
def test_a_figure_is_read_as_published(typed: str, figure: float) -> None:
    assert FIGURE.parse(typed) == figure


@pytest.mark.parametrize("typed", ["70000-80000", "many", "-5", "1.2.3", "99999 crore crore"])
def test_what_is_no_figure_is_refused(typed: str) -> None:
    with pytest.raises(Unfit):
        FIGURE.parse(typed)


@given(st.floats(min_value=0, max_value=1e13).map(lambda number: round(number, 2)))
def test_a_figure_reads_back_as_it_is_shown(number: float) -> None:
    assert FIGURE.parse(FIGURE.edit(number)) == number
    assert FIGURE.read(number) == number
