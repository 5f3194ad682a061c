"""The lifecycle of a record: the states it moves through, and the dates that belong to them.

A kind declares it once. From it follow the fields that apply in a state, the order of dates, the
allowed moves, the lines of the timeline, the next steps and the work that is overdue. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from fieldkit.records.declaration.field import Condition
from fieldkit.records.fields.base import Value


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a lifecycle."""

    state: str
    """The code of its state, an entry of its list; empty: an event that changes no state."""
    word: str
    """What was done, after the record's name: "Toolkit *handed over*"."""
    on: str = ""
    """The field of its date."""
    amount: str = ""
    """The field of its amount."""
    asks: tuple[str, ...] = ()
    """Further fields that apply once the step is reached."""
    then: tuple[str, ...] = ()
    """The states that may follow, where it is not just the next step of the main way."""
    overdue: int = 0
    """After how many days at this step a record is overdue; 0: never."""
    due_on: str = ""
    """The field of the day by which a record must leave the step: it is overdue after that day."""
    until: tuple[str, ...] = ()
    """References: a later record of the kind at this step, about the same one, ends the wait."""
    aside: bool = False
    """Off the main way (returned, rejected): its fields apply only while the record is there, and
    its date has no place in the order of dates."""
    early: bool = False
    """Its date and amount may be given in any state."""
    also: tuple[str, ...] = ()
    """Codes of other states that are the same step."""
    decision: str = ""
    """What a supervisor decides about a record at this step; empty: it waits for no decision."""
    ask: str = ""
    """How its missing date is asked for, where "the day it was (word)" does not fit."""

    @property
    def states(self) -> tuple[str, ...]:
        """Every state that is this step."""
        return (self.state, *self.also) if self.state else ()

    @property
    def day_wanted(self) -> str:
        """The sentence that asks for its missing date."""
        return self.ask or f"Enter the date it was {self.word}."

    @property
    def conditional(self) -> tuple[str, ...]:
        """The fields that apply only once the step is reached."""
        return self.asks if self.early else (*filter(None, (self.on, self.amount)), *self.asks)


class Lifecycle:
    """The steps of a kind, in the order in which they usually come."""

    def __init__(self, field: str, *steps: Step) -> None:
        self.field = field
        """The field that holds the state."""
        self.steps = steps

    @cached_property
    def _by_state(self) -> Mapping[str, Step]:
        return {state: step for step in self.steps for state in step.states}

    @cached_property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """From each state, the states that may follow it."""
        main = [step.state for step in self.funnel]
        following = {state: (next_one,) for state, next_one in pairwise(main)}
        return {
            state: frozenset(step.then or following.get(step.state, ()))
            for state, step in self._by_state.items()
        }

    @cached_property
    def decisions(self) -> Mapping[str, str]:
        """The states in which a record waits for a supervisor, each with what is decided."""
        return {state: one.decision for state, one in self._by_state.items() if one.decision}

    def step(self, state: Value) -> Step | None:
        """Return the step of a state; None for no state, or one this version does not know."""
        return self._by_state.get(state) if isinstance(state, str) else None

    def next(self, state: Value) -> tuple[Step, ...]:
        """Return the steps that may follow a state."""
        following = self.moves.get(state, frozenset()) if isinstance(state, str) else frozenset()
        return tuple(step for step in self.steps if following.intersection(step.states))

    def ahead(self, state: str) -> frozenset[str]:
        """Return the states that may follow a state sooner or later."""
        found: set[str] = set()
        waiting = [state]
        while waiting:
            following = self.moves.get(waiting.pop(), frozenset()) - found
            found |= following
            waiting += following
        return frozenset(found)

    def reached(self, step: Step) -> tuple[str, ...]:
        """Return the states in which a record has come as far as a step.

        These are its own and, unless it is off the main way, the later ones that it leads to.
        """
        if step.aside:
            return step.states
        ahead = self.ahead(step.state)
        later = self.steps[self.steps.index(step) + 1 :]
        return step.states + tuple(s for other in later for s in other.states if s in ahead)

    def conditions(self, field: str) -> tuple[Condition, ...]:
        """Return the condition under which a field applies: that one of its steps is reached."""
        states = dict.fromkeys(
            state
            for step in self.steps
            if field in step.conditional
            for state in self.reached(step)
        )
        return (Condition(self.field, tuple(states)),) if states else ()

    @property
    def dates(self) -> tuple[str, ...]:
        """The dates of the main way: they never go backwards."""
        return tuple(step.on for step in self.steps if step.on and not step.aside)

    def days(self, step: Step) -> tuple[str, ...]:
        """The dates that say since when a record is at a step, the best one first."""
        until = self.steps[: self.steps.index(step)]
        before = (one.on for one in reversed(until) if one.on and not one.aside)
        return tuple(filter(None, (step.on, *before)))

    @property
    def funnel(self) -> tuple[Step, ...]:
        """The steps of the main way, in order, for counting how far records have come."""
        return tuple(step for step in self.steps if step.state and not step.aside)
