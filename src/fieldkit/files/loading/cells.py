"""A row's cells into a record's values: one prepared reader for each mapped column.

More is understood here than in a form, because nobody is there to be asked: a trade slightly
misspelt, an age for a birth date, "S/o Abdul Ahad". What was understood so is noted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from rapidfuzz import fuzz

from fieldkit import reference
from fieldkit.aadhaar import cut_aadhaar, masked
from fieldkit.files.loading.mapping import BY_AGE, MOSTLY, share_of_aadhaars
from fieldkit.plain_text import plain
from fieldkit.protocol.change import Json, Op
from fieldkit.protocol.identity import read_id
from fieldkit.records import Choice, Known, Record, Unfit, Value
from fieldkit.records.fields.base import blank
from fieldkit.records.fields.dates import today
from fieldkit.records.fields.formats import (
    AadhaarLastFour,
    Born,
    Date,
    Format,
    PersonName,
    Reference,
    YesNo,
)
from fieldkit.reference import Option
from fieldkit.reference.choices import fold

Read: TypeAlias = Callable[[str], Mapping[str, Value]]
"""One cell, not empty, into the values it gives.

Raises :class:`Unfit`."""

_RELATION = re.compile(
    r"(?i)^\s*(?:(?P<code>[sdwhc])\s*[/.\\]?\s*o\b|(?P<word>son|daughter|wife|husband|care)\s+of\b"
    r"|(?P<hindi>पुत्री|पुत्र|पत्नी))\s*[:.\-–]*\s*"
)
_WITHIN_NAME = re.compile(
    r"(?i)^(.{2,}?)[\s,]+(?=[sdwc]\s*[/\\]\s*o\b|(?:son|daughter|wife)\s+of\b)"
)
_RELATIONS = {
    "s": "SO",
    "d": "DO",
    "w": "WO",
    "c": "CO",
    "son": "SO",
    "daughter": "DO",
    "wife": "WO",
    "care": "CO",
    "पुत्र": "SO",
    "पुत्री": "DO",
    "पत्नी": "WO",
}
_AGE = re.compile(r"(?i)(\d{1,3})(?:\.0+)?\s*(?:y|yr|yrs|years?|वर्ष|साल)?\.?")
_BROKEN = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+?\d+")
_SAID: dict[str, dict[str, str]] = {
    "gender": {
        "female": "F",
        "f": "F",
        "lady": "F",
        "महिला": "F",
        "स्त्री": "F",
        "male": "M",
        "m": "M",
        "gent": "M",
        "पुरुष": "M",
        "transgender": "T",
        "other": "T",
    },
    "relation": {"s": "SO", "d": "DO", "w": "WO", "son": "SO", "daughter": "DO", "wife": "WO"},
    # The Urdu names of trades.csv in Latin letters, and wares that tell the trade (its J&K notes).
    "trade": {
        "tarkhan": "CARP",
        "lohar": "BLAK",
        "zargar": "GOLD",
        "sunar": "GOLD",
        "kumhar": "POTT",
        "memar": "MASN",
        "mistri": "MASN",
        "raj mistri": "MASN",
        "mochi": "COBB",
        "shoemaker": "COBB",
        "hajam": "BARB",
        "hajjam": "BARB",
        "kangri maker": "BASK",
        "wicker worker": "BASK",
        "washerman": "WASH",
        "sang tarash": "SCUL",
    },
}
"""What people write for an entry of a list, folded, beside the names the list knows."""
_LIKE, _AHEAD = 80, 8
"""How alike (of 100) a misspelt entry must be, and how far ahead of the next one."""


@dataclass(slots=True)
class Understood:
    """What was read as something else than it says: (label, as written, taken for) -> rows."""

    times: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, label: str, written: str, taken: str) -> None:
        """Count one; at most 200 different ones are kept."""
        key = (label, masked(written)[:40], taken)
        if key in self.times or len(self.times) < 200:
            self.times[key] += 1

    def notes(self) -> list[str]:
        """Return a sentence for each, the frequent ones first."""
        return [
            f"{label}: “{written}” was read as {taken} ({rows} {'row' if rows == 1 else 'rows'})."
            for (label, written, taken), rows in self.times.most_common()
        ]


@dataclass(slots=True)
class Taken:
    """What one row says."""

    fields: dict[str, Value] = field(default_factory=dict)
    extra: dict[str, Json] = field(default_factory=dict)
    id: str | None = None
    op: Op | None = None
    confirmed: frozenset[str] = frozenset()
    reasons: list[str] = field(default_factory=list)
    """All that is wrong with the row, as sentences."""


@dataclass(slots=True)
class Reader:
    """Reads the rows of one file into values of one kind.

    ``home``: the LGD code of the laptop's district, to tell blocks of one name apart.
    ``ours``: the file is an export of fieldkit, so names are taken as they stand.
    ``accounts``: account and reference fields whose values are taken though one in ten looks like
    an Aadhaar number; the others are refused, because nobody is there to confirm.
    """

    kind: type[Record]
    home: int
    known: Known
    ours: bool = False
    accounts: frozenset[str] = frozenset()
    understood: Understood = field(default_factory=Understood)
    _readers: dict[str, Read] = field(default_factory=dict)

    def read(self, cells: Mapping[str, str]) -> Taken:
        """Read target -> text; empty texts clear what an existing record holds."""
        taken = Taken()
        late = []
        for target, text in cells.items():
            text = text.strip()
            if blank(text):
                if target != BY_AGE:
                    taken.fields.setdefault(target, None)
            elif target == "id":
                self._identify(text, taken)
            elif target == "deleted":
                self._delete(text, taken)
            elif self._nests(target):
                late.append((target, text))
            else:
                self._take(target, text, taken)
        for target, text in late:
            self._take_place(target, text, taken)
        return self._finished(taken)

    def _finished(self, taken: Taken) -> Taken:
        taken.fields.pop("id", None)
        taken.fields.pop("deleted", None)
        if taken.id is None:
            taken.fields = {
                name: value for name, value in taken.fields.items() if value is not None
            }
            if not self.ours:
                taken.fields = {**self.kind.derive(taken.fields), **taken.fields}
            if taken.fields.get("district", self.home) != self.home:
                taken.fields.setdefault("block", None)
            taken.confirmed = self.accounts
        else:
            taken.confirmed = frozenset(taken.fields)
        return taken

    def _identify(self, text: str, taken: Taken) -> None:
        found = read_id(text)
        if found is None:
            taken.reasons.append("id: A record number looks like 7KQ2M9XD-142.")
        else:
            taken.id = str(found)

    def _delete(self, text: str, taken: Taken) -> None:
        try:
            taken.op = Op.DELETE if YesNo().parse(text) else None
        except Unfit as problem:
            taken.reasons.append(f"deleted: {problem}")

    def _nests(self, target: str) -> bool:
        ask = self.kind.fields().get(target)
        return bool(
            ask and isinstance(ask.format, Choice) and (ask.format.within or target == "block")
        )

    def _take(self, target: str, text: str, taken: Taken) -> None:
        reader = self._readers.get(target)
        if reader is None:
            reader = self._readers[target] = self._prepare(target)
        try:
            found = reader(text)
        except Unfit as problem:
            taken.reasons.append(f"{self._label(target)}: {problem}")
            return
        for name, value in found.items():
            if name == target or taken.fields.get(name) is None:
                taken.fields[name] = value

    def _label(self, target: str) -> str:
        return "Age" if target == BY_AGE else self.kind.fields()[target].label

    def _prepare(self, target: str) -> Read:
        """Choose the reader of a target once, with memory where values repeat."""
        if target == BY_AGE:
            return lru_cache(maxsize=256)(lambda text: {"born": _born_by_age(text)})
        form = self.kind.fields()[target].format
        if not self.ours and target in {"name", "relation_name"} <= self.kind.fields().keys():
            return _relative if target == "relation_name" else _name_and_relative
        if isinstance(form, AadhaarLastFour):
            return lambda text: {target: form.parse(cut_aadhaar(text))}
        parse = self._parse(target, form)
        return lambda text: {target: parse(text)}

    def _parse(self, target: str, form: Format) -> Callable[[str], Value]:
        if isinstance(form, Choice):
            return lambda text: self._choose(target, form, text, None)
        if isinstance(form, Reference):
            return lru_cache(maxsize=4096)(lambda text: self._refer(form, text))
        if isinstance(form, Date | YesNo) or self.kind.fields()[target].suggest:
            return lru_cache(maxsize=8192)(form.parse)
        return self._plain(target, form)

    def _plain(self, target: str, form: Format) -> Callable[[str], Value]:
        confirmed = target in self.accounts

        def read(text: str) -> Value:
            if _BROKEN.fullmatch(text) and (form.may_hold_twelve_digits or form.numeric):
                raise Unfit(f"The spreadsheet has broken this number (like {text}). Type it whole.")
            return form.parse(text, confirmed=confirmed)

        return read

    def _choose(self, target: str, form: Choice, text: str, within: Value) -> str | int:
        chosen, exactly = _choice(form, within, text)
        if not exactly:
            self.understood.add(self._label(target), text, chosen.label)
        return chosen.code

    def _take_place(self, target: str, text: str, taken: Taken) -> None:
        """Read a choice that lies within another field's value; a block may name its district."""
        form = self.kind.fields()[target].format
        if not isinstance(form, Choice):
            return
        holder = form.within or "district"
        given = taken.fields.get(holder)
        within = given if given is not None or holder != "district" else self.home
        try:
            try:
                taken.fields[target] = self._choose(target, form, text, within)
            except Unfit:
                # A block of another district, if it is named without a mistake.
                elsewhere = reference.exact(reference.options("block"), text)
                if given is not None or target != "block" or elsewhere is None:
                    raise
                taken.fields |= {"block": elsewhere.code, "district": elsewhere.within}
        except Unfit as problem:
            taken.reasons.append(f"{self._label(target)}: {problem}")

    def _refer(self, form: Reference, text: str) -> Value:
        """Read a record's number, or the name of the one record that bears it."""
        if read_id(text) is not None:
            return form.parse(text)
        for kind in form.kinds:
            found = self.known.where(kind, name=text)
            if len(found) == 1:
                return found[0].id
            if found:
                raise Unfit("Several records have this name. Give the record's number instead.")
        return form.parse(text)


