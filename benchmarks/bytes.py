"""All HTTP bytes of a sync and of a first roster, compared with gzip JSON rows with UUIDs."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest.mock import patch
from uuid import UUID

from benchmarks.figures import Figure
from benchmarks.homes import fieldkit, new_home, roster
from fieldkit.protocol.change import Change, Json
from fieldkit.protocol.identity import read_id
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import Page, PageRow, SyncAnswer, SyncRequest
from fieldkit.protocol.wire.codec import encode
from fieldkit.server.operation.local import code, local_server
from fieldkit.store import Store
from fieldkit.sync.client import enrol, open_transport, sync
from fieldkit.sync.exchange import transfer_size
from fieldkit.sync.transport import HttpTransport, Traffic

DISTRICT, BLOCK = 2, 16
SIZES = (10, 50, 200)
BUDGET, LIMIT = 0.5, 60.0
"""Limits at 200 changes a batch: ratio to the baseline, and bytes a record."""
ROWS_A_PAGE, ROSTER_LIMIT, ROSTER = 250, 0.9, 10_000
MEGABYTE = 1_000_000


def measure(people: int) -> list[Figure]:
    """Send the records of ``people`` in batches of each size; measure the pages of a roster."""
    figures: list[Figure] = []
    heads = 0.0
    for size in SIZES:
        sent, changes = _sent(people, size)
        heads = sent.heads / sent.requests
        rows = _as_rows(changes, size, heads)
        whole = size == max(SIZES)
        figures += [
            Figure(
                f"bytes a record, {size} a batch",
                sent.bytes / len(changes),
                sum(rows.values()) / len(changes),
                "B",
                budget=BUDGET if whole else None,
                limit=LIMIT if whole else None,
            ),
            Figure("  requests", sent.requests, -(-len(changes) // size), ""),
        ]
        if whole:
            many = Counter(change.kind for change in changes)
            figures += [
                Figure(f"  {kind} ({many[kind]:,})", sent.kinds[kind] / many[kind],
                       rows[kind] / many[kind], "B")
                for kind in sorted(many)
            ]  # fmt: skip
    return [*figures, _roster(heads)]


@dataclass(slots=True)
class _Sent:
    """Bytes that were sent and received."""

    requests: int = 0
    bytes: int = 0
    heads: int = 0
    """The part of them that is no body: request lines and headers."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Bytes by kind; those of a mixed batch are divided by the number of its changes."""


class _Scales:
    """A transport that counts the bytes of each request and answer."""

    def __init__(self, line: HttpTransport) -> None:
        self._line = line
        self.traffic: Traffic = line.traffic
        self.sent = _Sent()

    def measure(self, message: Message) -> int:
        """Return the encoded bytes of a message."""
        return self._line.measure(message)

    def use_token(self, token: str) -> None:
        """Use this token from now on."""
        self._line.use_token(token)

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        """Send a message and return the answer."""
        before = replace(self.traffic)
        answer = self._line.post(path, message, kind)
        now, sent = self.traffic, self.sent
        size = now.bytes_up + now.bytes_down - before.bytes_up - before.bytes_down
        sent.requests += 1
        sent.bytes += size
        sent.heads += size - self.measure(message) - len(encode(answer, "dcz"))
        if isinstance(message, SyncRequest) and message.batch:
            many = Counter(str(one["kind"]) for one in message.batch.changes
                           if isinstance(one, dict))  # fmt: skip
            for name, count in many.items():
                sent.kinds[name] += size * count // len(message.batch.changes)
        return answer


