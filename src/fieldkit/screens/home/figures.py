"""The figures on Home: the day, this laptop, what needs the operator, what is due, the server.

Runs in a store's thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import NamedTuple

from fieldkit.records import Record, Use, kinds
from fieldkit.records.declaration.roles import newcomer
from fieldkit.records.fields.formats import Moment, indian, today
from fieldkit.screens.base.words import clock_warning
from fieldkit.screens.lookup.rows import in_words, label_of, states_in_words
from fieldkit.store import Draft, State, Store

MOST = 6
"""Kinds that are counted in a column."""
DAYS = 14
DRAFTS, SAVED = 9, 6
"""Drafts and records to go on with, as far as there is space."""
FEW = 3
"""Drafts that stand on the lowest screen; of more the number is said too."""
MANY = 100
"""Overdue records are counted up to here for each state; the lists have them all."""


class Counted(NamedTuple):
    """A number and what it counts."""

    number: str
    words: str


class Need(NamedTuple):
    """Something that waits for the operator."""

    number: str
    words: str
    state: str
    """Gives it its sign."""
    kind: str = ""
    """The kind of what is overdue."""
    short: str = ""
    """Its words on a narrow screen."""


class DueStep(NamedTuple):
    """How many are overdue at one step."""

    number: str
    words: str
    state: str


class Due(NamedTuple):
    """What of one kind is overdue, by its step."""

    title: str
    kind: str
    field: str
    """Holds the state."""
    steps: Sequence[DueStep]


class Daily(NamedTuple):
    """How many were registered on each of the last days, and in as many days before them."""

    title: str
    counts: Sequence[int]
    before: int


class Recent(NamedTuple):
    """A draft or a record saved last, to go on with."""

    name: str
    title: str
    at: str
    state: str
    draft: int | None = None
    worked_at: int = 0
    """When a draft was left."""
    kind: str = ""
    id: str = ""


class ServerFigures(NamedTuple):
    """What this laptop knows of the server's copy."""

    enrolled: bool
    agrees: bool | None
    """None: not compared yet."""
    acknowledged: int
    to_send: int
    last_sync: str
    """When the last sync that went well was."""


class Figures(NamedTuple):
    """What Home shows."""

    today: Sequence[Counted]
    laptop: Sequence[Counted]
    needs: Sequence[Need]
    due: Sequence[Due]
    daily: Daily
    recent: Sequence[Recent]
    server: ServerFigures
    waiting: int
    """What waits for the operator on Sync."""
    clock: str | None
    """A warning if the laptop's clock cannot be right."""


def figures(store: Store, operator: str) -> Figures:
    """Read the figures for ``operator``."""
    drafts, states = store.drafts.of(operator), store.outbox.counts()
    overdue = _overdue(store)
    to_correct = (
        (states[State.REJECTED], "returned to you", "returned to you"),
        (states[State.CONFLICT], "to settle", "settle"),
        (store.count_findings(), "to check", "to check"),
    )
    unfinished = len(drafts) if len(drafts) > FEW else 0
    return Figures(
        today=_ranked(store.today()),
        laptop=_ranked(store.counts()),
        needs=[
            *(Need(indian(many), words, state) for many, words, state in to_correct if many),
            *_overdue_needs(overdue),
            *([Need(indian(unfinished), "unfinished", "unfinished")] if unfinished else []),
        ],
        due=_due(overdue),
        daily=_daily(store),
        recent=[
            *(_unfinished(store, draft) for draft in drafts[:DRAFTS]),
            *_saved(store, operator),
        ],
        server=_server(store, states),
        waiting=sum(many for many, *_ in to_correct),
        clock=clock_warning(store),
    )


# --- counts ---


def _ranked(counts: Mapping[str, int]) -> Sequence[Counted]:
    """Name the counts: ranked kinds first, then the largest."""
    found = kinds()
    ranked = sorted(
        (pair for pair in counts.items() if pair[1] and pair[0] in found),
        key=lambda pair: (found[pair[0]].home_rank or inf, -pair[1]),
    )
    return [Counted(indian(many), _named(found[kind], many)) for kind, many in ranked[:MOST]]


def _named(kind: type[Record], many: int) -> str:
    return (kind.title if many == 1 else kind.plural).lower()


