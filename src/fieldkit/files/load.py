"""Import a file, or every file of a folder."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event
from typing import BinaryIO

from fieldkit.files.columns.questions import Choices
from fieldkit.files.columns.sheets import sheet_of
from fieldkit.files.columns.understanding import Unanswered
from fieldkit.files.loading.import_run import ImportRun
from fieldkit.files.loading.jsonl_rows import jsonl_rows
from fieldkit.files.loading.output_files import OutputFiles, spare_folder
from fieldkit.files.loading.row_run import Loaded, Progress
from fieldkit.files.loading.table_rows import table_rows
from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Entries, Unreadable
from fieldkit.records import kinds
from fieldkit.store import Store


def load(
    store: Store,
    kind: str,
    source: Path | BinaryIO,
    *,
    operator: str,
    choices: Choices | None = None,
    progress: Progress | None = None,
    stop: Event | None = None,
    dry_run: bool = False,
) -> Loaded:
    """Import a CSV, XLSX, XLS or JSONL file (``-``: standard input) of records of one kind.

    ``choices``: what a person decided about sheet and columns. ``stop`` ends the import between
    rows. ``dry_run`` imports into a copy of the store, and leaves nothing behind.

    Raises:
        KeyError: there is no such kind.
        Unanswered: a person must choose first; nothing was imported.
        Unreadable: the file cannot be used; nothing was imported.
        StoreError: the store failed; the chunks before it are saved.
    """
    record = kinds()[kind]
    if record.program_log:
        raise Unreadable(f"{record.plural} are logged by fieldkit itself, and not imported.")
    choices = choices or Choices()
    with (
        open_records(source, sheet_of(record, choices.sheet)) as file,
        _target(store, dry_run=dry_run) as target,
    ):
        run = ImportRun(target, record, operator, _outputs(source, kind, store, dry_run=dry_run))
        try:
            if isinstance(file, Entries):
                rows = jsonl_rows(file, run)
            else:
                rows = table_rows(file, run, choices)
            run.process(rows, file.position, progress, stop)
        finally:
            run.close()
    return run.result()


def _target(store: Store, *, dry_run: bool) -> AbstractContextManager[Store]:
    return store.rehearsal() if dry_run else nullcontext(store)


def _outputs(source: Path | BinaryIO, kind: str, store: Store, *, dry_run: bool) -> OutputFiles:
    spare = spare_folder(store)
    if isinstance(source, Path) and str(source) != "-":
        return OutputFiles(source.parent, spare, source.stem, nowhere=dry_run)
    return OutputFiles(spare, spare, kind, nowhere=dry_run)


def load_folder(
    store: Store,
    folder: Path,
    *,
    operator: str,
    progress: Progress | None = None,
    stop: Event | None = None,
    dry_run: bool = False,
) -> dict[str, Loaded]:
    """Import every KIND.jsonl, KIND.csv, KIND.xlsx and KIND.xls of a folder, parents first.

    Returns the results by file name. A file that cannot be used counts as cancelled, with the
    reason among its notes; the other files are imported all the same.

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
        raise Unreadable(f"{folder} has no file named after a kind, such as beneficiary.csv.")
    results: dict[str, Loaded] = {}
    with _target(store, dry_run=dry_run) as target:
        for kind, path in found:
            if stop and stop.is_set():
                break
            try:
                results[path.name] = load(
                    target, kind, path, operator=operator, progress=progress, stop=stop
                )
            except Unanswered as doubt:
                hint = f"{doubt} To choose, import only this file."
                results[path.name] = Loaded(notes=[hint], cancelled=True)
            except Unreadable as problem:
                results[path.name] = Loaded(notes=[str(problem)], cancelled=True)
    return results
