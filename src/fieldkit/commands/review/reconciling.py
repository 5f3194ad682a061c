"""The reconcile command: a portal's list against the records here, and what to accept of it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from fieldkit.about.words import counted
from fieldkit.cli import DONE, IN_PART, Unusable, print_error
from fieldkit.commands import known_kind, open_store, operator_of, say, say_json
from fieldkit.commands.entry.choosing import ask, choices_of
from fieldkit.commands.stopping import progress_line, stoppable
from fieldkit.files import Unanswered, Unreadable, list_targets
from fieldkit.interruption import Interrupted
from fieldkit.reconcile import acts
from fieldkit.reconcile.comparison import Comparison, reconcile
from fieldkit.reconcile.rest import ENDINGS, ONLY_HERE, SECTIONS, Rest, lines_of, write_rest
from fieldkit.reconcile.rows import Outcome, Row, plain
from fieldkit.records import Unfit
from fieldkit.records.fields.dates import PAST_DATE, day_at, show_date
from fieldkit.store import Store, to_json

_SHOWN = 20
"""Lines of each section on the terminal."""
_LISTED = 1000
"""Rows of each section as JSON; a file holds all."""
_ALL, _NONE = "all", "none"


def compare(args: Namespace) -> int:
    """Compare a portal's list with the records here; accept, keep and create what was chosen."""
    known_kind(args.what)
    _check_output(args.output, Path(args.file))
    with open_store() as store, stoppable() as stop, progress_line() as progress:
        if store.device is None:
            raise Unusable("This laptop is not set up yet. Run `fieldkit init` first.")
        as_of = _day(store, args.as_of)
        try:
            found = reconcile(
                store,
                args.what,
                Path(args.file),
                as_of=as_of,
                choices=choices_of(args, list_targets),
                progress=progress,
                compared=lambda done, total: progress(done, done, total),
                stop=stop,
                dry_run=args.dry_run,
            )
        except Unanswered as doubt:
            return ask(doubt.preview, args, "compared", list_targets)
        except Unreadable as error:
            raise Unusable(str(error)) from None
        except Interrupted:
            progress.clear()
            print_error("Stopped. Nothing was changed.")
            return IN_PART
        progress.clear()
        try:
            return _report(store, found, args)
        finally:
            found.close()


def _check_output(output: Path | None, source: Path) -> None:
    """Refuse a file that cannot be written, before anything is saved.

    Raises:
        Unusable: it cannot, or it is the portal's list itself.
    """
    if output is None:
        return
    if output.suffix.casefold().removeprefix(".") not in ENDINGS:
        raise Unusable(f"{output} must end in .csv or .xlsx.")
    if not output.parent.is_dir():
        raise Unusable(f"{output} cannot be written: there is no such folder; check the name.")
    if output.exists() and source.exists() and output.samefile(source):
        raise Unusable(f"{output} is the portal's list itself. Give what is left another name.")


def _day(store: Store, text: str) -> date:
    try:
        day = PAST_DATE.parse(text) if text else day_at(store.now())
    except Unfit as error:
        raise Unusable(f"--as-of: {error}") from None
    if not isinstance(day, date):
        raise Unusable("--as-of: give a date, like 26 Sep 2026.")
    if day > day_at(store.now()):
        raise Unusable(f"--as-of: {show_date(day)} is still to come.")
    return day


def _report(store: Store, found: Comparison, args: Namespace) -> int:
    """Do what was chosen, then say what is left; return the code."""
    done = list(_decide(store, found, args))
    if args.json:
        say_json({**_json(found), "done": done})
    else:
        for sentence in done:
            say(sentence)
        _say(found, args)
    if args.output and not args.dry_run:
        write_rest(store, found, args.output, operator_of(store))
    return DONE if found.counts().all_same else IN_PART


def _decide(store: Store, found: Comparison, args: Namespace) -> Iterator[str]:
    """Do what was chosen; yield what was done, or would be done."""
    operator = operator_of(store)
    for given in args.same:
        row, meant = _meant(found, given)
        if meant is not None:
            act = acts.confirm(store, found, row, *meant)
            yield from _save(store, found, act, operator, args)
        elif args.dry_run:
            yield f"Row {row.number} would mean none of them."
        else:
            acts.deny(store, found, row)
            yield f"Row {row.number} means none of them: only the portal has it."
    if args.keep:
        fields = _fields(found, args.keep, "--keep")
        rows = acts.some_rows(found, Outcome.DIFFERS, fields)
        if args.dry_run:
            yield f"{counted(len(rows), 'row', 'rows')} would keep the value here."
        else:
            many = acts.keep(store, found, rows, fields)
            yield f"{counted(many, 'value is', 'values are')} kept here."
    chosen = []
    if args.accept:
        fields = _fields(found, args.accept, "--accept")
        rows = acts.some_rows(found, Outcome.DIFFERS, fields)
        chosen.append(acts.accept(store, found, rows, fields))
    if args.create:
        rows = acts.some_rows(found, Outcome.PORTAL_ONLY)
        chosen.append(acts.create(store, found, rows))
    if chosen:
        yield from _save(store, found, acts.together(*chosen), operator, args)


