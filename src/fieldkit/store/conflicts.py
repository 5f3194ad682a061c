"""Open conflicts and findings of the records that are here, and the decisions about them."""

from __future__ import annotations

from dataclasses import dataclass

from fieldkit.records import Json


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two values of one field, of which one stands until somebody decides."""

    id: str
    """``<record>/<field>/<origin>``."""
    kind: str
    record_id: str
    field: str
    """``place`` for district and block (values ``[district, block]``), ``deleted`` for a deletion
    against an edit (values true and false)."""
    mine: Json
    """The value written at this laptop; where neither was: the one that stands."""
    theirs: Json
    base: Json
    """The value that the author of the held one had seen."""
    stands: Json
    held: Json
    by: str
    """Who wrote the held value, and when."""
    at: int
    stands_by: str
    stands_at: int
    origin: str
    """Of the held value, with the changes that brought it."""
    seqs: tuple[int, ...]
    version: int
    """Of the record, as seen with this: the base of a decision."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something the server found to review, with the record it is about."""

    kind: str
    record_id: str
    rule: str
    field: str
    message: str
