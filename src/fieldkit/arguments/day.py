"""Arguments of the commands of a working day: papers, entries, the close."""

from __future__ import annotations

from fieldkit.arguments.parts import Subparsers, add, add_group, add_json, add_page, whole


def add_printing(commands: Subparsers) -> None:
    """Add the commands that print papers."""
    printing = add_group(commands, "print", "print slips, lists with numbers, blank forms")
    papers = printing.add_subparsers(title="papers", metavar="PAPER", required=True)
    slip = add(papers, "slip", "print what was entered and what is due", "records.printing:slip_of")
    slip.add_argument("id", nargs="?", metavar="ID", help="without it: the record saved last")
    roster = add(
        papers,
        "roster",
        "print a list with numbers: of a kind, or of the people of a training or programme",
        "records.printing:roster_of",
    )
    roster.add_argument("what", metavar="KIND|ID")
    roster.add_argument("--where", action="append", default=[], metavar="FIELD=VALUE")
    blank = add(papers, "blank", "print a paper form in field order", "records.printing:blank_of")
    blank.add_argument("kind")
    blank.add_argument(
        "--needed", action="store_true", help="only the fields that are needed or fall due"
    )
    for paper in (slip, roster, blank):
        add_page(paper)


def add_day(commands: Subparsers) -> None:
    """Add the commands about what was entered on a day."""
    entries = add(
        commands,
        "entries",
        "list what an operator entered, move it to another block, or undo the last correction",
        "entry.day:entries",
    )
    entries.add_argument(
        "--since", default="", metavar="TIME", help="10:30, or 20 Nov; today if not given"
    )
    entries.add_argument("--kind", metavar="KIND")
    entries.add_argument(
        "--move-to",
        type=whole,
        metavar="BLOCK",
        help="move all that is listed to the block of this LGD code",
    )
    entries.add_argument("--dry-run", action="store_true", help="show what would change")
    entries.add_argument(
        "--undo",
        action="store_true",
        help="undo the last correction, decision or change from a portal's list",
    )
    close = add(
        commands,
        "close",
        "print the close of day: forms on paper against records, and what is left to do",
        "entry.day:close",
    )
    close.add_argument(
        "--paper",
        action="append",
        default=[],
        metavar="KIND=NUMBER",
        help="how many forms of a kind there are on paper; may be repeated",
    )
    add_page(close)
    for command in (entries, close):
        command.add_argument(
            "--operator", metavar="NAME", help="whose; if not given, the last operator here"
        )
        add_json(command)
