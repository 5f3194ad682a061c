"""The command line, a stable interface for scripts.

Exit codes: 0 done, 1 done in part, 2 unusable input, 3 offline. Standard output carries results,
with ``--json`` nothing but JSON; messages about problems go to standard error. A command is
imported only when it is called, so that the application starts quickly.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn, TypeAlias, cast

from fieldkit import __version__
from fieldkit.plain_text import shown
from fieldkit.settings import home_folder

DONE, IN_PART, UNUSABLE, OFFLINE = 0, 1, 2, 3

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Command: TypeAlias = Callable[[argparse.Namespace], int]


class Unusable(Exception):
    """The command cannot work with this input; the text says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command, or the application, and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command, or the application, and return its exit code."""
    args = _parser().parse_args(arguments)
    if args.run is None:
        from fieldkit.app import run as run_application

        return run_application(home_folder())
    module, name = args.run
    try:
        command = cast(Command, getattr(import_module(f"fieldkit.commands.{module}"), name))
        code = command(args)
        sys.stdout.flush()
    except Unusable as error:
        return print_error(str(error))
    except KeyboardInterrupt:
        print_error("Stopped. What was already saved stays saved.")
        return IN_PART
    except BrokenPipeError:
        _write_nowhere()
        return IN_PART
    except Exception as error:
        return _failed(error)
    return code


def _write_nowhere() -> None:
    """Redirect standard output: its reader has gone, and a flush at exit must not fail again."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(error: Exception) -> int:
    """Print what went wrong in one sentence without personal data; return the exit code."""
    from fieldkit.store import Refused, StoreError

    if isinstance(error, StoreError | Refused):
        return print_error(str(error))
    if isinstance(error, OSError):
        return print_error(
            f"{error.filename or 'A file'} cannot be used: {error.strerror or error}. Check it, "
            "then try again."
        )
    from fieldkit.app import write_log

    log = write_log(home_folder())
    print_error(
        "fieldkit stopped because of an error in the program. What was saved is safe."
        + (f" Send this file to the fieldkit administrator: {log}" if log else "")
    )
    return IN_PART


def print_error(sentence: str) -> int:
    """Print what is wrong to standard error; return the exit code for unusable input."""
    sys.stderr.write(f"{shown(sentence)}\n")
    return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fieldkit",
        description="Offline field records for block offices. Without a command, the application "
        "opens.",
        epilog="FIELDKIT_HOME is the folder that holds everything of one installation.",
    )
    parser.add_argument("--version", action="version", version=f"fieldkit {__version__}")
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_laptop(commands)
    _add_records(commands)
    _add_deciding(commands)
    _add_printing(commands)
    _add_day(commands)
    _add_reports(commands)
    _add_sync(commands)
    _add_supervising(commands)
    _add_server(commands)
    return parser


def _add(commands: Subparsers, name: str, help_text: str, run: str) -> argparse.ArgumentParser:
    module, _, function = run.partition(":")
    command = commands.add_parser(name, help=help_text, description=help_text)
    command.set_defaults(run=(module, function))
    return command


def _add_group(commands: Subparsers, name: str, help_text: str) -> argparse.ArgumentParser:
    """Add a command that has actions of its own."""
    return commands.add_parser(name, help=help_text, description=help_text)


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _add_laptop(commands: Subparsers) -> None:
    demo = _add(commands, "demo", "show how fieldkit works, on made-up data", "demo:demo")
    demo.add_argument(
        "--headless", action="store_true", help="print the steps, do not open the application"
    )
    demo.add_argument("--people", type=_count, default=2000, metavar="N")
    demo.add_argument("--seed", type=_whole, default=1, metavar="S")
    demo.add_argument("--home", type=Path, metavar="DIR", help="folder for the demonstration")

    practice = _add(
        commands,
        "practice",
        "practise with made-up people, apart from the real data",
        "practice:practice",
    )
    practice.add_argument("--again", action="store_true", help="begin again with fresh data")

    init = _add(commands, "init", "set this laptop up without the screen", "laptop:init")
    init.add_argument("--name", required=True, help="who works at this laptop")
    init.add_argument("--district", required=True, type=_whole, metavar="CODE")
    init.add_argument("--block", type=_whole, metavar="CODE")

    _add_json(
        _add(
            commands,
            "status",
            "show what is on this laptop and what is not sent yet",
            "laptop:status",
        )
    )
    backup = _add(commands, "backup", "copy all data to a file", "laptop:backup")
    backup.add_argument("file", type=Path)
    backup.add_argument(
        "--force", action="store_true", help="replace the file even if it is not a backup"
    )
    restore = _add(commands, "restore", "replace the data with a backup", "laptop:restore")
    restore.add_argument("file", type=Path)
    _add_json(_add(commands, "check", "check the whole data file", "laptop:check"))
    villages = _add(commands, "villages", "load a list of villages (LGD)", "laptop:villages")
    villages.add_argument("file", type=Path)


