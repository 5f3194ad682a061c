"""A conflict: a value held beside the record's present value."""

from __future__ import annotations

from fieldkit.protocol.messages.shapes import Message, Name, Origin, Person, Plain, Seq


class Conflict(Message):
    """An open conflict of a record: a held value, until a person decides."""

    field: Name
    """``district+block`` (values ``[district, block]``), or ``deleted`` between a deletion
    (true) and an edit (false)."""
    origin: Origin
    """The origin of the held value."""
    seqs: list[Seq]
    """The changes of ``origin`` held for this field; a decision names those that it saw."""
    held: Plain
    base: Plain
    """The value at the base of the held change; None if there was none."""
    by: Person
    """Who wrote the held value (``by``) and when (``at``)."""
    at: Seq
    stands_by: Person = ""
    """Who wrote the present value (``stands_by``) and when (``stands_at``)."""
    stands_at: Seq = 0
