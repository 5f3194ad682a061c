"""Loading a file: rows become edits, the good ones are saved, the bad ones come back with reasons.

Nothing is kept of a row once its chunk is saved, so that memory does not grow with the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from threading import Event
from typing import BinaryIO, TypeAlias, cast

from fieldkit.exchange.files import Entries, Table, Unreadable, cell_text, opened
from fieldkit.exchange.mapping import cut_aadhaar, targets
from fieldkit.exchange.reading import Reader, Taken, accounts_of, unkeepable
from fieldkit.exchange.rejects import REASON, REJECTED_BECAUSE, Rejects, all_but_four, masked
from fieldkit.exchange.survey import LOOKED_AT, Survey, no_record, survey
from fieldkit.records import Json, Op, Record, Severity, Unfit, Value, kinds
from fieldkit.records.formats import Mobile, Moment
from fieldkit.store import Edit, Refused, Saved, Store

_AT_ONCE = 500
"""Rows saved in one transaction."""
_MOST_LISTED = 1000
"""Duplicates listed; more are counted."""

Progress: TypeAlias = Callable[[int, int, int], None]
"""Told after each chunk: rows read; bytes (of spreadsheets: rows) read; of how many, 0: unknown."""
Original: TypeAlias = "Sequence[str] | Mapping[str, Json]"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A loaded record that may be the same as another one."""

    row: int
    id: str
    other: str
    key: tuple[str, ...]
    """The fields they agree in."""


@dataclass(slots=True)
class Loaded:
    """What became of a file."""

    imported: int = 0
    changed: int = 0
    skipped: int = 0
    """Rows whose record is here already with the same content."""
    rejected: int = 0
    rejects_file: Path | None = None
    duplicates: list[Duplicate] = field(default_factory=list)
    """At most 1,000; ``notes`` say if there are more."""
    notes: list[str] = field(default_factory=list)
    cancelled: bool = False
    """Stopped before its end; what is in stays in."""


def load(
    store: Store,
    kind: str,
    source: Path | BinaryIO,
    *,
    operator: str,
    mapping: Mapping[str, str | None] | None = None,
    progress: Progress | None = None,
    stop: Event | None = None,
    dry_run: bool = False,
) -> Loaded:
    """Load a CSV, XLSX, XLS or JSONL file (``-``: what is piped in) of records of one kind.

    ``mapping``: column -> field or None; left out, it is guessed. ``stop`` ends the load between
    rows. ``dry_run`` says what would become of the rows and writes nothing but the rejected ones.

    Raises:
        KeyError: there is no such kind.
        Unreadable: the file cannot be used; nothing was loaded.
        StoreError: the store failed on the way; the chunks before are in.
    """
    record = kinds()[kind]
    with opened(source) as file:
        run = _Run(store, record, operator, dry_run, source if isinstance(source, Path) else None)
        try:
            rows = _entries(file, run) if isinstance(file, Entries) else _rows(file, run, mapping)
            run.through(rows, file.done, progress, stop)
        finally:
            run.rejects.close()
    return run.finished()


def load_folder(
    store: Store,
    folder: Path,
    *,
    operator: str,
    progress: Progress | None = None,
    stop: Event | None = None,
    dry_run: bool = False,
) -> dict[str, Loaded]:
    """Load every KIND.jsonl, KIND.csv, KIND.xlsx and KIND.xls of a folder, parents first.

    Returns what became of each file, by its name; one that cannot be used stands there as
    cancelled, with the reason among its notes, and does not hold up the others.

    Raises:
        Unreadable: the folder holds no such file.
    """
    found = [
        (kind, path)
        for kind in kinds()
        for ending in ("jsonl", "csv", "xlsx", "xls")
        if (path := folder / f"{kind}.{ending}").is_file()
    ]
    if not found:
        raise Unreadable(f"{folder} holds no file named after a kind, like beneficiary.csv.")
    results: dict[str, Loaded] = {}
    for kind, path in found:
        if stop and stop.is_set():
            break
        try:
            results[path.name] = load(
                store, kind, path, operator=operator, progress=progress, stop=stop, dry_run=dry_run
            )
        except Unreadable as problem:
            results[path.name] = Loaded(notes=[str(problem)], cancelled=True)
    return results


@dataclass(slots=True)
class _Waiting:
    """A row ready to be saved."""

    number: int
    original: Original
    edit: Edit


