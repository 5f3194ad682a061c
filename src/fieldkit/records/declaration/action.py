"""What a kind declares about where its records begin: on Home, and on the pages of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldkit.records.fields.base import Value

LETTERS: Mapping[str, str] = {
    "a": "attendance",
    "c": "camp or programme",
    "k": "toolkit",
    "l": "loan",
    "m": "member",
    "n": "note",
    "t": "training",
    "y": "year",
    "v": "visit or decision",
}
"""The letters an action may have, each once on a page, with its meaning; pages use others."""


@dataclass(frozen=True, slots=True)
class Action:
    """A next step on the page of what a field refers to: begin a record that refers to it."""

    key: str
    """One of :data:`LETTERS`, free on that page; empty: the action is only in the menu."""
    label: str
    once: bool = False
    """Each has at most one: if there is one already, it is opened instead."""
    roster: bool = False
    """Records are people on a list: they are looked for and added one after the other."""
    known_by: str = ""
    """A reference of the new record to a person who may be here already: they are looked for first,
    and what is known of them is taken over."""
    same_person: bool = False
    """The new record is about the same person: what is known of them is taken over."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job on Home: the list of the kind, or a search for what it refers to."""

    number: int
    """1 to 5, each once (Home itself has 6 to 9); 0: the job is only in the menu, by ``menu``."""
    label: str
    via: str = ""
    """A reference with an action: the job looks for what it refers to and then takes the action."""
    menu: str = ""
    """Words in the menu, beside "All ..." of every kind."""
    of_today: bool = False
    """The job is the record that was taken for today: its days are opened at once."""


@dataclass(frozen=True, slots=True)
class Days:
    """The kind's records mark who was present on each day of what ``of`` refers to."""

    of: str
    enrolled: str
    """The kind that says who takes part, by a field of the same name as ``of``; empty: anybody may
    come, and who is expected is chosen."""
    day: str
    """The field that holds the date of a mark."""
    present: str
    """The yes/no field that holds a mark."""
    first: str
    """The first day: a field of what ``of`` refers to."""
    last: str = ""
    """The last day, likewise; empty: only the first is known."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a hand-over ends."""

    words: str
    """What happened, after whom it concerns: "handed over, items missing"."""
    fields: Mapping[str, Value]
    """What the record says from then on."""
    on: str
    """The field that gets the day."""
    asks: str = ""
    """A field that is asked for."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Things of the kind are handed over to people, one after another."""

    to: str
    """The reference to the person."""
    outcomes: tuple[Outcome, ...]
    """How it may end; the first is the usual one."""
    waiting: tuple[str, ...]
    """The states of those that are on their way."""
