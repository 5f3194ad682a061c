"""Entry, reads and background work do not wait for one another, and the end waits for no read."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan
from textual import events

from fieldkit.interruption import Interrupted
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.screens.base.store_threads import StoreThreads
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.form.form_widget import Form
from fieldkit.store import Store, StoreError
from fieldkit.store.database import dbapi_connection

if TYPE_CHECKING:
    from tests.screens.conftest import At

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


class Slow:
    """A read that takes for ever, and says when it began."""

    def __init__(self, store: Store) -> None:
        self.began = threading.Event()
        self._store = store

    def __call__(self) -> None:
        with self._store._database.read() as connection:
            self.began.set()
            connection.exec_driver_sql(ENDLESS)

    async def reached(self) -> None:
        while not self.began.is_set():
            await asyncio.sleep(0.005)


@pytest.fixture
async def threads() -> AsyncIterator[StoreThreads]:
    made = StoreThreads()
    yield made
    made.close()


async def within(seconds: float, done: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        await asyncio.sleep(0.005)
    assert done()


async def test_a_save_waits_for_no_read(store: Store, threads: StoreThreads) -> None:
    slow = Slow(store)
    reading = asyncio.create_task(threads.read(slow))
    await slow.reached()
    saved = await threads.enter(lambda: artisan(store, "Asif Dar", "Ali Dar", "9419011111"))
    assert store.record(saved) is not None
    assert not reading.done()
    threads.interrupt()
    with pytest.raises(Interrupted):
        await reading


async def test_any_error_of_a_read_that_was_stopped_is_the_stop(
    store: Store, threads: StoreThreads
) -> None:
    """SQLite stopped while it prepares a table function reports no interruption but an error."""

    def stop() -> None:
        threads.interrupt()
        raise ZeroDivisionError

    def fail() -> None:
        with store._database.read() as connection:
            dbapi_connection(connection).create_function("stop", 0, stop)
            connection.exec_driver_sql("SELECT stop()")

    with pytest.raises(Interrupted):
        await threads.read(fail)


async def test_a_newer_read_of_the_same_purpose_interrupts_the_older(
    store: Store, threads: StoreThreads
) -> None:
    slow = Slow(store)
    older = asyncio.create_task(threads.read(slow, "hits"))
    await slow.reached()
    assert await threads.read(lambda: store.counts()["beneficiary"], "hits") == 0
    with pytest.raises(Interrupted):
        await older


async def test_a_read_that_waits_for_its_turn_is_superseded_before_it_begins(
    store: Store, threads: StoreThreads
) -> None:
    slow, ran = Slow(store), list[int]()
    first = asyncio.create_task(threads.read(slow, "page"))
    await slow.reached()
    queued = asyncio.create_task(threads.read(lambda: ran.append(1), "hits"))
    await asyncio.sleep(0)
    newest = asyncio.create_task(threads.read(lambda: ran.append(2), "hits"))
    await asyncio.sleep(0)
    first.cancel()
    await newest
    with pytest.raises(Interrupted):
        await queued
    assert ran == [2]


async def test_a_reader_who_is_cancelled_stops_the_read(
    store: Store, threads: StoreThreads
) -> None:
    slow = Slow(store)
    reading = asyncio.create_task(threads.read(slow))
    await slow.reached()
    reading.cancel()
    assert await asyncio.wait_for(threads.read(lambda: 7), 5) == 7
    assert reading.cancelled()


async def test_a_key_interrupts_background_work_which_starts_again(
    store: Store, threads: StoreThreads
) -> None:
    begun = list[Slow]()

    def figures() -> str:
        if not begun:
            begun.append(Slow(store))
            begun[0]()
        return "figures"

    working = asyncio.create_task(threads.background(figures))
    await within(5, lambda: bool(begun) and begun[0].began.is_set())
    await threads.enter(lambda: store.device)
    assert await asyncio.wait_for(working, 5) == "figures"


async def test_a_save_is_completed_whatever_is_interrupted(
    store: Store, threads: StoreThreads
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def save() -> str:
        with store._database.write() as connection:
            reached.set()
            go_on.wait(10)
            connection.exec_driver_sql("SELECT 1")
        return artisan(store, "Asif Dar", "Ali Dar", "9419011111")

    saving = asyncio.create_task(threads.enter(save))
    await within(5, reached.is_set)
    threads.end()
    go_on.set()
    assert store.record(await saving) is not None


async def test_a_backup_pauses_for_a_key_and_stops_at_the_end(
    store: Store, threads: StoreThreads
) -> None:
    target = store.home / "backups" / "copy.sqlite3"
    slow = Slow(store)
    reading = asyncio.create_task(threads.read(slow))
    await slow.reached()
    copying = asyncio.create_task(threads.work(lambda: store.back_up(target)))
    await asyncio.sleep(0.3)
    assert not target.exists()
    threads.end()
    await asyncio.wait([reading, copying])
    assert (reading.cancelled(), copying.cancelled()) == (True, True)
    assert list(store.home.glob("backups/*")) == []


async def test_a_form_opens_while_a_search_and_the_figures_take_for_ever(
    store: Store, opened_app: At
) -> None:
    async with opened_app() as hand:
        mine = await hand.app.ask(lambda mine: mine)
        search, figures = Slow(mine), Slow(mine)
        tasks = [
            asyncio.create_task(hand.app.read(lambda _: search())),
            asyncio.create_task(hand.app.background(lambda _: figures())),
        ]
        await search.reached()
        hand.app.post_message(_key("ctrl+n"))
        await within(20, lambda: _form_stands(hand.app.screen))
        began = time.monotonic()
        hand.app.exit(0)
        hand.app.close_store()
        assert time.monotonic() - began < 5
        await asyncio.wait(tasks)


async def test_ctrl_q_ends_the_program_while_a_form_waits_for_what_never_comes(
    store: Store, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_app() as hand:
        slow = Slow(await hand.app.ask(lambda mine: mine))
        monkeypatch.setattr(Store, "last_saved", lambda *_: slow())
        hand.app.post_message(_key("ctrl+n"))
        await slow.reached()
        for key in ("escape", "ctrl+q"):
            hand.app.post_message(_key(key))
        await within(10, lambda: hand.app.return_value == 0)


def _key(name: str) -> events.Key:
    return events.Key(name, None)


def _form_stands(screen: object) -> bool:
    return isinstance(screen, FormPage) and any(form.model for form in screen.query(Form))


async def test_what_is_asked_after_the_end_is_cancelled(threads: StoreThreads) -> None:
    threads.close()
    with pytest.raises(asyncio.CancelledError):
        await threads.background(lambda: None)


async def test_what_fails_after_its_page_is_closed_is_not_said_anywhere(opened_app: At) -> None:
    def fail() -> None:
        raise StoreError("Another program is using the data file.")

    async with opened_app() as hand:
        page = FormPage(Beneficiary)
        await hand.app.push_screen(page)
        await hand.settle()
        await hand.app.pop_screen()
        await hand.settle()
        assert not await page.run_reporting(lambda: hand.app.ask(lambda _store: fail()))
        assert "Another program" not in hand.text()
