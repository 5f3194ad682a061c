"""What a role may not write, from the declarations of the kinds.

The server asks on every change; a form asks beforehand, to say it before something is typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from fieldkit import reference
from fieldkit.protocol.alias import MERGED as MERGED
from fieldkit.protocol.change import DECIDED, Change, Json, Op
from fieldkit.protocol.merge import DELETED, STAMPS, same_value
from fieldkit.protocol.messages.finding import Finding
from fieldkit.protocol.messages.scope import ROLES, Role, is_at_least
from fieldkit.records.declaration.record import Record, kinds
from fieldkit.records.declaration.sentences import STAYS, sentence
from fieldkit.records.declaration.writers import OPERATOR, REGISTRAR, SUPERVISOR, Writers
from fieldkit.records.fields.formats import Choice

SENT_BACK = "sent_back"
"""The field that says that a supervisor wants a record corrected, in any kind."""
CORRECTED = "corrected"
"""The field that says that a record sent back was corrected."""
_PLACE = frozenset({"district", "block"})
_NOT_WRITTEN = STAMPS | {"id", "version", DECIDED}


class Denial(NamedTuple):
    """What a role may not do, as the code of a verdict."""

    rule: str
    field: str
    """Empty: the whole change."""
    needs: Role
    """The least role that may."""

    def params(self, has: Role) -> dict[str, Json]:
        """Return the parameters of its sentence for a device with the role ``has``."""
        return {"needs": self.needs, "has": has}

    def said(self, kind: str, has: Role) -> str:
        """Return its sentence."""
        return sentence(Finding(kind, "", self.field, self.rule, self.params(has)))

    def beforehand(self, kind: str, has: Role) -> str:
        """Return its sentence for what was not written."""
        return self.said(kind, has).removesuffix(STAYS)


MERGE = Denial("role.merge", MERGED, OPERATOR)
"""What it takes to say that two records are of one person, or to take that back."""
SEND_BACK = Denial("role.send_back", SENT_BACK, SUPERVISOR)
"""What it takes to send a record back, or to accept it."""
_OF_ANY_KIND: Mapping[str, Denial] = {
    MERGED: MERGE,
    SENT_BACK: SEND_BACK,
    CORRECTED: Denial("role.edit", CORRECTED, REGISTRAR),
    **{name: Denial("role.move", name, OPERATOR) for name in sorted(_PLACE)},
}
"""By field: what is the same in every kind."""
SETTLE = Denial("role.settle", "", OPERATOR)
"""What it takes to settle a conflict over a value that others typed."""


class Author(NamedTuple):
    """Who makes a change, and what of the record is theirs."""

    role: Role
    entered: bool = False
    """Whether they entered the record."""
    settles: bool = False
    """Whether the change settles a conflict over a value that others typed."""
    unseen: frozenset[str] = frozenset()
    """The fields whose present value they had not seen: theirs is in conflict with it."""


def denial(author: Author, change: Change, stands: Mapping[str, Json]) -> Denial | None:
    """Return what forbids a change; None if the author's role may make it.

    ``stands``: the record's present values; empty if there is no record.
    """
    highest = SUPERVISOR if SENT_BACK in change.fields else _highest(change.kind)
    if is_at_least(author.role, highest):
        return None
    needs = _needs(author, change, stands)
    lacking = [one for one in needs if not is_at_least(author.role, one.needs)]
    return max(lacking, key=lambda one: ROLES.index(one.needs), default=None)


def writers_of(kind: str) -> Writers:
    """Return who writes records of a kind; of one that is not known here, operators."""
    known = kinds().get(kind)
    return known.writers if known else Writers()


@cache
def _highest(kind: str) -> Role:
    """Return the role that may do everything with records of a kind."""
    return max(OPERATOR, *writers_of(kind).roles(), key=ROLES.index)


def _needs(author: Author, change: Change, stands: Mapping[str, Json]) -> Iterator[Denial]:
    """Give each thing that a change does, with the role it needs."""
    writers, new = writers_of(change.kind), change.op is Op.CREATE
    own = author.entered and writers.own
    deletes = Denial("role.delete", "", writers.create if own else writers.delete)
    if new:
        yield Denial("role.create", "", writers.create)
    elif change.op is Op.DELETE and stands.get(DELETED) is not True:
        yield deletes
    else:
        yield Denial("role.edit", "", REGISTRAR)  # whatever it changes, a viewer may not
    if change.op is Op.DECIDE and author.settles:
        yield SEND_BACK if SENT_BACK in change.fields else SETTLE
    for name, value in change.fields.items():
        if name in _NOT_WRITTEN or (new and (value is None or name in _PLACE)):
            continue
        if not new and same_value(stands.get(name, False if name == DELETED else None), value):
            continue  # what stands already may be agreed to
        if name == DELETED:
            yield deletes
        elif name in _OF_ANY_KIND:
            yield _OF_ANY_KIND[name]
        else:
            before = None if name in author.unseen else stands.get(name)
            yield _of_field(change.kind, name, value, before, new=new)


def _of_field(kind: str, name: str, value: Json, before: Json, *, new: bool) -> Denial:
    """Return the role needed to write a value where ``before`` stands."""
    writers, known = writers_of(kind), kinds().get(kind)
    usual = writers.create if new else writers.edit
    needs = role = _field_role(known, writers, name, usual)
    entries = writers.values.get(name)
    if entries is not None:
        needs = entries.get(value, role) if isinstance(value, str) else role
        if _place_in_list(known, name, before) > _place_in_list(known, name, value):
            left = entries.get(before, role) if isinstance(before, str) else role
            needs = max(needs, left, key=ROLES.index)
    if needs == usual:
        return Denial("role.create" if new else "role.edit", "", needs)
    return Denial("role.field", name, needs)


def _field_role(kind: type[Record] | None, writers: Writers, name: str, usual: Role) -> Role:
    field = kind.fields().get(name) if kind else None
    of_section = writers.sections.get(field.section, usual) if field else usual
    return writers.fields.get(name, of_section)


def _place_in_list(kind: type[Record] | None, name: str, value: Json) -> int:
    """Return where a value stands in its field's list; an unknown one after all, none before."""
    field = kind.fields().get(name) if kind else None
    if value is None or field is None or not isinstance(field.format, Choice):
        return -1
    codes = [entry.code for entry in reference.options(field.format.list)]
    return codes.index(value) if value in codes else len(codes)  # type: ignore[arg-type]


