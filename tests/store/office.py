"""A server in memory: it merges as the real one does, and answers a store as its client would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldkit.protocol.change import Change, Json, Op
from fieldkit.protocol.merge import STAMPS, Ancestry, FieldWrite, merge
from fieldkit.protocol.messages.conflict import Conflict
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.store import Answered, ServerRow, Store

OTHER = "0THERAAA"
KIND = "beneficiary"


@dataclass
class Kept:
    """A record at the office."""

    values: dict[str, Json] = field(default_factory=dict)
    written: dict[str, FieldWrite] = field(default_factory=dict)
    version: int = 0
    position: int = 0
    held: dict[tuple[str, str], Conflict] = field(default_factory=dict)


class Office:
    """What the server holds, and one laptop's way through its feed."""

    def __init__(self) -> None:
        self.records: dict[str, Kept] = {}
        self.cursor = self.position = self.others = 0
        self.refused: set[str] = set()
        self.told: dict[tuple[str, int], tuple[int | None, Verdict | None]] = {}
        """What became of each of the laptop's changes, by origin and seq."""

    def write(self, record_id: str, base: int | None = None, /, **fields: Json) -> None:
        """Let another laptop save; it has seen version ``base``, or the present one."""
        kept = self.records.setdefault(record_id, Kept())
        self.others += 1
        op = Op.DELETE if fields.get("deleted") else Op.EDIT if kept.version else Op.CREATE
        if op is Op.CREATE:
            fields = {"district": 2, "block": 16, **fields}
        seen = kept.version if base is None else base
        change = Change(
            self.others, KIND, record_id, op, fields, seen or None, 1_790_000_000, "Bashir"
        )
        self._merge(kept, change, OTHER)

    def answer(
        self, store: Store, *, changes: int = 200, rows: int = 200, whole: bool = False
    ) -> Answered:
        """Take the next batch and answer it, with a page; ``whole``: no row is left out as known.

        The answer is lost unless the store receives it.
        """
        standing = store.outbox.log_position()
        assert standing is not None
        origin = standing.origin
        batch = store.outbox.batch(origin, changes)
        fresh: dict[str, bool] = {}
        for one in batch:
            new = (origin, one.change.seq) not in self.told
            taken = new and self._take(one.change, origin)
            fresh[one.change.record_id] = taken and fresh.get(one.change.record_id, True)
        seq = batch[-1].change.seq if batch else standing.acked_seq
        found = sorted(
            (kept.position, record_id)
            for record_id, kept in self.records.items()
            if kept.position > self.cursor
        )
        reached = found[:rows][-1][0] if found else self.cursor
        self.cursor = reached if store.pull.state().cursors.get(2, 0) == self.cursor else 0
        found = [one for one in found if one[0] <= reached]
        told = {one.change.seq: self.told[origin, one.change.seq] for one in batch}
        return Answered(
            origin=origin,
            seq=seq,
            head=store.outbox.head_before(origin, seq + 1),
            versions={at: version for at, (version, _) in told.items()},
            verdicts=[verdict for _, verdict in told.values() if verdict],
            rows=[
                self._row(record_id, origin, known=not whole and fresh.get(record_id, False))
                for _, record_id in found
            ],
            cursors={2: reached},
            more=any(kept.position > reached for kept in self.records.values()),
        )

    def sync(self, store: Store) -> None:
        """Go on until nothing is left on either side."""
        while True:
            answered = self.answer(store)
            store.pull.receive(answered)
            standing = store.outbox.log_position()
            assert standing is not None
            if standing.settled and not answered.more:
                return

    def _take(self, change: Change, origin: str) -> bool:
        """Take a change of the laptop's in; say whether just that stands now."""
        if self.refused & ({"deleted"} if change.op is Op.DELETE else change.fields.keys()):
            rejected = Verdict(seq=change.seq, verdict="rejected", reason="Not yours.")
            self.told[origin, change.seq] = None, rejected
            return False
        kept = self.records.setdefault(change.record_id, Kept())
        foreign = any(
            written.origin != origin and written.version > (change.base or 0)
            for written in kept.written.values()
        )
        open_before = bool(kept.held)
        applied, held = self._merge(kept, change, origin)
        verdict = Verdict(seq=change.seq, verdict="conflict", reason="Held.") if held else None
        self.told[origin, change.seq] = kept.version, verdict
        return bool(applied) and not (held or foreign or open_before)

    def _merge(
        self, kept: Kept, change: Change, origin: str
    ) -> tuple[frozenset[str], Mapping[str, Json]]:
        merged = merge(kept.values, kept.written, change, Ancestry({}, origin), kept.version)
        for name, value in merged.held.items():
            seqs = kept.held[name, origin].seqs if (name, origin) in kept.held else ()
            kept.held[name, origin] = Conflict(
                field=name,
                origin=origin,
                seqs=[*seqs, change.seq],
                held=value,
                base=None,
                by=change.operator,
                at=change.at,
            )
        for (name, its), one in list(kept.held.items()):
            left = tuple(seq for seq in one.seqs if (its, seq) not in merged.closes)
            if not left:
                del kept.held[name, its]
        kept.values, kept.written, kept.version = merged.values, merged.written, merged.version
        self.position += 1
        kept.position = self.position
        return merged.applied, merged.held

    def _row(self, record_id: str, origin: str, *, known: bool) -> ServerRow:
        kept = self.records[record_id]
        values = None if known else dict(kept.values)
        return ServerRow(KIND, record_id, kept.version, values, tuple(kept.held.values()))


def shown(store: Store, record_id: str) -> dict[str, Json]:
    """Return what a store shows of a record, as the office keeps it; without stamps."""
    record = store.get(KIND, record_id)
    if record is None:
        return {}
    values: dict[str, Json] = dict(record.extra or {})
    for name, value in record.values().items():
        if name not in STAMPS | {"id", "version"} and value not in (None, False):
            assert value is None or isinstance(value, str | int)
            values[name] = value
    return values
