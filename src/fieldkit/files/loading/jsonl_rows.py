"""The lines of a JSONL file as a load takes them: values by name, Aadhaar numbers cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from fieldkit.aadhaar import cut_aadhaar, last_four, says_aadhaar
from fieldkit.files.loading.cells import Taken, accounts_of
from fieldkit.files.loading.import_run import Original, Run
from fieldkit.files.loading.mapping import targets
from fieldkit.files.loading.rejects import hiding, reasons_of
from fieldkit.files.tables.layout import LOOKED_AT
from fieldkit.files.tables.open import Entries, Entry, cell_text
from fieldkit.protocol.change import Json
from fieldkit.records import Unfit, Value
from fieldkit.records.fields.formats import AadhaarLastFour, Moment

_DIGITS_OF_A_DAY = 8


def entries(file: Entries, run: Run) -> Iterator[tuple[int, Original, Taken] | None]:
    """Yield (line, its values, what it says) of a JSONL file."""
    first = list(islice(file.entries, LOOKED_AT))
    run.reader.ours = True
    run.reader.accounts = accounts_of(run.kind, _accounts_held(first, run))
    names = {name: name for name in run.kind.fields()}
    run.rejects.hide = hiding(run.kind, names, run.reader.accounts, says_aadhaar)
    lines = _Lines(run)
    for entry in chain(first, file.entries):
        fields = lines.cut(entry.fields)
        taken = Taken(reasons=[entry.problem]) if entry.problem else lines.taken(fields)
        yield entry.number, fields, taken
    run.loaded.notes += [
        f"“{name[:40]}” holds Aadhaar numbers: cut to the last four digits before anything was "
        f"kept ({rows} {'row' if rows == 1 else 'rows'})."
        for name, rows in lines.cuts.most_common(20)
    ]


def _accounts_held(first: list[Entry], run: Run) -> dict[str, list[str]]:
    """Return what the account and reference fields of new records hold."""
    held: dict[str, list[str]] = {}
    for entry in (entry for entry in first if "id" not in entry.fields):
        for name, ask in run.kind.fields().items():
            if ask.format.may_hold_twelve_digits and entry.fields.get(name):
                held.setdefault(name, []).append(str(entry.fields[name]))
    return held


@dataclass(slots=True)
class _Lines:
    """Reads the lines of one file."""

    run: Run
    cuts: Counter[str] = field(default_factory=Counter)
    """How often a name held more of an Aadhaar number than is kept."""

    def cut(self, fields: Mapping[str, Json]) -> dict[str, Json]:
        """Cut what stands under a name that says Aadhaar to the last four digits."""
        asks = self.run.kind.fields()
        kept: dict[str, Json] = {}
        for name, value in fields.items():
            if name not in asks:
                kept[name] = _without_aadhaar(name, value)
            elif isinstance(asks[name].format, AadhaarLastFour) and isinstance(value, str | int):
                kept[name] = cut_aadhaar(cell_text(value))
            else:
                kept[name] = value
            if kept[name] != value and str(kept[name]) != str(value):
                self.cuts[name] += 1
        return kept

    def taken(self, fields: Mapping[str, Json]) -> Taken:
        """Read the values of one line; a list or an object is no value of a known field."""
        known, asks = targets(self.run.kind), self.run.kind.fields()
        texts: dict[str, str] = {}
        times: dict[str, Value] = {}
        extra: dict[str, Json] = {}
        wrong: list[str] = []
        reasons = reasons_of(self.run.beside.name, list(fields))
        for name, value in fields.items():
            if name in known and isinstance(value, list | dict):
                wrong.append(f"{name}: One value is expected, not a list or an object.")
            elif name in known and name in asks and isinstance(asks[name].format, Moment):
                try:
                    times[name] = asks[name].format.read(value or None)
                except Unfit as problem:
                    wrong.append(f"{name}: {problem}")
            elif name in known:
                texts[name] = cell_text(value)
            elif name not in asks and name != reasons:
                extra[name] = None if value == "" else value
        taken = self.run.reader.read(texts)
        taken.fields |= times
        taken.extra = {n: v for n, v in extra.items() if taken.id is not None or v is not None}
        taken.reasons += wrong
        return taken


def _without_aadhaar(name: str, value: Json) -> Json:
    """Cut a value, or those in it, under a name that says Aadhaar; a day may stand there."""
    if isinstance(value, dict):
        return {inner: _without_aadhaar(f"{name} {inner}", held) for inner, held in value.items()}
    if isinstance(value, list):
        return [_without_aadhaar(name, held) for held in value]
    if value is None or isinstance(value, bool) or not says_aadhaar(name):
        return value
    cut = cut_aadhaar(cell_text(value))
    if sum(map(str.isdecimal, cut)) > _DIGITS_OF_A_DAY:
        return last_four(cut)
    return value if cut == cell_text(value) else cut
