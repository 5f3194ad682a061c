"""A conflict: a value that was not used at once, beside the one that stands."""

from __future__ import annotations

from fieldkit.protocol.shapes import Message, Name, Origin, Person, Plain, Seq


class Conflict(Message):
    """An open conflict of a record: the value held, until somebody decides."""

    field: Name
    """``district+block`` for these two (values ``[district, block]``), ``deleted`` for a deletion
    against an edit (values true and false)."""
    origin: Origin
    """Of the held value."""
    seqs: list[Seq]
    """Every change of ``origin`` held for this field; a decision names those it saw."""
    held: Plain
    base: Plain
    """The value at the held change's base; None if there was none."""
    by: Person
    """Who wrote the held value, and when."""
    at: Seq
    stands_by: Person = ""
    """Who wrote the value that stands, and when."""
    stands_at: Seq = 0
