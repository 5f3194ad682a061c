"""Loading files: the doors. One load is a :mod:`run`; its rows come from a table or from JSONL."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event
from typing import BinaryIO

from fieldkit.files.loading.import_run import Loaded, Progress, Run
from fieldkit.files.loading.jsonl_rows import entries
from fieldkit.files.loading.output_files import Beside
from fieldkit.files.loading.table_rows import rows
from fieldkit.files.tables.open import Entries, Unreadable, opened
from fieldkit.records import kinds
from fieldkit.store import Store


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
    rows. ``dry_run`` says what would become of the rows: they are loaded into a copy of the store,
    and only the files of rejected rows and of duplicates stay.

    Raises:
        KeyError: there is no such kind.
        Unreadable: the file cannot be used; nothing was loaded.
        StoreError: the store failed on the way; the chunks before are in.
    """
    record = kinds()[kind]
    with opened(source) as file, _stage(store, dry_run=dry_run) as stage:
        run = Run(stage, record, operator, _beside(source, kind, store.home))
        try:
            read = entries(file, run) if isinstance(file, Entries) else rows(file, run, mapping)
            run.through(read, file.done, progress, stop)
        finally:
            run.close()
    return run.finished()


def _stage(store: Store, *, dry_run: bool) -> AbstractContextManager[Store]:
    return store.rehearsal() if dry_run else nullcontext(store)


def _beside(source: Path | BinaryIO, kind: str, home: Path) -> Beside:
    spare = home / "imports"
    if isinstance(source, Path) and str(source) != "-":
        return Beside(source.parent, spare, source.stem)
    return Beside(spare, spare, kind)


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
    with _stage(store, dry_run=dry_run) as stage:
        for kind, path in found:
            if stop and stop.is_set():
                break
            try:
                results[path.name] = load(
                    stage, kind, path, operator=operator, progress=progress, stop=stop
                )
            except Unreadable as problem:
                results[path.name] = Loaded(notes=[str(problem)], cancelled=True)
    return results
