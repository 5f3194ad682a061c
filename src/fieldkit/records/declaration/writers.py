"""What a kind declares about who may write its records: a role for each operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fieldkit.protocol.messages.scope import Role

VIEWER: Role = "viewer"
REGISTRAR: Role = "registrar"
OPERATOR: Role = "operator"
SUPERVISOR: Role = "supervisor"
ADMINISTRATOR: Role = "administrator"


@dataclass(frozen=True, slots=True)
class Writers:
    """The least role for each operation; a kind that says nothing needs an operator.

    The narrowest declaration counts: that of a value, then of its field, of the field's section,
    of the operation.
    """

    create: Role = OPERATOR
    edit: Role = OPERATOR
    delete: Role = OPERATOR
    """Who entered a record may delete it, too, if :attr:`own`."""
    sections: Mapping[str, Role] = field(default_factory=dict)
    """By the title of a section: another role for its fields."""
    fields: Mapping[str, Role] = field(default_factory=dict)
    """By name: another role for a field, of a new record or an old one."""
    values: Mapping[str, Mapping[str, Role]] = field(default_factory=dict)
    """By field and entry of its list: another role for a state. Who may not enter a value may not
    go back from it to one before it in the list."""
    own: bool = True
    """Whether who entered a record may delete it."""

    def roles(self) -> Iterator[Role]:
        """Give every role that is named."""
        yield from (self.create, self.edit, self.delete)
        yield from (*self.sections.values(), *self.fields.values())
        for entries in self.values.values():
            yield from entries.values()
