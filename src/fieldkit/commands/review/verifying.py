"""Checking an operator's entries: a sample is typed again from the papers, without seeing it."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from fieldkit.cli import DONE, Unusable
from fieldkit.commands import known_kind, open_store, operator_of, say
from fieldkit.commands.asking.console import Closed, agreed, ask, chosen, prepare, say_all
from fieldkit.commands.review.error_rate import drawn, rate
from fieldkit.records import Record, Reference, Unfit, Use, Value, tells_apart
from fieldkit.records.declaration.roles import newcomer
from fieldkit.records.fields.dates import day_at, months_after
from fieldkit.records.fields.formats import PAST_DATE, show_date, today
from fieldkit.records.targets.entry_check import EntryCheck
from fieldkit.screens.form.entry.form_field import FormField
from fieldkit.store import Edit, Refused, Store

_DAYS = 30


@dataclass
class _Check:
    """One check: what is drawn, and what was found so far."""

    kind: type[Record]
    operator: str
    percent: int
    since: date
    until: date
    fields: Sequence[str]
    drawn: Sequence[str] = ()
    checked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


def verify(args: Namespace) -> int:
    """Draw a sample of records, ask its fields blind, and store the error rates by operator.

    A month's sample is drawn block by block, and the same on every laptop that holds the block.
    """
    kind = known_kind(args.kind) if args.kind else newcomer()
    if not (args.month or args.operator or args.report):
        raise Unusable("Say whose entries: --operator NAME. Or check a month's: --month 2026-11.")
    since, until = _month(args.month) if args.month else _days(args.since, args.until)
    fields = _fields(kind, args.field)
    prepare()
    with open_store() as store:
        if args.report:
            _report(store, args.operator)
            return DONE
        for why in filter(None, store.denied([Edit(EntryCheck, {})])):
            raise Unusable(f"What is found could not be kept. {why}")
        whole = _Check(kind, args.operator or "", args.percent, since, until, fields)
        entered = {one.id: one for one in _entered(store, whole, month=bool(args.month))}
        sample = _sample(whole, entered, args.month)
        _say_sample(whole, entered, sample, args.month)
        checks = _by_operator(whole, entered, sample)
        try:
            for place, number in enumerate(sample, 1):
                say(f"Record {place} of {len(sample)}: {number}")
                record = entered[number]
                _check_record(store, checks[record.created_by or ""], record)
        except Closed:
            say()
        for check in checks.values():
            _keep(store, check, named=len(checks) > 1)
    return DONE


def _sample(check: _Check, entered: Mapping[str, Record], month: str) -> list[str]:
    """Return the numbers drawn; of a month by block, then those of the operator, if one is named.

    Raises:
        Unusable: nothing was entered, or nothing of the operator was drawn.
    """
    period = f"{show_date(check.since)} to {show_date(check.until)}"
    plural = check.kind.plural.lower()
    if not month:
        if not entered:
            raise Unusable(f"{check.operator} entered no {plural} from {period}.")
        seed = f"{check.operator}\n{check.kind.kind()}\n{check.since}\n{check.until}"
        return drawn(entered, check.percent, seed)
    blocks: dict[str, list[str]] = {}
    for one in entered.values():
        blocks.setdefault(f"{one.district} {one.block or ''}", []).append(one.id)
    found = [
        number
        for block, ids in sorted(blocks.items())
        for number in drawn(ids, check.percent, f"{month}\n{block}\n{check.kind.kind()}")
        if check.operator in ("", entered[number].created_by)
    ]
    if not found:
        raise Unusable(f"Nothing to check: no {plural} of {period} were drawn.")
    return found


def _say_sample(
    check: _Check, entered: Mapping[str, Record], sample: Sequence[str], month: str
) -> None:
    period = f"{show_date(check.since)} to {show_date(check.until)}"
    whose = f" by {check.operator}" if check.operator and not month else ""
    say(f"{len(entered)} {check.kind.plural.lower()}{whose}, {period}: take the papers")
    say(f"of these {len(sample)}, and type what is on them.")
    say_all(f"  {one}  {_called(check, entered[one])}" for one in sample)
    say("Enter passes over what cannot be read; - means that nothing is written; . stops.")


def _by_operator(
    whole: _Check, entered: Mapping[str, Record], sample: Sequence[str]
) -> dict[str, _Check]:
    """Return a check for each operator of whom something was drawn."""
    found: dict[str, list[str]] = {}
    for number in sample:
        found.setdefault(entered[number].created_by or "", []).append(number)
    return {
        operator: _Check(
            whole.kind, operator, whole.percent, whole.since, whole.until, whole.fields, ids
        )
        for operator, ids in sorted(found.items())
    }


def _month(text: str) -> tuple[date, date]:
    """Return the first and the last day of a month like 2026-11, as far as it has come.

    Raises:
        Unusable: it is none, or still to come.
    """
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Unusable(f"{text!r} is not a month. Type it like 2026-11.") from None
    if first > today():
        raise Unusable(f"{text} is still to come.")
    return first, min(months_after(first, 1) - timedelta(days=1), today())


def _days(since: str | None, until: str | None) -> tuple[date, date]:
    last = read_day(until) if until else today()
    return (read_day(since) if since else last - timedelta(days=_DAYS)), last


def read_day(text: str) -> date:
    """Return the day that a text means.

    Raises:
        Unusable: it is none.
    """
    try:
        found = PAST_DATE.parse(text)
    except Unfit as unfit:
        raise Unusable(f"{text}: {unfit}") from None
    if not isinstance(found, date):
        raise Unusable(f"{text!r} is not a day. Type it like 20 Nov 2026.")
    return found


def _fields(kind: type[Record], named: Sequence[str]) -> list[str]:
    """Return the fields to check: those named, else numbers and what tells people apart."""
    asked = kind.asked_fields()
    for name in named:
        if name not in asked or isinstance(asked[name].format, Reference):
            raise Unusable(f"{name!r} cannot be checked: `fieldkit kinds` lists the fields.")
    apart = tells_apart(kind) - {*kind.used(Use.NAME)}
    usual = [name for name, one in asked.items() if one.twice or name in apart or one.required]
    return list(named) or [
        name
        for name in usual
        if name not in kind.used(Use.NAME) and not isinstance(asked[name].format, Reference)
    ]


def _entered(store: Store, check: _Check, *, month: bool) -> Iterator[Record]:
    """Yield what the operator entered in the time; of a month, what anybody did."""
    of: dict[str, Value] = {} if month else {"created_by": check.operator}
    for record in store.each(check.kind.kind(), of):
        if record.created_at and check.since <= day_at(record.created_at) <= check.until:
            yield record


def _called(check: _Check, record: Record) -> str:
    """Return what the paper is found by: the name, unless that is checked itself."""
    hidden = set(check.fields) & {*record.used(Use.NAME)}
    return "" if hidden else record.label()


def _check_record(store: Store, check: _Check, record: Record) -> None:
    """Ask the fields of one record.

    Raises:
        Closed: no more lines come, or the person stopped.
    """
    right: dict[str, Value] = {}
    try:
        for name in check.fields:
            if check.kind.asked_fields()[name].asked(record.values()):
                _check_field(check, record, name, right)
    finally:
        if right:
            _correct(store, check, record, right)


def _check_field(check: _Check, record: Record, name: str, right: dict[str, Value]) -> None:
    declared, stored = check.kind.asked_fields()[name], record.value(name)
    typed = FormField(name, declared)
    while True:
        text = ask(declared.label)
        if text == ".":
            raise Closed
        if not text:
            return
        typed.box.put("" if text == "-" else text)
        typed.read(record.values().get(typed.nested_in))
        if typed.doubtful or not typed.problem:
            break
        say(typed.problem)
    check.checked[name] += 1
    value = None if text == "-" else typed.value if not typed.doubtful else text
    if value == stored:
        return
    shown = declared.format.show
    say_all([f"  1 entered: {shown(stored) or 'nothing'}", f"  2 typed now: {shown(value) or '-'}"])
    if chosen("Which does the paper say, 1 or 2?", {"1": False, "2": True}, "Type 1 or 2."):
        check.wrong[name] += 1
        right[name] = value


def _correct(store: Store, check: _Check, record: Record, right: dict[str, Value]) -> None:
    try:
        wanted = agreed(f"Correct {record.label()}, {record.id}, now? y or n")
    except Closed:
        wanted = False
    if not wanted:
        say(f"Not corrected: fieldkit enter {record.kind()} --record {record.id}")
        return
    edit = Edit(check.kind, right, record.id, record.version or 0, confirmed=frozenset(right))
    try:
        store.save([edit], operator_of(store))
    except Refused as refused:
        say(f"Not corrected: {refused}")


def _keep(store: Store, check: _Check, *, named: bool) -> None:
    """Say the error rates and store them, one record a field: they sync like any other.

    ``named``: say whose they are.
    """
    fields = check.kind.asked_fields()
    if named:
        say(f"{check.operator or 'Not known who'}:")
    edits = []
    for name in check.fields:
        checked, wrong = check.checked[name], check.wrong[name]
        say(f"{fields[name].label}: {rate(wrong, checked)}")
        values: dict[str, Value] = {
            "operator": check.operator,
            "record_kind": check.kind.kind(),
            "record_field": name,
            "entered_from": check.since,
            "entered_to": check.until,
            "percent": check.percent,
            "drawn": len(check.drawn),
            "checked": checked,
            "wrong": wrong,
            "checked_on": today(),
        }
        edits += [Edit(EntryCheck, values)] if checked else []
    say(f"All fields: {rate(check.wrong.total(), check.checked.total())}")
    if edits:
        store.save(edits, operator_of(store))
        say("Kept. `fieldkit verify --report` adds up all checks.")


def _report(store: Store, operator: str) -> None:
    """Add up all checks of an operator, or of each, that are on this laptop: by field and month."""
    found = store.where(EntryCheck.kind(), **({"operator": operator} if operator else {}))
    if not found:
        say(f"No entries of {operator or 'anybody'} were checked yet.")
        return
    for name in sorted({str(one.value("operator") or "") for one in found}):
        if not operator:
            say(f"{name}:")
        _report_one([one for one in found if str(one.value("operator") or "") == name])


def _report_one(found: Sequence[Record]) -> None:
    checked, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    months, wrong_in = Counter[str](), Counter[str]()
    for one in found:
        key = str(one.value("record_kind") or ""), str(one.value("record_field") or "")
        month, many = str(one.value("entered_to") or "")[:7], int(str(one.value("wrong") or 0))
        looked = int(str(one.value("checked") or 0))
        checked[key] += looked
        wrong[key] += many
        months[month] += looked
        wrong_in[month] += many
    for (kind, name), many in sorted(checked.items()):
        known = known_kind(kind).fields().get(name)
        say(f"{known.label if known else name}: {rate(wrong[kind, name], many)}")
    for month, many in sorted(months.items()) if len(months) > 1 else ():
        say(f"Entered in {month}: {rate(wrong_in[month], many)}")
    say(f"All fields: {rate(wrong.total(), checked.total())}")
