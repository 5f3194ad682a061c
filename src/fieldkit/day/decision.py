"""A supervisor's act on one record or many: decided at a stage, moved to a state, sent back.

It is previewed, saved and undone as a correction is (:mod:`fieldkit.day.correction`). Which acts
there are follows from the declarations. Functions that take a store run in its thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fieldkit import reference
from fieldkit.about.rows import fetch_references, label_of
from fieldkit.about.words import area_words
from fieldkit.day.correction import CorrectedField, Kept, Numbers, Planned, Preview
from fieldkit.protocol.identity import id_order
from fieldkit.records import Record, Step, Value, kinds, sentence
from fieldkit.records.declaration.permission import SENT_BACK
from fieldkit.records.declaration.roles import DecidedBy, decided_by
from fieldkit.records.declaration.sent_back import accepted, open_note
from fieldkit.records.fields.base import blank, clean
from fieldkit.records.fields.formats import Choice, Text, Unfit, show_date
from fieldkit.store import Edit, StoreError, sent_back_with

if TYPE_CHECKING:
    from fieldkit.protocol.change import Json
    from fieldkit.store import Store

APPROVE, REJECT = "approve", "reject"
SEND_BACK, ACCEPT = "send back", "accept"


class Act(NamedTuple):
    """What can be done to records of a kind."""

    key: str
    """APPROVE, REJECT, SEND_BACK, ACCEPT, or the code of a state."""
    words: str
    stage: str = ""
    dated: bool = False
    """Whether it has a day."""
    reasoned: bool = False
    """Whether it needs a reason."""

    @property
    def decides(self) -> bool:
        """Whether it decides how far a record comes."""
        return self.key not in (SEND_BACK, ACCEPT)


class Said(NamedTuple):
    """What the supervisor says with it."""

    on: date | None = None
    reason: str = ""
    operator: str = ""


class _Proposed(NamedTuple):
    """What becomes of one record, before it is asked whether it may."""

    edits: Sequence[Edit]
    """Empty: it is so already."""
    before: str = ""
    after: str = ""
    remark: str = ""
    why: str = ""
    """Why it stays as it is; empty: it changes, or is so already."""


_Propose: TypeAlias = Callable[[Record], _Proposed]


def acts_on(kind: str) -> list[Act]:
    """Return what can be done to records of a kind: its stages, then its states, then the rest."""
    return [
        *_stage_acts(kind),
        *_state_acts(kinds()[kind]),
        Act(SEND_BACK, "Send back to the person who entered it", reasoned=True),
        Act(ACCEPT, "Accept what was corrected"),
    ]


def written_by(kind: str, act: Act) -> tuple[str, Mapping[str, Json], bool]:
    """Return what an act writes that not every role may: kind, values, and if it is a new record.

    Of a state, the value alone counts: who may enter it may move a record to it.
    """
    decided, lifecycle = decided_by(kind), kinds()[kind].lifecycle
    if act.stage and decided is not None:
        how = decided.decision
        outcome = how.approve if act.key == APPROVE else how.reject
        return decided.kind.kind(), {how.stage: act.stage, how.outcome: outcome}, True
    if act.decides and lifecycle is not None:
        return kind, {lifecycle.field: act.key}, False
    return kind, {SENT_BACK: "?"}, False


def _stage_acts(kind: str) -> Iterator[Act]:
    decided = decided_by(kind)
    for stage, word in decided.stages.items() if decided else ():
        title = word[:1].upper() + word[1:]
        yield Act(APPROVE, f"{title}: approve", stage, dated=True)
        yield Act(REJECT, f"{title}: reject", stage, dated=True, reasoned=True)


def _state_acts(kind: type[Record]) -> Iterator[Act]:
    """Yield the states of a lifecycle; one off the main way needs a reason."""
    field = kind.fields()[kind.lifecycle.field] if kind.lifecycle else None
    if kind.lifecycle is None or field is None or kind.decides or field.replaced_by:
        return
    for step in kind.lifecycle.steps:
        for state in step.states:
            words = f"{field.label}: {field.format.show(state)}"
            yield Act(state, words, dated=bool(step.on), reasoned=step.aside)


def plan(store: Store, entries: Numbers, act: Act, said: Said) -> Preview:
    """Return what becomes of records by an act; nothing is saved.

    Raises:
        StoreError: a reason is needed, or cannot be written.
    """
    said = said._replace(reason=_cleaned(said.reason))
    if act.reasoned and not said.reason:
        raise StoreError(
            "Write the reason: the person who entered the record, or whom it is about, will ask."
        )
    held = store.fetch({kind for kind, _ in entries}, [number for _, number in entries])
    found = [held[key] for key in entries if key in held and not held[key].deleted]
    refused = [Kept(number, "deleted, or not on this laptop") for number in _gone(entries, found)]
    source = fetch_references(store, found)
    propose = _proposer(store, entries[0][0] if entries else "", act, said)
    proposed = [(record, propose(record)) for record in found]
    refused += [
        Kept(label_of(source, record), one.why, record.id) for record, one in proposed if one.why
    ]
    wanted = [(record, one) for record, one in proposed if one.edits]
    edits = [edit for _, one in wanted for edit in one.edits]
    verdicts = iter(zip(store.denied(edits), store.weigh(edits), strict=True))
    changes: list[Planned] = []
    for record, one in wanted:
        label, stops, remarks = label_of(source, record), list[str](), [one.remark]
        for edit in one.edits:
            denied, weighed = next(verdicts)
            stops += [denied, *(sentence(stop) for stop in weighed.stops)]
            remarks += [sentence(each) for each in weighed.remarks if each.field in edit.fields]
        if why := next(filter(None, stops), ""):
            refused.append(Kept(label, why, record.id))
            continue
        first, *more = one.edits
        remark = next(filter(None, remarks), "")
        changes.append(
            Planned(record.kind(), record.id, label, one.before, one.after, first, remark, (*more,))
        )
    same = sum(not one.edits and not one.why for _, one in proposed)
    what = CorrectedField(entries[0][0] if entries else "", "", act.words)
    return Preview(what, changes, refused, same, "record", "records")


def _cleaned(reason: str) -> str:
    """Return a reason as one line; empty if it says nothing.

    Raises:
        StoreError: it has characters that cannot be shown.
    """
    try:
        text = clean(reason)
    except Unfit as unfit:
        raise StoreError(str(unfit)) from None
    return "" if blank(text) else text


def _gone(entries: Numbers, found: Sequence[Record]) -> list[str]:
    live = {(one.kind(), one.id) for one in found}
    return [number for kind, number in entries if (kind, number) not in live]


def _proposer(store: Store, kind: str, act: Act, said: Said) -> _Propose:
    """Return what works out an act on one record of a kind."""
    if act.key == SEND_BACK:
        fields = sent_back_with(said.reason, said.operator, store.now())
        return lambda record: _sent_back(record, fields, said.reason)
    if act.key == ACCEPT:
        return _accepted
    if act.stage:
        device = store.device
        office = area_words(device.district, device.block) if device else ""
        others: dict[str, list[str]] = {}
        for number, by in store.merges.merged(kind).items() if kind else ():
            others.setdefault(by, []).append(number)

        def decided(record: Record) -> _Proposed:
            return _decided(store, record, act, said, _Start(office, others.get(record.id, ())))

        return decided
    return lambda record: _moved(record, act.key, said)


def _sent_back(record: Record, fields: Mapping[str, Value], reason: str) -> _Proposed:
    note = open_note(record)
    before = f"sent back: {note.words}" if note else "not sent back"
    edit = Edit(type(record), fields, record.id)
    return _Proposed([edit], before, f"sent back: {' '.join(reason.split())}")


def _accepted(record: Record) -> _Proposed:
    note = open_note(record)
    if note is None:
        return _Proposed(())
    edit = Edit(type(record), accepted(), record.id)
    return _Proposed([edit], f"sent back: {note.words}", "accepted")


# --- stages ---


class _Start(NamedTuple):
    """What a decision at a stage starts from."""

    office: str
    others: Sequence[str]
    """The other numbers of the person."""


def _decided(store: Store, record: Record, act: Act, said: Said, start: _Start) -> _Proposed:
    """Work out a decision at a stage: its record, and how far the one decided on has come."""
    decided = decided_by(record.kind())
    if decided is None:
        return _Proposed(())
    kind, how = decided
    outcome = how.approve if act.key == APPROVE else how.reject
    shown = kind.fields()[how.outcome].format.show
    earlier = _earlier(store, [record.id, *start.others], decided, act.stage)
    if earlier and earlier[-1].value(how.outcome) == outcome:
        return _Proposed(())
    fields: dict[str, Value] = {
        "district": record.district,
        "block": record.block,
        how.about: record.id,
        how.stage: act.stage,
        how.outcome: outcome,
        how.on: said.on,
        how.by: start.office or None,
    }
    try:
        if reason := kind.fields()[how.reason].format.parse(said.reason):
            fields[how.reason] = reason
    except Unfit as unfit:
        return _Proposed((), why=f"{kind.fields()[how.reason].label}: {unfit}")
    edits = [Edit(kind, fields, confirmed=frozenset(kind.fields()))]
    before, after = "", _after(shown(outcome), said)
    if how.stands:
        stands = record.fields()[how.stands].format
        before = _brief(stands.show(record.value(how.stands)))
        becomes = _becomes(record, decided, act.stage, outcome)
        if becomes is not None:
            moved = {how.stands: becomes}
            edits.append(Edit(type(record), moved, record.id, confirmed=frozenset(moved)))
    others = {shown(one.value(how.outcome)).lower() for one in earlier}
    remark = f"Decided before: {', '.join(sorted(others))}." if earlier else ""
    return _Proposed(edits, before, after, remark)


def _earlier(store: Store, numbers: Sequence[str], decided: DecidedBy, stage: str) -> list[Record]:
    """Return the decisions at a stage on records of a person, the last one last."""
    kind, how = decided
    found = [
        one
        for number in numbers
        for one in store.where(kind.kind(), **{how.about: number, how.stage: stage})
    ]
    return sorted(found, key=lambda one: (one.created_at or 0, id_order(one.id)))


def _becomes(record: Record, decided: DecidedBy, stage: str, outcome: str) -> str | None:
    """Return how far a record has come by a decision; None if it is as far, or farther."""
    how = decided.decision
    wanted, now = how.becomes.get((stage, outcome)), record.value(how.stands)
    form = record.fields()[how.stands].format
    if wanted is None or wanted == now or not isinstance(form, Choice):
        return None
    codes = [str(entry.code) for entry in reference.options(form.list)]
    last = max(codes.index(one) for (at, _), one in how.becomes.items() if at == stage)
    return wanted if now not in codes or codes.index(str(now)) <= last else None


# --- states ---


def _moved(record: Record, state: str, said: Said) -> _Proposed:
    """Work out a state: with its day, and the reason where the step has a place for one."""
    lifecycle, kind = record.lifecycle, type(record)
    step = lifecycle.step(state) if lifecycle else None
    if lifecycle is None or step is None or record.value(lifecycle.field) == state:
        return _Proposed(())
    fields: dict[str, Value] = {lifecycle.field: state}
    if step.on and said.on:
        fields[step.on] = said.on
    if said.reason:
        name = _reason_field(kind, step)
        before = record.value(name) if name == "remarks" else None
        reason = f"{before}; {said.reason}" if before else said.reason
        try:
            fields[name] = kind.fields()[name].format.parse(reason)
        except Unfit as unfit:
            return _Proposed((), why=f"{kind.fields()[name].label}: {unfit}")
    shown = kind.fields()[lifecycle.field].format.show
    after = _after(shown(state), said if step.on else said._replace(on=None))
    edit = Edit(kind, fields, record.id, confirmed=frozenset(fields))
    return _Proposed([edit], _brief(shown(record.value(lifecycle.field))), after)


def _after(became: str, said: Said) -> str:
    """Return what a record becomes, on which day and why."""
    when = f"{became} {show_date(said.on)}" if said.on else became
    return f"{when}: {said.reason}" if said.reason else when


def _brief(words: str) -> str:
    """Return a choice without its explanation."""
    return words.partition(" (")[0].partition(": ")[0]


def _reason_field(kind: type[Record], step: Step) -> str:
    """Return where the reason of a step stands: in a text of its own, else in the remarks."""
    fields = kind.fields()
    texts = (name for name in step.asks if isinstance(fields[name].format, Text))
    return next(texts, "remarks")
