"""Which kinds have records of some numbers: one query, where asking each kind would be forty."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, TextClause, text

_FEW = 3
"""Kinds that are asked for their records at once, without this query before."""


def holding(connection: Connection, kinds: tuple[str, ...], ids: Sequence[str]) -> Sequence[str]:
    """Return those of ``kinds`` that may hold any of ``ids``, in the same order."""
    if len(kinds) <= _FEW:
        return kinds
    rows = connection.execute(_query(kinds), {"ids": json.dumps(list(ids))})
    return [row.kind for row in rows]


@cache
def _query(kinds: tuple[str, ...]) -> TextClause:
    held = "id IN (SELECT value FROM json_each(:ids))"
    parts = (
        f"SELECT '{kind}' AS kind WHERE EXISTS (SELECT 1 FROM {kind} WHERE {held})"
        for kind in kinds
    )
    return text(" UNION ALL ".join(parts))
