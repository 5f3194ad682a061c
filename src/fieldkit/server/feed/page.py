"""One page for a device: the present rows of the feed entries of its scope after its cursors.

It is read in its own transaction after the batch has committed; all queries see one snapshot. Feed
positions commit in order, so a page may end after any entry (rule 18).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, and_, not_, or_, select, true

from fieldkit.protocol.messages.scope import WHOLE_UT, Scope
from fieldkit.protocol.messages.sync import (
    LARGEST_BODY,
    MOST_DISTRICTS,
    FindingItem,
    Focus,
    Gone,
    Page,
    PageRow,
    SyncRequest,
)
from fieldkit.server.conflicts import Held, conflicts
from fieldkit.server.database.rows import Key, StoredRecord, read_records
from fieldkit.server.database.tables import FEED
from fieldkit.server.feed.findings import coded, seen_from, stored_findings
from fieldkit.server.feed.positions import positions
from fieldkit.server.feed.sentences import spoken_finding
from fieldkit.server.scope import Reader

_LARGEST_ROWS = LARGEST_BODY * 3 // 4
"""Characters of the rows of one page, which the laptop accepts however badly they compress."""


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page, and the cursors at its end."""

    page: Page | None
    cursors: Mapping[int, int]
    focus: Focus | None
    more: bool


@dataclass(slots=True)
class _Stream:
    """A district's feed after the cursor, or the part of it in one block."""

    district: int
    start: int
    end: int
    """The district's last position: the cursor once all is read."""
    entries: list[tuple[int, Key]] = field(default_factory=list)
    whole: bool = False
    """Whether ``entries`` reach the end."""

    def reached(self, taken: int) -> int:
        """Return the position after the first ``taken`` entries."""
        if self.whole and taken == len(self.entries):
            return self.end
        return self.entries[taken - 1][0] if taken else self.start


def read_page(
    connection: Connection, scope: Scope, request: SyncRequest, own: Mapping[Key, int]
) -> PageResult:
    """Read the page that a request asks for.

    ``own``: the records whose rows at these versions the laptop can derive from its own changes.
    """
    reader = Reader(scope, whole_ut=WHOLE_UT in request.cursors)
    last = positions(connection)
    focus = request.focus if request.focus and request.focus.district in last else None
    if scope.block is not None or not scope.holds(focus.district if focus else -1, None):
        focus = None
    streams = list(_streams(reader, request, last, focus))
    left, focus_read = request.most, focus
    for at, stream in enumerate(streams):
        first = focus if at == 0 else None
        here = FEED.c.block == first.block if first else _in_scope(scope, focus_read, stream)
        _read(connection, stream, here, left)
        left -= len(stream.entries)
        if first and stream.whole:
            focus_read = first.model_copy(update={"position": stream.end})
    order = [entry for stream in streams for _, entry in stream.entries]
    rows = read_records(connection, dict.fromkeys(order))
    held = conflicts(connection, rows.keys())
    taken = _count_fitting(order, rows, held)
    page = _page(
        connection, reader, dict.fromkeys(order[:taken]), rows, held, own, codes=request.codes
    )
    return _page_result(page, streams, focus, taken)


def _streams(
    reader: Reader, request: SyncRequest, last: Mapping[int, int], focus: Focus | None
) -> Iterable[_Stream]:
    """Yield the streams in reading order: the own block, the whole UT, its district, the others."""
    scope = reader.scope
    ut = {WHOLE_UT} if reader.whole_ut else set[int]()
    if scope.district is None:
        own = focus.district if focus else -1
        found = sorted(ut | last.keys(), key=lambda one: (one != WHOLE_UT, one != own, one))
        districts = found[:MOST_DISTRICTS]
    elif scope.block is None:
        districts = [*ut, scope.district]
    else:
        districts = [scope.district, *ut]
    if focus is not None:
        start = max(focus.position, request.cursors.get(focus.district, 0))
        yield _Stream(focus.district, start, last[focus.district])
    for district in districts:
        end = last.get(district, 0)
        yield _Stream(district, min(request.cursors.get(district, 0), end), end)


