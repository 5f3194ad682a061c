"""Checking an operator's entries: a sample is typed again from the papers, without seeing it."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from fieldkit.cli import DONE, Unusable
from fieldkit.commands import known_kind, open_store, operator_of, say
from fieldkit.commands.asking.console import Closed, agreed, ask, chosen, prepare, say_all
from fieldkit.commands.error_rate import drawn, rate
from fieldkit.records import Record, Reference, Unfit, Use, Value, tells_apart
from fieldkit.records.declaration.roles import newcomer
from fieldkit.records.fields.dates import day_at
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
    """Draw a sample of an operator's records, ask its fields blind, and store the error rates."""
    kind = known_kind(args.kind) if args.kind else newcomer()
    until = read_day(args.until) if args.until else today()
    since = read_day(args.since) if args.since else until - timedelta(days=_DAYS)
    fields = _fields(kind, args.field)
    check = _Check(kind, args.operator, args.percent, since, until, fields)
    prepare()
    with open_store() as store:
        period = f"{show_date(since)} to {show_date(until)}"
        if args.report:
            _report(store, check.operator)
            return DONE
        entered = {one.id: one for one in _entered(store, check)}
        if not entered:
            raise Unusable(f"{check.operator} entered no {kind.plural.lower()} from {period}.")
        seed = f"{check.operator}\n{kind.kind()}\n{since}\n{until}"
        check.drawn = drawn(entered, check.percent, seed)
        say(f"{len(entered)} {kind.plural.lower()} by {check.operator}, {period}: take the papers")
        say(f"of these {len(check.drawn)}, and type what stands on them.")
        say_all(f"  {one}  {_called(check, entered[one])}" for one in check.drawn)
        say("Enter passes over what cannot be read; - means that nothing is written; . stops.")
        try:
            for place, number in enumerate(check.drawn, 1):
                say(f"Record {place} of {len(check.drawn)}: {number}")
                _check_record(store, check, entered[number])
        except Closed:
            say()
        _keep(store, check)
    return DONE


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
        raise Unusable(f"{text!r} is no day.")
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


def _entered(store: Store, check: _Check) -> Iterator[Record]:
    for record in store.each(check.kind.kind(), {"created_by": check.operator}):
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


def _keep(store: Store, check: _Check) -> None:
    """Say the error rates and store them, one record a field: they sync like any other."""
    fields = check.kind.asked_fields()
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
    """Add up all checks of an operator that are on this laptop, by field."""
    checked, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in store.where(EntryCheck.kind(), operator=operator):
        key = str(one.value("record_kind") or ""), str(one.value("record_field") or "")
        checked[key] += int(str(one.value("checked") or 0))
        wrong[key] += int(str(one.value("wrong") or 0))
    if not checked:
        say(f"No entries of {operator} were checked yet.")
        return
    for (kind, name), many in sorted(checked.items()):
        known = known_kind(kind).fields().get(name)
        say(f"{known.label if known else name}: {rate(wrong[kind, name], many)}")
    say(f"All fields: {rate(wrong.total(), checked.total())}")
