"""What a sync leaves for the operator: returned changes to correct, findings to check.

Everything that takes a store runs in its thread; rows are pure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fieldkit.screens.base.words import plural
from fieldkit.screens.look.parts import state_mark
from fieldkit.screens.look.text import Cell, Span, StyleName, Text, cut, joined, words_of
from fieldkit.screens.lookup.rows import fetch_references, label_of
from fieldkit.screens.widgets.rows import Answer, Choice, stay

if TYPE_CHECKING:
    from fieldkit.protocol.finding import Finding
    from fieldkit.review.conflicts import Open
    from fieldkit.store import Logged, Store

Do: TypeAlias = Callable[[], Awaitable[object]]


class Group(NamedTuple):
    """A group of the list."""

    name: str
    state: str
    """The state that its rows show."""
    words: str
    """What the bar calls them."""
    enter: str
    """What Enter does."""


RETURNED = Group("Returned to you", "returned to you", "returned", "correct")
SETTLE = Group("To settle", "settle", "to settle", "settle")
CHECK = Group("To check", "to check", "to check", "open")
GROUPS = (RETURNED, SETTLE, CHECK)
PAGE = 60
"""Returned changes, or findings, read at a time."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """A change that was returned, or a record with a finding."""

    kind: str
    record_id: str
    label: str
    about: str
    """The field it is about, else the kind of the record."""
    reason: str
    returned: Logged | None = None
    """The change that was returned; None: a finding."""


class _Reason(NamedTuple):
    kind: str
    record_id: str
    field: str
    reason: str
    returned: Logged | None


def log_place(returned: Logged) -> tuple[str, int]:
    """Return the log and the number that identify a change."""
    return returned.origin, returned.change.seq


def returned_changes(store: Store, skip: int) -> list[ToDo]:
    """Return a part of the changes that were returned."""
    from fieldkit.records import sentence

    return _labelled(
        store,
        [
            _Reason(
                one.change.kind,
                one.change.record_id,
                one.reason.field if one.reason else "",
                sentence(one.reason) if one.reason else "No reason was given.",
                one,
            )
            for one in store.outbox.returned(PAGE, skip)
        ],
    )


def findings_to_check(store: Store, skip: int) -> list[ToDo]:
    """Return a part of the findings; two records that may be one person make one."""
    from fieldkit.records import sentence

    found = once_each(store.findings())[skip : skip + PAGE]
    return _labelled(
        store, [_Reason(one.kind, one.record_id, one.field, sentence(one), None) for one in found]
    )


def once_each(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without those that say of the other record of a pair what is said already."""
    from fieldkit.records.declaration.review import SAME_PERSON

    seen: set[tuple[str, frozenset[str]]] = set()
    found = []
    for one in findings:
        pair = one.rule, frozenset({one.record_id, *(number for _, number in one.related)})
        if one.rule != SAME_PERSON or pair not in seen:
            found.append(one)
        seen.add(pair)
    return found


def _labelled(store: Store, reasons: Sequence[_Reason]) -> list[ToDo]:
    """Return each reason with the label of its record and the field it is about."""
    from fieldkit.records import kinds

    records = store.fetch({one.kind for one in reasons}, [one.record_id for one in reasons])
    referred = fetch_references(store, records.values())
    found = []
    for kind, number, name, reason, returned in reasons:
        record, known = records.get((kind, number)), kinds().get(kind)
        label = label_of(referred, record) if record else number
        field = known.fields().get(name) if known else None
        about = field.label if field else known.title if known else ""
        found.append(ToDo(kind, number, label, about.lower(), reason, returned))
    return found


# --- rows ---

_STYLES: tuple[StyleName, StyleName] = ("accent", "info")
"""Of the two values of a conflict."""
_AROUND = 4
"""Cells around each of them."""


def to_do_row(one: ToDo, enter: Do, discard: Do | None = None) -> Choice:
    """Return the row of a returned change or a finding."""
    sign = state_mark((RETURNED if one.returned else CHECK).state)
    key = str(log_place(one.returned)) if one.returned else f"{one.record_id} {one.reason}"
    cells = _cells(sign, one.label, one.about, one.record_id)
    return Choice(cells, enter, (one.reason,), discard, key)


def conflict_row(one: Open, enter: Do, width: int) -> Choice:
    """Return the row of a conflict, with both values and whose they are."""
    names = ("yours", one.theirs.by or "another's")
    if not one.conflict.held_here:
        names = ("on the server", "not used yet")
    each = max((width - sum(map(len, names))) // 2 - _AROUND, 8)
    values = joined(
        [
            (*cut((Span(side.words, style),), each), Span(f" {name}", "dim"))
            for side, name, style in zip((one.mine, one.theirs), names, _STYLES, strict=True)
        ]
    )
    cells = _cells(state_mark(SETTLE.state), one.label, one.field.lower(), one.conflict.record_id)
    return Choice(cells, enter, (values,), key=one.conflict.id)


def enrol_row(enter: Do) -> Choice:
    """Return the row that enrols this laptop."""
    how = "You need the server's address and a code. Your supervisor gives you both."
    return Choice(_cells((), "Enrol this laptop with a server"), enter, (how,), key="enrol")


def practice_row() -> Choice:
    """Return the row that says why nothing is ever sent from here."""
    why = "Made-up people stay on this laptop. Start fieldkit without “practice” for real work."
    cells = _cells((), "Practice: never enrolled, never synced")
    return Choice(cells, stay, (why,), key="practice")


def out_of_area_row(many: int, area: str, enter: Do) -> Choice:
    """Return the row that moves new records into the area."""
    words, this = plural(many, "new record"), "it" if many == 1 else "them"
    cells = _cells(state_mark(RETURNED.state), f"{words} of another block")
    return Choice(cells, enter, (f"Enter puts {this} into {area}.",), key="area")


def _cells(sign: Text, label: str, about: str = "", record_id: str = "") -> tuple[Cell, ...]:
    mark = (*sign, Span(" ")) if sign else ()
    return (*mark, Span(label, "strong")), (Span(about, "dim"),), (Span(record_id, "dim"),)


def counted(answer: Answer) -> dict[Group, str]:
    """Return how many rows each group has, with a plus if there may be more."""
    counts: dict[Group, int] = {}
    group: Group | None = None
    for row in answer.rows:
        head = words_of(row.head)
        group = next((one for one in GROUPS if one.name.upper() == head), group)
        if group:
            counts[group] = counts.get(group, 0) + 1
    return {
        one: f"{many}+" if answer.more and one == group else str(many)
        for one, many in counts.items()
    }


def chip(group: Group, many: str) -> Text:
    """Return how many rows a group has, for the bar."""
    return (*state_mark(group.state), Span(f" {many} {group.words}"))
