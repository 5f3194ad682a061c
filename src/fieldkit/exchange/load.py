"""Loading files: the doors. One load is a :mod:`run`; its rows come from a table or from JSONL."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import BinaryIO

from fieldkit.exchange.entries import entries
from fieldkit.exchange.files import Entries, Unreadable, opened
from fieldkit.exchange.run import Loaded, Progress, Run
from fieldkit.exchange.tables import rows
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
    rows. ``dry_run`` says what would become of the rows and writes nothing but the rejected ones.

    Raises:
        KeyError: there is no such kind.
        Unreadable: the file cannot be used; nothing was loaded.
        StoreError: the store failed on the way; the chunks before are in.
    """
    record = kinds()[kind]
    with opened(source) as file:
        run = Run(store, record, operator, dry_run, source if isinstance(source, Path) else None)
        try:
            read = entries(file, run) if isinstance(file, Entries) else rows(file, run, mapping)
            run.through(read, file.done, progress, stop)
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
