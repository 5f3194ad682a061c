"""The keystroke ledger: fifty people entered in the real application, keys counted.

Run it alone with ``python -m benchmarks.keystrokes.ledger [TASK ...]``. Each task opens the
application on a home with a block's records in it, presses the keys, and compares the saved records
with the people wanted. It then reports keys a person, the ratio to the plain form
(:mod:`benchmarks.keystrokes.baseline`), and the keys beyond the text that cannot be left out. The
tasks of a camp (:mod:`benchmarks.keystrokes.camp`) have their goals in keys a person.

A laptop asks account number and IFSC twice unless somebody turns that off. The plain form does not,
so *in full* is counted both ways: "typed once" compares the same work, and has the goal.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.figures import Figure, table
from benchmarks.keystrokes import camp
from benchmarks.keystrokes.baseline import FILLED_BY_IFSC, baselines
from benchmarks.keystrokes.people import (
    BLOCK,
    DISTRICT,
    Wanted,
    needed,
    neighbours,
    people,
)
from benchmarks.keystrokes.typist import Typist, plainly
from fieldkit.app import FieldkitApp
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.declaration.field import Twice
from fieldkit.records.fields.formats import Born, Choice, Date, PersonName, YesNo
from fieldkit.sample.area import area
from fieldkit.sample.people import artisan, person
from fieldkit.screens.lookup.twice import keep_twice
from fieldkit.store import Edit, Store

OPERATOR = "Asha"
KNOWN = 400
"""Artisans of the block that are on the laptop before."""
MOST_BEYOND = 12
KEPT = ("category", "village", "trade_code")


class Counted(NamedTuple):
    """What a task took."""

    keys: int
    saved: Sequence[Mapping[str, Value]]
    """The records, in the order of entry."""


class Task(NamedTuple):
    """A task of the ledger: what is entered, how, and what it may take."""

    title: str
    wanted: Callable[[], Sequence[Wanted]]
    do: Callable[[Typist, Sequence[Wanted]], Awaitable[None]]
    budget: float
    """The greatest ratio to the plain form."""
    free: Sequence[str] = ()
    """Fields that need no key at all after the first record."""
    twice: bool = True
    """Whether account number and IFSC are typed twice, as on a laptop that chose nothing."""


async def register(typist: Typist, wanted: Sequence[Wanted]) -> None:
    """Register people one after another from an empty form."""
    for one in wanted:
        await typist.enter(one)


async def register_neighbours(typist: Typist, wanted: Sequence[Wanted]) -> None:
    """Register people of one village and trade: the first form keeps what repeats."""
    await typist.enter(wanted[0], keep=KEPT)
    await register(typist, wanted[1:])


TASKS: Mapping[str, Task] = {
    "needed": Task("registering, needed fields", needed, register, 0.80),
    "in full": Task("registering, in full, typed once", people, register, 0.75, twice=False),
    "in full, twice": Task("registering, in full, account and IFSC twice", people, register, 0.75),
    "repeat": Task(
        "registering, same village and trade", neighbours, register_neighbours, 0.65, KEPT
    ),
}
"""A task of another page is another entry here: it presses its keys through a :class:`Typist`."""


def irreducible(
    wanted: Wanted, *, first: bool, free: Sequence[str] = (), twice: bool = False
) -> int:
    """Return the letters and digits of a record that no form can know or guess.

    ``twice``: the account number counts twice, as it is asked twice; an IFSC that is found by the
    words of its branch is not typed at all.

    A choice counts as one key, a date as six digits (a lone year as four). What follows from
    other fields counts as none, nor does a family name that the person's own name has already.
    """
    own = str(wanted.values.get("name", "")).split()
    total = 0
    for name, value in wanted.values.items():
        if name in FILLED_BY_IFSC or name == "gender" or (name in free and not first):
            continue
        form = Beneficiary.asked_fields()[name].format
        text = plainly(form, value)
        if isinstance(form, Choice | YesNo) or Beneficiary.asked_fields()[name].suggest:
            total += 1
        elif isinstance(form, Born | Date):
            total += 4 if isinstance(value, str) and len(value) == 4 else 6
        elif isinstance(form, PersonName) and name != "name" and text.split()[-1:] == own[-1:]:
            total += len(text.rpartition(" ")[0])
        else:
            again = twice and Beneficiary.asked_fields()[name].twice is Twice.ACCOUNT
            total += len(text) * (2 if again else 1)
    return total


def prepare(home: Path, *, twice: bool = True) -> None:
    """Make a home with a block's artisans in it, none of them among the people wanted."""
    for one in Twice if not twice else ():
        keep_twice(home, one, on=False)
    store, random, where = Store.open(home), Random("a block"), area(DISTRICT, BLOCK)
    store.init(OPERATOR, DISTRICT, BLOCK)
    asked, edits = Beneficiary.asked_fields(), []
    for number in range(1, KNOWN + 1):
        someone, on = person(random, where, number), date(2026, 9, 1 + number % 28)
        row = artisan(random, where, someone, number, "SUBMITTED", on)
        fields = {n: asked[n].format.read(value) for n, value in row.items() if n in asked}
        edits.append(Edit(Beneficiary, fields, confirmed=frozenset(asked)))
    store.load(edits, "Reyaz")
    store.close()


async def count(task: Task) -> Counted:
    """Do a task in the application and return what it took."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        await asyncio.to_thread(prepare, home, twice=task.twice)
        app = FieldkitApp(home, None)
        async with app.run_test(size=(80, 24)) as pilot:
            await app.opened()
            await pilot.pause()
            typist = Typist(app, pilot)
            await typist.press("<ctrl+n>")
            typist.keys = 0
            await task.do(typist, task.wanted())
            keys = typist.keys
        app.close_store()
        store = Store.open(home)
        saved = [r.values() for r in store.each("beneficiary") if r.created_by == OPERATOR]
        store.close()
    return Counted(keys, saved)


def wrong(wanted: Sequence[Wanted], saved: Sequence[Mapping[str, Value]]) -> list[str]:
    """Say where the saved records differ from the people wanted."""
    if len(saved) != len(wanted):
        return [f"{len(saved)} saved, {len(wanted)} wanted"]
    return [
        f"{one.values['name']}: {name} is {record[name]!r}, not {value!r}"
        for one, record in zip(wanted, saved, strict=True)
        for name, value in one.values.items()
        if record[name] != value
    ]


def figures(name: str) -> list[Figure]:
    """Do a task and return its figures.

    Raises:
        AssertionError: a record was saved otherwise than wanted.
    """
    task = TASKS[name]
    wanted = task.wanted()
    counted = asyncio.run(count(task))
    if differ := wrong(wanted, counted.saved):
        raise AssertionError("; ".join(differ[:5]))
    keys, plain = counted.keys / len(wanted), sum(baselines()[name]) / len(wanted)
    text = sum(
        irreducible(one, first=not place, free=task.free, twice=task.twice)
        for place, one in enumerate(wanted)
    )
    beyond = keys - text / len(wanted)
    return [
        Figure(f"{task.title}, keys a person", keys, plain, "keys", budget=task.budget),
        Figure(f"{task.title}, beyond the text", beyond, None, "keys", limit=MOST_BEYOND),
    ]


def measure(names: Sequence[str] = ()) -> list[Figure]:
    """Do the tasks named, else every task of the form and of a camp."""
    found = [figure for name in TASKS if not names or name in names for figure in figures(name)]
    return found + [
        figure for name in camp.TASKS if not names or name in names for figure in camp.figures(name)
    ]


if __name__ == "__main__":
    print(table(measure(sys.argv[1:])))