class _Run:
    """One load: what is counted on the way, and the chunk being filled."""

    def __init__(
        self, store: Store, kind: type[Record], operator: str, dry_run: bool, path: Path | None
    ) -> None:
        device = store.device
        self.store = store
        self.kind = kind
        self.operator = operator
        self.dry_run = dry_run
        self.loaded = Loaded()
        self.reader = Reader(kind, device.district if device else 0, store)
        self.more_duplicates = 0
        spare = store.home / "imports"
        named = path is not None and str(path) != "-"
        self.rejects = Rejects(
            folder=path.parent if path and named else spare,
            spare=spare,
            name=path.stem if path and named else kind.kind(),
            columns=None,
            hide=lambda _, value: masked(value),
        )
        self._chunk: list[_Waiting] = []

    def through(
        self,
        rows: Iterator[tuple[int, Original, Taken] | None],
        done: Callable[[], tuple[int, int]],
        progress: Progress | None,
        stop: Event | None,
    ) -> None:
        """Take all rows, chunk by chunk. A None among them is a row that holds no record."""
        read = 0
        try:
            for row in rows:
                read += 1
                if row:
                    self._take(*row)
                if len(self._chunk) >= _AT_ONCE:
                    self._save()
                if read % _AT_ONCE == 0 and progress:
                    progress(read, *done())
                if stop and stop.is_set():
                    self.loaded.cancelled = True
                    break
        except Unreadable as problem:
            if not read:
                raise
            self.loaded.notes.append(str(problem))
            self.loaded.cancelled = True
        self._save()
        if progress:
            progress(read, *done())

    def finished(self) -> Loaded:
        """Return the counts with all that is to be said."""
        loaded = self.loaded
        loaded.rejects_file = self.rejects.path
        loaded.notes += self.reader.understood.notes()
        if self.more_duplicates:
            loaded.notes.append(f"{self.more_duplicates} more possible duplicates are not listed.")
        if loaded.cancelled:
            loaded.notes.append("The import was stopped before its end. What is in stays in.")
        return loaded

    def _take(self, number: int, original: Original, taken: Taken) -> None:
        # Unknown fields of a newer version may be lists or objects; they are kept as they are.
        extra = cast(Mapping[str, Value], taken.extra)
        edit = Edit(
            kind=self.kind,
            fields={**taken.fields, **extra},
            id=taken.id,
            op=taken.op,
            confirmed=taken.confirmed,
        )
        if taken.reasons:
            known = {reason.partition(":")[0] for reason in taken.reasons}
            more = [reason for reason in self._stops(edit) if reason.partition(":")[0] not in known]
            self._reject(original, [*taken.reasons, *more])
        else:
            self._chunk.append(_Waiting(number, original, edit))

    def _stops(self, edit: Edit) -> list[str]:
        return [
            self._reason(finding.field, finding.message)
            for finding in self.store.judge(edit)
            if finding.severity is Severity.BLOCK
        ]

    def _reason(self, name: str, message: str) -> str:
        ask = self.kind.asks().get(name)
        return f"{ask.label if ask else name}: {message}"

    def _reject(self, original: Original, reasons: Sequence[str]) -> None:
        self.loaded.rejected += 1
        self.rejects.add(original, reasons)

    def _save(self) -> None:
        chunk, self._chunk = self._chunk, []
        if not chunk:
            return
        if self.dry_run:
            for row in chunk:
                self._try(row)
            return
        fates = self.store.load([row.edit for row in chunk], self.operator)
        rows: dict[str, int] = {}
        for row, fate in zip(chunk, fates, strict=True):
            if isinstance(fate, Refused):
                found = [self._reason(f.field, f.message) for _, f in fate.findings]
                self._reject(row.original, found)
            else:
                self._count(fate)
                if fate.op in {Op.CREATE, Op.EDIT}:
                    rows[fate.id] = row.number
        self._list_duplicates(rows)

    def _count(self, fate: Saved) -> None:
        if fate.op is None:
            self.loaded.skipped += 1
        elif fate.op is Op.CREATE:
            self.loaded.imported += 1
        else:
            self.loaded.changed += 1

    def _try(self, row: _Waiting) -> None:
        """Count a row as it would be counted."""
        if reasons := self._stops(row.edit):
            self._reject(row.original, reasons)
            return
        before = self.store.get(self.kind.kind(), row.edit.id) if row.edit.id else None
        if before is None:
            gone = row.edit.op is Op.DELETE
            self.loaded.skipped += gone
            self.loaded.imported += not gone
        elif row.edit.op is Op.DELETE or _differs(before, row.edit):
            self.loaded.changed += 1
        else:
            self.loaded.skipped += 1

    def _list_duplicates(self, rows: Mapping[str, int]) -> None:
        if not rows:
            return
        for pair in self.store.alike(self.kind.kind(), list(rows)):
            if len(self.loaded.duplicates) < _MOST_LISTED:
                later, other = pair.id, pair.other
                if rows.get(other, 0) > rows[later]:
                    later, other = other, later
                self.loaded.duplicates.append(Duplicate(rows[later], later, other, pair.key))
            else:
                self.more_duplicates += 1


