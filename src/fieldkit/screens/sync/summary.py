"""What the sync page says about a sync, what waits, and the last ones.

Pure, except :func:`agreement`, which reads the store and runs in its thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fieldkit.screens.base.words import plural

if TYPE_CHECKING:
    from fieldkit.store import Store, SyncSession
    from fieldkit.sync.client import Forecast, Outcome, Progress

_BAR = 24


def weight(size: int) -> str:
    """Return a number of bytes as people read it."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.1f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def bar(progress: Progress) -> str:
    """Draw how far sending is in plain characters; empty if there is nothing to send."""
    from fieldkit.records.fields.formats import indian

    if not progress.total:
        return ""
    filled = _BAR * progress.done // progress.total
    return (
        f"  sending   [{'#' * filled}{'-' * (_BAR - filled)}]"
        f"  {indian(progress.done)} of {indian(progress.total)}"
    )


def under_way(progress: Progress) -> str:
    """Say how far the running sync is."""
    if progress.retry_reason:
        return f"  {progress.retry_reason} ..."
    return bar(progress) or "  asking the server ..."


def received(many: int) -> str:
    """Say how many records arrived from the server; empty for none."""
    return f"  received  {plural(many, 'record')} from the server" if many else ""


def ended(outcome: Outcome) -> str:
    """Say what a sync did."""
    done = f"{plural(outcome.applied, 'change')} sent" if outcome.applied else ""
    back = f"{outcome.rejected} returned to you" if outcome.rejected else ""
    held = f"{outcome.conflicts} to settle" if outcome.conflicts else ""
    late = f"{outcome.late} for a supervisor to decide" if outcome.late else ""
    early = f"{outcome.early} waiting for their records" if outcome.early else ""
    if outcome.ok and not (done or back or held or late or early):
        waited = "" if outcome.received else "Nothing waited. "
        if outcome.returned or outcome.unsettled:  # these count on this laptop only
            return f"{waited}The server has every change from here."
        return f"{waited}The server and this laptop hold the same."
    return ", ".join(filter(None, (done, back, held, late, early))) or "Nothing was sent."


def to_send(cost: Forecast) -> str:
    """Say what waits to be sent, and how long that takes on the line as last measured."""
    more = "more is to come from the server" if cost.more else ""
    if not cost.changes:
        return f"  Nothing waits to be sent{'; ' + more if more else ''}."
    parts = [f"  {plural(cost.changes, 'change')} to send", weight(cost.bytes)]
    if cost.seconds is not None:
        took = plural(cost.seconds, "second")
        where = "" if more else " on this line"  # both do not fit the narrowest screen
        parts.append(f"about {took}{where} ({cost.kilobits} kbit/s)")
    return ", ".join([*parts, *(["more to come"] if more else [])])


def agreement(store: Store) -> str:
    """Compare what laptop and server have: the number of changes, and the chain heads."""
    from fieldkit.records.fields.formats import indian

    log = store.outbox.log_position()
    if log is None or log.server_head is None:
        return ""
    same = store.outbox.head_before(log.origin, log.acked_seq + 1)
    left = log.last_seq - log.acked_seq
    verdict = f"{indian(left)} not sent yet" if left else "same"
    if same != log.server_head:
        verdict = "not the same"
    return (
        f"  This laptop {plural(log.last_seq, 'change')}"
        f"     server {indian(log.acked_seq)}     {verdict}"
    )


def last_syncs(sessions: Sequence[SyncSession], lines: int) -> list[str]:
    """Return a line for each of the last syncs, latest first; alike failures in a row share one."""
    from fieldkit.records.fields.formats import Moment

    runs: list[tuple[SyncSession, int]] = []
    for session in sessions:
        if runs and _alike(runs[-1][0], session):
            runs[-1] = (replace(session, error=runs[-1][0].error), runs[-1][1] + 1)
        else:
            runs.append((session, 1))
    found = []
    for session, many in runs[:lines]:
        moved = weight(session.bytes_up + session.bytes_down)
        what = f"ok, {moved}" if session.ok else _why(session.error)
        since = f"{many} times since " if many > 1 else ""
        found.append(f"  {since}{Moment().show(session.at)}  {what}")
    return found


def _why(error: str | None) -> str:
    """Return why a sync ended, without its last sentence, which says what waited then."""
    why, _, waited = (error or "Did not end well.").rpartition(". ")
    return f"{why}." if why else waited


def _alike(one: SyncSession, other: SyncSession) -> bool:
    """Say whether both failed for the same reason."""
    failed = not one.ok and not other.ok
    return failed and (one.error or "").split(".")[0] == (other.error or "").split(".")[0]
