"""Train the compression dictionary of messages on made-up data of many blocks.

Run ``make dictionary`` after a change of the wire format or of many kinds, and only for a release:
a laptop and a server with different dictionaries fall back to gzip. Keep the files of earlier
releases next to the new one as long as laptops use them.

The seeds are 90,001 to 90,000 + ``BLOCKS``. No test and no benchmark uses them, so that none
measures data the dictionary was trained on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from random import Random

import zstandard

from fieldkit.protocol.change import Json, canonical
from fieldkit.protocol.messages.conflict import Conflict
from fieldkit.protocol.messages.shapes import Message
from fieldkit.protocol.messages.sync import (
    Batch,
    FindingItem,
    Page,
    PageRow,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.protocol.wire import dictionary, packed_messages
from fieldkit.records import kinds
from fieldkit.reference import options
from fieldkit.sample import sample

FIRST_SEED, BLOCKS, PEOPLE = 90_001, 60, 50
SIZE = 48 * 1024
"""Bytes: 16 KB cost 4% more on batches of 200 and 11% on those of 10; 96 KB save nothing more."""
_SIZES = (10, 10, 10, 50, 50, 200)
_MAGIC = 8
_NAMED = re.compile(r'^CURRENT = "[0-9a-f]{64}"$', re.MULTILINE)

Object = dict[str, Json]


def main() -> None:
    """Train, write the file under its hash, and make it the current one."""
    random = Random(FIRST_SEED)
    messages = [canonical(packed_messages.pack(message)) for message in _messages(random)]
    content = train(messages, SIZE)
    name = hashlib.sha256(content).hexdigest()
    dictionary.path(name).write_bytes(content)
    source = Path(dictionary.__file__)
    text = source.read_text(encoding="utf-8")
    source.write_text(_NAMED.sub(f'CURRENT = "{name}"', text), encoding="utf-8")
    print(f"{name}: {len(content)} bytes of {len(messages)} messages")


def train(messages: Sequence[bytes], size: int) -> bytes:
    """Return the most useful parts of the messages, as raw content for RFC 9842."""
    trained = zstandard.train_dictionary(size + _MAGIC, list(messages), k=800, d=8)
    # Drop zstd's header: with it, some readers would expect entropy tables.
    return trained.as_bytes()[_MAGIC:]


def _messages(random: Random) -> Iterator[Message]:
    """Yield requests and answers of many blocks, as laptops and the server send them."""
    blocks = random.sample(options("block"), BLOCKS)
    for seed, block in enumerate(blocks, FIRST_SEED):
        rows = list(_rows(seed, int(str(block.within)), int(str(block.code))))
        by_kind = sorted(rows, key=lambda row: list(kinds()).index(row[0]))
        origin = str(rows[0][1]["id"]).partition("-")[0]
        for loaded in (False, True):
            changes = [
                _change(random, kind, row, loaded) for kind, row in (by_kind if loaded else rows)
            ]
            yield from _talk(random, origin if not loaded else "7KQ2M9XD", changes)
        yield from _pages(random, by_kind if random.random() < 0.5 else rows)


def _rows(seed: int, district: int, block: int) -> Iterator[tuple[str, Object]]:
    for kind, row in sample(PEOPLE, seed, district, block):
        stamp = datetime.fromisoformat(str(row["created_at"]))
        yield kind, {**row, "created_at": int(stamp.timestamp())}  # type: ignore[dict-item]


def _change(random: Random, kind: str, row: Object, loaded: bool) -> Object:
    """Return a creation as logged; an imported record keeps the times of its file."""
    stamps = set() if loaded else {"created_at", "created_by"}
    at = row["created_at"]
    return {
        "at": 1_790_000_000 + random.randrange(86_400) if loaded else at,
        "base": None,
        "fields": {name: value for name, value in row.items() if name not in {"id", *stamps}},
        "id": row["id"],
        "kind": kind,
        "op": "create",
        "operator": row["created_by"],
    }


def _edited(random: Random, change: Object) -> Object:
    """Return an edit of some fields of an existing record."""
    fields = change["fields"]
    assert isinstance(fields, dict)
    named = random.sample(sorted(fields), min(len(fields), random.randint(1, 3)))
    edited: Object = {name: fields[name] for name in named}
    return {**change, "op": "edit", "base": random.randint(1, 4), "fields": edited}


def _talk(random: Random, origin: str, changes: list[Object]) -> Iterator[Message]:
    """Yield requests that send changes, some of them edits, and their answers."""
    waiting, seq = iter(changes), 0
    while part := list(islice(waiting, random.choice(_SIZES))):
        part = [_edited(random, one) if random.random() < 0.15 else one for one in part]
        items: list[object] = [{**one, "seq": seq + n} for n, one in enumerate(part, 1)]
        head, now = random.randbytes(32).hex(), 1_790_000_000 + random.randrange(10**7)
        word = f"{random.randrange(16**8):08x}"
        yield SyncRequest(
            origin=origin,
            last_seq=seq + len(part),
            head=head,
            acked=seq,
            batch=Batch(first=seq + 1, before=random.randbytes(32).hex(), changes=items),
            cursors={2: 4000 + seq},
            epoch=1,
            incarnation=word,
            most=250,
            now=now,
        )
        yield SyncAnswer(
            seq=seq + len(part),
            head=head,
            versions=[1 if one["op"] == "create" else random.randint(2, 5) for one in part],
            page=Page(rows=[_own(one) for one in part]),
            cursors={2: 4000 + seq + len(part)},
            more=random.random() < 0.5,
            epoch=1,
            incarnation=word,
            now=now + 1,
        )
        seq += len(part)


def _own(change: Object) -> PageRow:
    return PageRow(kind=str(change["kind"]), id=str(change["id"]), version=1, values=None)


def _pages(random: Random, rows: list[tuple[str, Object]]) -> Iterator[Message]:
    """Yield the answers that carry a roster."""
    waiting, at = iter(rows), 0
    while part := list(islice(waiting, random.choice((50, 250)))):
        at += len(part)
        yield SyncAnswer(
            seq=0,
            head=random.randbytes(32).hex(),
            page=Page(rows=[_row(random, kind, row) for kind, row in part]),
            cursors={2: at},
            more=True,
            epoch=1,
            incarnation=f"{random.randrange(16**8):08x}",
            now=1_790_000_000 + random.randrange(10**7),
        )


def _row(random: Random, kind: str, row: Object) -> PageRow:
    made = row["created_at"]
    assert isinstance(made, int)
    later = made if random.random() < 0.7 else made + random.randrange(10**7)
    values: dict[str, object] = {**row, "updated_at": later}
    del values["id"]
    held, finding = random.random() < 0.01, random.random() < 0.02
    return PageRow(
        kind=kind,
        id=str(row["id"]),
        version=1 if later == made else random.randint(2, 6),
        values=values,
        conflicts=[_conflict(random, row)] if held else [],
        findings=[FindingItem(rule="parent", field="beneficiary_id", message="")]
        if finding
        else [],
    )


def _conflict(random: Random, row: Object) -> Conflict:
    name = random.choice(sorted(row.keys() - {"id", "created_at", "created_by"}))
    return Conflict(
        field=name,
        origin=str(row["id"]).partition("-")[0],
        seqs=[random.randint(1, 5000)],
        held=row[name],
        base=None,
        by="Asha",
        at=1_790_000_000,
        stands_by="Javid",
        stands_at=1_790_000_000,
    )


if __name__ == "__main__":
    main()
