"""Three hundred laptops that sync at once with one server process on PostgreSQL."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from statistics import median
from urllib.parse import urlsplit

from sqlalchemy import Engine
from tests.postgres import running_postgres

from benchmarks.figures import MILLI, Figure, p95
from benchmarks.homes import home_of_people
from benchmarks.ingest import opened
from benchmarks.mixed import creations, requests
from fieldkit import reference
from fieldkit.protocol.change import Change
from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.messages.sync import EnrolRequest, SyncAnswer, SyncRequest
from fieldkit.protocol.wire.codec import CODINGS, decode, encode
from fieldkit.server.database.connection import writing
from fieldkit.server.devices.enrolment import enrol, make_code
from fieldkit.server.operation.local import local_server

EACH = 20
"""Registrations a laptop sends: a day's work."""
ALONE = 20
"""Laptops that sync one after another, for the baseline."""
ROWS = 100
"""Rows requested in a page."""


@dataclass
class Laptop:
    """A laptop as the server sees it: a token and its next request."""

    token: str
    request: SyncRequest

    def encoded(self) -> bytes:
        """Return the encoded request."""
        body = encode(self.request, CODINGS[0])
        lines = (
            "POST /v1/sync HTTP/1.1",
            "host: 127.0.0.1",
            f"authorization: Bearer {self.token}",
            "accept-encoding: gzip",
            "content-type: application/json",
            f"content-encoding: {CODINGS[0]}",
            f"content-length: {len(body)}",
        )
        return "\r\n".join((*lines, "", "")).encode("ascii") + body

    def apply(self, answer: SyncAnswer) -> bool:
        """Prepare the next request after an answer; return whether there is more."""
        self.request = self.request.model_copy(
            update={"batch": None, "cursors": answer.cursors, "acked": answer.seq, "epoch": 1}
        )
        return answer.more


def measure(laptops: int) -> list[Figure]:
    """Sync some laptops one by one, then many at once, then all once more with nothing new."""
    with running_postgres(quick=False) as postgres, postgres.database() as name:
        with opened(postgres.url(name)) as engine:
            there = _laptops(engine, laptops + ALONE)
        with local_server(postgres.url(name)) as url:
            return asyncio.run(_crowd(there[:ALONE], there[ALONE:], urlsplit(url).port or 0))


async def _crowd(alone: Sequence[Laptop], crowd: Sequence[Laptop], port: int) -> list[Figure]:
    single = [await _synced(laptop, port) for laptop in alone]
    single_quiet = [await _synced(laptop, port) for laptop in alone]
    began = time.perf_counter()
    together = await asyncio.gather(*(_synced(laptop, port) for laptop in crowd))
    whole = time.perf_counter() - began
    quiet = await asyncio.gather(*(_synced(laptop, port) for laptop in crowd))
    many = len(crowd)
    return [
        Figure(f"{many} laptops at once, {EACH} people each, p95", p95(together), None, "ms"),
        Figure("  median, against one by one", median(together), median(single), "ms"),
        Figure("  each, of all until the last is done", whole * MILLI / many, median(single), "ms"),
        Figure(f"{many} quiet syncs at once, p95", p95(quiet), median(single_quiet), "ms"),
    ]


async def _synced(laptop: Laptop, port: int) -> float:
    """Sync to the end over a separate connection; return the milliseconds."""
    request = laptop.encoded()
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    more = True
    while more:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
        lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(lines["content-length"]))
        if " 200 " not in head:
            raise RuntimeError(f"{head}{body!r}")
        more = laptop.apply(decode(body, SyncAnswer, lines.get("content-encoding", "identity")))
        request = laptop.encoded()
    seconds = time.perf_counter() - began
    writer.close()
    return seconds * MILLI


def _laptops(engine: Engine, many: int) -> list[Laptop]:
    """Enrol laptops, each in a block and with its own people to send."""
    people = creations(home_of_people(10_000))
    places = [(block.within, block.code) for block in reference.options("block")]
    found = []
    now = int(time.time())
    for number, (district, block) in enumerate(islice(cycle(places), many)):
        origin = new_origin()
        assert isinstance(district, int)
        assert isinstance(block, int)
        own = people[number * EACH : (number + 1) * EACH]
        changes = [_moved(change, origin, n, district, block) for n, change in enumerate(own, 1)]
        with writing(engine) as connection:
            code = make_code(connection, "operator", district, block, now)
            enrolling = EnrolRequest(code=code, origin=origin, district=district, block=block)
            answer = enrol(connection, enrolling, "", now)
        (request,) = requests(changes, EACH)
        more = {"most": ROWS + EACH, "incarnation": answer.incarnation, "epoch": 1}
        found.append(Laptop(answer.token, request.model_copy(update=more)))
    return found


def _moved(change: Change, origin: str, seq: int, district: int, block: int) -> Change:
    """Return the registration as a laptop in another block would have made it."""
    fields = {**change.fields, "district": district, "block": block}
    return replace(change, seq=seq, record_id=f"{origin}-{seq}", fields=fields)
