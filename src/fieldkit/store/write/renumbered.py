"""Old record numbers in edits: a renumbered record is still found by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

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
    present = Records(connection).renamed(named)
    if not present:
        return edits
    every = set[str]().union(*(named[old] for old in present))
    here = {number for _, number in Records(connection).fetch(every, sorted(present))}
    renamed = {old: new for old, new in present.items() if old not in here}
    return [
        replace(
            edit,
            id=(present if edit.base == 0 else renamed).get(edit.id, edit.id) if edit.id else None,
            fields={
                name: renamed.get(value, value)
                if isinstance(value, str) and name in edit.kind.references()
                else value
                for name, value in edit.fields.items()
            },
        )
        for edit in edits
    ]
