"""Applies one answer of the server, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from fieldkit.protocol.change import Op
from fieldkit.protocol.messages.scope import Scope
from fieldkit.store.log.changes import OwnChange, untaken
from fieldkit.store.log.outbox import acknowledge
from fieldkit.store.log.verdicts import settle
from fieldkit.store.pull.answers import Answered, PullResult, ServerRow
from fieldkit.store.pull.server_issues import replace_issues
from fieldkit.store.read.server_rows import BaseRow, Key
from fieldkit.store.rows.issues import mark_decided
from fieldkit.store.rows.overlays import OverlayRebuilder
from fieldkit.store.rows.reapply import close_all, forget_departed


def apply_answer(
    connection: Connection, answered: Answered, scope: Scope | None = None
) -> PullResult:
    """Acknowledge changes, and rebuild every record concerned from the server's row.

    ``scope``: the only area that the laptop holds; None while it still holds a former one too.
    """
    acked = acknowledge(
        connection,
        answered.origin,
        answered.seq,
        answered.head,
        answered.verdicts,
        answered.versions,
    )
    settled = settle(connection, answered.origin, answered.settled, answered.asked_again)
    acked = list(dict.fromkeys([*acked, *settled]))
    rows = {(row.kind, row.id): row for row in answered.rows}
    leaving = set(answered.gone) - rows.keys()
    rebuilder = OverlayRebuilder(connection, [*acked, *rows, *leaving])
    if ended := [key for key in set(acked) - rows.keys() if _ended(rebuilder, key)]:
        close_all(connection, rebuilder, ended)
        rebuilder = OverlayRebuilder(connection, [*acked, *rows, *leaving])
    if scope is not None:
        leaving |= _created_outside(rebuilder, scope, set(acked) - rows.keys())
    bases = _page_bases(rebuilder, rows)
    bases |= {
        key: _leaving_base(rebuilder, key)
        for key in leaving
        if rebuilder.is_here(key) or rebuilder.is_untaken(key)
    }
    bases |= _acknowledged_bases(rebuilder, set(acked) - bases.keys() - rows.keys(), set(settled))
    changed, removed = rebuilder.rebuild(bases)
    fresh = replace_issues(connection, list(rows.values()), rebuilder.own)
    left = {key for key in acked if rebuilder.is_gone(key)} - rows.keys()
    forget_departed(connection, rebuilder, leaving | removed | left)
    mark_decided(connection, _ids_with_decisions(rows.values(), acked, rebuilder.own))
    return PullResult(rows=len(changed | removed), new_conflicts=fresh)


def retire(connection: Connection, keys: Sequence[Key]) -> None:
    """Remove records that have left the scope; those with unsent work stay until it is sent."""
    rebuilder = OverlayRebuilder(connection, keys)
    rebuilder.rebuild({key: _leaving_base(rebuilder, key) for key in keys})
    forget_departed(connection, rebuilder, keys)


def _ended(rebuilder: OverlayRebuilder, key: Key) -> bool:
    """Say whether the record was deleted before the server accepted any of it."""
    own = rebuilder.own.get(key, ())
    return not rebuilder.version(key) and untaken(own) and own[-1].row.op == Op.DELETE


def _page_bases(rebuilder: OverlayRebuilder, rows: Mapping[Key, ServerRow]) -> dict[Key, BaseRow]:
    """Return the new base row of each record of a page.

    A record whose values all came from this laptop only gets the new version; this is the case for
    most rows of a day's work.
    """
    found: dict[Key, BaseRow] = {}
    same: dict[Key, int | None] = {}
    for key, row in rows.items():
        if row.values is not None:
            found[key] = BaseRow(row.version, row.values)
        elif rebuilder.is_all_own(key, row.version):
            same[key] = row.version
        else:
            found[key] = rebuilder.with_acknowledged(key, row.version)
    if same:
        rebuilder.advance(same)
    return found


def _leaving_base(rebuilder: OverlayRebuilder, key: Key) -> BaseRow:
    """Return the base row of a record that has left the scope, for its open changes.

    Accepted own changes stop being overlays (rule 21), so they become part of the base row: else
    rejected changes would be applied to a record without a name.
    """
    version = rebuilder.version(key)
    made = [one.row.version or version for one in rebuilder.own.get(key, ()) if one.taken]
    return BaseRow(
        version, rebuilder.with_acknowledged(key, max([version, *made])).fields, gone=True
    )


def _created_outside(rebuilder: OverlayRebuilder, scope: Scope, keys: Iterable[Key]) -> set[Key]:
    """Return the records created here for a place outside the scope, which no page brings.

    The server takes them under an ended scope (rule 32).
    """
    found: set[Key] = set()
    for key in keys:
        made = [one.row.version or 0 for one in rebuilder.own.get(key, ()) if one.taken]
        if made and not rebuilder.version(key) and not rebuilder.is_gone(key):
            fields = rebuilder.with_acknowledged(key, max(made)).fields
            district, block = fields.get("district"), fields.get("block")
            if isinstance(district, int) and not scope.reads(
                district, block if isinstance(block, int) else None
            ):
                found.add(key)
    return found


def _acknowledged_bases(
    rebuilder: OverlayRebuilder, keys: Iterable[Key], settled: Collection[Key]
) -> dict[Key, BaseRow]:
    """Return the base rows of records for which the acknowledgement alone ends an overlay.

    A change that made a later version than the base row remains an overlay (rule 21). A record that
    has left stays away: its edits alone would make one without a name. ``settled``: the records of
    changes that were asked about.
    """
    return {
        key: _leaving_base(rebuilder, key) if rebuilder.is_gone(key) else rebuilder.base(key)
        for key in keys
        if (rebuilder.is_here(key) or (key in settled and rebuilder.is_untaken(key)))
        and (rebuilder.is_gone(key) or key in settled or _ends_overlay(rebuilder, key))
    }


def _ends_overlay(rebuilder: OverlayRebuilder, key: Key) -> bool:
    return any(
        one.acked
        and (one.row.verdict is not None or not one.made_later_than(rebuilder.version(key)))
        for one in rebuilder.own.get(key, ())
    )


def _ids_with_decisions(
    rows: Iterable[ServerRow], acked: Iterable[Key], own: Mapping[Key, Sequence[OwnChange]]
) -> set[str]:
    """Return the ids of records whose decisions may have been confirmed or rejected."""
    in_conflict = {row.id for row in rows if row.conflicts}
    decided = {key[1] for key in acked if any(one.row.op == Op.DECIDE for one in own.get(key, ()))}
    return in_conflict | decided
