"""Rules of a common shape, declared for any kind."""

from __future__ import annotations

from datetime import date

from fieldkit import reference
from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, rule


def in_order(kind: type[Record], *fields: str, source: str) -> None:
    """Declare that the dates in ``fields`` never go backwards; empty ones are passed over.

    A date that does not apply to the record (an earlier journey of a returned parcel) is not
    compared. The finding stands beside the later step.
    """
    for place in range(1, len(fields)):
        _after(kind, fields[place], fields[:place], source)


def _after(kind: type[Record], name: str, earlier: tuple[str, ...], source: str) -> None:
    says = "{field:label} cannot be before {step:label lower}, {day:date}."

    @rule(kind, name, source=source, says=says)
    def dates_in_order(record: Record, _context: RuleContext) -> Broken | None:
        """No step is dated before the one it follows."""
        day = record.answer(name)
        if not isinstance(day, date):
            return None
        for step in reversed(earlier):
            before = record.answer(step)
            if isinstance(before, date):
                return Broken(step=step, day=before) if before > day else None
        return None


def exactly_one(kind: type[Record], *fields: str, what: str, source: str) -> None:
    """Declare that one of the fields is filled and no more; ``what`` names them in a sentence."""
    says = {"neither": f"Enter {what}.", "both": f"Enter only one: {what}."}

    @rule(kind, fields[0], source=source, says=says)
    def exactly_one_of_two(record: Record, _context: RuleContext) -> Broken | None:
        """One of them is given, never two."""
        given = sum(record.value(name) is not None for name in fields)
        return None if given == 1 else Broken("both" if given else "neither")


def at_most_one(kind: type[Record], *fields: str, what: str, source: str) -> None:
    """Declare that no two of the fields are filled; ``what`` names them in a sentence."""

    @rule(kind, fields[0], source=source, says=f"Enter only one: {what}.")
    def at_most_one_of_them(record: Record, _context: RuleContext) -> bool:
        """One of them is given, or none."""
        return sum(record.value(name) is not None for name in fields) > 1


def branch_on_the_list(kind: type[Record]) -> None:
    """Declare a warning for an IFSC that is not on the list: it may be new, or mistyped."""

    @rule(
        kind,
        "ifsc",
        source="RBI list of IFSC (razorpay/ifsc)",
        severity=Severity.WARN,
        says="No branch in J&K is known with this IFSC. Check it in the passbook.",
    )
    def known_branch(record: Record, _context: RuleContext) -> bool:
        """The branch is on the list."""
        ifsc = record.value("ifsc")
        return isinstance(ifsc, str) and not reference.branch(ifsc)


def pin_in_district(kind: type[Record]) -> None:
    """Declare a warning for a PIN code of another district."""

    @rule(
        kind,
        "pin",
        source="pincodes.csv (India Post)",
        severity=Severity.WARN,
        says="This PIN code is in {there:district}. Check it.",
    )
    def pin_of_district(record: Record, _context: RuleContext) -> Broken | None:
        """The PIN code lies in the record's district."""
        pin = record.value("pin")
        there = reference.district_of_pincode(pin) if isinstance(pin, str) else None
        if there is None or not record.district or there == record.district:
            return None
        return Broken(there=there)
