"""What is being typed: kept field by field, until it is saved or thrown away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Row, delete, insert, select, update

from fieldkit.records import Format, kinds
from fieldkit.store import tables
from fieldkit.store.clock import Clock
from fieldkit.store.database import Database

_draft = tables.draft
_UNKNOWN = Format()


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

    def keep(self, draft: Draft) -> Draft:
        """Write the draft as it stands; a whole Aadhaar number in it is left out.

        The record may have been renumbered since its form was opened.
        """
        with self.database.write() as connection:
            return keep(connection, draft, self.clock())

    def drop(self, draft_id: int) -> None:
        """Throw a draft away."""
        with self.database.write() as connection:
            drop(connection, draft_id)

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


def keep(connection: Connection, draft: Draft, now: int) -> Draft:
    """Write a draft in the caller's transaction; see :meth:`Drafts.keep`."""
    draft = replace(draft, opened_at=draft.opened_at or now, updated_at=now)
    if draft.base == 0:
        draft = replace(draft, record_id=_present_number(connection, draft.record_id))
    row = _written(draft)
    if draft.id is not None:
        connection.execute(update(_draft).where(_draft.c.id == draft.id).values(row))
        return draft
    new = connection.execute(insert(_draft).values(row)).inserted_primary_key
    return replace(draft, id=new[0] if new else None)


def drop(connection: Connection, draft_id: int) -> None:
    """Throw a draft away in the caller's transaction."""
    connection.execute(delete(_draft).where(_draft.c.id == draft_id))


def _present_number(connection: Connection, number: str | None) -> str | None:
    """Return the present number of a record not on the server: a copy may have its old one."""
    alias = tables.alias.c
    new = connection.execute(select(alias.new).where(alias.old == number)).scalar_one_or_none()
    return new or number


def _written(draft: Draft) -> dict[str, object]:
    return {
        "kind": draft.kind,
        "record_id": draft.record_id,
        "base": draft.base,
        "texts": json.dumps(_fit_to_rest(draft), ensure_ascii=False),
        "field": draft.field,
        "operator": draft.operator,
        "opened_at": draft.opened_at,
        "updated_at": draft.updated_at,
    }


def _read(row: Row[tuple[object, ...]]) -> Draft:
    values = dict(row._mapping)
    return Draft(**{**values, "texts": json.loads(values["texts"])})


def _fit_to_rest(draft: Draft) -> dict[str, str]:
    """Leave out what may not be written to the disk; of fields unknown here by the common rule."""
    fields = kinds()[draft.kind].fields() if draft.kind in kinds() else {}
    formats = {name: ask.format for name, ask in fields.items()}
    return {
        name: text
        for name, text in draft.texts.items()
        if formats.get(name, _UNKNOWN).may_rest(text)
    }
