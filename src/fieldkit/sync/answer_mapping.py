"""Maps the server's answer to the types that the store applies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from fieldkit.plain_text import shown
from fieldkit.protocol.change import Json
from fieldkit.protocol.finding import APPLIED, Finding, Severity
from fieldkit.protocol.messages import PageRow, SyncAnswer
from fieldkit.store import Answered, FocusAt, Logged, ServerRow, SettledChange


def map_answer(
    origin: str, seq: int, head: bytes, batch: Sequence[Logged], answer: SyncAnswer, now: int
) -> Answered:
    """Return the answer up to ``seq``, the last acknowledged change with the head ``head``.

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
        rows=[_row(row) for row in page.rows] if page else (),
        gone=[(one.kind, one.id) for one in page.gone] if page else (),
        cursors=answer.cursors,
        focus=FocusAt(focus.district, focus.block, focus.position) if focus else None,
        more=answer.more,
        skew=answer.now - now if answer.now else 0,
        token=answer.token,
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
