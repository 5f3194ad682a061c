"""Commands about targets and about reports kept as they were."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import date

from fieldkit.cli import DONE, IN_PART, Unusable
from fieldkit.commands import open_store, operator_of, say, say_json
from fieldkit.commands.reports.report import area_of, asked, put_out
from fieldkit.commands.reports.target_table import Targets, is_target_table, load_targets
from fieldkit.files import Unreadable
from fieldkit.records import Choice, Record
from fieldkit.reports import Table
from fieldkit.reports.area import name_of
from fieldkit.reports.formats.words import in_words
from fieldkit.reports.kept import NotKept, fields_of, kept_kind, kept_table, name_for
from fieldkit.store import Edit, Store


def load(args: Namespace) -> int:
    """Import targets and published figures."""
    with open_store() as store:
        if store.device is None:
            raise Unusable("This laptop is not set up yet. Run `fieldkit init` first.")
        try:
            if args.file is None or is_target_table(args.file):
                found = load_targets(store, args.file, operator_of(store))
            else:
                found = _load_records(store, args)
        except Unreadable as error:
            raise Unusable(str(error)) from None
    if args.json:
        say_json(
            {
                "saved": found.saved,
                "same": found.same,
                "rejected": found.rejected,
                "reasons": [{"row": row, "reason": reason} for row, reason in found.reasons],
                "rejects_file": str(found.rejects_file) if found.rejects_file else None,
            }
        )
    else:
        say(f"{found.saved} saved, {found.same} same as before, {found.rejected} rejected.")
        for row, reason in found.reasons:
            say(f"  Row {row}: {reason}")
        if found.rejects_file:
            say(f"  The rejected rows, with the reasons: {found.rejects_file}")
    return IN_PART if found.rejected else DONE


def _load_records(store: Store, args: Namespace) -> Targets:
    """Import a file whose columns are the fields of targets."""
    from fieldkit.files import Unanswered
    from fieldkit.files import load as load_file

    try:
        found = load_file(store, "target", args.file, operator=operator_of(store))
    except Unanswered as doubt:
        raise Unusable(
            f"{doubt} Use `fieldkit import target {args.file}` to say what the columns hold."
        ) from None
    return Targets(
        found.imported + found.changed,
        found.skipped,
        found.rejected,
        found.reasons,
        found.rejects_file,
    )


def listing(args: Namespace) -> int:
    """List targets, allotments and published figures."""
    with open_store() as store:
        records = sorted(store.each("target"), key=_order)
    if args.json:
        say_json([_target_json(one) for one in records])
        return DONE
    for one in records:
        metric, unit = Choice("metric").show(one.value("metric")), str(one.value("unit") or "")
        numbers = [one.value(name) for name in ("low", "high")]
        amount = " to ".join(
            in_words(value, unit) for value in numbers if isinstance(value, int | float)
        )
        kind = Choice("target_kind").show(one.value("target_kind"))
        source = str(one.value("source") or "")
        when = _when(one)
        say(f"{_place(one):20}{metric:46}{kind:32}{amount:>24}  {when:12}  {source}")
    if not records:
        say("There are no targets. `fieldkit target import FILE` loads them.")
    return DONE


def _order(record: Record) -> tuple[str, str, str]:
    order = [str(option.code) for option in Choice("metric").options()]
    metric = str(record.value("metric"))
    place = order.index(metric) if metric in order else len(order)
    return f"{record.district:06}{record.block or 0:06}", f"{place:03}", record.id


def _when(record: Record) -> str:
    fy, deadline, as_on = (record.value(name) for name in ("fy", "deadline", "as_on"))
    if isinstance(fy, str):
        return fy
    if isinstance(deadline, date):
        return f"by {in_words(deadline)}"
    return in_words(as_on) if isinstance(as_on, date) else "undated"


def _place(record: Record) -> str:
    if record.block is not None:
        return name_of("block", record.block)
    division = record.value("division") if "division" in record.fields() else None
    return str(division) if division else name_of("district", record.district)


def _target_json(record: Record) -> dict[str, object]:
    names = ("metric", "target_kind", "scheme", "division", "fy", "low", "high", "unit", "source")
    days = {name: record.value(name) for name in ("deadline", "as_on")}
    return {
        "id": record.id,
        "district": record.district,
        "block": record.block,
        **{name: record.value(name) for name in names},
        **{name: day.isoformat() if isinstance(day, date) else None for name, day in days.items()},
        "notes": record.value("notes"),
    }


def take(args: Namespace) -> int:
    """Keep a report as it is now."""
    ask, area = asked(args), area_of(args)
    with open_store() as store:
        store.index_for_reports()
        table = store.query(ask)
        try:
            name = name_for(table, args.called or "")
            _check_free(store, name)
            fields = fields_of(table, area, name)
        except NotKept as error:
            raise Unusable(str(error)) from None
        store.save([Edit(kept_kind(), fields, confirmed=frozenset(fields))], operator_of(store))
    say(f"The report is kept as {name!r}. `fieldkit snapshot show` prints it the same for ever.")
    return DONE


def _check_free(store: Store, name: str) -> None:
    if store.where("snapshot", name=name):
        raise Unusable(f"There is a snapshot {name!r} already. Give another --name.")


def snapshots(args: Namespace) -> int:
    """List the snapshots."""
    with open_store() as store:
        found: Sequence[Record] = sorted(
            store.each("snapshot"), key=lambda one: (str(one.value("as_on")), one.id)
        )
    if args.json:
        say_json([_snapshot_json(one) for one in found])
        return DONE
    for one in found:
        as_on = one.value("as_on")
        day = in_words(as_on) if isinstance(as_on, date) else ""
        say(f"{day:12}  {one.value('report')!s:22}{_place(one):20}{one.label()}")
    if not found:
        say("There are no snapshots. `fieldkit snapshot take NAME` keeps a report.")
    return DONE


def _snapshot_json(record: Record) -> dict[str, object]:
    as_on = record.value("as_on")
    return {
        "id": record.id,
        "name": record.value("name"),
        "report": record.value("report"),
        "as_on": as_on.isoformat() if isinstance(as_on, date) else None,
        "district": record.district,
        "block": record.block,
        "division": record.value("division"),
        "fy": record.value("fy"),
        "by": record.created_by,
    }


def show(args: Namespace) -> int:
    """Print a snapshot."""
    with open_store() as store:
        table = _kept(store, args.name)
    return put_out(table, args)


def _kept(store: Store, name: str) -> Table:
    found = store.where("snapshot", name=name) or [
        one for one in [store.record(name)] if one and one.kind() == "snapshot"
    ]
    if not found:
        raise Unusable(f"There is no snapshot {name!r}. `fieldkit snapshot list` lists them.")
    try:
        return kept_table(found[0])
    except NotKept as error:
        raise Unusable(str(error)) from None