def _add_records(commands: Subparsers) -> None:
    _add_json(_add(commands, "kinds", "list the kinds of record and their fields", "records:kinds"))

    _add_sample(commands)
    _add_files(commands)
    _add_entering(commands)
    _add_finding(commands)
    _add_same_person(commands)


def _add_sample(commands: Subparsers) -> None:
    sample = _add(commands, "sample", "write made-up records to files", "records:sample")
    sample.add_argument("--people", required=True, type=_count, metavar="N")
    sample.add_argument("--district", type=_whole, metavar="N")
    sample.add_argument("--block", type=_whole, metavar="N")
    sample.add_argument("--seed", type=_whole, default=1, metavar="S")
    sample.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    sample.add_argument(
        "--office",
        action="store_true",
        help="also officers, targets and limits, which only a supervisor may enter",
    )
    sample.add_argument("--out", required=True, type=Path, metavar="DIR")


def _add_files(commands: Subparsers) -> None:
    load = _add(commands, "import", "load records from a file or folder", "importing:load")
    load.add_argument("what", metavar="KIND|DIR")
    load.add_argument("file", nargs="?", metavar="FILE|-")
    load.add_argument("--dry-run", action="store_true", help="show what would happen, save nothing")
    _add_columns(load)
    _add_json(load)
    _add_reconcile(commands)

    export = _add(commands, "export", "write the records of one kind to a file", "records:export")
    export.add_argument("kind")
    export.add_argument("--format", choices=("csv", "xlsx", "jsonl"))
    export.add_argument("-o", "--output", type=Path, metavar="FILE")
    export.add_argument(
        "--notes", action="store_true", help="add a column with the notes on fields"
    )
    export.add_argument("--where", action="append", default=[], metavar="FIELD=VALUE")


