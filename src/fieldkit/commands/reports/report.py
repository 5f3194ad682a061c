"""Commands about figures: reports on what the laptop holds, and on what the server holds."""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection

from fieldkit import reference
from fieldkit.cli import DONE, Unusable
from fieldkit.commands import known_kind, open_store, say, say_json
from fieldkit.records.fields.dates import DAY, FINANCIAL_YEAR, today
from fieldkit.records.fields.formats import Unfit
from fieldkit.reports import (
    AnyReport,
    Area,
    Dimension,
    DueItem,
    Table,
    due_items,
    due_work,
    period_of,
    reports,
)

T = TypeVar("T")
NOTE = "review_note"
_PAGES = ("html", "pdf")


def report(args: Namespace) -> int:
    """Print a report on what this laptop holds."""
    if args.name == "list":
        return _list(args)
    if args.name == NOTE:
        with open_store() as store:
            return _write(_readable(lambda: store.query(note_asked(args))), args)
    ask = asked(args)
    with open_store() as store:
        store.index_for_reports()
        table = store.query(ask)
    return put_out(table, args)


def server(args: Namespace) -> int:
    """Print a report on what the server holds."""
    if args.name == "list":
        return _list(args)
    if args.name == NOTE:
        return _write(_readable(lambda: on_server(args.database, note_asked(args))), args)
    return put_out(on_server(args.database, asked(args)), args)


def on_server(database: str, ask: Callable[[Connection], T]) -> T:
    """Return what is read from a server's database."""
    from fieldkit.commands.server import server_parts

    with server_parts():
        from fieldkit.server.database.connection import count_in_memory, reading
        from fieldkit.server.database.migrate import read_database

        engine = read_database(database)
        try:
            with reading(engine) as connection:
                count_in_memory(connection)
                return ask(connection)
        finally:
            engine.dispose()


def _list(args: Namespace) -> int:
    found = reports().values()
    if args.json or args.format == "json":
        say_json(
            [
                {
                    "name": one.name,
                    "title": one.title,
                    "code": one.code,
                    "by": [way.name for way in one.by],
                }
                for one in found
            ]
        )
        return DONE
    for one in found:
        say(f"{one.name:24}{one.code:5}{one.title}")
    say(f"{NOTE:29}The review note: one page to print, as html or pdf")
    return DONE


def note_asked(args: Namespace) -> Callable[[Connection], bytes]:
    """Return the function that makes the review note asked for."""
    from fieldkit.reports.note import review_note

    form = _form(args, "html")
    if form not in _PAGES:
        raise Unusable("The review note is a page: give --format html or --format pdf.")
    if args.by:
        raise Unusable("The review note has no --by: it shows the area as a whole.")
    area, fy, as_on = area_of(args), _year(args.fy), _day(args.as_on)

    def ask(connection: Connection) -> bytes:
        return review_note(connection, area, period_of(connection, area, fy=fy, as_on=as_on), form)

    return ask


def _readable(make: Callable[[], bytes]) -> bytes:
    """Return the bytes of a file; say what is missing if PDF files cannot be written here."""
    from fieldkit.reports.formats.pdf import NoPdf

    try:
        return make()
    except NoPdf as error:
        raise Unusable(str(error)) from None


def asked(args: Namespace) -> Callable[[Connection], Table]:
    """Return the function that makes the table asked for."""
    found = known_report(args.name)
    area, by = area_of(args), _dimension(found, args.by)
    fy, as_on = _year(args.fy), _day(args.as_on)

    def ask(connection: Connection) -> Table:
        return found.run(connection, area, period_of(connection, area, fy=fy, as_on=as_on), by)

    return ask


def known_report(name: str) -> AnyReport:
    """Return the report of this name.

    Raises:
        Unusable: there is none.
    """
    found = reports().get(name)
    if found is None:
        raise Unusable(f"There is no report {name!r}. Choose one of: {', '.join(reports())}.")
    return found


