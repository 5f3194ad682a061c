"""What a page says of its record: who or what it is, its steps.

Everything follows from the declarations. Functions that take a store run in its thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.base.words import within
from fieldkit.screens.look.charts import Step
from fieldkit.screens.lookup.rows import RecordSource, shown_value

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


class Identity(NamedTuple):
    """The first lines of a page."""

    label: str
    who: str
    """What tells a person from others of the same name."""
    main: str
    """What is said of it first: the trade of an artisan, the group of a member."""
    others: Sequence[str]
    """Where it is, and further list fields."""


def identity(source: RecordSource, record: Record, label: str) -> Identity:
    """Return who or what a record is; numbers and dates are named, words are not."""
    from fieldkit.records import Use

    who, place = record.who(), _place(source, record)
    shown: list[str] = []
    for name in record.used(Use.LIST):
        field = record.fields()[name]
        if name in record.used(Use.NAME) or name in record.used(Use.PLACE):
            continue
        if name in record.used(Use.KIN) and who:
            continue
        text = shown_value(source, record, name).partition(" (")[0].partition(": ")[0]
        if not text or text in label:
            continue
        named = isinstance(record.value(name), date | int)
        shown.append(f"{within(field.label)} {text}" if named else text)
    digits = [
        text for name in record.used(Use.DIGITS) if (text := shown_value(source, record, name))
    ]
    rest = [text for text in shown if text not in digits]
    return Identity(
        label, who, rest[0] if rest else "", [*filter(None, [place]), *digits, *rest[1:]]
    )


def _place(source: RecordSource, record: Record) -> str:
    """Return the village and the block, as far as the label does not say them."""
    from fieldkit.records import Use

    named = [*record.used(Use.PLACE), "block" if record.district else "district"]
    places = [shown_value(source, record, name) for name in named]
    return ", ".join(dict.fromkeys(text for text in places if text))


# --- steps ---


def steps(store: Store, record: Record) -> list[Step]:
    """Return the milestones of a record's way, as its own fields and what refers to it say."""
    from fieldkit.records.declaration.roles import milestones_of

    found: dict[str, Step] = {}
    for milestone, kind in milestones_of(record.kind()):
        about, at = milestone.about, milestone.at
        records = store.about(kind.kind(), **{about: record.id}) if about else [record]
        done = stopped = False
        for one in records:
            there = None
            for to in kind.references()[at].kinds if at and one.value(at) else ():
                event = store.get(to, str(one.value(at)))
                there = event.values() if event else there
            done |= milestone.reached(one.values(), there)
            stopped |= milestone.ended(one.values())
        before = found.get(milestone.word, Step(milestone.word))
        done = before.done or done
        found[milestone.word] = Step(milestone.word, done, (before.stopped or stopped) and not done)
    return list(found.values())


# --- other numbers ---


class OtherNumber(NamedTuple):
    """A record for which the page's record stands."""

    id: str
    label: str
    merged: str
    """By whom and when, as far as this laptop knows."""
    deleted: bool = False


def other_numbers(store: Store, record: Record) -> list[OtherNumber]:
    """Return the records for which this one stands."""
    numbers = store.merges.merged_with(record.kind(), record.id) if record.person else []
    found = store.fetch([record.kind()], numbers)
    return [
        OtherNumber(one.id, one.label(), merged_words(store, one.id), one.deleted)
        for number in numbers
        if (one := found.get((record.kind(), number)))
    ]


def merged_words(store: Store, number: str) -> str:
    """Return who merged a record and when, if it was on this laptop."""
    from fieldkit.protocol.alias import MERGED
    from fieldkit.records.fields.dates import day_at
    from fieldkit.records.fields.formats import show_date

    merging = [one.change for one in store.outbox.of(number) if MERGED in one.change.fields]
    if not merging or not merging[-1].fields[MERGED]:
        return "merged on another laptop"
    return f"merged by {merging[-1].operator} on {show_date(day_at(merging[-1].at))}"


def same_as(store: Store, record: Record) -> str:
    """Return whom a record is the same as that this laptop cannot show in its place; else ""."""
    from fieldkit.protocol.alias import MERGED

    number = record.values().get(MERGED)
    if not number or store.merges.stands_for(record.kind(), [record.id])[record.id] != record.id:
        return ""
    known = store.get(record.kind(), str(number))
    if known is None:
        return f"Same person as {number}, whose record is in another block or not here yet."
    return f"Same person as {number}, whose record is deleted." if known.deleted else ""