def _add_entering(commands: Subparsers) -> None:
    enter = _add(commands, "enter", "enter or correct records by plain questions", "entering:enter")
    enter.add_argument("kind", help="such as beneficiary or member; `fieldkit kinds` lists them")
    enter.add_argument("--record", metavar="ID", help="correct this record")
    enter.add_argument(
        "--operator", metavar="NAME", help="who enters; if not given, the last operator here"
    )

    verify = _add(
        commands, "verify", "type a sample of entries again from the papers", "verifying:verify"
    )
    verify.add_argument("--operator", metavar="NAME", help="whose entries")
    verify.add_argument(
        "--month",
        default="",
        metavar="YYYY-MM",
        help="a month's sample of each block, the same on every laptop",
    )
    verify.add_argument(
        "--percent", type=_percent, default=5, metavar="N", help="how much of them; 5 if not given"
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


def _add_finding(commands: Subparsers) -> None:
    find = _add(commands, "find", "look for a record", "records:find")
    find.add_argument("text")
    find.add_argument("--kind")
    find.add_argument("--limit", type=_count, default=20, metavar="N")
    _add_json(find)

    show = _add(commands, "show", "show a record, its events and its changes", "records:show")
    show.add_argument("id", metavar="ID")
    _add_json(show)

    undelete = _add(commands, "undelete", "restore a deleted record", "records:undelete")
    undelete.add_argument("id", metavar="ID")

    person = _add(
        commands,
        "person-data",
        "write all that is held about a person to a file",
        "person_data:person_data",
    )
    person.add_argument("id", metavar="ID", help="the person's record number")
    _add_page(person)


def _add_same_person(commands: Subparsers) -> None:
    merge = _add(commands, "merge", "note that two records are of one person", "same_person:merge")
    merge.add_argument("kept", metavar="KEPT", help="the record that is kept and stands for both")
    merge.add_argument(
        "duplicate",
        metavar="DUPLICATE",
        help="the other record; its number leads to the one that is kept",
    )
    merge.add_argument(
        "--use",
        action="append",
        default=[],
        metavar="FIELD,...",
        help="take the values of these fields from the duplicate",
    )
    unmerge = _add(
        commands, "unmerge", "take a merge back: two people again", "same_person:unmerge"
    )
    unmerge.add_argument("id", metavar="ID", help="the record that was the duplicate")
    for command in (merge, unmerge):
        _add_json(command)
    different = _add(
        commands,
        "different",
        "note that two records are of different people",
        "same_person:different",
    )
    different.add_argument("id", metavar="ID", help="one record")
    different.add_argument("other", metavar="ID", help="the other record")
    different.add_argument("--undo", action="store_true", help="take back that they are different")


def _add_deciding(commands: Subparsers) -> None:
    decide = _add(
        commands,
        "decide",
        "approve or reject at a stage, or move a loan, toolkit or fund to a state",
        "deciding:decide",
    )
    decide.add_argument("id", metavar="ID", help="the application, loan, toolkit or fund")
    decide.add_argument(
        "--stage", default="", metavar="N", help="the stage of an application: 1, 2 or 3"
    )
    decide.add_argument(
        "--as",
        dest="outcome",
        required=True,
        metavar="approve|reject|STATE",
        help="the decision; a wrong word prints those that are possible",
    )
    decide.add_argument("--reason", default="", metavar="TEXT", help="needed to reject")
    decide.add_argument("--on", metavar="DATE", help="the day of the decision; today if not given")
    back = _add(
        commands,
        "send-back",
        "send a record back to whoever entered it, or accept the correction",
        "deciding:send_back",
    )
    back.add_argument("id", metavar="ID", help="the record")
    what = back.add_mutually_exclusive_group(required=True)
    what.add_argument("--reason", metavar="TEXT", help="what is to be corrected")
    what.add_argument("--accept", action="store_true", help="accept the record as it is now")
    what.add_argument(
        "--corrected",
        metavar="TEXT",
        help="for whoever entered it: what was done, if no field had to be changed",
    )


def _add_columns(command: argparse.ArgumentParser) -> None:
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


def _add_reconcile(commands: Subparsers) -> None:
    reconcile = _add(
        commands,
        "reconcile",
        "compare a portal's list with the records here",
        "reconciling:compare",
    )
    reconcile.add_argument(
        "what", metavar="KIND", help="what the list holds: beneficiary, toolkit ..."
    )
    reconcile.add_argument("file", metavar="FILE")
    reconcile.add_argument(
        "--as-of",
        default="",
        metavar="DATE",
        help="the day the portal wrote the list; today if not given",
    )
    for option, help_text in (
        ("--accept", "take the portal's values of this field, or of all; may be repeated"),
        ("--keep", "keep what stands here in this field, or in all; may be repeated"),
    ):
        reconcile.add_argument(
            option, action="append", default=[], metavar="FIELD|all", help=help_text
        )
    reconcile.add_argument(
        "--same",
        action="append",
        default=[],
        metavar="ROW=ID|none",
        help="which record an uncertain row of the list means; may be repeated",
    )
    reconcile.add_argument(
        "--create", action="store_true", help="make the records that only the portal has"
    )
    reconcile.add_argument(
        "--dry-run", action="store_true", help="show what would change, save nothing"
    )
    reconcile.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write what is left, as CSV or XLSX"
    )
    _add_columns(reconcile)
    _add_json(reconcile)


def _add_printing(commands: Subparsers) -> None:
    printing = _add_group(commands, "print", "print slips, lists with numbers, blank forms")
    papers = printing.add_subparsers(title="papers", metavar="PAPER", required=True)
    slip = _add(papers, "slip", "print what was entered and what is due", "printing:slip_of")
    slip.add_argument("id", nargs="?", metavar="ID", help="without it: the record saved last")
    roster = _add(
        papers,
        "roster",
        "print a list with numbers: of a kind, or of the people of a training or programme",
        "printing:roster_of",
    )
    roster.add_argument("what", metavar="KIND|ID")
    roster.add_argument("--where", action="append", default=[], metavar="FIELD=VALUE")
    blank = _add(papers, "blank", "print a paper form in field order", "printing:blank_of")
    blank.add_argument("kind")
    blank.add_argument(
        "--needed", action="store_true", help="only the fields that are needed or fall due"
    )
    for paper in (slip, roster, blank):
        _add_page(paper)


def _add_day(commands: Subparsers) -> None:
    entries = _add(
        commands,
        "entries",
        "list what an operator entered, move it to another block, or undo the last correction",
        "day:entries",
    )
    entries.add_argument(
        "--since", default="", metavar="TIME", help="10:30, or 20 Nov; today if not given"
    )
    entries.add_argument("--kind", metavar="KIND")
    entries.add_argument(
        "--move-to",
        type=_whole,
        metavar="BLOCK",
        help="move all that is listed to the block of this LGD code",
    )
    entries.add_argument("--dry-run", action="store_true", help="show what would change")
    entries.add_argument(
        "--undo",
        action="store_true",
        help="undo the last correction, decision or change from a portal's list",
    )
    close = _add(
        commands,
        "close",
        "print the close of day: forms on paper against records, and what is left to do",
        "day:close",
    )
    close.add_argument(
        "--paper",
        action="append",
        default=[],
        metavar="KIND=NUMBER",
        help="how many forms of a kind there are on paper; may be repeated",
    )
    _add_page(close)
    for command in (entries, close):
        command.add_argument(
            "--operator", metavar="NAME", help="whose; if not given, the last operator here"
        )
        _add_json(command)