def area_of(args: Namespace) -> Area:
    """Return the area that the options name.

    Raises:
        Unusable: there is no such place.
    """
    if sum(one is not None for one in (args.division, args.district, args.block)) > 1:
        raise Unusable("Give one of --division, --district and --block.")
    if args.division is not None:
        wanted = args.division.strip().casefold()
        named = next((one for one in reference.divisions() if one.casefold() == wanted), None)
        if named is None:
            raise Unusable(
                f"There is no division {args.division}. Choose one of: "
                f"{', '.join(reference.divisions())}."
            )
        return Area(division=named)
    for level in ("district", "block"):
        code = getattr(args, level)
        if code is not None and reference.option(level, code) is None:
            raise Unusable(f"There is no {level} {code}. Check the LGD code.")
    return Area(district=args.district, block=args.block)


def _dimension(found: AnyReport, name: str | None) -> Dimension:
    ways = {way.name: way for way in found.by}
    if name is None:
        return found.by[0]
    if name not in ways:
        raise Unusable(f"The rows of {found.name} can be made by: {', '.join(ways)}.")
    return ways[name]


def _year(text: str | None) -> str:
    try:
        return str(FINANCIAL_YEAR.parse(text)) if text else ""
    except Unfit as error:
        raise Unusable(str(error)) from None


def _day(text: str | None) -> date | None:
    try:
        day = DAY.parse(text) if text else None
    except Unfit as error:
        raise Unusable(str(error)) from None
    return day if isinstance(day, date) else None


def due(args: Namespace) -> int:
    """List what is due."""
    if args.kind:
        known_kind(args.kind)
    args.division = None
    rules = [one for one in due_work().values() if args.kind in {None, one.kind}]
    area, day = area_of(args), today()

    def ask(connection: Connection) -> list[DueItem]:
        return due_items(connection, rules, area, day, args.limit)

    with open_store() as store:
        items = store.query(ask)
    if args.json:
        say_json([_due_json(item) for item in items])
        return DONE
    for item in items:
        when = f"in {-item.days} days" if item.days < 0 else f"{item.days} days"
        who = ", ".join(filter(None, (item.name, item.place)))
        say(f"{when:>12}  {item.about_id:16}{who:36}  {due_work()[item.what].label}")
    if not items:
        say("Nothing is due.")
    return DONE


def _due_json(item: DueItem) -> dict[str, object]:
    rule = due_work()[item.what]
    return {
        "what": item.what,
        "label": rule.label,
        "kind": item.kind,
        "id": item.id,
        "about_kind": item.about_kind,
        "about_id": item.about_id,
        "name": item.name,
        "place": item.place,
        "since": item.since.isoformat(),
        "days": item.days,
        "overdue": item.days - rule.after,
        "district": item.district,
        "block": item.block,
        "source": rule.source,
    }


def put_out(table: Table, args: Namespace) -> int:
    """Print a table, or write it to a file, in the format asked for."""
    from fieldkit.reports.formats import data, text
    from fieldkit.reports.formats.files import FORMATS

    form = "json" if args.json else _form(args, "table")
    if form == "json" and args.output is None:
        say_json(data.to_json(table))
        return DONE
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() and not args.output else 0
    writers: dict[str, Callable[[Table], bytes]] = {
        "table": lambda table: ("\n".join(text.lines(table, width)) + "\n").encode(),
        **{name: one.write for name, one in FORMATS.items()},
    }
    if form not in writers:
        raise Unusable(f"The format must be one of: {', '.join(writers)}. Give it with --format.")
    if form == "table" and args.output is None:
        for line in text.lines(table, width):
            say(line)
        return DONE
    return _write(_readable(lambda: writers[form](table)), args)


def _form(args: Namespace, usual: str) -> str:
    """Return the format asked for, by name or by the ending of the file."""
    form = args.format or (args.output.suffix[1:].casefold() if args.output else usual)
    return usual if form in {"txt", ""} else form


def _write(content: bytes, args: Namespace) -> int:
    """Write a report to its file, or to standard output."""
    if args.output is None:
        sys.stdout.buffer.write(content)
        return DONE
    args.output.write_bytes(content)
    say(f"The report was written to {args.output}.")
    return DONE
