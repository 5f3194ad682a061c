"""The immutable change, and the hash chain that makes laptop and server comparable.

The canonical form is fixed for good: heads computed by any version of fieldkit agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import TypeAliasType

# A named alias, not a plain one: pydantic follows a plain recursive alias without end.
Json = TypeAliasType("Json", "str | int | float | bool | list[Json] | dict[str, Json] | None")


class Op(StrEnum):
    """What a change does to its record."""

    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    DECIDE = "decide"
    """Settles a conflict: an edit that also names, as :data:`DECIDED`, the held values it saw."""


DECIDED = "decided"
"""The member of a decision's fields that names what it settles: ``[[origin, seq], ...]``."""


@dataclass(frozen=True, slots=True)
class Change:
    """One save, field by field, in absolute terms."""

    seq: int
    """Gapless per origin, from 1."""
    kind: str
    record_id: str
    op: Op
    fields: Mapping[str, Json]
    """Only what the person changed (a creation: all that is filled), unknown fields included."""
    base: int | None
    """The record's version the person saw; None where the server had none yet."""
    at: int
    """Seconds since 1970 UTC by the laptop's clock: a remark, never an order."""
    operator: str

    def having(self, fields: Mapping[str, Json]) -> Change:
        """Return it with other fields."""
        return Change(
            self.seq,
            self.kind,
            self.record_id,
            self.op,
            fields,
            self.base,
            self.at,
            self.operator,
        )

    def canonical(self) -> bytes:
        """UTF-8 JSON, keys sorted, no spaces: what the chain hashes."""
        return canonical(
            {
                "at": self.at,
                "base": self.base,
                "fields": dict(self.fields),
                "id": self.record_id,
                "kind": self.kind,
                "op": str(self.op),
                "operator": self.operator,
                "seq": self.seq,
            }
        )

    def head(self, before: bytes) -> bytes:
        """Return the chain's head after this change: SHA-256(head before + canonical form)."""
        return hashlib.sha256(before + self.canonical()).digest()


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Json) -> bytes:
    """Encode ``value`` so that equal values give equal bytes.

    Never fails on text: halves of characters, which only damage can bring, are encoded as such.
    """
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def first_head(origin: str) -> bytes:
    """Return head(0) of an origin's chain, so that no two origins share a chain."""
    return hashlib.sha256(origin.encode()).digest()
