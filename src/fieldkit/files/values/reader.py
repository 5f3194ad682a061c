"""Read a row's cells as a record's values, by one prepared reader for each mapped column.

It accepts more than a form does, because nobody can be asked: a misspelt trade, an age instead of
a birth date, "S/o Abdul Ahad". Each such interpretation is noted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from fieldkit import reference
from fieldkit.aadhaar import cut_aadhaar, masked
from fieldkit.files.values.entries import entry_meant
from fieldkit.files.values.readings import Way, from_1904, read_as
from fieldkit.files.values.relatives import name_and_relative, relative
from fieldkit.files.values.targets import (
    BY_AGE,
    MOSTLY,
    NAME_PARTS,
    NO_FIELD,
    share_of_aadhaars,
    targets,
)
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
    Reference,
    YesNo,
)

CellReader: TypeAlias = Callable[[str], Mapping[str, Value]]
"""Turns the text of one cell, not empty, into values by field.

Raises :class:`Unfit`."""

_AGE = re.compile(r"(?i)(\d{1,3})(?:\.0+)?\s*(?:y|yr|yrs|years?|वर्ष|साल)?\.?")
_OLDEST = 119
_ERROR = re.compile(r"(?i)#(n/a|ref!|value!|name\?|null!|div/0!|num!)")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+?\d+")
_MOST_NOTED = 200


@dataclass(slots=True)
class Interpretations:
    """Counts the rows in which a text was read as something else: (label, written, read as)."""

    rows: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, label: str, written: str, read_as: str) -> None:
        """Count one row; at most 200 different interpretations are kept."""
        key = (label, masked(written)[:40], read_as)
        if key in self.rows or len(self.rows) < _MOST_NOTED:
            self.rows[key] += 1

    def notes(self) -> list[str]:
        """Return a sentence for each, the most frequent first."""
        return [
            f"{label}: “{written}” was read as {read_as} ({many} {'row' if many == 1 else 'rows'})."
            for (label, written, read_as), many in self.rows.most_common()
        ]


@dataclass(slots=True)
class RowValues:
    """The values of one row, and what is wrong with it."""

    fields: dict[str, Value] = field(default_factory=dict)
    extra: dict[str, Json] = field(default_factory=dict)
    id: str | None = None
    op: Op | None = None
    confirmed: frozenset[str] = frozenset()
    reasons: list[str] = field(default_factory=list)
    """Everything that is wrong with the row, as sentences."""
    about: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Of a list about people: what the row says of the person, by the kinds that can be meant."""


