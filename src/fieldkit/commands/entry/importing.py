"""The import command: progress on a terminal, Ctrl+C, and the results."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from threading import Event

from fieldkit.cli import DONE, IN_PART, Unusable, print_error
from fieldkit.commands import known_kind, open_store, operator_of, say, say_json
from fieldkit.commands.entry.choosing import ask, choices_of, say_preview
from fieldkit.commands.stopping import ProgressLine, progress_line, stoppable
from fieldkit.files import Loaded, Unanswered, Unreadable, load_folder
from fieldkit.files import load as load_file
from fieldkit.records.fields.formats import indian
from fieldkit.store import Store, StoreError


def load(args: Namespace) -> int:
    """Import records from a file, or from every file of a folder."""
    _check(args)
    with open_store() as store, stoppable() as stop, progress_line() as progress:
        if store.device is None:
            raise Unusable("This laptop is not set up yet. Run `fieldkit init` first.")
        try:
            found = _load(store, args, progress, stop)
        except Unanswered as doubt:
            return ask(doubt.preview, args)
        except Unreadable as error:
            raise Unusable(str(error)) from None
        except StoreError as error:
            if not progress.rows or args.dry_run:
                raise
            print_error(str(error))
            print_error(f"About {indian(progress.rows)} rows were imported before that, and stay.")
            return IN_PART
    if args.json:
        results = {name: _figures(one, args) for name, one in found.items()}
        say_json(results if args.file is None else results[args.file])
    else:
        for name, one in found.items():
            _say(name, one, args)
    in_part = any(one.rejected or one.cancelled for one in found.values())
    return IN_PART if in_part or stop.is_set() else DONE


def _check(args: Namespace) -> None:
    if args.file is not None:
        known_kind(args.what)
    elif not Path(args.what).is_dir():
        raise Unusable("Give a kind and a file, or a folder of files named after kinds.")
    elif args.map or args.read or args.sheet:
        raise Unusable("--map, --read and --sheet are for one file. Give its kind and the file.")


def _load(
    store: Store, args: Namespace, progress: ProgressLine, stop: Event
) -> Mapping[str, Loaded]:
    """Return the results by file name."""
    operator = operator_of(store)
    if args.file is None:
        return load_folder(
            store,
            Path(args.what),
            operator=operator,
            progress=progress,
            stop=stop,
            dry_run=args.dry_run,
        )
    one = load_file(
        store,
        args.what,
        sys.stdin.buffer if args.file == "-" else Path(args.file),
        operator=operator,
        progress=progress,
        stop=stop,
        dry_run=args.dry_run,
        choices=choices_of(args),
    )
    return {args.file: one}


def _figures(one: Loaded, args: Namespace) -> dict[str, object]:
    shown = {"preview": asdict(one.preview)} if args.dry_run and one.preview else {}
    return shown | {
        "imported": one.imported,
        "changed": one.changed,
        "skipped": one.skipped,
        "rejected": one.rejected,
        "reasons": [{"row": row, "reason": reason} for row, reason in one.reasons],
        "rejects_file": str(one.rejects_file) if one.rejects_file else None,
        "duplicates": [asdict(duplicate) for duplicate in one.duplicates],
        "duplicates_file": str(one.duplicates_file) if one.duplicates_file else None,
        "notes": one.notes,
    }


def _say(name: str, one: Loaded, args: Namespace) -> None:
    if args.dry_run and one.preview:
        say_preview(one.preview)
    say(
        f"{name}: {one.imported} new, {one.changed} changed, {one.skipped} same as before, "
        f"{one.rejected} rejected, {len(one.duplicates)} may be the same person."
    )
    for row, reason in one.reasons:
        say(f"  Row {row}: {reason}")
    if one.rejects_file:
        say(f"  The rejected rows, with the reasons: {one.rejects_file}")
    if one.duplicates_file:
        say(f"  Those that may be the same person, with the names: {one.duplicates_file}")
    for note in one.notes:
        say(f"  {note}")