def _differs(before: Record, edit: Edit) -> bool:
    held = {**before.values(), **(before.extra or {})}
    return before.deleted or any(held.get(name) != value for name, value in edit.fields.items())


# Tables


def _rows(
    table: Table, run: _Run, mapping: Mapping[str, str | None] | None
) -> Iterator[tuple[int, Original, Taken] | None]:
    """Yield (row, its cells, what it says) of a table."""
    found = survey(table, run.kind)
    mapping = _guessed(found, run.rejects.name) if mapping is None else mapping
    active = _active(found, mapping, run.kind)
    if not active:
        raise Unreadable(
            "No column of this file is recognised. Name the columns, or choose the fields for them."
        )
    cut = found.aadhaar_columns(run.kind, mapping)
    run.reader.ours = found.ours(run.kind)
    # What an export of ours holds was confirmed when it was saved.
    held = {} if run.reader.ours else {target: found.values(at) for at, target in active.items()}
    run.reader.accounts = accounts_of(run.kind, held)
    run.rejects.columns = found.columns
    run.rejects.hide = _hiding(found, cut, active, run)
    skipped: Counter[str] = Counter({"title": len(found.titles)})
    run.loaded.notes += [*table.notes, *_about(found, cut, active)]
    width = len(found.columns)
    for row in found.rows:
        if not row.problem:
            why = no_record(row.cells, found.columns, list(active))
            if why:
                skipped[why] += 1
                yield None
                continue
        cells = row.cells + [""] * (width - len(row.cells))
        for at in cut:
            cells[at] = cut_aadhaar(cells[at])
        taken = run.reader.read({target: cells[at] for at, target in active.items()})
        if problem := row.problem or _overflow(cells, width):
            taken.reasons.insert(0, problem)
        yield row.number, cells, taken
    if skipped.total():
        said = ", ".join(f"{rows} {why}" for why, rows in skipped.items() if rows)
        run.loaded.notes.append(f"Rows that hold no record were skipped: {said}.")


def _guessed(found: Survey, name: str) -> dict[str, str | None]:
    """Return the mapping guessed; the reasons an earlier import wrote are no field."""
    mapping = {guess.column: guess.target for guess in found.guesses}
    if "-rejected" in name and found.columns[-1] == REASON:
        mapping[REASON] = None
    return mapping


def _active(found: Survey, mapping: Mapping[str, str | None], kind: type[Record]) -> dict[int, str]:
    """Return column -> target of the columns that are read; the first of two for one target."""
    known, active = targets(kind), dict[int, str]()
    for at, column in enumerate(found.columns):
        target = mapping.get(column)
        if target and target in known and target not in active.values():
            active[at] = target
    return active


def _hiding(
    found: Survey, cut: frozenset[int], active: Mapping[int, str], run: _Run
) -> Callable[[str, str], str]:
    """Return what hides Aadhaar numbers in rejected rows, column by column."""
    aadhaar = {found.columns[at] for at in cut}
    kept = {
        found.columns[at]
        for at, target in active.items()
        if target in run.reader.accounts
        or (target in run.kind.asks() and isinstance(run.kind.asks()[target].format, Mobile))
    }

    def hide(column: str, value: str) -> str:
        if column in kept:
            return value
        return all_but_four(value) if column in aadhaar else masked(value)

    return hide


def _about(found: Survey, cut: frozenset[int], active: Mapping[int, str]) -> Iterator[str]:
    for at in sorted(cut):
        if all(cut_aadhaar(value) == value for value in found.values(at)):
            continue
        yield (
            f"Column “{found.columns[at]}” holds Aadhaar numbers: cut to the last four digits "
            "before anything was kept."
        )
    left = [column for at, column in enumerate(found.columns) if at not in active]
    if left:
        yield f"Columns not taken: {', '.join(f'“{column}”' for column in left)[:500]}."


def _overflow(cells: Sequence[str], width: int) -> str:
    if any(cell.strip() for cell in cells[width:]):
        return "The row has more cells than there are headings: perhaps a comma too many."
    return ""


# JSONL


def _entries(file: Entries, run: _Run) -> Iterator[tuple[int, Original, Taken] | None]:
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


def _taken(fields: Mapping[str, Json], run: _Run) -> Taken:
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
