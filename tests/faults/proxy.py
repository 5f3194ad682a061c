"""A connection that fails on purpose: a TCP proxy between a laptop and a server.

It knows nothing of HTTP but that a connection takes turns: a *request* is what goes up until
something comes down. Requests are numbered from 1, over all connections.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Literal
from urllib.parse import urlsplit

_PART = 1024
"""Bytes sent at once on a slow connection."""


class Fault(Enum):
    """What may happen at a byte count, besides calling a function."""

    CUT = "cut"
    """Both ends lose the connection; the bytes so far have arrived."""


Action = Callable[[], object] | Literal[Fault.CUT]


@dataclass
class Way:
    """One direction, over all connections together."""

    bytes_per_second: float | None = None
    delay: float = 0.0
    """Seconds from sending a byte to its arrival, besides the effect of the rate."""
    passed: int = 0
    """Bytes that have arrived at the far end."""
    _marks: list[tuple[int, Action]] = field(default_factory=list)
    _free: float = 0.0

    def at(self, count: int, action: Action) -> None:
        """Do this once, when exactly so many bytes have passed.

        A call runs in a thread of its own while the direction waits for it. A cut at 0 comes
        with the first byte, which does not arrive.
        """
        self._marks.append((count, action))
        self._marks.sort(key=lambda mark: mark[0])

    def arrival(self, size: int, now: float) -> float:
        """Reserve the connection for so many bytes; return when the last of them arrives."""
        if self.bytes_per_second is not None:
            self._free = max(self._free, now) + size / self.bytes_per_second
            now = self._free
        return now + self.delay

    def bytes_until_event(self) -> int | None:
        """Return the bytes that may pass until the next event; None: any number."""
        return self._marks[0][0] - self.passed if self._marks else None

    def reached(self) -> Action | None:
        """Remove and return the event at this byte, if there is one."""
        if self._marks and self._marks[0][0] <= self.passed:
            return self._marks.pop(0)[1]
        return None


class _Lost(Exception):
    """The connection is to be closed at once."""


class Proxy:
    """A proxy to one server, without faults until they are planned; a context manager.

    ``up`` leads to the server, ``down`` to the laptop. ``lose`` names requests that arrive and
    whose answer does not. ``repeat`` delivers every request twice: alongside itself, or again
    after the server has answered it.
    """

    def __init__(self, server: str) -> None:
        self._server = urlsplit(server)
        self.up = Way()
        self.down = Way()
        self.lose: set[int] = set()
        self.repeat: Literal["", "alongside", "after"] = ""
        self.requests: list[bytes] = []
        """Every request, as received from the laptop."""
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._open: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Proxy:
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="proxy", daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{ready.result()}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        assert self._thread is not None
        self._thread.join()

    def lead_to(self, server: str) -> None:
        """Connect new connections to this server."""
        self._server = urlsplit(server)

    def slow(self, bits_per_second: float, there_and_back: float) -> None:
        """Simulate a mobile network: this rate in each direction, half of the delay each way."""
        for way in (self.up, self.down):
            way.bytes_per_second = bits_per_second / 8
            way.delay = there_and_back / 2

    def deliver_again(self, number: int) -> bytes:
        """Deliver an old request again, as networks may; return the server's answer."""
        return asyncio.run_coroutine_threadsafe(self.deliver(number), self._loop).result()

    def _run(self, ready: Future[int]) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen(ready))

    async def _listen(self, ready: Future[int]) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        ready.set_result(server.sockets[0].getsockname()[1])
        await self._ended.wait()
        server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, laptop: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await _Connection(self, laptop, back).run()
        except asyncio.CancelledError:
            pass  # the proxy ends; before Python 3.12 asyncio reports such a task as a fault
        finally:
            self._open.discard(task)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection to the server, in the proxy's own loop."""
        return await asyncio.open_connection(self._server.hostname, self._server.port)

    async def deliver(self, number: int) -> bytes:
        """Deliver a request on a connection of its own, in the proxy's own loop."""
        reader, writer = await self.connect()
        try:
            writer.write(self.requests[number - 1])
            head = await reader.readuntil(b"\r\n\r\n")
            sizes = [line for line in head.lower().split(b"\r\n") if b"content-length:" in line]
            return head + await reader.readexactly(int(sizes[0].partition(b":")[2]))
        finally:
            writer.close()


class _Connection:
    """A connection from the laptop, and the proxy's connection to the server."""

    def __init__(
        self, proxy: Proxy, laptop: asyncio.StreamReader, back: asyncio.StreamWriter
    ) -> None:
        self._proxy = proxy
        self._laptop = laptop
        self._back = [back]
        self._forth: list[asyncio.StreamWriter] = []
        self._number = 0
        self._asking = False

    async def run(self) -> None:
        """Pass bytes both ways until either end closes or the connection is lost."""
        proxy = self._proxy
        try:
            # To open a connection costs the line once there and once back.
            await asyncio.sleep(proxy.up.delay + proxy.down.delay)
            server, forth = await proxy.connect()
            self._forth.append(forth)
            if proxy.repeat == "alongside":
                self._forth.append((await proxy.connect())[1])
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(self._laptop, proxy.up, self._ask))
                both.create_task(self._pass(server, proxy.down, self._answer))
        except* (_Lost, OSError):
            pass
        finally:
            # Closed, not reset: what has been passed on is to arrive.
            for writer in self._back + self._forth:
                writer.close()

    async def _pass(
        self, source: asyncio.StreamReader, way: Way, arrive: Callable[[bytes], Awaitable[None]]
    ) -> None:
        """Pass what one end sends to the other end, each part when it is due."""
        now = asyncio.get_running_loop().time
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def leave() -> None:
            while data := await source.read(_PART):
                queue.put_nowait((way.arrival(len(data), now()), data))
            queue.put_nowait((now() + way.delay, b""))

        async with asyncio.TaskGroup() as both:
            both.create_task(leave())
            while True:
                due, data = await queue.get()
                await asyncio.sleep(due - now())
                if not data:
                    raise _Lost
                await arrive(data)

    async def _ask(self, data: bytes) -> None:
        proxy = self._proxy
        if not self._asking:
            self._asking = True
            proxy.requests.append(b"")
            self._number = len(proxy.requests)
        async for part in self._marked(data, proxy.up):
            proxy.requests[self._number - 1] += part
            self._write(part, self._forth)

    async def _answer(self, data: bytes) -> None:
        proxy = self._proxy
        if self._asking:
            self._asking = False
            if self._number in proxy.lose:
                raise _Lost
            if proxy.repeat == "after":
                await proxy.deliver(self._number)
        async for part in self._marked(data, proxy.down):
            self._write(part, self._back)

    async def _marked(self, data: bytes, way: Way) -> AsyncIterator[bytes]:
        """Split data at the next event, and run it."""
        while data:
            allowed = way.bytes_until_event()
            part, data = data[:allowed], data[len(data) if allowed is None else allowed :]
            if part:
                yield part
                way.passed += len(part)
            if action := way.reached():
                if action is Fault.CUT:
                    raise _Lost
                await asyncio.to_thread(action)

    def _write(self, data: bytes, goals: list[asyncio.StreamWriter]) -> None:
        for goal in goals:
            goal.write(data)