def _daily(store: Store) -> Daily:
    kind = newcomer()
    counts = store.entered_daily(kind.kind(), 2 * DAYS)
    return Daily(f"{kind.plural}, last {DAYS} days", counts[DAYS:], sum(counts[:DAYS]))


def _server(store: Store, states: Mapping[State, int]) -> ServerFigures:
    log, device = store.outbox.log_position(), store.device
    agrees = None
    if log and log.server_head:
        agrees = store.outbox.head_before(log.origin, log.acked_seq + 1) == log.server_head
    went_well = next((one.at for one in store.outbox.sessions() if one.ok), None)
    return ServerFigures(
        enrolled=bool(device and device.server),
        agrees=agrees,
        acknowledged=log.acked_seq if log else 0,
        to_send=states[State.QUEUED] + states[State.SENT],
        last_sync=_when(store, went_well) if went_well else "",
    )


# --- what is overdue ---


def _overdue(store: Store) -> Counter[tuple[str, str]]:
    """Count the records that have been at one step for too long, by kind and state."""
    day, counted = today(), Counter[tuple[str, str]]()
    for name, kind in kinds().items():
        for state, _ in kind.lifecycle.waits() if kind.lifecycle else ():
            where = {kind.lifecycle.field: state} if kind.lifecycle else {}
            waiting = store.page(name, where=where, limit=MANY).records
            late = [record for record in waiting if record.overdue(day)]
            if many := sum(not _followed(store, record) for record in late):
                counted[name, state] += many
    return counted


def _followed(store: Store, record: Record) -> bool:
    """Say whether a later record about the same person or group ends the wait."""
    step = record.step()
    about = [name for name in step.until if record.value(name) is not None] if step else []
    same = (
        one for name in about for one in store.where(record.kind(), **{name: record.value(name)})
    )
    return any(record.followed_by(one) for one in same)


def _up_to(many: int) -> str:
    """Return a count of overdue records; as many as are counted may be more."""
    return f"{MANY}+" if many >= MANY else indian(many)


def _overdue_needs(overdue: Mapping[tuple[str, str], int]) -> Iterator[Need]:
    """Name what is overdue by kind: "3 toolkits over 30 days", "2 visits past the day"."""
    counted = Counter[tuple[str, int]]()
    for (name, state), many in overdue.items():
        lifecycle = kinds()[name].lifecycle
        step = lifecycle.step(state) if lifecycle else None
        counted[name, step.overdue if step else 0] += many
    for (name, days), many in counted.items():
        named = _named(kinds()[name], many)
        since = f"over {days} days" if days else "past the day"
        yield Need(_up_to(many), f"{named} {since}", "due", name, f"{named} overdue")


def _due(overdue: Mapping[tuple[str, str], int]) -> Sequence[Due]:
    """Name what is overdue by kind and step, the most first."""
    found: dict[tuple[str, str, str], list[DueStep]] = {}
    for (name, state), many in sorted(overdue.items(), key=lambda pair: -pair[1]):
        kind = kinds()[name]
        lifecycle = kind.lifecycle
        if lifecycle and (step := lifecycle.step(state)):
            since = f"for over {step.overdue} days" if step.overdue else "past the day"
            group = (f"{kind.plural} {since}", name, lifecycle.field)
            found.setdefault(group, []).append(DueStep(_up_to(many), step.word, state))
    return [Due(*group, steps) for group, steps in found.items()]


# --- what to go on with ---


def _unfinished(store: Store, draft: Draft) -> Recent:
    kind = kinds().get(draft.kind)
    return Recent(
        _begun(store, draft, kind),
        (kind.title if kind else in_words(draft.kind)).lower(),
        _when(store, draft.updated_at),
        "unfinished",
        draft.id,
        draft.updated_at,
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


def _saved(store: Store, operator: str) -> list[Recent]:
    records = store.last_saved(SAVED, operator)
    states = states_in_words(store, [record.id for record in records])
    return [
        Recent(
            label_of(store, record),
            record.title.lower(),
            _when(store, record.updated_at or 0),
            states[record.id],
            kind=record.kind(),
            id=record.id,
        )
        for record in records
    ]


def _when(store: Store, at: int) -> str:
    """Return the time of day, of another day its date."""
    shown, now = Moment().show(at), Moment().show(store.now())
    day, _, clock = shown.rpartition(" ")
    return clock if now.startswith(day) else day