def _add_page(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        choices=("txt", "pdf", "html"),
        help="if not given, by the ending of FILE, else txt",
    )
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="standard output if not given"
    )


def _add_reports(commands: Subparsers) -> None:
    report = _add(commands, "report", "list the reports, or print one", "reports:report")
    _add_report(report)
    due = _add(commands, "due", "list what is due, the longest waiting first", "reports:due")
    due.add_argument("--district", type=_whole, metavar="N", help="LGD code")
    due.add_argument("--block", type=_whole, metavar="N", help="LGD code")
    due.add_argument("--kind", metavar="KIND", help="only what follows from records of this kind")
    due.add_argument("--limit", type=_count, metavar="N")
    _add_json(due)

    target = _add_group(commands, "target", "targets, allotments and published figures")
    actions = target.add_subparsers(title="actions", metavar="ACTION", required=True)
    load = _add(actions, "import", "load targets from a file", "targets:load")
    load.add_argument("file", nargs="?", type=Path, help="without it: the published figures")
    _add_json(load)
    _add_json(_add(actions, "list", "list the targets", "targets:listing"))

    snapshot = _add_group(commands, "snapshot", "reports kept as they were on a day")
    actions = snapshot.add_subparsers(title="actions", metavar="ACTION", required=True)
    take = _add(actions, "take", "keep a report as it is", "targets:take")
    take.add_argument("--name", dest="called", metavar="NAME", help="what to call it")
    _add_report(take, "NAME")
    _add_json(_add(actions, "list", "list the snapshots", "targets:snapshots"))
    show = _add(actions, "show", "print a snapshot", "targets:show")
    show.add_argument("name", metavar="NAME")
    _add_output(show)


def _add_report(report: argparse.ArgumentParser, names: str = "list|NAME") -> None:
    report.add_argument("name", metavar=names)
    report.add_argument("--division", metavar="NAME")
    report.add_argument("--district", type=_whole, metavar="N", help="LGD code")
    report.add_argument("--block", type=_whole, metavar="N", help="LGD code")
    report.add_argument("--fy", metavar="YEAR", help="a financial year like 2025-26")
    report.add_argument(
        "--as-on", metavar="DATE", help="count events up to this day, in today's data"
    )
    report.add_argument("--by", metavar="NAME", help="what rows are made by: area, bank, trade ...")
    _add_output(report)


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=("table", "csv", "xlsx", "json", "html", "pdf"))
    command.add_argument("-o", "--output", type=Path, metavar="FILE")
    _add_json(command)


def _add_sync(commands: Subparsers) -> None:
    enrol = _add(commands, "enrol", "enrol this laptop with a server", "laptop:enrol")
    enrol.add_argument("url")
    enrol.add_argument("code")
    _add_json(
        _add(
            commands, "sync", "send what is not sent yet, receive what others saved", "laptop:sync"
        )
    )
    receipt = _add(commands, "receipt", "compare this laptop with the server", "comparing:receipt")
    receipt.add_argument("-o", "--output", type=Path, metavar="FILE", help="also as a text file")
    _add_json(receipt)
    _add_json(_add(commands, "conflicts", "list the values to settle", "comparing:conflicts"))
    review = _add(commands, "review", "list what waits for a decision", "reviewing:review")
    review.add_argument("--kind", choices=_SECTIONS, help="only this section")
    _add_json(review)
    resolve = _add(commands, "resolve", "settle two values of one field", "comparing:resolve")
    resolve.add_argument("conflict", metavar="CONFLICT")
    resolve.add_argument("--keep", required=True, metavar="mine|theirs|VALUE")