def _sent(people: int, size: int) -> tuple[_Sent, list[Change]]:
    """Sync a home that imported a sample, in batches of the given size."""
    with TemporaryDirectory() as name, _batches_of(size):
        folder = Path(name)
        database = folder / "server.sqlite3"
        home = new_home(folder / "home")
        fieldkit(home, "import", str(roster(people)), "--json")
        with local_server(database) as url:
            store = Store.open(home)
            enrol(store, url, code(database, "operator", DISTRICT, BLOCK))
            position = store.outbox.log_position()
            assert position is not None
            changes = [one.change for one in store.outbox.batch(position.origin, 10**7)]
            with open_transport(store) as line:
                scales = _Scales(line)
                outcome = sync(store, transport=scales)
            store.close()
        if not outcome.ok or outcome.applied != len(changes):
            raise RuntimeError(f"{outcome}")
        return scales.sent, changes


@contextmanager
def _batches_of(size: int) -> Iterator[None]:
    with patch.object(transfer_size, "MOST_CHANGES", size):
        yield


def _as_rows(changes: Sequence[Change], size: int, heads: float) -> Counter[str]:
    """Return the bytes by kind of the same records as gzip JSON rows with UUIDs and ISO times."""
    random = Random(500)
    names: dict[str, str] = {}
    weighed: Counter[str] = Counter()
    for start in range(0, len(changes), size):
        part = changes[start : start + size]
        rows = [_as_row(change, names, random) for change in part]
        answer = gzip.compress(json.dumps({"accepted": len(rows), "more": False}).encode())
        body = gzip.compress(json.dumps({"rows": rows}, separators=(",", ":")).encode())
        for kind, count in Counter(change.kind for change in part).items():
            weighed[kind] += int((heads + len(body) + len(answer)) * count / len(part))
    return weighed


def _as_row(change: Change, names: dict[str, str], random: Random) -> dict[str, Json]:
    def named(value: Json) -> Json:
        if isinstance(value, str) and read_id(value):
            return names.setdefault(value, str(UUID(int=random.getrandbits(128), version=4)))
        return value

    row: dict[str, Json] = {name: named(value) for name, value in change.fields.items()}
    made = row.get("created_at")
    row["created_at"] = _iso(made if isinstance(made, int) else change.at)
    row["updated_at"], row["updated_by"] = _iso(change.at), change.operator
    return {"id": named(change.record_id), "type": change.kind, **row}


def _iso(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _roster(heads: float) -> Figure:
    """Measure the answers that carry a roster of artisans entered on several laptops."""
    lines = (roster(ROSTER) / "beneficiary.jsonl").read_text(encoding="utf-8").splitlines()
    random, counters = Random(10_000), dict.fromkeys(("7KQ2M9XD", "S5N660AJ", "G7Z95ZEZ"), 0)
    rows: list[PageRow] = []
    while len(rows) < len(lines):
        origin = random.choice(list(counters))
        for line in lines[len(rows) : len(rows) + random.randint(1, 60)]:
            counters[origin] += random.randint(1, 8)
            rows.append(_page_row(json.loads(line), f"{origin}-{counters[origin]}"))
    size = 0.0
    for start in range(0, len(rows), ROWS_A_PAGE):
        part = rows[start : start + ROWS_A_PAGE]
        answer = SyncAnswer(
            seq=0,
            head="0" * 64,
            page=Page(rows=part),
            cursors={DISTRICT: start + len(part)},
            more=True,
            epoch=1,
        )
        request = SyncRequest(
            origin="7KQ2M9XD", last_seq=0, head="0" * 64, cursors={DISTRICT: start}, most=250
        )
        size += heads + len(encode(answer, "dcz")) + len(encode(request, "dcz"))
    name = f"roster of {len(rows):,} people, {ROWS_A_PAGE} a page"
    return Figure(name, size / MEGABYTE, None, "MB", limit=ROSTER_LIMIT)


def _page_row(values: Mapping[str, Json], number: str) -> PageRow:
    made = int(datetime.fromisoformat(str(values["created_at"])).timestamp())
    held: dict[str, object] = {**values, "created_at": made, "updated_at": made}
    del held["id"]
    return PageRow(kind="beneficiary", id=number, version=1, values=held)
