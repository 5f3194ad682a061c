"""What is being typed: kept field by field, until it is saved or thrown away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Row, delete, insert, select, update

from fieldkit.records import Record, kinds
from fieldkit.records.aadhaar import holds_aadhaar
from fieldkit.records.formats import AadhaarLastFour
from fieldkit.store import tables
from fieldkit.store.clock import Clock
from fieldkit.store.database import Database
from fieldkit.store.reading import Records

_draft = tables.draft


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished form: texts exactly as typed, so that no upgrade makes it unreadable."""

    kind: str
    operator: str
    id: int | None = None
    """None until it has been kept once."""
    record_id: str | None = None
    """The record being edited; None for a new one."""
    base: int | None = None
    """The record's version when the form opened."""
    texts: Mapping[str, str] = field(default_factory=dict)
    field: str = ""
    """Where the cursor stood."""
    opened_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of all operators of one laptop."""

    database: Database
    clock: Clock

    def open(
        self,
        kind: str,
        operator: str,
        record_id: str | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> Draft:
        """Begin a draft, not yet kept; an edit starts from the record's values and version."""
        now = self.clock()
        begun = Draft(kind, operator, opened_at=now, updated_at=now, texts=dict(texts or {}))
        if record_id is None:
            return begun
        with self.database.read() as connection:
            record = Records(connection).get(kind, record_id)
        if record is None:
            return begun
        shown = {
            name: ask.format.edit(record.value(name)) for name, ask in record.questions().items()
        }
        filled = {name: text for name, text in shown.items() if text}
        return replace(
            begun, record_id=record_id, base=record.version, texts={**filled, **begun.texts}
        )

    def keep(self, draft: Draft) -> Draft:
        """Write the draft as it stands; a whole Aadhaar number in it is left out."""
        now = self.clock()
        draft = replace(draft, opened_at=draft.opened_at or now, updated_at=now)
        row = {
            "kind": draft.kind,
            "record_id": draft.record_id,
            "base": draft.base,
            "texts": json.dumps(_without_aadhaar(draft), ensure_ascii=False),
            "field": draft.field,
            "operator": draft.operator,
            "opened_at": draft.opened_at,
            "updated_at": draft.updated_at,
        }
        with self.database.write() as connection:
            if draft.id is not None:
                connection.execute(update(_draft).where(_draft.c.id == draft.id).values(row))
                return draft
            new = connection.execute(insert(_draft).values(row)).inserted_primary_key
        return replace(draft, id=new[0] if new else None)

    def drop(self, draft_id: int) -> None:
        """Throw a draft away."""
        with self.database.write() as connection:
            connection.execute(delete(_draft).where(_draft.c.id == draft_id))

    def get(self, draft_id: int) -> Draft | None:
        """Return one draft."""
        with self.database.read() as connection:
            row = connection.execute(select(_draft).where(_draft.c.id == draft_id)).one_or_none()
        return _read(row) if row else None

    def of(self, operator: str | None = None) -> list[Draft]:
        """Return an operator's drafts (or everybody's), the last worked on first."""
        query = select(_draft).order_by(_draft.c.updated_at.desc(), _draft.c.id.desc())
        if operator is not None:
            query = query.where(_draft.c.operator == operator)
        with self.database.read() as connection:
            return [_read(row) for row in connection.execute(query)]


def _read(row: Row[tuple[object, ...]]) -> Draft:
    values = dict(row._mapping)
    return Draft(**{**values, "texts": json.loads(values["texts"])})


def _without_aadhaar(draft: Draft) -> dict[str, str]:
    asks = kinds()[draft.kind].asks() if draft.kind in kinds() else Record.asks()

    def may_rest(name: str, text: str) -> bool:
        asked = asks[name].format if name in asks else None
        if isinstance(asked, AadhaarLastFour):
            return sum(c.isdecimal() for c in text) <= 4
        return (asked is not None and asked.may_hold_twelve_digits) or not holds_aadhaar(text)

    return {name: text for name, text in draft.texts.items() if may_rest(name, text)}
