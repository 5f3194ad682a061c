"""What the server would refuse from this laptop, asked before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from fieldkit.protocol.change import Change, Op
from fieldkit.protocol.messages.finding import Finding
from fieldkit.protocol.messages.scope import Scope
from fieldkit.records import Record, sentence
from fieldkit.records.declaration.permission import Author, denial
from fieldkit.store.log.identity import Device
from fieldkit.store.read.record_json import to_json
from fieldkit.store.read.records import Records
from fieldkit.store.write.edits import Edit


def denied(
    connection: Connection, edits: Sequence[Edit], device: Device, scope: Scope | None
) -> list[str]:
    """Return for each edit why the server would refuse it, as a sentence; empty: it would not.

    A laptop that is not enrolled has no role yet (``scope`` None): nothing is refused.
    """
    if scope is None:
        return [""] * len(edits)
    given = [edit.id for edit in edits if edit.id]
    held = Records(connection).fetch({edit.kind.kind() for edit in edits}, given)
    return [_denied(scope, one, held.get((one.kind.kind(), one.id or "")), device) for one in edits]


def _denied(scope: Scope, edit: Edit, before: Record | None, device: Device) -> str:
    kind = edit.kind.kind()
    place = before.values() if before else {"district": device.district, "block": device.block}
    written_to = {**place, **edit.fields}
    for fields in (place, written_to) if before else (written_to,):
        district, block = fields.get("district"), fields.get("block")
        inside = isinstance(district, int) and scope.writes(
            district, block if isinstance(block, int) else None
        )
        if not inside:
            code = "whole_ut" if district == 0 else "out_of_scope"
            return sentence(Finding(kind, edit.id or "", "", code))
    stands = {n: to_json(v) for n, v in before.values().items()} if before else {}
    op = edit.op or (Op.EDIT if before else Op.CREATE)
    written = {name: to_json(value) for name, value in edit.fields.items()}
    change = Change(
        seq=1,
        kind=kind,
        record_id=edit.id or f"{device.origin}-1",
        op=op,
        fields=written,
        base=None,
        at=0,
        operator="",
    )
    entered = before is not None and before.id.startswith(f"{device.origin}-")
    found = denial(Author(scope.role, entered=entered), change, stands)
    return found.beforehand(kind, scope.role) if found else ""
