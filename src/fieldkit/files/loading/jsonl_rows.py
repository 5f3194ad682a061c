"""Read the lines of a JSONL file for an import run: values by name, Aadhaar numbers cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from fieldkit.aadhaar import cut_aadhaar, holds_aadhaar, last_four, says_aadhaar
from fieldkit.files.layout.survey import SURVEYED_ROWS
from fieldkit.files.loading.rejects import hiding, reasons_of
from fieldkit.files.loading.row_run import Original, RowRun
from fieldkit.files.tables.cell_text import cell_text
from fieldkit.files.tables.table import Entries, Entry
from fieldkit.files.values.reader import RowValues, accounts_of
from fieldkit.files.values.targets import targets
from fieldkit.protocol.change import Json
from fieldkit.protocol.note import LONGEST_NOTE, noted_field
from fieldkit.records import Unfit, Value
from fieldkit.records.fields.formats import AadhaarLastFour, Moment

_DIGITS_OF_A_DATE = 8


def jsonl_rows(file: Entries, run: RowRun) -> Iterator[tuple[int, Original, RowValues] | None]:
    """Yield (line number, fields as written, values) of each line."""
    first = list(islice(file.entries, SURVEYED_ROWS))
    run.reader.own_export = True
    run.reader.accounts = accounts_of(run.kind, _accounts_held(first, run))
    names = {name: name for name in run.kind.fields()}
    run.rejects.hide = hiding(run.kind, names, run.reader.accounts, says_aadhaar)
    lines = _Lines(run)
    for entry in chain(first, file.entries):
        fields = lines.cut(entry.fields)
        values = RowValues(reasons=[entry.problem]) if entry.problem else lines.read(fields)
        yield entry.number, fields, values
    run.loaded.notes += [
        f"“{name[:40]}” holds Aadhaar numbers: only the last four digits were kept ({rows} "
        f"{'row' if rows == 1 else 'rows'})."
        for name, rows in lines.cuts.most_common(20)
    ]


def _accounts_held(first: list[Entry], run: RowRun) -> dict[str, list[str]]:
    """Return the values of account and reference fields in new records."""
    held: dict[str, list[str]] = {}
    for entry in (entry for entry in first if "id" not in entry.fields):
        for name, declared in run.kind.fields().items():
            if declared.format.may_hold_twelve_digits and entry.fields.get(name):
                held.setdefault(name, []).append(str(entry.fields[name]))
    return held


@dataclass(slots=True)
class _Lines:
    """Reads the lines of one file."""

    run: RowRun
    cuts: Counter[str] = field(default_factory=Counter)
    """How often a value was cut, by name."""

    def cut(self, fields: Mapping[str, Json]) -> dict[str, Json]:
        """Cut values whose name says Aadhaar to the last four digits."""
        declared = self.run.kind.fields()
        kept: dict[str, Json] = {}
        for name, value in fields.items():
            if name not in declared:
                kept[name] = _without_aadhaar(name, value)
            elif isinstance(declared[name].format, AadhaarLastFour) and isinstance(
                value, str | int
            ):
                kept[name] = cut_aadhaar(cell_text(value))
            else:
                kept[name] = value
            if kept[name] != value and str(kept[name]) != str(value):
                self.cuts[name] += 1
        return kept

    def read(self, fields: Mapping[str, Json]) -> RowValues:
        """Read the values of one line; known fields hold neither lists nor objects."""
        known, declared = targets(self.run.kind), self.run.kind.fields()
        texts: dict[str, str] = {}
        times: dict[str, Value] = {}
        extra: dict[str, Json] = {}
        wrong: list[str] = []
        reasons = reasons_of(self.run.outputs.name, list(fields))
        for name, value in fields.items():
            if name in known and isinstance(value, list | dict):
                wrong.append(f"{name}: Give one value, not a list or an object.")
            elif name in known and name in declared and isinstance(declared[name].format, Moment):
                try:
                    times[name] = declared[name].format.read(value or None)
                except Unfit as problem:
                    wrong.append(f"{name}: {problem}")
            elif name in known:
                texts[name] = cell_text(value)
            elif noted_field(name) and (unfit := _unfit_note(value)):
                wrong.append(f"{name}: {unfit}")
            elif name not in declared and name != reasons:
                extra[name] = None if value == "" else value
        values = self.run.reader.read(texts)
        values.fields |= times
        values.extra = {n: v for n, v in extra.items() if values.id is not None or v is not None}
        values.reasons += wrong
        return values


def _unfit_note(note: Json) -> str:
    """Return why a note on a field cannot be kept, as where it is typed; empty: it can."""
    if note is None:
        return ""
    if not isinstance(note, str):
        return "A note is a text."
    if holds_aadhaar(note):
        return "This looks like an Aadhaar number. It is never kept: remove it."
    longer = len(note) > LONGEST_NOTE
    return f"A note has at most {LONGEST_NOTE} letters; this one has {len(note)}." if longer else ""


def _without_aadhaar(name: str, value: Json) -> Json:
    """Cut the values under a name that says Aadhaar; a date under it stays whole."""
    if isinstance(value, dict):
        return {inner: _without_aadhaar(f"{name} {inner}", held) for inner, held in value.items()}
    if isinstance(value, list):
        return [_without_aadhaar(name, held) for held in value]
    if value is None or isinstance(value, bool) or not says_aadhaar(name):
        return value
    cut = cut_aadhaar(cell_text(value))
    if sum(map(str.isdecimal, cut)) > _DIGITS_OF_A_DATE:
        return last_four(cut)
    return value if cut == cell_text(value) else cut
