"""Laptops played by a test against the server's core, without a network."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from sqlalchemy import Engine, Table, func, insert, select

from fieldkit.protocol.change import DECIDED, Change, Json, Op, first_head
from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.messages.sync import (
    Batch,
    Focus,
    Gone,
    Mark,
    PageRow,
    Parent,
    SyncAnswer,
    SyncRequest,
    Unsettled,
)
from fieldkit.records import kinds
from fieldkit.server.database.tables import DEVICE, SCOPE, UNKNOWN
from fieldkit.server.devices.authentication import device_numbered
from fieldkit.server.ingest.sync import sync
from fieldkit.server.problems import Refusal
from fieldkit.server.scope import Device

NOW = 1_790_000_000
KIND = "village_organisation"


def row_of(engine: Engine, kind: str, record_id: str) -> dict[str, object]:
    table = kinds()[kind].table() if kind in kinds() else UNKNOWN
    with engine.connect() as connection:
        found = connection.execute(select(table).where(table.c.id == record_id)).mappings().first()
        return dict(found) if found else {}


def count(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def enrol(engine: Engine, *scopes: tuple[int | None, int | None], role: str = "operator") -> Device:
    """Make a device that had these scopes (district, block), which began and ended just now."""
    with engine.begin() as connection:
        number = connection.execute(select(func.coalesce(func.max(DEVICE.c.id), 0))).scalar_one()
        connection.execute(
            insert(DEVICE).values(
                id=number + 1,
                token_hash=number.to_bytes(32, "big"),
                token_at=NOW,
                name="",
                role=role,
                epoch=len(scopes),
                enrolled_at=NOW,
            )
        )
        connection.execute(
            insert(SCOPE),
            [
                {"device": number + 1, "epoch": epoch, "district": district, "block": block}
                | {"began_at": NOW, "ended_at": NOW if epoch < len(scopes) else None}
                for epoch, (district, block) in enumerate(scopes, start=1)
            ],
        )
        return device_numbered(connection, number + 1)


class Laptop:
    """One log, and what its device has pulled; every request is made by hand."""

    def __init__(
        self,
        engine: Engine,
        *scopes: tuple[int | None, int | None],
        device: Device | None = None,
        operator: str = "Asha",
        marks: bool = True,
    ) -> None:
        self.engine = engine
        self.device = device or enrol(engine, *(scopes or ((2, None),)))
        self.operator = operator
        self.cursors: dict[int, int] = {}
        self.focus: Focus | None = None
        self.mark = Mark() if marks else None
        """The mark of the last answer; None: an older laptop, which has an incarnation."""
        self.incarnation = ""
        self.codes = False
        """Whether it makes sentences itself; an older one does not."""
        self.unsettled: Unsettled | None = Unsettled()
        """What it asks about; None: an older one, which knows nothing late or waiting."""
        self.rows: dict[str, PageRow] = {}
        self.gone: list[str] = []
        self.branch(new_origin(), None)

    def branch(self, origin: str, parent: Parent | None) -> None:
        """Go on under another origin."""
        self.origin = origin
        self.parent = parent
        self.changes: list[Change] = []
        self.heads = [first_head(origin)]
        self.acked = 0
        self._numbers = itertools.count(1)

    def as_parent(self, seq: int) -> Parent:
        return Parent(origin=self.origin, seq=seq, head=self.heads[seq].hex())

    def create(self, kind: str = KIND, /, **fields: Json) -> str:
        record_id = f"{self.origin}-{next(self._numbers)}"
        self.log(Op.CREATE, record_id, kind, {"district": 2, **fields}, None)
        return record_id

    def edit(
        self, record_id: str, /, kind: str = KIND, *, base: int | None = None, **fields: Json
    ) -> Change:
        return self.log(Op.EDIT, record_id, kind, fields, base)

    def delete(self, record_id: str, /, kind: str = KIND, *, base: int | None = None) -> Change:
        return self.log(Op.DELETE, record_id, kind, {}, base)

    def decide(
        self, record_id: str, /, seen: Sequence[tuple[str, int]], base: int, **fields: Json
    ) -> Change:
        decided: list[Json] = [[origin, seq] for origin, seq in seen]
        return self.log(Op.DECIDE, record_id, KIND, {**fields, DECIDED: decided}, base)

    def log(
        self, op: Op, record_id: str, kind: str, fields: dict[str, Json], base: int | None
    ) -> Change:
        seq = len(self.changes) + 1
        change = Change(seq, kind, record_id, op, fields, base, NOW + seq, self.operator)
        self.changes.append(change)
        self.heads.append(change.head(self.heads[-1]))
        return change

    def request(
        self, first: int | None = None, last: int | None = None, items: list[object] | None = None
    ) -> SyncRequest:
        """Ask with the changes from ``first`` to ``last``, or with ``items`` in their place."""
        first = self.acked + 1 if first is None else first
        wire: list[object] = [one.as_json() for one in self.changes[first - 1 : last]]
        wire = wire if items is None else items
        batch = Batch(first=first, before=self.heads[first - 1].hex(), changes=wire)
        return self.quiet().model_copy(update={"batch": batch if wire else None})

    def quiet(self) -> SyncRequest:
        return SyncRequest(
            origin=self.origin,
            last_seq=len(self.changes),
            head=self.heads[-1].hex(),
            acked=self.acked,
            parent=self.parent,
            cursors=self.cursors,
            focus=self.focus,
            epoch=self.device.epoch,
            mark=self.mark,
            incarnation=self.incarnation,
            codes=self.codes,
            unsettled=self.unsettled,
        )

    def ask(self, request: SyncRequest) -> SyncAnswer:
        return sync(self.engine, self.device, request, NOW)

    def push(
        self, first: int | None = None, last: int | None = None, items: list[object] | None = None
    ) -> SyncAnswer:
        """Send a batch, and want no page."""
        answer = self.ask(self.request(first, last, items))
        self.mark, self.incarnation = answer.mark, answer.incarnation
        if answer.seq <= len(self.changes):
            self.acked = answer.seq
        return answer

    def pull(self, most: int = 100, request: SyncRequest | None = None) -> SyncAnswer:
        """Ask for one page, and take it in."""
        request = (request or self.quiet()).model_copy(update={"most": most})
        answer = self.ask(request)
        self.cursors, self.focus = answer.cursors, answer.focus
        self.mark, self.incarnation = answer.mark, answer.incarnation
        assert answer.page is not None
        for row in answer.page.rows:
            self.rows[row.id] = row
        for gone in answer.page.gone:
            self.take_gone(gone)
        return answer

    def take_gone(self, gone: Gone) -> None:
        self.rows.pop(gone.id, None)
        self.gone.append(gone.id)

    def pull_all(self, most: int = 100) -> None:
        """Pull all pages; begin again if the server has lost what it sent."""
        try:
            while self.pull(most).more:
                pass
        except Refusal as refused:
            if refused.code != "lost":
                raise
            self.begin_again()
            self.pull_all(most)

    def begin_again(self) -> None:
        self.cursors, self.focus, self.mark = {}, None, Mark()
        self.rows.clear()

    def values(self, record_id: str) -> dict[str, object]:
        values = self.rows[record_id].values
        assert values is not None
        return values
