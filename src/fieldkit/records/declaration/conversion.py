"""How older fields became records of a kind: which field gives which, and under which id.

A figure has one source. Where a kind came to say what fields of another kind said before, those
fields are marked (``replaced_by``) and the kind declares what becomes of their values. The server
alone makes these records, when it is brought up to date and when a laptop sends such a value; the
id follows from the record that held the value, so that making it again makes no second one. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fieldkit.protocol.change import Json
from fieldkit.protocol.identity import RecordId, derived_origin, read_id
from fieldkit.records.declaration.field import Condition

_PLACE = ("district", "block")
_Values = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What fields of another kind become: one record for each record that has them."""

    of: str
    """The kind that had the fields."""
    name: str
    """Tells the records apart that a kind makes of one record; never changed."""
    link: str = ""
    """The new record's field that refers to the old one; empty: nothing refers to it."""
    when: tuple[Condition, ...] = ()
    """What must hold of the old record."""
    takes: Mapping[str, str] = field(default_factory=dict)
    """The old field of each new one; where all are empty, there is nothing to make."""
    gives: _Values = field(default_factory=dict)
    """Further values of the new record."""
    also: Callable[[_Values], _Values] | None = None
    """Values that follow from the old record in another way."""
    same: tuple[str, ...] = ()
    """A record entered by hand that is equal in these fields stands for it already."""
    shared: str = ""
    """The new field that alone identifies the record, which then stands for several old ones."""

    @property
    def needs(self) -> frozenset[str]:
        """The old fields of which at least one is filled where there is anything to make."""
        named = frozenset(condition.field for condition in self.when)
        return named or frozenset(self.takes.values())

    def made(self, record_id: str, values: _Values) -> dict[str, Json]:
        """Return the values of the new record; empty if the old one gives none.

        ``values``: of the old record, with those of its place.
        """
        if values.get("deleted") or not all(
            values.get(one.field) in one.values for one in self.when
        ):
            return {}
        taken = {new: values[old] for new, old in self.takes.items() if values.get(old) is not None}
        if (self.takes and not taken and not self.when) or (self.shared and not taken):
            return {}
        place = {name: values[name] for name in _PLACE if values.get(name) is not None}
        link: dict[str, Json] = {self.link: record_id} if self.link else {}
        more = self.also(values) if self.also else {}
        return {**place, **link, **self.gives, **taken, **more}

    def id_for(self, kind: str, record_id: str, made: _Values) -> str:
        """Return the id of the new record: it follows from the old one's, or from what is shared.

        Its first part is drawn from that of the old id, the kind and the name. No laptop has it.
        """
        if self.shared:
            seed = f"{kind}.{self.name}.{made.get('district')}.{made.get(self.shared)}"
            return str(RecordId(derived_origin("", seed.encode()), 1))
        old = read_id(record_id)
        if old is None:
            raise ValueError(record_id)
        return str(RecordId(derived_origin(old.origin, f"{kind}.{self.name}".encode()), old.number))
