"""The immutable change, and the hash chain by which laptop and server compare their logs.

The canonical form never changes, so that heads computed by any version of fieldkit agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import TypeAliasType

# Named, because pydantic recurses without end into a plain recursive alias.
Json = TypeAliasType("Json", "str | int | float | bool | list[Json] | dict[str, Json] | None")


class Op(StrEnum):
    """What a change does to its record."""

    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    DECIDE = "decide"
    """Settle a conflict: an edit that also names, under :data:`DECIDED`, the held values it saw."""


DECIDED = "decided"
"""The field of a decision that names the held changes it settles: ``[[origin, seq], ...]``."""


@dataclass(frozen=True, slots=True)
class Change:
    """One save of one record, field by field."""

    seq: int
    """Gapless per origin, from 1."""
    kind: str
    record_id: str
    op: Op
    fields: Mapping[str, Json]
    """The fields that the person changed (of a creation, all that have a value)."""
    base: int | None
    """The version of the record that the person saw; None if the server had none yet."""
    at: int
    """Seconds since 1970 UTC by the laptop's clock; for information, never used for ordering."""
    operator: str

    def with_fields(self, fields: Mapping[str, Json]) -> Change:
        """Return this change with other fields."""
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

    def as_json(self) -> dict[str, Json]:
        """Return the members that a batch carries and the chain hashes."""
        return {
            "at": self.at,
            "base": self.base,
            "fields": dict(self.fields),
            "id": self.record_id,
            "kind": self.kind,
            "op": str(self.op),
            "operator": self.operator,
            "seq": self.seq,
        }

    def canonical(self) -> bytes:
        """Return the bytes that the chain hashes."""
        return canonical(self.as_json())

    def head(self, before: bytes) -> bytes:
        """Return the head after this change: SHA-256(head before + canonical form)."""
        return hashlib.sha256(before + self.canonical()).digest()


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Json) -> bytes:
    """Encode ``value`` as UTF-8 JSON with sorted keys and no spaces: equal values, equal bytes.

    Never fails on text: lone surrogates, which only damaged text contains, are encoded as they are.
    """
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def salted_head(salt: str, origin: str, seq: int, head: bytes) -> str:
    """Return a hash by which two sides compare a head without telling it to one another."""
    return hashlib.sha256(canonical([salt, origin, seq, head.hex()])).hexdigest()


def first_head(origin: str) -> bytes:
    """Return head(0) of an origin's chain: SHA-256 of its name, so no two origins share a chain."""
    return hashlib.sha256(origin.encode()).digest()