def _add_supervising(commands: Subparsers) -> None:
    devices = _add(
        commands,
        "devices",
        "list the devices of a supervisor's area, or change one",
        "supervising:devices",
    )
    _add_json(devices)
    actions = devices.add_subparsers(title="actions", metavar="ACTION")
    revoke = _add(actions, "revoke", "end a device's access", "supervising:revoke")
    revoke.add_argument("device", type=_whole, metavar="DEVICE")
    code = _add(actions, "code", "make a one-time code for a laptop", "supervising:code")
    code.add_argument(
        "device",
        nargs="?",
        type=_whole,
        metavar="DEVICE",
        help="an enrolled device, for a code with its role and area",
    )
    code.add_argument("--role", choices=_ROLES, help="the role of a new device")
    _add_scope(code)
    code.add_argument("--minutes", type=_count, metavar="M", help="minutes until it expires")
    area = _add(actions, "area", "give a device another area", "supervising:area")
    area.add_argument("device", type=_whole, metavar="DEVICE")
    _add_scope(area)

    late = _add_group(commands, "late", "decide on changes that came too late for their area")
    choices = late.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_json(_add(choices, "list", "list the late changes", "supervising:late"))
    for name, help_text in _LATE_ACTS:
        decide = _add(choices, name, help_text, f"supervising:{name}")
        decide.add_argument("change", nargs="+", metavar="CHANGE", help="like 7KQ2M9XD/14")


_LATE_ACTS = (
    ("take", "take late changes in, as if they had come in time"),
    ("leave", "return late changes to their authors"),
)


def _add_server(commands: Subparsers) -> None:
    server = _add_group(commands, "server", "the central server (needs fieldkit-jk[server])")
    actions = server.add_subparsers(title="actions", metavar="ACTION", required=True)
    run = _add_action(actions, "run", "run the server until stopped")
    run.add_argument("--host", default="127.0.0.1", metavar="H")
    run.add_argument("--port", type=_whole, default=8000, metavar="P")
    run.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate with chain, PEM")
    run.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, PEM")
    run.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDR",
        help="address of a proxy that ends https in front of this server; may be repeated",
    )
    _add_action(actions, "migrate", "upgrade the database to this version")
    code = _add_action(actions, "code", "make a one-time code to enrol a laptop")
    code.add_argument("--role", required=True, choices=_ROLES)
    _add_scope(code)
    code.add_argument("--minutes", type=_count, metavar="M", help="minutes until it expires")
    _add_json(_add_action(actions, "devices", "list who is enrolled"))
    revoke = _add_action(actions, "revoke", "end a device's access")
    revoke.add_argument("device", type=_whole, metavar="DEVICE")
    scope = _add_action(actions, "scope", "change what a device may see and write")
    scope.add_argument("device", type=_whole, metavar="DEVICE")
    _add_scope(scope)
    close = _add_action(
        actions,
        "close-scope",
        "let a supervisor decide on all work for the former areas of a device",
        "close_scope",
    )
    close.add_argument("device", type=_whole, metavar="DEVICE")
    ended = _add_action(
        actions,
        "ended-scopes",
        "show or set for how long work for former areas is accepted",
        "ended_scopes",
    )
    ended.add_argument("--days", type=_whole, metavar="N")
    silent = _add_action(
        actions,
        "silent-devices",
        "show or set after how many days without a sync a device is silent",
        "silent_devices",
    )
    silent.add_argument("--days", type=_whole, metavar="N")
    _add_late(actions)
    _add_report(
        _add_action(actions, "report", "print a report on what the server holds", "reports:server")
    )
    _add_json(_add_action(actions, "status", "show what the server holds"))


_SECTIONS = ("conflict", "duplicate", "finding", "decision", "sent-back", "late", "device")
_ROLES = ("viewer", "registrar", "operator", "supervisor", "administrator")


def _add_late(actions: Subparsers) -> None:
    late = _add_group(actions, "late", "decide on changes for former areas of a device")
    choices = late.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = _add_action(choices, "list", "list the late changes", "late:listing")
    listing.add_argument(
        "--device", type=_whole, metavar="DEVICE", help="only the changes of this device"
    )
    _add_json(listing)
    for name, help_text in _LATE_ACTS:
        decide = _add_action(choices, name, help_text, f"late:{name}")
        decide.add_argument("change", nargs="*", metavar="CHANGE", help="like 7KQ2M9XD/14")
        decide.add_argument(
            "--device", type=_whole, metavar="DEVICE", help="all changes of a device"
        )


def _add_action(
    actions: Subparsers, name: str, help_text: str, run: str = ""
) -> argparse.ArgumentParser:
    run = run or name
    action = _add(actions, name, help_text, run if ":" in run else f"server:{run}")
    action.add_argument("--database", required=True, metavar="URL")
    return action


def _add_scope(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--district", type=_whole, metavar="N", help="without district and block: all districts"
    )
    action.add_argument("--block", type=_whole, metavar="N")


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _percent(text: str) -> int:
    number = _count(text)
    if number > 100:
        raise argparse.ArgumentTypeError("must be at most 100")
    return number


def _count(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
