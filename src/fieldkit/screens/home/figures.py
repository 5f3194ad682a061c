"""The figures on Home: the day, this laptop, what needs the operator, the server; what is due.

Runs in a store's thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import inf
from typing import NamedTuple

from fieldkit.records import Record, Use, kinds
from fieldkit.records.declaration.roles import newcomer
from fieldkit.records.fields.formats import Moment, indian, today
from fieldkit.review.denied import supervises
from fieldkit.review.inbox import CONFLICT, DUPLICATE, FINDING, SENT_BACK, counts
from fieldkit.review.sent_back import to_correct_here
from fieldkit.screens.base.words import clock_warning, plural
from fieldkit.screens.lookup.places import own_area
from fieldkit.screens.lookup.rows import in_words, label_of, states_in_words
from fieldkit.screens.lookup.waiting import state_of
from fieldkit.store import Closed, Draft, State, Store

MOST = 6
"""Kinds that are counted in a column."""
DAYS = 14
DRAFTS, SAVED = 9, 6
"""Drafts and records to go on with, as far as there is space."""
FEW = 3
"""Drafts that stand on the lowest screen; of more the number is said too."""


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
    what: str = ""
    """The sort of due work, or the section of Review."""


class DueWork(NamedTuple):
    """What is due in this laptop's area."""

    many: int = 0
    longest: int = 0
    """Days since the first of it."""
    sorts: Sequence[Need] = ()
    """By the sort of work, the most first."""

    def needs(self) -> Sequence[Need]:
        """Return all of it as one need, then each sort."""
        if len(self.sorts) < 2:
            return self.sorts
        since = f", up to {plural(self.longest, 'day')}" if self.longest > 0 else ""
        return [Need(indian(self.many), f"due{since}", "due"), *self.sorts]


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
    daily: Daily
    recent: Sequence[Recent]
    server: ServerFigures
    waiting: int
    """What waits for the operator on Sync."""
    to_review: int
    """What waits for a decision on Review."""
    reviews: bool
    """Whether Review stands on Home: something waits there, or this is a supervisor's laptop."""
    warning: str | None
    """Said if nothing new can be saved here, or the laptop's clock cannot be right."""


def figures(store: Store, operator: str) -> Figures:
    """Read the figures for ``operator``."""
    drafts, states = store.drafts.of(operator), store.outbox.counts()
    returned, waiting = states[State.REJECTED], counts(store)
    unfinished = len(drafts) if len(drafts) > FEW else 0
    back, supervising = len(to_correct_here(store)), supervises(store)
    # What its author has to correct is no decision: only a supervisor's laptop counts it.
    to_review = sum(many for one, many in waiting.items() if supervising or one != SENT_BACK)
    return Figures(
        today=_ranked(store.today()),
        laptop=_ranked(store.counts()),
        needs=[
            *([Need(indian(back), "sent back", "sent back")] if back else []),
            *([Need(indian(returned), "returned to you", "returned to you")] if returned else []),
            *(
                Need(indian(many), section.words, state_of(section.key), section.key)
                for section, many in waiting.items()
                if section != SENT_BACK or (supervising and not back)
            ),
            *([Need(indian(unfinished), "unfinished", "unfinished")] if unfinished else []),
        ],
        daily=_daily(store),
        recent=[
            *(_unfinished(store, draft) for draft in drafts[:DRAFTS]),
            *_saved(store, operator),
        ],
        server=_server(store, states),
        waiting=returned + sum(waiting.get(one, 0) for one in (CONFLICT, DUPLICATE, FINDING)),
        to_review=to_review,
        reviews=bool(to_review) or supervising,
        warning=str(Closed()) if store.access.ended() else clock_warning(store),
    )


# --- counts ---


def _ranked(counts: Mapping[str, int]) -> Sequence[Counted]:
    """Name the counts: ranked kinds first, then the largest."""
    found = kinds()
    ranked = sorted(
        (
            pair
            for pair in counts.items()
            if pair[1] and pair[0] in found and not found[pair[0]].program_log
        ),
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


# --- what is due ---


def due_work_here(store: Store) -> DueWork:
    """Count the due work of this laptop's area."""
    from fieldkit.reports import due_counts, due_work

    rules, day = due_work(), today()
    asked = partial(due_counts, rules=[*rules.values()], area=own_area(store), today=day)
    counted = store.query(asked)
    if not counted:
        return DueWork()
    return DueWork(
        sum(many for _, many, _ in counted),
        (day - min(since for *_, since in counted)).days,
        [
            Need(indian(many), rules[what].label, "due", what)
            for what, many, _ in sorted(counted, key=lambda one: -one[1])
        ],
    )


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