def accounts_of(kind: type[Record], held: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the account and reference fields whose values may be taken without being asked about.

    ``held``: a field's first values, not empty. About a tenth of all accounts of twelve digits
    look like Aadhaar numbers by chance; a column in which nearly all do holds Aadhaar numbers.
    """
    return frozenset(
        name
        for name, ask in kind.fields().items()
        if ask.format.may_hold_twelve_digits
        and not (len(held.get(name, ())) >= 5 and share_of_aadhaars(held[name]) >= MOSTLY)
    )


@lru_cache(maxsize=4096)
def _choice(form: Choice, within: Value, text: str) -> tuple[Option, bool]:
    """Return the entry meant, and whether it is named as the list names it.

    Raises:
        Unfit: none is meant, or it could be several.
    """
    entries = form.options()
    if within is not None:
        entries = tuple(entry for entry in entries if entry.within == within)
    if named := reference.exact(entries, text):
        return named, True
    form.turn_away(text)
    said = _SAID.get(form.list, {}).get(fold(text))
    if said and (entry := reference.option(form.list, said)):
        return entry, fold(text) in {"female", "male"}
    return _begun_or_like(entries, text), False


def _begun_or_like(entries: Sequence[Option], text: str) -> Option:
    """Return the entry whose name was begun, or misspelt."""
    begun = reference.matching(entries, text)
    if len(begun) == 1:
        return begun[0]
    closest = _closest(entries, fold(re.sub(r"(?i)\b(block|district|tehsil|distt)\b", "", text)))
    if closest is not None:
        return closest
    if begun:
        named = " or ".join(entry.label for entry in begun[:2])
        raise Unfit(f"“{masked(text)[:40]}” could be {named}. Write more of it.")
    raise Unfit(f"“{masked(text)[:40]}” is not on the list. Write the name as the list has it.")


def _closest(entries: Sequence[Option], folded: str) -> Option | None:
    """Return the entry most like a misspelt text, if it is clearly ahead of every other."""
    scored = sorted(
        (
            (max(fuzz.ratio(folded, fold(name)) for name in (entry.label, *entry.also)), at)
            for at, entry in enumerate(entries)
        ),
        reverse=True,
    )
    if len(folded) < 3 or not scored or scored[0][0] < _LIKE:
        return None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < _AHEAD:
        return None
    return entries[scored[0][1]]


def _born_by_age(text: str) -> Value:
    found = _AGE.fullmatch(plain(text))
    if not found:
        raise Unfit("An age is a number of years.")
    return Born().parse(str(today().year - int(found[1])))


def _name(text: str) -> Value:
    return PersonName().parse(text)


def _relative(text: str) -> Mapping[str, Value]:
    """Read a father's or husband's name, with or without ``S/o`` in front."""
    found = _RELATION.match(text)
    if not found:
        return {"relation_name": _name(text)}
    word = next(group for group in found.groups() if group).casefold()
    relation = _RELATIONS.get(word)
    rest = text[found.end() :]
    name = {"relation_name": _name(rest)} if rest.strip() else {}
    return {**({"relation": relation} if relation else {}), **name}


def _name_and_relative(text: str) -> Mapping[str, Value]:
    """Read a name, and the ``S/o Abdul Ahad`` some registers write behind it."""
    found = _WITHIN_NAME.match(text)
    if not found:
        return {"name": _name(text)}
    return {"name": _name(found[1].strip(" ,")), **_relative(text[found.end() :])}
