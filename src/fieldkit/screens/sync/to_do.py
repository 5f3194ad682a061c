"""What a sync leaves for the operator: returned changes to correct, matters to settle or check.

Everything that takes a store runs in its thread; rows are pure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fieldkit.review.inbox import CONFLICT, DUPLICATE, FINDING, items
from fieldkit.screens.base.words import plural, within
from fieldkit.screens.look.parts import state_mark
from fieldkit.screens.look.text import Span, Text, words_of
from fieldkit.screens.lookup.rows import fetch_references, label_of
from fieldkit.screens.lookup.waiting import cells_of, enter_words, state_of
from fieldkit.screens.widgets.rows import Answer, Choice, stay

if TYPE_CHECKING:
    from fieldkit.review.inbox import Item
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
SECTIONS = {
    Group(one.title, state_of(one.key), one.words, enter_words(one.key)): one
    for one in (CONFLICT, DUPLICATE, FINDING)
}
"""What a sync brings to review, as groups of the list."""
GROUPS = (RETURNED, *SECTIONS)
PAGE = 60
"""Returned changes, or matters, read at a time."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """A change that was returned."""

    kind: str
    record_id: str
    label: str
    about: str
    """The field it is about, else the kind of the record."""
    reason: str
    returned: Logged


def log_place(returned: Logged) -> tuple[str, int]:
    """Return the log and the number that identify a change."""
    return returned.origin, returned.change.seq


def returned_changes(store: Store, skip: int) -> list[ToDo]:
    """Return a part of the changes that were returned."""
    from fieldkit.records import kinds, sentence

    returned = store.outbox.returned(PAGE, skip)
    ids = [one.change.record_id for one in returned]
    records = store.fetch({one.change.kind for one in returned}, ids)
    referred = fetch_references(store, records.values())
    found = []
    for one in returned:
        kind, number, reason = one.change.kind, one.change.record_id, one.reason
        record, known = records.get((kind, number)), kinds().get(kind)
        label = label_of(referred, record) if record else number
        field = known.fields().get(reason.field) if known and reason else None
        about = field.label if field else known.title if known else ""
        said = sentence(reason) if reason else "No reason was given."
        found.append(ToDo(kind, number, label, within(about), said, one))
    return found


def to_review(store: Store, group: Group, skip: int) -> list[Item]:
    """Return a part of what a group has to review."""
    return items(store, SECTIONS[group], skip=skip, limit=PAGE)


# --- rows ---


def to_do_row(one: ToDo, enter: Do, discard: Do | None = None) -> Choice:
    """Return the row of a returned change."""
    cells = cells_of(RETURNED.state, one.label, one.about, one.record_id)
    return Choice(cells, enter, (one.reason,), discard, str(log_place(one.returned)))


def enrol_row(enter: Do, *, again: bool = False) -> Choice:
    """Return the row that enrols this laptop; ``again``: it was removed from the server."""
    words = f"Enrol this laptop {'again ' if again else ''}with a server"
    how = "You need the server's address and a code. Your supervisor gives you both."
    return Choice(cells_of("", words), enter, (how,), key="enrol")


def practice_row() -> Choice:
    """Return the row that says why nothing is ever sent from here."""
    why = "Made-up people stay on this laptop. Start fieldkit without “practice” for real work."
    cells = cells_of("", "Practice: never enrolled, never synced")
    return Choice(cells, stay, (why,), key="practice")


def out_of_area_row(many: int, area: str, enter: Do) -> Choice:
    """Return the row that moves new records into the area."""
    words, this = plural(many, "new record"), "it" if many == 1 else "them"
    cells = cells_of(RETURNED.state, f"{words} of another block")
    return Choice(cells, enter, (f"Enter puts {this} into {area}.",), key="area")


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
