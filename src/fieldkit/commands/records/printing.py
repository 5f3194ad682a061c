"""Commands that print: slips, lists with numbers, blank forms; text, or a file of any format."""

from __future__ import annotations

import sys
from argparse import Namespace

from fieldkit.about.words import counted
from fieldkit.cli import DONE, Unusable
from fieldkit.commands import condition_of, known_kind, known_record, open_store, operator_of, say
from fieldkit.file_fault import Explained, why
from fieldkit.papers.blank import blank_form
from fieldkit.papers.export_log import Way, log_page
from fieldkit.papers.files import PAPERS
from fieldkit.papers.roster import MOST, list_page, roster
from fieldkit.papers.slip import slip
from fieldkit.protocol.identity import read_id
from fieldkit.records import kinds
from fieldkit.records.declaration.roles import days_of
from fieldkit.records.fields.dates import today
from fieldkit.reports.formats.page import Page
from fieldkit.settings import make_file_private
from fieldkit.store import Store


def slip_of(args: Namespace) -> int:
    """Print the slip of a record; without a number, of the one saved last."""
    with open_store() as store:
        if args.id:
            known = known_record(store, args.id)
            record = store.standing_record(known.id) or known
        else:
            saved = store.last_saved(1, operator_of(store))
            if not saved:
                raise Unusable("Nothing was saved here yet. Give the number of a record.")
            record = saved[0]
        return put_page(slip(store, record), args, store)


def roster_of(args: Namespace) -> int:
    """Print a list with numbers: of a kind, or the people of a training or programme."""
    with open_store() as store:
        return put_page(_roster(store, args), args, store)


def _roster(store: Store, args: Namespace) -> Page:
    if args.what in kinds():
        kind = known_kind(args.what)
        where = {
            one.field: one.value for one in (condition_of(kind, given) for given in args.where)
        }
        many = store.count(kind.kind(), where)
        if many > MOST:
            raise Unusable(
                f"There are {counted(many, 'record', 'records')}; at most {MOST} are printed. "
                "Give --where, or use `fieldkit export`."
            )
        return list_page(
            store, kind.plural, store.page(kind.kind(), where=where, limit=MOST).records
        )
    if read_id(args.what) is None:
        raise Unusable(
            f"{args.what!r} is neither a kind nor a record number. Choose a kind: "
            f"{', '.join(kinds())}."
        )
    record = known_record(store, args.what)
    how = days_of(record.kind())
    if how is None:
        raise Unusable(f"A {record.title.lower()} has no list of people.")
    return roster(store, how, record)


def blank_of(args: Namespace) -> int:
    """Print the blank form of a kind."""
    return put_page(blank_form(known_kind(args.kind), today(), needed_only=args.needed), args)


def put_page(page: Page, args: Namespace, store: Store | None = None, way: Way = "print") -> int:
    """Write a page to the file that was asked for, else as text to standard output.

    ``store``: logs the print of a page that holds records.
    """
    suffix = args.format or (args.output.suffix[1:].casefold() if args.output else "txt")
    if suffix not in PAPERS:
        raise Unusable(f"The format must be one of {', '.join(PAPERS)}: give it with --format.")
    try:
        made = PAPERS[suffix].write(page)
    except Explained as error:
        raise Unusable(str(error)) from None
    if store is not None:
        log_page(store, page, suffix, operator_of(store), way)
    elif page.holds is not None:
        raise AssertionError("a page that holds records is printed without its store")
    if args.output is None:
        if suffix == "txt":
            made = made.replace(b"\r\n", b"\n")
        sys.stdout.flush()
        sys.stdout.buffer.write(made)
        return DONE
    try:
        if page.holds is not None and (args.output.is_file() or not args.output.exists()):
            make_file_private(args.output)
        args.output.write_bytes(made)
    except OSError as error:
        raise Unusable(f"{args.output} cannot be written: {why(error)}.") from None
    say(f"{page.title}: written to {args.output}.")
    return DONE
