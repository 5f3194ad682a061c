"""Rules of a common shape, declared for any kind."""

from __future__ import annotations

from datetime import date

from fieldkit import reference
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import RuleContext, Severity, rule
from fieldkit.records.fields.formats import show_date


def in_order(kind: type[Record], *fields: str, source: str) -> None:
    """Declare that the dates in ``fields`` never go backwards; empty ones are passed over.

    A date that does not apply to the record (an earlier journey of a returned parcel) is not
    compared. The finding stands beside the later step.
    """
    for place in range(1, len(fields)):
        _after(kind, fields[place], fields[:place], source)


def _after(kind: type[Record], name: str, earlier: tuple[str, ...], source: str) -> None:
    @rule(kind, name, source=source)
    def dates_in_order(record: Record, _case: RuleContext) -> str | None:
        """No step is dated before the one it follows."""
        day = record.answer(name)
        if not isinstance(day, date):
            return None
        for step in reversed(earlier):
            before = record.answer(step)
            if isinstance(before, date):
                if before <= day:
                    return None
                labels = record.fields()[name].label, record.fields()[step].label.casefold()
                return f"{labels[0]} cannot be before {labels[1]}, {show_date(before)}."
        return None


def exactly_one(kind: type[Record], first: str, second: str, *, what: str, source: str) -> None:
    """Declare that one of two fields is filled and not both; ``what`` names them in a sentence."""

    @rule(kind, first, source=source)
    def exactly_one_of_two(record: Record, _case: RuleContext) -> str | None:
        """One of the two is given, never both."""
        given = [name for name in (first, second) if record.value(name) is not None]
        if len(given) == 1:
            return None
        return f"Give {what}." if not given else f"Give {what}, not both."


def branch_on_the_list(kind: type[Record]) -> None:
    """Declare that an IFSC that is not on the list is remarked on: it may be new, or mistyped."""

    @rule(kind, "ifsc", source="RBI list of IFSC (razorpay/ifsc)", severity=Severity.WARN)
    def known_branch(record: Record, _case: RuleContext) -> str | None:
        """The branch is on the list."""
        ifsc = record.value("ifsc")
        if not isinstance(ifsc, str) or reference.branch(ifsc):
            return None
        return "No branch in J&K is known by this IFSC. Check it against the passbook."


def pin_in_district(kind: type[Record]) -> None:
    """Declare that a PIN code of another district is remarked on."""

    @rule(kind, "pin", source="pincodes.csv (India Post)", severity=Severity.WARN)
    def pin_of_district(record: Record, _case: RuleContext) -> str | None:
        """The PIN code lies in the record's district."""
        pin = record.value("pin")
        there = reference.district_of_pincode(pin) if isinstance(pin, str) else None
        if there is None or not record.district or there == record.district:
            return None
        place = reference.option("district", there)
        return f"This PIN code lies in {place.label if place else 'another district'}. Check it."
