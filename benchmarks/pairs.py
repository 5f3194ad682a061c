"""Working through pairs that may be one person: keys a pair, and the time to the next pair.

Run it with ``python -m benchmarks.pairs``. All pairs are worked through in the real application
without a terminal; some of them once more in one, with the pause of a person who reads.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from textual import events
from textual.pilot import Pilot

from benchmarks.figures import MILLI, Figure, p95, table
from benchmarks.homes import FIELDKIT, KEPT, home_with
from benchmarks.keys import bare_delays
from benchmarks.starting import HOME_LABEL
from benchmarks.terminal import ENTER, Terminal
from fieldkit.app import FieldkitApp
from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Json
from fieldkit.protocol.difference import different_from
from fieldkit.protocol.messages.finding import Finding
from fieldkit.records import Record
from fieldkit.records.declaration.review import SAME_PERSON
from fieldkit.records.declaration.roles import newcomer
from fieldkit.screens.same_person.pairs_page import PairsPage
from fieldkit.settings import DATABASE
from fieldkit.store import Answered, Edit, ServerRow, Store, to_json

PAIRS = 500
IN_TERMINAL = 40
READING = 0.8
"""Seconds for which somebody looks at a pair; a key before that decides nothing."""
COUNTED = "0 Review"
"""Stands on Home once its figures are counted."""
MERGED_OF = 3
"""Of so many pairs one is merged; the others are of different people."""


class Worked(NamedTuple):
    """What working through pairs took."""

    keys: int
    delays: list[float]
    """Milliseconds from the key that decides to the next pair, pair by pair."""


def measure(people: int, pairs: int = PAIRS) -> list[Figure]:
    """Work through the pairs of a home with this number of people."""
    with _home(people, pairs) as home:
        worked = asyncio.run(_all(home, pairs))
    with _home(people, IN_TERMINAL) as home:
        seen = _in_terminal(home, IN_TERMINAL)
    bare = p95(bare_delays())
    return [
        Figure("keys a pair", worked.keys / pairs, None, "keys", limit=2),
        Figure(
            f"next of {pairs} pairs, {people:,} people, p95",
            p95(worked.delays),
            None,
            "ms",
            limit=100,
        ),
        Figure("next pair on the terminal, p95", p95(seen), bare, "ms", limit=100),
        Figure("next pair on the terminal, slowest", max(seen), bare, "ms"),
    ]


# --- a home with pairs ---


@contextmanager
def _home(people: int, pairs: int) -> Iterator[Path]:
    """Give a copy of a home in which so many people were entered twice."""
    home = KEPT / "pairs"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    store = Store.open(home_with(people))
    store.back_up(home / DATABASE)
    store.close()
    store = Store.open(home)
    try:
        _enter_twice(store, pairs)
        store.back_up_daily()  # else the application copies everything meanwhile
    finally:
        store.close()
    try:
        yield home
    finally:
        shutil.rmtree(home)


def _enter_twice(store: Store, pairs: int) -> None:
    """Enter people once more, and let the server say so of both records."""
    kind = newcomer()
    known = store.page(kind.kind(), limit=pairs).records
    asked = kind.form_fields()
    edits = [
        Edit(kind, {name: value for name, value in one.values().items() if name in asked and value})
        for one in known
    ]
    fates = store.load(edits, "Benchmark")
    numbers = [fate.id for fate in fates if not isinstance(fate, Exception)]
    again = [record for one in numbers if (record := store.get(kind.kind(), one))]
    if len(again) != pairs:
        raise AssertionError(f"{len(again)} of {pairs} people were entered twice")
    log = store.outbox.log_position()
    rows = [
        _said(one, other)
        for both in zip(known, again, strict=True)
        for one, other in (both, both[::-1])
    ]
    store.pull.receive(Answered(log.origin if log else "", 0, b"", {}, rows=rows))


def _said(one: Record, other: Record) -> ServerRow:
    params: dict[str, Json] = {"other": other.id, "other_name": other.label(), "alike": ["mobile"]}
    key = (other.kind(), other.id)
    said = Finding(one.kind(), one.id, "mobile", SAME_PERSON, params, (key,))
    values = {name: to_json(value) for name, value in one.values().items() if name != "id"}
    return ServerRow(one.kind(), one.id, 1, values, findings=(said,))


# --- without a terminal ---


async def _all(home: Path, pairs: int) -> Worked:
    """Work through all pairs, and check what came of it."""
    keys, delays = 0, list[float]()
    app = FieldkitApp(home, None)
    with mock.patch("fieldkit.screens.widgets.pause.PAUSE", 0):
        async with app.run_test(size=(80, 24)) as pilot:
            await app.opened()
            await app.navigator.open_pairs()
            await _shown(app, pilot, f"{pairs} left")
            for done in range(1, pairs + 1):
                await _read(app, pilot)
                pressed = ("y", "enter") if done % MERGED_OF == 0 else ("n",)
                keys += len(pressed)
                for key in pressed[:-1]:
                    app.post_message(events.Key(key, key))
                    await _shown(app, pilot, "Enter merge")
                wanted = f"{pairs - done} left" if done < pairs else "No pair is left"
                began = time.perf_counter()
                last = pressed[-1]
                app.post_message(events.Key(last, last if len(last) == 1 else None))
                await _shown(app, pilot, wanted)
                delays.append((time.perf_counter() - began) * MILLI)
    app.close_store()
    _check(home, pairs)
    return Worked(keys, delays)


async def _read(app: FieldkitApp, pilot: Pilot[int]) -> None:
    """Let the pair be read, in which time no key decides: the next one is read meanwhile."""
    page = app.screen
    assert isinstance(page, PairsPage), page
    while (ahead := page._beyond(1)) not in page._ready and ahead not in page._settled:
        await pilot.pause(0.002)


async def _shown(app: FieldkitApp, pilot: Pilot[int], words: str) -> None:
    """Wait until something stands on the screen."""
    while not (isinstance(app.screen, PairsPage) and words in _text(app)):
        await pilot.pause(0.002)


def _text(app: FieldkitApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def _check(home: Path, pairs: int) -> None:
    """Count the pairs that were merged, and those told apart."""
    store = Store.open(home)
    try:
        records = [*store.each(newcomer().kind(), merged=True)]
    finally:
        store.close()
    merged = sum(bool(one.value(MERGED)) for one in records)
    apart = sum(bool(different_from(one.extra)) for one in records)
    if (merged, apart) != (pairs // MERGED_OF, pairs - pairs // MERGED_OF):
        raise AssertionError(f"{merged} merged, {apart} told apart, of {pairs}")


# --- in a terminal ---


def _in_terminal(home: Path, pairs: int) -> list[float]:
    """Work through some pairs as somebody who reads them; return milliseconds to the next one."""
    delays: list[float] = []
    with Terminal(FIELDKIT, {"FIELDKIT_HOME": str(home)}) as terminal:
        terminal.until(lambda screen: bool(screen.row(HOME_LABEL)))
        terminal.until(lambda screen: bool(screen.row(COUNTED)))
        terminal.settle()
        terminal.press("/same person" + ENTER)
        terminal.until(lambda screen: bool(screen.row(f"{pairs} left")))
        for left in range(pairs - 1, 0, -1):
            terminal.rest(READING)
            if left % MERGED_OF == 0:
                terminal.press("y")
                terminal.until(lambda screen: bool(screen.row("Enter merge")))
                pressed = terminal.press(ENTER)
            else:
                pressed = terminal.press("n")
            shown = terminal.until(_left(left))
            delays.append((shown - pressed) * MILLI)
    return delays


def _left(many: int) -> Callable[[Terminal], bool]:
    """Return whether a terminal shows that so many pairs are left."""
    return lambda screen: bool(screen.row(f"{many} left"))


if __name__ == "__main__":
    print(table(measure(100_000)))
