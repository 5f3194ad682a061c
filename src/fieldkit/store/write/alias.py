"""Two records that a person says are one: said and taken back (rule 27)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Op
from fieldkit.records import Record
from fieldkit.store.errors import Refused, StoreError
from fieldkit.store.read.aliases import stands_for
from fieldkit.store.read.records import Records
from fieldkit.store.read.review.conflicts import open_conflicts
from fieldkit.store.rows.issues import forget_same_person, mark_decided
from fieldkit.store.write.edits import Edit
from fieldkit.store.write.save import Author, Saved, save


def say_same(
    connection: Connection,
    kind: type[Record],
    kept: str,
    duplicate: str,
    author: Author,
    use: Collection[str] = (),
    seen: Mapping[str, int] | None = None,
) -> list[Saved]:
    """Note that ``duplicate`` is the same person as ``kept``, in the caller's transaction.

    The kept record takes the duplicate's values of the fields ``use``, as an ordinary edit.
    ``seen``: the version of each that the person saw, 0 where the server had none (rule 23).

    Raises:
        StoreError: they are not two records that can be one; the text says why.
        Refused: a rule stands against one of the two edits.
    """
    _, other = _pair(connection, kind, kept, duplicate)
    unknown = sorted(set(use) - kind.form_fields().keys())
    if unknown:
        raise StoreError(f"{kind.title} has no field {', '.join(unknown)}. Nothing was changed.")
    if use and (by := stands_for(connection, kind, [kept])[kept]) != kept:
        raise StoreError(
            f"{by} stands for {kept}, so that values taken over would not be seen. "
            f"Merge {duplicate} into {by}. Nothing was changed."
        )
    values = {name: other.value(name) for name in use}
    base = seen or {}
    merged = Edit(kind, {MERGED: kept}, duplicate, base.get(duplicate))
    taken = Edit(kind, values, kept, base.get(kept), confirmed=frozenset(values))
    done = write(connection, [merged, taken] if values else [merged], author)
    forget_same_person(connection, kind.kind(), kept, duplicate)
    return done


def take_back_same(
    connection: Connection,
    kind: type[Record],
    number: str,
    author: Author,
    kept: str = "",
    put_back: Edit | None = None,
) -> list[Saved]:
    """Take back that a record is the same person as another; empty if nobody had said so.

    Where it is open because others changed the record as one apart, this settles that.
    ``kept``: only if this is the other record; ``put_back``: gives it the values that it held
    before the merge, also where others have taken the merge back already.

    Raises:
        StoreError: the record is not here, or was merged into another one since.
        Refused: a rule stands against it.
    """
    found = Records(connection).get(kind.kind(), number)
    if found is None or MERGED not in kind.fields():
        raise StoreError(f"{number} is not a person on this laptop. Nothing was changed.")
    into, given = found.value(MERGED), [put_back] if put_back else []
    if into and kept and into != kept:
        raise StoreError(
            f"{number} was merged into {into} since, and stays so. Nothing was changed."
        )
    if not into:
        return write(connection, given, author) if given else []
    settled = [
        one
        for one in open_conflicts(connection, number)
        if (one.kind, one.field, one.held) == (kind.kind(), MERGED, None)
    ]
    edit = Edit(kind, {MERGED: None}, number)
    if settled:
        decided = tuple((one.origin, seq) for one in settled for seq in one.seqs)
        edit = replace(edit, base=settled[0].version, op=Op.DECIDE, decided=decided)
    done = write(connection, [edit, *given], author)
    mark_decided(connection, [number])
    return done


def write(connection: Connection, edits: list[Edit], author: Author) -> list[Saved]:
    """Save edits of which all must be taken.

    Raises:
        Refused: a rule stands against one.
    """
    done: list[Saved] = []
    for fate in save(connection, edits, author):
        if isinstance(fate, Refused):
            raise fate
        done.append(fate)
    return done


def _pair(
    connection: Connection, kind: type[Record], kept: str, duplicate: str
) -> tuple[Record, Record]:
    """Return the two records, if they can become one person."""
    if MERGED not in kind.fields():
        raise StoreError(f"{kind.plural} are not people, so they cannot be merged.")
    if kept == duplicate:
        raise StoreError(f"{kept} is one record. Give two numbers.")
    records = Records(connection)
    found = [records.get(kind.kind(), number) for number in (kept, duplicate)]
    pair: list[Record] = []
    for number, one in zip((kept, duplicate), found, strict=True):
        if one is None:
            raise StoreError(f"{number} is not on this laptop. Sync first, or check the number.")
        if one.deleted:
            raise StoreError(f"{number} is deleted. Restore it before you merge it.")
        pair.append(one)
    into = pair[1].value(MERGED)
    if into and into != kept:
        raise StoreError(
            f"{duplicate} is merged into {into} already. Take that back first, or merge {into}."
        )
    if not into and stands_for(connection, kind, [kept])[kept] == duplicate:
        raise StoreError(f"{kept} is merged into {duplicate} already. Take that back first.")
    return pair[0], pair[1]