def _in_scope(scope: Scope, focus_read: Focus | None, stream: _Stream) -> ColumnElement[bool]:
    """Leave out other blocks, and entries already read with the block in focus."""
    if stream.district == WHOLE_UT:
        return true()
    if scope.block is not None:
        return or_(FEED.c.block.is_(None), FEED.c.block == scope.block)
    if focus_read is not None and focus_read.district == stream.district:
        with_focus = and_(FEED.c.block == focus_read.block, FEED.c.position <= focus_read.position)
        return or_(FEED.c.block.is_(None), not_(with_focus))
    return true()


def _read(connection: Connection, stream: _Stream, here: ColumnElement[bool], left: int) -> None:
    """Read at most ``left`` entries of a stream, and whether they reach its end."""
    if stream.start >= stream.end:
        stream.whole = True
        return
    query = (
        select(FEED.c.position, FEED.c.kind, FEED.c.record_id)
        .where(FEED.c.district == stream.district, FEED.c.position > stream.start, here)
        .order_by(FEED.c.position)
        .limit(left + 1)
    )
    found = [(row.position, (row.kind, row.record_id)) for row in connection.execute(query)]
    stream.whole, stream.entries = len(found) <= left, found[:left]


def _count_fitting(
    order: Sequence[Key], rows: Mapping[Key, StoredRecord], held: Mapping[Key, Sequence[Held]]
) -> int:
    """Return how many entries fit into a page; at least one."""
    size = 0
    for taken, key in enumerate(order):
        size += len(json.dumps(rows[key].values)) if key in rows else 0
        size += sum(len(json.dumps([one.held, one.base])) for one in held.get(key, ()))
        if size > _LARGEST_ROWS:
            return max(taken, 1)
    return len(order)


def _page(
    connection: Connection,
    reader: Reader,
    keys: Collection[Key],
    rows: Mapping[Key, StoredRecord],
    held: Mapping[Key, Sequence[Held]],
    own: Mapping[Key, int],
    *,
    codes: bool,
) -> Page:
    here = {key: rows[key] for key in keys if key in rows and reader.sees(rows[key].place)}
    findings = _findings(connection, reader, here, codes=codes)
    page = Page()
    for key in keys:
        row = here.get(key)
        if row is None:
            if key in rows:
                page.gone.append(Gone(kind=key[0], id=key[1]))
            continue
        plain = own.get(key) == row.version and not held[key] and not findings[key]
        page.rows.append(
            PageRow(
                kind=key[0],
                id=key[1],
                version=row.version,
                values=None if plain else dict(row.values),
                conflicts=list(held[key]),
                findings=findings[key],
            )
        )
    return page


def _findings(
    connection: Connection,
    reader: Reader,
    rows: Mapping[Key, StoredRecord],
    *,
    codes: bool,
) -> defaultdict[Key, list[FindingItem]]:
    """Read the findings of these records; they name no records outside the scope.

    ``codes``: whether the laptop makes the sentences itself.
    """
    items: defaultdict[Key, list[FindingItem]] = defaultdict(list)
    for finding in seen_from(connection, reader, stored_findings(connection, rows)):
        item = coded if codes and not finding.text else spoken_finding
        items[finding.kind, finding.record_id].append(item(finding))
    return items


def _page_result(
    page: Page, streams: Sequence[_Stream], focus: Focus | None, taken: int
) -> PageResult:
    """Return the page with the cursors after the first ``taken`` entries of all streams.

    After a stream that is not read to its end, later cursors stay where they are: a district's
    cursor must not pass unread entries of the block in focus.
    """
    reached: list[int] = []
    more = False
    for stream in streams:
        here = min(taken, len(stream.entries))
        taken -= here
        reached.append(stream.start if more else stream.reached(here))
        more |= not stream.whole or here < len(stream.entries)
    at = list(zip(streams, reached, strict=True))
    if focus is not None:
        focus = focus.model_copy(update={"position": reached[0]})
        at = at[1:]
    cursors = {stream.district: position for stream, position in at}
    if focus is not None and cursors.get(focus.district, 0) >= focus.position:
        focus = None
    return PageResult(page, cursors, focus, more)
