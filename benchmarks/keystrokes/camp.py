"""Keys a person at a camp, counted as they are pressed in the real application.

A chord is one key. Each task checks the records it made: keys that marked the wrong person, or
nobody, do not count as work done. The ledger (:mod:`benchmarks.keystrokes.ledger`) reports them.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import Figure
from benchmarks.keystrokes.hand import Hand
from fieldkit.app import FieldkitApp
from fieldkit.records import Record, Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.fields.formats import today
from fieldkit.records.outreach.programme import Programme
from fieldkit.records.training.training_batch import TrainingBatch
from fieldkit.screens.attendance.grid_page import GridPage
from fieldkit.store import Edit, Store

SEED = 20261121
EXPECTED = 200
"""People with a toolkit and without orientation."""
ON_THE_WAY = 25
"""People whose toolkit is still to be handed over."""
ABSENT = 0.1
"""Share of those expected who do not come."""
_MEN = ("Ghulam", "Abdul", "Tariq", "Bashir", "Farooq", "Nazir", "Showkat", "Mushtaq", "Zahoor")
_WOMEN = ("Zooni", "Hajra", "Saleema", "Rubeena", "Shameema", "Fatima", "Jameela", "Nusrat")
_FAMILIES = ("Bhat", "Lone", "Dar", "Wani", "Mir", "Malik", "Sheikh", "Rather", "Ganai", "Khan")


class Task(NamedTuple):
    """One task: how many people it served, and the keys that took."""

    title: str
    people: int
    keys: int
    goal: float
    """Keys a person that it may take, without those of the numbers and texts on paper."""
    given: int = 0
    """Keys of the numbers and texts themselves, which nobody can leave out."""

    @property
    def figure(self) -> Figure:
        """Return keys a person, with the goal."""
        each = (self.keys - self.given) / self.people
        what = "beyond the text" if self.given else "keys a person"
        return Figure(f"{self.title}, {what}", each, None, "keys", limit=self.goal)


def _numbers(hand: Hand) -> list[tuple[int, str]]:
    """Return the numbers on the page, as on its printed roll, and whose they are."""
    page = hand.app.screen
    assert isinstance(page, GridPage), page
    return [(one.number, one.row.id) for one in page._people]


def prepare(store: Store, people: int = EXPECTED) -> str:
    """Save the people of a camp; return the id of a training that nobody is in."""
    store.init("Asha", 2, 16)
    chance, day = random.Random(SEED), today()
    edits = [Edit(Beneficiary, _person(chance)) for _ in range(people + ON_THE_WAY)]
    saved = [one.id for one in store.save(edits, "Asha")]
    given: dict[str, Value] = {"selected_on": day - timedelta(90), "state": "DELIVERED"}
    given |= {"delivered_on": day - timedelta(30), "received_by": "SELF", "condition": "GOOD"}
    kits = [Edit(Toolkit, {**given, "beneficiary_id": one}) for one in saved[:people]]
    waiting: dict[str, Value] = {"selected_on": day - timedelta(90), "state": "AT_POST_OFFICE"}
    waiting |= {"at_post_office_on": day - timedelta(2)}
    kits += [
        Edit(Toolkit, {**waiting, "beneficiary_id": one, "barcode": f"EE{n:09}IN"})
        for n, one in enumerate(saved[people:])
    ]
    camp: dict[str, Value] = {"programme_kind": "ORIENT", "held_on": day, "place": "Chadoora"}
    batch: dict[str, Value] = {"training_type": "BASIC", "course": "Carpentry", "starts_on": day}
    done = store.save([*kits, Edit(Programme, camp), Edit(TrainingBatch, batch)], "Asha")
    return done[-1].id


def _person(chance: random.Random) -> dict[str, Value]:
    woman = chance.random() < 0.4
    first = chance.choice(_WOMEN if woman else _MEN)
    return {
        "name": f"{first} {chance.choice(('Begum', 'Bano', 'Jan') if woman else _FAMILIES)}",
        "relation": "WO" if woman else "SO",
        "relation_name": f"{chance.choice(_MEN)} {chance.choice(_FAMILIES)}",
        "gender": "F" if woman else "M",
        "mobile": str(7_006_000_000 + chance.randrange(10**6)),
        "village": chance.choice(("Wathoora", "Nagam", "Hanjura", "Kralpora")),
        "trade_code": chance.choice(("CARP", "TAIL", "MASN")),
    }


# --- tasks ---


async def roll_call(hand: Hand, store: Store) -> Task:
    """Mark people who come in any order, by the numbers on their slips: digits and Enter."""
    await hand.press("3", "<enter>", "<enter>", "<enter>", counted=False)
    coming = random.Random(SEED).sample(_numbers(hand), 50)
    for number, _ in coming:
        await hand.press(str(number), "<enter>")
    _check(store, "attendance", [one for _, one in coming])
    digits = sum(len(str(number)) for number, _ in coming)
    return Task("roll-call by number", len(coming), hand.keys, 1.0, digits)


async def down_the_list(hand: Hand, store: Store) -> Task:
    """Move down the list from its beginning; some of those expected did not come."""
    chance = random.Random(SEED + 1)
    await hand.press("3", "<enter>", "<enter>", "<enter>", counted=False)
    came = []
    for _, person in _numbers(hand):
        absent = chance.random() < ABSENT
        came += [] if absent else [person]
        await hand.press("<down>" if absent else "<space>")
    _check(store, "attendance", came)
    return Task("down the list", len(came), hand.keys, 1.1)


async def hand_over(hand: Hand, store: Store) -> Task:
    """Scan each parcel; a scanner ends with Enter. Then one key hands it over."""
    await hand.press("<f6>", counted=False)
    codes = [f"EE{n:09}IN" for n in range(ON_THE_WAY)]
    random.Random(SEED + 2).shuffle(codes)
    for code in codes:
        await hand.press(code, "<enter>", counted=False)
        await hand.press("<enter>")
    given = store.where("toolkit", state="DELIVERED", delivered_on=today())
    if {one.value("barcode") for one in given} != {*codes}:
        raise AssertionError("not every parcel was handed over")
    return Task("hand-over by scan, besides the scanner", len(codes), hand.keys, 1.0)


async def enrolment(hand: Hand, store: Store) -> Task:
    """Enrol 25 people of one trade, from opening the training's page on."""
    await hand.press("4", "<enter>", "<enter>", counted=False)
    await hand.press("m", "<up>", "<enter>", "carp", "<enter>")
    wanted = [person for _, person in _numbers(hand)][:25]
    for _ in wanted:
        await hand.press("<space>")
    _check(store, "training_enrolment", wanted)
    return Task("enrolling 25 from a list", len(wanted), hand.keys, 1.5)


