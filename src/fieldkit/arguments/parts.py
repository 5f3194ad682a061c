"""Arguments that several commands have, and how a command is added."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
DEVICE = "its number, as the list of devices shows it"


def add(commands: Subparsers, name: str, help_text: str, run: str) -> argparse.ArgumentParser:
    """Add a command; ``run`` names its module and function."""
    module, _, function = run.partition(":")
    command = commands.add_parser(name, help=help_text, description=help_text)
    command.set_defaults(run=(module, function))
    return command


def add_group(commands: Subparsers, name: str, help_text: str) -> argparse.ArgumentParser:
    """Add a command that has actions of its own."""
    return commands.add_parser(name, help=help_text, description=help_text)


def add_json(command: argparse.ArgumentParser) -> None:
    """Add the option to print JSON."""
    command.add_argument("--json", action="store_true", help="print JSON and nothing else")


def add_columns(command: argparse.ArgumentParser) -> None:
    """Add the options that say how the columns of a file are read."""
    command.add_argument(
        "--sheet", default="", metavar="NAME", help="the sheet of a workbook to read"
    )
    command.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=HEADING",
        help="the column of a field; =HEADING leaves a column out; may be repeated",
    )
    command.add_argument(
        "--read",
        action="append",
        default=[],
        metavar="HEADING=WAY",
        help="how a column is written: day-first, month-first, decimal-point ...",
    )


def add_page(command: argparse.ArgumentParser) -> None:
    """Add the form and the file of a page."""
    command.add_argument(
        "--format",
        choices=("txt", "pdf", "html"),
        help="if not given, by the ending of FILE, else txt",
    )
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="standard output if not given"
    )


def add_output(command: argparse.ArgumentParser) -> None:
    """Add the form and the file of a report."""
    command.add_argument("--format", choices=("table", "csv", "xlsx", "json", "html", "pdf"))
    command.add_argument("-o", "--output", type=Path, metavar="FILE")
    add_json(command)


def add_report(report: argparse.ArgumentParser, names: str = "list|NAME") -> None:
    """Add what a report is asked for."""
    report.add_argument("name", metavar=names)
    report.add_argument("--division", metavar="NAME")
    report.add_argument("--district", type=whole, metavar="N", help="LGD code")
    report.add_argument("--block", type=whole, metavar="N", help="LGD code")
    report.add_argument("--fy", metavar="YEAR", help="a financial year like 2025-26")
    report.add_argument(
        "--as-on", metavar="DATE", help="count events up to this day, in today's data"
    )
    report.add_argument("--by", metavar="NAME", help="what rows are made by: area, bank, trade ...")
    add_output(report)


def add_action(
    actions: Subparsers, name: str, help_text: str, run: str = ""
) -> argparse.ArgumentParser:
    """Add an action of the server, with its database."""
    run = run or name
    action = add(actions, name, help_text, run if ":" in run else f"server:{run}")
    action.add_argument("--database", required=True, metavar="URL")
    return action


def add_scope(action: argparse.ArgumentParser) -> None:
    """Add the area of a device."""
    action.add_argument(
        "--district", type=whole, metavar="N", help="without district and block: all districts"
    )
    action.add_argument("--block", type=whole, metavar="N")


def whole(text: str) -> int:
    """Read a whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def percent(text: str) -> int:
    """Read a number from 1 to 100."""
    number = count(text)
    if number > 100:
        raise argparse.ArgumentTypeError("must be at most 100")
    return number


def count(text: str) -> int:
    """Read a number from 1."""
    number = whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


ROLES = ("viewer", "registrar", "operator", "supervisor", "administrator")


LATE_ACTS = (
    ("take", "take late changes in, as if they had come in time"),
    ("leave", "return late changes to their authors"),
)