def denied_in_form(role: Role, kind: type[Record], *, new: bool) -> Mapping[str, Denial]:
    """Return what a role may not fill in, by field; under "" if it may not save the form at all."""
    writers = kind.writers
    usual = writers.create if new else writers.edit
    if new and not is_at_least(role, usual):
        return {"": Denial("role.create", "", usual)}
    found: dict[str, Denial] = {}
    for name in kind.form_fields():
        entries = writers.values.get(name, {})
        least = min((_field_role(kind, writers, name, usual), *entries.values()), key=ROLES.index)
        if not is_at_least(role, least):
            found[name] = Denial("role.field", name, least)
    return {"": Denial("role.edit", "", usual)} if len(found) == len(kind.form_fields()) else found


def check_writers() -> None:
    """Check the declarations of who may write.

    Raises:
        ValueError: one names what the kind does not have, or lets a viewer write.
    """
    for kind in kinds().values():
        writers, fields = kind.writers, kind.fields()
        listed = {
            name: {entry.code for entry in reference.options(format_.list)}
            for name in writers.values
            if name in fields and isinstance(format_ := fields[name].format, Choice)
        }
        known = (
            writers.sections.keys() <= {field.section for field in fields.values()}
            and writers.fields.keys() <= fields.keys()
            and writers.values.keys() == listed.keys()
            and all(set(entries) <= listed[name] for name, entries in writers.values.items())
        )
        roles = list(writers.roles())
        if kind.program_log:
            roles.remove(writers.create)  # a viewer reads its area, and what it exports is logged
        if not known or not all(is_at_least(role, REGISTRAR) for role in roles):
            raise ValueError(f"{kind.kind()}: writers {writers}")