@dataclass(slots=True)
class Reader:
    """Reads the rows of one file as values of one kind.

    ``home``: LGD code of the laptop's district; tells apart blocks of the same name.
    ``own_export``: the file is an export of fieldkit, so names are not split.
    ``accounts``: account and reference fields whose values are accepted although one in ten looks
    like an Aadhaar number; in other fields such values are refused, as nobody can confirm them.
    """

    kind: type[Record]
    home: int
    known: Known
    own_export: bool = False
    accounts: frozenset[str] = frozenset()
    ways: Mapping[str, Way] = field(default_factory=dict)
    """How the dates and numbers of a field are written in this file."""
    days_from_1904: bool = False
    """Dates written as mere numbers count from 1904."""
    derives: bool = True
    """Add to a new record what follows from its values."""
    interpretations: Interpretations = field(default_factory=Interpretations)
    _readers: dict[str, CellReader] = field(default_factory=dict)

    def read(self, cells: Mapping[str, str]) -> RowValues:
        """Read target -> text; an empty text clears the field of an existing record."""
        row = RowValues()
        nested, parts = [], dict[str, str]()
        for target, text in cells.items():
            text = text.strip()
            if _ERROR.fullmatch(text) and not self.own_export:
                why = f"The spreadsheet shows {text}, an error. Type the value."
                row.reasons.append(f"{self._label(target)}: {why}")
            elif blank(text):
                if target not in NO_FIELD:
                    row.fields.setdefault(target, None)
            elif target in NAME_PARTS:
                parts[target] = text
            elif self._is_nested(target):
                nested.append((target, text))
            else:
                read = _KEPT.get(target)
                read(self, text, row) if read else self._read_cell(target, text, row)
        for target, text in nested:
            self._read_nested_choice(target, text, row)
        if parts:
            self._join_name(parts, row)
        return self._finished(row)

    def _join_name(self, parts: Mapping[str, str], row: RowValues) -> None:
        """Put the other parts of a name behind the first, unless it holds them already."""
        first = str(row.fields.get("name") or "")
        more = [parts[part] for part in NAME_PARTS if part in parts]
        if first and not first.casefold().endswith(" ".join(more).casefold()):
            self._read_cell("name", " ".join((first, *more)), row)

    def _finished(self, row: RowValues) -> RowValues:
        row.fields.pop("id", None)
        row.fields.pop("deleted", None)
        if row.id is None:
            row.fields = {name: value for name, value in row.fields.items() if value is not None}
            if self.derives and not self.own_export:
                row.fields = {**self.kind.derive(row.fields), **row.fields}
            if row.fields.get("district", self.home) != self.home:
                row.fields.setdefault("block", None)
            row.confirmed = self.accounts
        else:
            row.confirmed = frozenset(row.fields)
        return row

    def _read_id(self, text: str, row: RowValues) -> None:
        found = read_id(text)
        if found is None:
            row.reasons.append("id: A record number looks like 7KQ2M9XD-142.")
        else:
            row.id = str(found)

    def _read_deleted(self, text: str, row: RowValues) -> None:
        try:
            row.op = Op.DELETE if YesNo().parse(text) else None
        except Unfit as problem:
            row.reasons.append(f"deleted: {problem}")

    def _is_nested(self, target: str) -> bool:
        """Say whether a target is a choice that lies within the value of another field."""
        field = self.kind.fields().get(target)
        return bool(
            field
            and isinstance(field.format, Choice)
            and (field.format.within or target == "block")
        )

    def _read_cell(self, target: str, text: str, row: RowValues) -> None:
        reader = self._readers.get(target)
        if reader is None:
            reader = self._readers[target] = self._reader_of(target)
        try:
            found = reader(text)
        except Unfit as problem:
            row.reasons.append(f"{self._label(target)}: {problem}")
            return
        for name, value in found.items():
            known = name in self.kind.fields()
            if name == target or (known and row.fields.get(name) is None):
                row.fields[name] = value

    def _label(self, target: str) -> str:
        return "Age" if target == BY_AGE else targets(self.kind)[target]

    def _reader_of(self, target: str) -> CellReader:
        """Choose the reader of a target; readers whose values repeat have a cache."""
        if target == BY_AGE:
            return lru_cache(maxsize=256)(lambda text: {"born": _born_by_age(text)})
        form = self.kind.fields()[target].format
        if not self.own_export and target in {"name", "relation_name"} <= self.kind.fields().keys():
            return relative if target == "relation_name" else name_and_relative
        if isinstance(form, AadhaarLastFour):
            return lambda text: {target: form.parse(cut_aadhaar(text))}
        parse = self._parser_of(target, form)
        return lambda text: {target: parse(text)}

    def _parser_of(self, target: str, form: Format) -> Callable[[str], Value]:
        if isinstance(form, Choice):
            return lambda text: self._choose(target, form, text, None)
        if isinstance(form, Reference):
            return lru_cache(maxsize=4096)(lambda text: self._refer(form, text))
        if isinstance(form, Date):
            return lru_cache(maxsize=8192)(self._date_parser(form, self.ways.get(target)))
        if isinstance(form, YesNo) or self.kind.fields()[target].suggest:
            return lru_cache(maxsize=8192)(form.parse)
        return self._plain_parser(target, form)

    def _date_parser(self, form: Date[Value], way: Way | None) -> Callable[[str], Value]:
        if self.days_from_1904:
            return lambda text: form.parse(read_as(way, from_1904(text)))
        return lambda text: form.parse(read_as(way, text))

    def _plain_parser(self, target: str, form: Format) -> Callable[[str], Value]:
        confirmed, way = target in self.accounts, self.ways.get(target)

        def parse(text: str) -> Value:
            if form.numeric:
                text = read_as(way, text)
            if _SCIENTIFIC.fullmatch(text) and (form.may_hold_twelve_digits or form.numeric):
                raise Unfit(
                    f"The spreadsheet has changed this number (like {text}). Type the full number."
                )
            return form.parse(text, confirmed=confirmed)

        return parse

    def _choose(self, target: str, form: Choice, text: str, within: Value) -> str | int:
        entry, exactly = entry_meant(form, within, text)
        if not exactly:
            self.interpretations.add(self._label(target), text, entry.label)
        return entry.code

    def _read_nested_choice(self, target: str, text: str, row: RowValues) -> None:
        """Read a choice that lies within another field's value; a block may imply its district."""
        form = self.kind.fields()[target].format
        if not isinstance(form, Choice):
            return
        holder = form.within or "district"
        given = row.fields.get(holder)
        within = given if given is not None or holder != "district" else self.home
        try:
            try:
                row.fields[target] = self._choose(target, form, text, within)
            except Unfit:
                # It may be a block of another district, if its name is exact.
                elsewhere = reference.exact(reference.options("block"), text)
                if given is not None or target != "block" or elsewhere is None:
                    raise
                row.fields |= {"block": elsewhere.code, "district": elsewhere.within}
        except Unfit as problem:
            row.reasons.append(f"{self._label(target)}: {problem}")

    def _refer(self, form: Reference, text: str) -> Value:
        """Read a record's number, or a name that only one record has."""
        if read_id(text) is not None:
            return form.parse(text)
        for kind in form.kinds:
            found = self.known.where(kind, name=text)
            if len(found) == 1:
                return found[0].id
            if found:
                raise Unfit("Several records have this name. Give the record's number instead.")
        return form.parse(text)


_KEPT = {"id": Reader._read_id, "deleted": Reader._read_deleted}
"""Fields that say which record the row is, and whether it stays."""


def accounts_of(kind: type[Record], held: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the account and reference fields whose values are accepted without confirmation.

    ``held``: the first values of each field, without empty ones. About a tenth of all accounts of
    twelve digits look like Aadhaar numbers by chance; a column in which nearly all do holds Aadhaar
    numbers.
    """
    return frozenset(
        name
        for name, field in kind.fields().items()
        if field.format.may_hold_twelve_digits
        and not (len(held.get(name, ())) >= 5 and share_of_aadhaars(held[name]) >= MOSTLY)
    )


def _born_by_age(text: str) -> Value:
    found = _AGE.fullmatch(plain(text))
    if not found:
        raise Unfit("Age must be a number of years.")
    years = int(found[1])
    if not 0 < years <= _OLDEST:
        raise Unfit(f"{years} years cannot be right. Check the age.")
    return Born().parse(str(today().year - years))
