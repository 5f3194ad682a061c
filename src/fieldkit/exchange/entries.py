"""The lines of a JSONL file as a load takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice

from fieldkit.exchange.files import Entries, cell_text
from fieldkit.exchange.mapping import targets
from fieldkit.exchange.reading import Taken, accounts_of, unkeepable
from fieldkit.exchange.rejects import REASON, REJECTED_BECAUSE
from fieldkit.exchange.run import Original, Run
from fieldkit.exchange.survey import LOOKED_AT
from fieldkit.records import Json, Unfit, Value
from fieldkit.records.aadhaar import masked
from fieldkit.records.formats import Moment


def entries(file: Entries, run: Run) -> Iterator[tuple[int, Original, Taken] | None]:
    """Yield (line, its values, what it says) of a JSONL file."""
    first = list(islice(file.entries, LOOKED_AT))
    held: dict[str, list[str]] = {}
    for entry in (entry for entry in first if "id" not in entry.fields):
        for name, ask in run.kind.asks().items():
            if ask.format.may_hold_twelve_digits and entry.fields.get(name):
                held.setdefault(name, []).append(str(entry.fields[name]))
    run.reader.ours = True
    run.reader.accounts = accounts_of(run.kind, held)
    run.rejects.hide = lambda name, value: value if name in run.reader.accounts else masked(value)
    for entry in chain(first, file.entries):
        taken = Taken(reasons=[entry.problem]) if entry.problem else _taken(entry.fields, run)
        yield entry.number, entry.fields, taken


def _taken(fields: Mapping[str, Json], run: Run) -> Taken:
    """Read the values of one entry; a list or an object is no value of a known field."""
    known, asks = targets(run.kind), run.kind.asks()
    texts: dict[str, str] = {}
    times: dict[str, Value] = {}
    extra: dict[str, Json] = {}
    wrong: list[str] = []
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
        elif name not in asks and name not in {REASON, REJECTED_BECAUSE}:
            extra[name] = value
            if problem_of := unkeepable(name, value):
                wrong.append(f"{name[:40]}: {problem_of}")
    taken = run.reader.read(texts)
    taken.fields |= times
    taken.extra = extra
    taken.reasons += wrong
    return taken