def _save(
    store: Store, found: Comparison, act: acts.Act, operator: str, args: Namespace
) -> Iterator[str]:
    for one in act.preview.changes:
        if args.dry_run:
            yield f"{one.label}: {one.before or 'not here'}, becomes {one.after}"
    for kept in act.preview.refused:
        yield f"{kept.named} stays as it is: {kept.reason}"
    if args.dry_run:
        many = counted(len(act.preview.changes), "record", "records")
        yield f"{many} would change. Nothing was saved."
        return
    many_saved = acts.save(store, found, act, operator)
    again = " `fieldkit entries --undo` puts all back." if many_saved else ""
    yield f"{counted(many_saved, 'record', 'records')} changed ({found.source}).{again}"


def _fields(found: Comparison, given: Sequence[str], option: str) -> list[str]:
    if _ALL in given:
        return []
    known = {
        key.casefold(): name
        for name, one in found.kind.fields().items()
        for key in (one.label, name)
    }
    if unknown := [one for one in given if one.casefold() not in known]:
        raise Unusable(f"{option} {unknown[0]}: there is no such field. `fieldkit kinds` lists it.")
    return [known[one.casefold()] for one in given]


def _meant(found: Comparison, given: str) -> tuple[Row, tuple[str, str] | None]:
    """Return the row of ROW=ID, and the record or person it means; None: none of them."""
    number, equals, record_id = given.partition("=")
    rows = found.rows.some([int(number)]) if number.isdecimal() and len(number) < 10 else []
    if not equals or not rows:
        raise Unusable(f"--same {given}: write ROW=ID with a row of the list.")
    match = [one for one in rows[0].candidates if one[1] == record_id]
    if match or (record_id == _NONE and rows[0].candidates):
        return rows[0], match[0] if match else None
    raise Unusable(f"--same {given}: row {number} is not about this record.")


def _say(found: Comparison, args: Namespace) -> None:
    counts = found.counts()
    say(
        f"{args.file}, as of {show_date(found.as_of)}: {counts.same} the same, "
        f"{counts.differs} differ, {counts.kept} differ and are kept, {counts.uncertain} "
        f"uncertain, {counts.portal_only} only on the portal, {counts.field_only} only in the "
        f"field, {counts.rejected} rejected."
    )
    sections = [
        (SECTIONS[outcome], (line for rows in found.rows.chunks(outcome) for row in rows
                             for line in lines_of(found, row)))
        for outcome in SECTIONS
    ]  # fmt: skip
    missing = (Rest(ONLY_HERE, "", *one) for one in found.rows.missing(limit=_SHOWN + 1))
    for title, lines in (*sections, (ONLY_HERE, missing)):
        shown = [line for line in islice(lines, _SHOWN + 1) if line.section == title]
        if shown:
            say(f"{title.capitalize()}:")
        for line in shown[:_SHOWN]:
            say(f"  {_line(line)}")
        if len(shown) > _SHOWN:
            say("  and more: -o FILE writes all of them.")
    for row, reason in found.loaded.reasons:
        say(f"  Row {row}: {reason}")
    if found.loaded.rejects_file:
        say(f"  The rejected rows, with the reasons: {found.loaded.rejects_file}")
    for note in _notes(found):
        say(f"  {note}")
    if counts.all_same:
        say("Nothing to decide: the list and the records here say the same.")


def _line(one: Rest) -> str:
    if one.field:
        said = f"{one.field}: here {one.here or 'empty'}, portal {one.portal}"
    else:
        said = " ".join(filter(None, (one.portal, one.remark)))
    row = f"Row {one.row}" if one.row else ""
    return "  ".join(filter(None, (row, one.number, one.name, said)))


def _notes(found: Comparison) -> list[str]:
    notes = list(found.loaded.notes)
    if found.period:
        label = found.kind.fields()[found.period.field].label
        since, until = show_date(found.period.since), show_date(found.period.until)
        notes.append(f"Only in the field: records of the list's areas, {label} {since} to {until}.")
    if found.counts().repeated:
        notes.append(f"{counted(found.counts().repeated, 'row repeats', 'rows repeat')} another.")
    return notes


def _json(found: Comparison) -> dict[str, object]:
    kept = {outcome: islice(found.rows.chunks(outcome), 2) for outcome in SECTIONS}
    rows = {
        str(outcome): [
            {
                "row": row.number,
                "id": row.record or None,
                "name": row.label,
                "fields": [
                    {"field": d.field, "here": to_json(d.here), "portal": to_json(d.portal)}
                    for d in (row.kept if outcome is Outcome.KEPT else row.differing)
                ],
                "values": plain(row.values),
                "could_be": [{"kind": kind, "id": one} for kind, one in row.candidates],
                "why": row.why,
            }
            for some in chunks
            for row in some[:_LISTED]
        ]
        for outcome, chunks in kept.items()
    }
    return {
        "kind": found.kind.kind(),
        "as_of": found.as_of.isoformat(),
        "counts": found.counts()._asdict(),
        **rows,
        "field": [
            {"id": number, "name": name, "why": why}
            for number, name, why in found.rows.missing(limit=_LISTED)
        ],
        "reasons": [{"row": row, "reason": reason} for row, reason in found.loaded.reasons],
        "rejects_file": str(found.loaded.rejects_file) if found.loaded.rejects_file else None,
        "notes": _notes(found),
    }
