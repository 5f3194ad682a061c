"""The close of a day: forms on paper against records entered, and what is left to do.

Functions that take a store run in its thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.words import area_words, counted
from fieldkit.day.entries import Wanted, find_entries
from fieldkit.day.kept import Note, keep_note, read_note
from fieldkit.plain_text import shown
from fieldkit.records import kinds
from fieldkit.records.fields.dates import day_at, show_date
from fieldkit.reports.formats.page import Grid, Lines, Page, Section, Text
from fieldkit.store import State

if TYPE_CHECKING:
    from fieldkit.store import Store

_PAPER = "forms-on-paper"
MOST_FORMS = 9999


class KindCount(NamedTuple):
    """The records of one kind entered today, and the forms on paper, if they were counted."""

    kind: str
    title: str
    entered: int
    paper: int | None

    def difference(self) -> str:
        """Say whether both are the same."""
        if self.paper is None:
            return "not counted yet"
        if self.paper == self.entered:
            return "same"
        if self.paper > self.entered:
            return f"{self.paper - self.entered} on paper not entered"
        return f"{self.entered - self.paper} more entered than on paper"


class Closing(NamedTuple):
    """A day of an operator, as it stands."""

    day: date
    operator: str
    area: str
    laptop: str
    counts: Sequence[KindCount]
    unfinished: Sequence[str]
    """What is unfinished, by its kind."""
    unsent: int
    """Changes not sent yet, of everybody at this laptop."""
    returned: int
    to_settle: int
    undecided: int
    """Changes for a supervisor to decide, or waiting for another record."""

    def left(self) -> list[str]:
        """Say what is left to do, one sentence each; empty if nothing is."""
        off = [one for one in self.counts if one.paper not in (None, one.entered)]
        said = [f"{one.title}: {one.difference()}." for one in off]
        if self.unfinished:
            said.append(f"{counted(len(self.unfinished), 'form is', 'forms are')} unfinished.")
        if self.unsent:
            said.append(f"{counted(self.unsent, 'change is', 'changes are')} not sent yet.")
        if self.returned:
            said.append(
                f"{counted(self.returned, 'change was', 'changes were')} returned: not accepted."
            )
        if self.to_settle:
            said.append(f"{counted(self.to_settle, 'value is', 'values are')} to settle.")
        if self.undecided:
            waits = counted(self.undecided, "change waits", "changes wait")
            said.append(f"{waits} for a supervisor, or for another record.")
        return said


def read_closing(store: Store, operator: str) -> Closing:
    """Return how an operator's day stands now."""
    entered = Counter(
        one.kind for one in find_entries(store, operator, Wanted(store.start_of_today()))
    )
    paper = _paper(store, operator)
    names = sorted({*entered, *paper}, key=lambda name: (-entered[name], kinds()[name].plural))
    counts, device = store.outbox.counts(), store.device
    return Closing(
        day=day_at(store.now()),
        operator=operator,
        area=area_words(device.district, device.block) if device else "",
        laptop=device.origin if device else "",
        counts=[
            KindCount(name, kinds()[name].plural, entered[name], paper.get(name)) for name in names
        ],
        unfinished=[
            kinds()[one.kind].title if one.kind in kinds() else one.kind
            for one in store.drafts.of(operator)
        ],
        unsent=store.outbox.unsent(),
        returned=counts[State.REJECTED],
        to_settle=len(store.review.conflicts()),
        undecided=counts[State.LATE] + counts[State.WAITING],
    )


def _paper(store: Store, operator: str) -> Mapping[str, int]:
    """Return the forms on paper as they were counted today, by kind."""
    today = read_note(store.notes, _PAPER).get(day_at(store.now()).isoformat())
    mine = today.get(operator) if isinstance(today, dict) else None
    found = mine.items() if isinstance(mine, dict) else ()
    return {kind: many for kind, many in found if isinstance(many, int) and kind in kinds()}


def note_paper(store: Store, operator: str, kind: str, many: int | None) -> None:
    """Keep how many forms of a kind there are on paper today; None: they are not counted.

    Raises:
        OSError: it cannot be kept.
    """
    day = day_at(store.now()).isoformat()
    before = read_note(store.notes, _PAPER).get(day)
    today: dict[str, Note] = dict(before) if isinstance(before, dict) else {}
    mine: dict[str, Note] = {**_paper(store, operator), kind: many}
    today[operator] = {name: value for name, value in mine.items() if value is not None}
    keep_note(store.notes, _PAPER, {day: today})


def closing_page(found: Closing) -> Page:
    """Return the close of a day on paper."""
    rows = [
        [
            Text(one.title),
            Text("" if one.paper is None else str(one.paper)),
            Text(str(one.entered)),
            Text(one.difference(), strong=one.paper not in (None, one.entered)),
        ]
        for one in found.counts
    ]
    headings = ["Kind", "On paper", "Entered", "Compared"]
    grid = Grid(headings, [False, True, True, False], rows)
    left = found.left() or ["Nothing: everything is entered and on the server."]
    return Page(
        f"Close of {show_date(found.day)}",
        shown(f"{found.operator}, {found.area}, laptop {found.laptop}"),
        found.day,
        [
            [Section("Forms and records", grid if rows else Lines(["Nothing was entered today."]))],
            [Section("Left to do", Lines(left))],
        ],
        foot="Signature ______________________",
    )
