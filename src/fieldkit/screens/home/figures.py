"""The figures on Home: the day, this laptop, and what needs the operator.

Runs in a store's thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from fieldkit.records import Record, Use, kinds
from fieldkit.records.fields.formats import Moment, indian, today
from fieldkit.screens.base.words import clock_warning
from fieldkit.screens.lookup.rows import in_words, label_of
from fieldkit.store import Draft, State, Store

ROWS = 4
MANY = 100
"""Overdue records are counted up to here for each state; the lists have them all."""


@dataclass(frozen=True, slots=True)
class Recent:
    """A draft or a record saved last, to go on with."""

    cells: tuple[str, ...]
    draft: int | None = None
    kind: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Three columns of lines, and the records to go on with."""

    today: Sequence[str]
    laptop: Sequence[str]
    needs: Sequence[str]
    recent: Sequence[Recent]
    clock: str | None
    """A warning if the laptop's clock cannot be right."""


def figures(store: Store, operator: str) -> Figures:
    """Read the figures for ``operator``."""
    drafts = store.drafts.of(operator)
    return Figures(
        _counted(store.today(), "nothing saved yet"),
        _counted(store.counts(), "no records yet"),
        _needs(store, len(drafts)),
        [*(_unfinished(store, draft) for draft in drafts[:3]), *_last_saved(store, operator)],
        clock_warning(store),
    )


def _lines(counted: Sequence[tuple[str, str]]) -> list[str]:
    """Return the lines of one column, their numbers aligned on the right."""
    width = max((len(number) for number, _ in counted), default=0)
    return [f" {number:>{width}} {words}" for number, words in counted]


def _counted(counts: dict[str, int], nothing: str) -> Sequence[str]:
    """Name the counts: ranked kinds first, then the largest."""
    found = kinds()
    ranked = sorted(
        (pair for pair in counts.items() if pair[1] and pair[0] in found),
        key=lambda pair: (found[pair[0]].home_rank or inf, -pair[1]),
    )
    return _lines([(indian(many), _named(found[kind], many)) for kind, many in ranked[:ROWS]]) or [
        f" {nothing}"
    ]


def _named(kind: type[Record], many: int) -> str:
    return (kind.title if many == 1 else kind.plural).lower()


def _needs(store: Store, drafts: int) -> Sequence[str]:
    waiting = store.outbox.counts()
    counted = [
        (drafts, "unfinished"),
        (waiting[State.REJECTED], "returned to you"),
        (waiting[State.CONFLICT], "to settle"),
        (waiting[State.LATE], "for a supervisor to decide"),
        (waiting[State.WAITING], "waiting for their records"),
        (store.count_findings(), "to check"),
        *_overdue(store),
        (waiting[State.QUEUED] + waiting[State.SENT], "not sent yet"),
    ]
    return _lines([(indian(many), words) for many, words in counted if many]) or [" nothing"]


def _overdue(store: Store) -> list[tuple[int, str]]:
    """Count the records that have been at one step for too long: "3 toolkits over 30 days"."""
    day, counted = today(), Counter[tuple[str, int]]()
    lifecycles = {name: kind.lifecycle for name, kind in kinds().items() if kind.lifecycle}
    for name, lifecycle in lifecycles.items():
        for state, days in lifecycle.waits():
            waiting = store.page(name, where={lifecycle.field: state}, limit=MANY).records
            counted[name, days] += sum(bool(record.overdue(day)) for record in waiting)
    return [
        (many, f"{_named(kinds()[name], many)} over {days} days")
        for (name, days), many in counted.items()
    ]


def _unfinished(store: Store, draft: Draft) -> Recent:
    kind = kinds().get(draft.kind)
    title = (kind.title if kind else in_words(draft.kind)).lower()
    return Recent(
        (f"Unfinished: {_begun(store, draft, kind)}", title, Moment().show(draft.updated_at)),
        draft=draft.id,
    )


def _begun(store: Store, draft: Draft, kind: type[Record] | None) -> str:
    """Return what a draft is recognised by: its record, else its first text."""
    record = store.get(draft.kind, draft.record_id) if draft.record_id else None
    fields = [*kind.used(Use.NAME), *kind.fields()] if kind else []
    texts = ((name, draft.texts.get(name)) for name in (*fields, *draft.texts))
    field, text = next(((name, text) for name, text in texts if text), ("", "empty"))
    if record is None and kind and field in kind.references():
        record = store.record(text)
    return label_of(store, record) if record else text


def _last_saved(store: Store, operator: str) -> list[Recent]:
    return [
        Recent(
            (f"Saved: {label_of(store, record)}", record.title.lower(), record.id),
            kind=record.kind(),
            id=record.id,
        )
        for record in store.last_saved(3, operator)
    ]
