"""One question of a form: the text typed, what it is read as, and what it could mean.

Pure. A field never refuses a text; it says beside it what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto

from fieldkit import reference
from fieldkit.aadhaar import holds_aadhaar
from fieldkit.plain_text import plain
from fieldkit.protocol.identity import read_id
from fieldkit.records.declaration.field import Field
from fieldkit.records.fields.formats import (
    AadhaarLastFour,
    Account,
    Born,
    Choice,
    Date,
    Doubtful,
    FinancialYear,
    Format,
    Mobile,
    Money,
    PortalNumber,
    Reference,
    Unfit,
    Value,
    Whole,
    YesNo,
    today,
)
from fieldkit.screens.widgets.line_edit import FieldText, tame

UNKNOWN = "not on this laptop"
NOT_CHOSEN = "Not chosen yet. Type a name or number; Right marks one, Enter takes it."
_EXAMPLES: tuple[tuple[type[Format], str], ...] = (
    (Born, "23/01/1984, 2301 1984, 23 Jan 1984, or the year alone: 1984."),
    (Date, "23/01/2026, 2301 2026, 23 Jan 2026; 2301 is this year; today."),
    (Mobile, "Ten digits: 94190 11432. +91 or 0 in front is dropped."),
    (AadhaarLastFour, "0143. Never more than the last four digits."),
    (Account, "9 to 18 digits, zeros in front too."),
    (PortalNumber, "Letters and digits, as on the paper."),
    (Money, "15000 or 15,000: whole rupees."),
    (YesNo, "y or n."),
    (FinancialYear, "2025-26."),
    (Choice, "The first letters, or a number of the list below; Left and Right walk it."),
    (Reference, "A name with the village, a mobile, or a number like 7KQ2M9XD-142."),
)


class State(Enum):
    """What the words to the right of a text are."""

    READ = auto()
    """What the text is read as, or why it is asked."""
    WRONG = auto()
    """What is wrong with it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing a typed text could mean."""

    text: str
    """What stands in the field once it is taken."""
    label: str
    """What it is called."""
    sure: bool = False
    """Whether it is likely enough to be marked before anyone chose it (references)."""


@dataclass(slots=True)
class FormField:
    """The state of one question."""

    name: str
    ask: Field
    box: FieldText = field(default_factory=FieldText)
    value: Value = None
    problem: str = ""
    """Why the text does not fit; empty if it does."""
    doubtful: bool = False
    """The problem goes away when the person says it is meant."""
    finding: str = ""
    """What a rule said about the field, until its text changes."""
    opened: str = ""
    """The text the form opened with."""
    original: Value = None
    """The value the form opened with."""
    offered: str = ""
    """The text that followed from other fields, as put here by the form."""
    confirmed: bool = False
    """Whether the person said that the text is meant."""
    history: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.box.text

    @property
    def changed(self) -> bool:
        """Whether the text is another than the form opened with."""
        return self.text != self.opened

    def open(self, value: Value, *, new: bool) -> None:
        """Start from a record's value, or from what stands in a new record until it is changed."""
        form = self.ask.format
        self.original = value
        if new and self.ask.default:
            try:
                self.opened = form.edit(form.parse(self.ask.default))
            except Unfit:
                self.opened = self.ask.default
        elif value is not None:
            self.opened = tame(form.edit(value))
        self.box.put(self.opened)

    @property
    def closed(self) -> bool:
        """Whether the answer is one of a list that cannot grow by typing."""
        return isinstance(self.ask.format, Choice | YesNo)

    @property
    def searched(self) -> bool:
        """Whether what was typed is looked for among other records."""
        return isinstance(self.ask.format, Reference)

    @property
    def typed_over(self) -> bool:
        """Whether a character typed on arrival replaces the text: it is no use in part."""
        whole = self.closed or self.searched or isinstance(self.ask.format, Date | Whole)
        return whole or self.text in {self.offered, self.opened if self.ask.default else ""}

    @property
    def nested_in(self) -> str:
        """The field whose value narrows the list; empty if none does."""
        return self.ask.format.within if isinstance(self.ask.format, Choice) else ""

    def read(self, within: Value = None) -> None:
        """Read the text; ``within`` narrows a list that nests."""
        self.problem, self.doubtful = "", False
        if self.opened and not self.changed and self.original is not None:
            self.value = self.original
            return
        try:
            self.value = self._parse(within)
        except Doubtful as doubt:
            self.value, self.problem, self.doubtful = None, str(doubt), True
        except Unfit as unfit:
            self.value, self.problem = None, str(unfit)

    def _parse(self, within: Value) -> Value:
        form = self.ask.format
        if isinstance(form, Choice) and self.text.strip():
            number = numbered(form.options(within), self.text)
            if number is not None:
                return number.code
            found = form.matching(self.text, within)
            only = reference.exact(found, self.text) or (found[0] if len(found) == 1 else None)
            if only is not None:
                return only.code
        if self.searched and self.text.strip() and read_id(self.text) is None:
            raise Unfit(NOT_CHOSEN)
        return form.parse(self.text, confirmed=self.confirmed)

    def set_typed(self, text: str) -> None:
        """Replace the text, to be read again; the one before it can be brought back."""
        self.remember()
        self.box.put(text)
        self.finding, self.confirmed = "", False

    def take(self, chosen: Candidate) -> bool:
        """Put the chosen candidate in; say whether the text changed. What reads so may stand."""
        form = self.ask.format
        by_place = isinstance(form, Choice) and self.text.strip().isdecimal()
        stands = self.closed and not by_place and form.edit(self.value) == chosen.text
        if stands or self.text == chosen.text:
            return False
        self.set_typed(chosen.text)
        return True

    def remember(self) -> None:
        """Keep the present text for undo."""
        if not self.history or self.history[-1] != self.text:
            self.history.append(self.text)

    def undo(self) -> bool:
        """Bring the text before back; say whether there was one."""
        while self.history:
            text = self.history.pop()
            if text != self.text:
                self.box.put(text)
                return True
        return False

    def candidates(self, within: Value, *, whole: bool) -> tuple[Candidate, ...]:
        """Return what the text of a closed list could mean; ``whole``: the list, unfiltered."""
        form = self.ask.format
        if isinstance(form, YesNo):
            every = (Candidate("yes", "yes"), Candidate("no", "no"))
            typed = "" if whole else self.text.strip().casefold()
            return tuple(one for one in every if one.label.startswith(typed))
        if not isinstance(form, Choice):
            return ()
        number = None if whole else numbered(form.options(within), self.text)
        found = form.options(within) if whole else form.matching(self.text, within)
        return tuple(
            Candidate(str(one.code), one.label) for one in ((number,) if number else found)
        )

    def numbers(self, within: Value) -> bool:
        """Say whether a number typed picks an entry by its place."""
        form = self.ask.format
        return isinstance(form, Choice) and not _has_digits(form.options(within))

    def note(self, names: Mapping[str, str]) -> tuple[str, State]:
        """Return what stands to the right of the text; ``names``: labels of records by id."""
        if self.problem or self.finding:
            return self.problem or self.finding, State.WRONG
        if self.value is None:
            return "", State.READ
        return self._read_as(names), State.READ

    def _read_as(self, names: Mapping[str, str]) -> str:
        form = self.ask.format
        if self.searched:
            return names.get(str(self.value), "")
        said = form.show(self.value)
        if isinstance(form, Choice):
            entry = reference.option(form.list, self.value)
            return entry.marked_label if entry else said
        if isinstance(form, Born) and isinstance(self.value, str):
            return f"{said}, {_years(self.value)} years"
        return "" if said == self.text.strip() else said

    def kept_text(self, *, typing: bool = False) -> str:
        """Return the text as it may be written into a draft.

        Never a whole Aadhaar number, nor, while ``typing``, digits that may become one; dates with
        their year, so that they mean the same tomorrow.
        """
        form = self.ask.format
        digits = sum(character.isdecimal() for character in self.text)
        may_grow = typing and not (form.may_hold_twelve_digits or isinstance(form, Mobile | Date))
        doubtful = holds_aadhaar(self.text) and not self.confirmed
        if not form.may_rest(self.text) or doubtful or (may_grow and digits > 4):
            return ""
        dated = isinstance(form, Date) and self.value is not None
        return form.edit(self.value) if dated else self.text

    def explain(self) -> list[str]:
        """Return help on the field, a paragraph an entry."""
        ask = self.ask
        example = next((text for form, text in _EXAMPLES if isinstance(ask.format, form)), "")
        return [
            text
            for text in (
                ask.help,
                f"How to type it: {example}" if example else "",
                f"Needed: {ask.required}." if ask.required else "",
                f"Due before {ask.due}; until then it may be empty." if ask.due else "",
            )
            if text
        ]


def unmarked(found: Sequence[Candidate], typed: str) -> str:
    """Say why a reference that was left is not filled."""
    if not found:
        return (
            f'Nobody and nothing found by "{typed.strip()[:40]}". Register it first, or type more.'
        )
    return NOT_CHOSEN


def numbered(options: Sequence[reference.Option], typed: str) -> reference.Option | None:
    """Return the option whose place in the list was typed, where codes are not digits."""
    digits = plain(typed.strip())
    if not (digits.isdecimal() and len(digits) <= 3) or _has_digits(options):
        return None
    place = int(digits)
    return options[place - 1] if 1 <= place <= len(options) else None


def _has_digits(options: Sequence[reference.Option]) -> bool:
    """Say whether a digit typed could begin a code, or a word of a label."""
    return any(
        word[:1].isdigit() for one in options for word in (str(one.code), *one.label.split())
    )


def _years(born: str) -> int:
    """Return the age on a birthday this year not reached yet as one less; a lone year: about."""
    now = today()
    if len(born) == 4:
        return now.year - int(born)
    day = date.fromisoformat(born)
    return now.year - day.year - ((now.month, now.day) < (day.month, day.day))
