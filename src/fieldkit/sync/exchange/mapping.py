"""Maps the store's state to the next request, and the answer to what the store applies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from fieldkit import __version__
from fieldkit.plain_text import shown
from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.finding import APPLIED, Finding, Severity
from fieldkit.protocol.messages.scope import WHOLE_UT
from fieldkit.protocol.messages.sync import (
    MOST_ROWS,
    Batch,
    Focus,
    Mark,
    PageRow,
    Parent,
    SyncAnswer,
    SyncRequest,
    Unsettled,
)
from fieldkit.store import (
    Answered,
    FocusAt,
    Logged,
    LogPosition,
    PullState,
    ServerRow,
    SettledChange,
    Store,
)


def compose_request(
    store: Store,
    position: LogPosition,
    state: PullState,
    logged: Sequence[Logged],
    rows: int,
    unsettled: Unsettled | None = None,
) -> SyncRequest:
    """Return the request that sends these changes of one origin and requests ``rows`` rows.

    ``unsettled``: the changes of the origin to ask about.
    """
    batch = None
    if logged:
        first = logged[0].change.seq
        batch = Batch(
            first=first,
            before=store.outbox.head_before(position.origin, first).hex(),
            changes=[one.change.as_json() for one in logged],
        )
    parent, focus = position.parent, state.focus
    return SyncRequest(
        origin=position.origin,
        last_seq=position.last_seq,
        head=position.head.hex(),
        acked=position.acked_seq,
        parent=Parent(origin=parent[0], seq=parent[1], head=parent[2].hex()) if parent else None,
        batch=batch,
        # Names the whole UT even before the first record of it: so the server sends those.
        cursors={WHOLE_UT: 0, **state.cursors},
        focus=Focus(district=focus.district, block=focus.block, position=focus.position)
        if focus
        else None,
        epoch=state.epoch,
        mark=state.mark or Mark(),
        incarnation=state.incarnation,
        # Rows of the batch come back with little more than a version, so they do not count.
        most=min(rows + len(logged), MOST_ROWS),
        now=max(store.now(), 0),
        codes=True,
        unsettled=unsettled or Unsettled(),
        program=__version__[:40],
        left=max(store.outbox.unsent() - len(logged), 0),
    )


def map_answer(
    origin: str,
    seq: int,
    head: bytes,
    batch: Sequence[Logged],
    asked: PullState,
    questions: Unsettled,
    answer: SyncAnswer,
    now: int,
) -> Answered:
    """Return the answer up to ``seq``, the last acknowledged change with the head ``head``.

    ``asked``: the state that the page was requested from. ``questions``: the changes asked about.

    Verdicts carry no values and never change a row; only the rows of the page do (rule 22).
    """
    kept = [one.change.seq for one in batch if one.change.seq <= seq]
    page = answer.page
    focus = answer.focus
    return Answered(
        origin=origin,
        seq=seq,
        head=head,
        versions=dict(zip(kept, answer.versions, strict=False)),
        verdicts=[one for one in answer.verdicts if one.seq in kept],
        settled=[
            SettledChange(one.seq, one.version, None if one.verdict == APPLIED else one)
            for one in answer.settled
            if one.seq <= seq
        ],
        asked_again=questions.again if answer.fork is None else (),
        rows=[_row(row) for row in page.rows] if page else (),
        gone=[(one.kind, one.id) for one in page.gone] if page else (),
        cursors=answer.cursors,
        focus=FocusAt(focus.district, focus.block, focus.position) if focus else None,
        more=answer.more,
        bare=page is not None and not answer.cursors,
        skew=answer.now - now if answer.now else 0,
        token=answer.token,
        mark=answer.mark,
        asked=asked,
    )


def _row(row: PageRow) -> ServerRow:
    # Values parsed from JSON are Json.
    values = cast(dict[str, Json] | None, row.values)
    conflicts = tuple(
        one.model_copy(update={"by": shown(one.by), "stands_by": shown(one.stands_by)})
        for one in row.conflicts
    )
    findings = tuple(
        Finding(
            row.kind,
            row.id,
            one.field,
            one.rule,
            one.params,
            tuple(one.related),
            Severity.WARN,
            shown(one.message),
        )
        for one in row.findings
    )
    return ServerRow(row.kind, row.id, row.version, values, conflicts, findings)