async def walk_in(hand: Hand, store: Store) -> Task:
    """Mark somebody who is neither expected nor registered: name, mobile and trade."""
    await hand.press("3", "<enter>", "<enter>", "<enter>", counted=False)
    typed = "zarifa begum 9419012345"
    await hand.press(typed, "<enter>", "tai", "<enter>")
    new = [one.id for one in store.each("beneficiary") if one.value("mobile") == "9419012345"]
    _check(store, "attendance", new)
    return Task("walk-in, not registered", 1, hand.keys, 3.0, len(typed) + 2)


def _check(store: Store, kind: str, people: Sequence[str]) -> None:
    """Compare whom the records are about with whom they should be about."""
    found = [_about(one) for one in store.where(kind)]
    if not people or sorted(found) != sorted(people):
        raise AssertionError(f"{kind}: {len(found)} records, of {len(people)} people meant")


def _about(record: Record) -> str:
    return str(record.values()["beneficiary_id"])


TASKS: Mapping[str, Callable[[Hand, Store], Awaitable[Task]]] = {
    "roll-call": roll_call,
    "down-the-list": down_the_list,
    "hand-over": hand_over,
    "enrolling": enrolment,
    "walk-in": walk_in,
}


async def count(name: str, people: int = EXPECTED) -> Task:
    """Do one task on a new home."""
    with tempfile.TemporaryDirectory() as home:
        store = Store.open(Path(home))
        try:
            prepare(store, people)
            app = FieldkitApp(Path(home), None)
            async with app.run_test(size=(80, 24)) as pilot:
                hand = Hand(pilot, app)
                await hand.settle()
                done = await TASKS[name](hand, store)
            app.close_store()
        finally:
            store.close()
    return done


def figures(name: str) -> list[Figure]:
    """Do a task and return its figure.

    Raises:
        AssertionError: the records made are not those meant.
    """
    return [asyncio.run(count(name)).figure]
