"""Work in a thread that never keeps the application from ending."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Run ``work`` in a daemon thread and return its result."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(put: Callable[[], None]) -> None:
        if not done.done():
            put()

    def run() -> None:
        try:
            put = partial(done.set_result, work())
        except Exception as fault:
            put = partial(done.set_exception, fault)
        with suppress(RuntimeError):  # the application has ended
            loop.call_soon_threadsafe(settle, put)

    threading.Thread(target=run, name="sync", daemon=True).start()
    return await done
