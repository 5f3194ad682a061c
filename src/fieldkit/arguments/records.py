"""Arguments of the commands that load, enter, find and show records."""

from __future__ import annotations

from pathlib import Path

from fieldkit.arguments.parts import (
    Subparsers,
    add,
    add_columns,
    add_json,
    add_page,
    count,
    percent,
    whole,
)
from fieldkit.arguments.review import add_reconcile, add_same_person


def add_records(commands: Subparsers) -> None:
    """Add the commands about records."""
    add_json(
        add(commands, "kinds", "list the kinds of record and their fields", "records.reading:kinds")
    )

    add_sample(commands)
    add_files(commands)
    add_entering(commands)
    add_finding(commands)
    add_same_person(commands)


def add_sample(commands: Subparsers) -> None:
    """Add the command that makes up records."""
    sample = add(commands, "sample", "write made-up records to files", "records.reading:sample")
    sample.add_argument("--people", required=True, type=count, metavar="N")
    sample.add_argument("--district", type=whole, metavar="N")
    sample.add_argument("--block", type=whole, metavar="N")
    sample.add_argument("--seed", type=whole, default=1, metavar="S")
    sample.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    sample.add_argument(
        "--office",
        action="store_true",
        help="also officers, targets and limits, which only a supervisor may enter",
    )
    sample.add_argument("--out", required=True, type=Path, metavar="DIR")


def add_files(commands: Subparsers) -> None:
    """Add the commands that load and write files."""
    load = add(commands, "import", "load records from a file or folder", "entry.importing:load")
    load.add_argument("what", metavar="KIND|DIR")
    load.add_argument("file", nargs="?", metavar="FILE|-")
    load.add_argument("--dry-run", action="store_true", help="show what would happen, save nothing")
    add_columns(load)
    add_json(load)
    add_reconcile(commands)

    export = add(
        commands, "export", "write the records of one kind to a file", "records.reading:export"
    )
    export.add_argument("kind")
    export.add_argument("--format", choices=("csv", "xlsx", "jsonl"))
    export.add_argument("-o", "--output", type=Path, metavar="FILE")
    export.add_argument(
        "--notes", action="store_true", help="add a column with the notes on fields"
    )
    export.add_argument("--where", action="append", default=[], metavar="FIELD=VALUE")


def add_entering(commands: Subparsers) -> None:
    """Add the commands that enter records by plain questions."""
    enter = add(
        commands, "enter", "enter or correct records by plain questions", "entry.entering:enter"
    )
    enter.add_argument("kind", help="such as beneficiary or member; `fieldkit kinds` lists them")
    enter.add_argument("--record", metavar="ID", help="correct this record")
    enter.add_argument(
        "--operator", metavar="NAME", help="who enters; if not given, the last operator here"
    )

    verify = add(
        commands,
        "verify",
        "type a sample of entries again from the papers",
        "review.verifying:verify",
    )
    verify.add_argument("--operator", metavar="NAME", help="whose entries")
    verify.add_argument(
        "--month",
        default="",
        metavar="YYYY-MM",
        help="a month's sample of each block, the same on every laptop",
    )
    verify.add_argument(
        "--percent", type=percent, default=5, metavar="N", help="percent of them; 5 if not given"
    )
    verify.add_argument("--kind", default="", help="which kind; artisans if not given")
    verify.add_argument("--since", metavar="DATE", help="entered since; 30 days ago if not given")
    verify.add_argument("--until", metavar="DATE", help="entered until; today if not given")
    verify.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="FIELD",
        help="check this field; may be repeated",
    )
    verify.add_argument(
        "--report", action="store_true", help="add up the checks so far, ask nothing"
    )


def add_finding(commands: Subparsers) -> None:
    """Add the commands that find and show records."""
    find = add(commands, "find", "look for a record", "records.reading:find")
    find.add_argument("text")
    find.add_argument("--kind")
    find.add_argument("--limit", type=count, default=20, metavar="N")
    add_json(find)

    show = add(
        commands, "show", "show a record, its events and its changes", "records.reading:show"
    )
    show.add_argument("id", metavar="ID")
    add_json(show)

    undelete = add(commands, "undelete", "restore a deleted record", "records.reading:undelete")
    undelete.add_argument("id", metavar="ID")

    person = add(
        commands,
        "person-data",
        "write all that is held about a person to a file",
        "records.person_data:person_data",
    )
    person.add_argument("id", metavar="ID", help="the person's record number")
    add_page(person)
