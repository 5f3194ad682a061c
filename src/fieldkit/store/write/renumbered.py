"""Old record numbers in edits: a renumbered record is still found by them.

New records that come under another laptop's numbers are renumbered here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.difference import other_number, renamed_field
from fieldkit.protocol.identity import read_id
from fieldkit.records import kinds
from fieldkit.store import tables
from fieldkit.store.log.identity import Device, highest_brought, take_numbers
from fieldkit.store.read.records import Records
from fieldkit.store.write.edits import Edit


def use_present_numbers(connection: Connection, edits: Sequence[Edit]) -> Sequence[Edit]:
    """Replace old record numbers in edits by the present ones.

    If another record now has the number, the number means that record; but in a form opened when
    the server had none of that number, it means the renamed one.
    """
    named: defaultdict[str, set[str]] = defaultdict(set)
    for edit in edits:
        if edit.id:
            named[edit.id].add(edit.kind.kind())
        for name, reference in edit.kind.references().items():
            value = edit.fields.get(name)
            if isinstance(value, str):
                named[value].update(reference.kinds)
        for other in (edit.fields.get(MERGED), *map(other_number, edit.fields)):
            if isinstance(other, str) and other:
                named[other].add(edit.kind.kind())
    present = Records(connection).renamed(named)
    if not present:
        return edits
    every = set[str]().union(*(named[old] for old in present))
    here = {number for _, number in Records(connection).fetch(every, sorted(present))}
    renamed = {old: new for old, new in present.items() if old not in here}
    return [_with_numbers(edit, renamed, present if edit.base == 0 else renamed) for edit in edits]


def renumber(connection: Connection, edits: Sequence[Edit], device: Device) -> Sequence[Edit]:
    """Give new records of a file that have another laptop's numbers numbers of this laptop.

    The server takes a record only from the laptop that gave out its number (rule 36). The old
    number stays known, so that later lines and files find the record by it. A laptop that has a
    server is asked to sync instead: the record may be there.
    """
    if device.server is not None:
        return edits
    given = {edit.id for edit in edits if edit.id and _is_of_another(edit.id, device)}
    if not given:
        return edits
    here = {number for _, number in Records(connection).fetch(kinds(), sorted(given))}
    new = [one for one in dict.fromkeys(edit.id for edit in edits) if one in given - here]
    first = take_numbers(connection, len(new), beyond=own_brought(connection, edits, device))
    names = {old: f"{device.origin}-{first + place}" for place, old in enumerate(new)}
    if names:
        rows = [{"old": old, "new": number} for old, number in names.items()]
        connection.execute(insert(tables.alias), rows)
    return [_with_numbers(edit, names, names) for edit in edits]


def own_brought(connection: Connection, edits: Sequence[Edit], device: Device) -> int:
    """Return the highest number of this laptop that edits bring and may bring; 0 if none does."""
    given = (read_id(edit.id) for edit in edits if edit.id)
    highest = highest_brought(connection)
    own = (one.number for one in given if one and one.origin == device.origin)
    return max((number for number in own if number <= highest), default=0)


def _is_of_another(number: str, device: Device) -> bool:
    read = read_id(number)
    return read is not None and str(read) == number and read.origin != device.origin


def _with_numbers(edit: Edit, names: Mapping[str, str], own: Mapping[str, str]) -> Edit:
    """Replace the number of an edit by ``own``, and those it refers to by ``names``."""
    numbered = {*edit.kind.references(), MERGED}
    fields = {
        renamed_field(name, names): names.get(value, value)
        if isinstance(value, str) and name in numbered
        else value
        for name, value in edit.fields.items()
    }
    return replace(edit, id=own.get(edit.id, edit.id) if edit.id else None, fields=fields)
