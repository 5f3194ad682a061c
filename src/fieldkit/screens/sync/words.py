"""What the sync screen says, in plain words. Records load after the first paint, hence the imports.

Pure, but for what is read from a store given; that runs in its thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldkit.store import Store, SyncSession
    from fieldkit.sync.client import Forecast, Outcome, Progress

_BAR = 24


def plural(many: int, thing: str) -> str:
    """Count things in words: "1 change", "1,200 changes"."""
    from fieldkit.records.fields.formats import indian

    return f"{indian(many)} {thing}{'' if many == 1 else 's'}"


def weight(size: int) -> str:
    """Say a number of bytes as people read it."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.1f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def bar(progress: Progress) -> str:
    """Draw how far sending has come in plain characters; empty if there is nothing to send."""
    from fieldkit.records.fields.formats import indian

    if not progress.total:
        return ""
    filled = _BAR * progress.done // progress.total
    return (
        f"  sending   [{'#' * filled}{'-' * (_BAR - filled)}]"
        f"  {indian(progress.done)} of {indian(progress.total)}"
    )


def under_way(progress: Progress) -> str:
    """Say how a sync stands that is under way."""
    if progress.retry_reason:
        return f"  {progress.retry_reason} ..."
    return bar(progress) or "  asking the server ..."


def received(many: int) -> str:
    """Say how many records came from the server; empty for none."""
    return f"  received  {plural(many, 'record')} from the server" if many else ""


def ended(outcome: Outcome) -> str:
    """Say what a sync did."""
    done = f"{plural(outcome.applied, 'change')} sent" if outcome.applied else ""
    back = f"{outcome.rejected} returned to you" if outcome.rejected else ""
    held = f"{outcome.conflicts} to settle" if outcome.conflicts else ""
    if outcome.ok and not (done or back or held):
        waited = "" if outcome.received else "Nothing waited. "
        if outcome.returned:  # which stands on this laptop alone
            return f"{waited}The server has every change from here."
        return f"{waited}The server and this laptop hold the same."
    return ", ".join(filter(None, (done, back, held))) or "Nothing was sent."


def waits(cost: Forecast) -> str:
    """Say what is to be sent, and what that costs on the line as last measured."""
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
    """Compare what both sides hold: the number of changes, and the chain over them."""
    from fieldkit.records.fields.formats import indian

    standing = store.outbox.standing()
    if standing is None or standing.server_head is None:
        return ""
    same = store.outbox.head_before(standing.origin, standing.acked_seq + 1)
    left = standing.last_seq - standing.acked_seq
    verdict = f"{indian(left)} not sent yet" if left else "same"
    if same != standing.server_head:
        verdict = "not the same"
    return (
        f"  This laptop {plural(standing.last_seq, 'change')}"
        f"     server {indian(standing.acked_seq)}     {verdict}"
    )


def before(sessions: Sequence[SyncSession], lines: int) -> list[str]:
    """Tell the last syncs, the latest first; those that failed alike, one after another, in one."""
    from fieldkit.records.fields.formats import Moment

    runs: list[tuple[SyncSession, int]] = []
    for session in sessions:
        if runs and _alike(runs[-1][0], session):
            runs[-1] = (replace(session, error=runs[-1][0].error), runs[-1][1] + 1)
        else:
            runs.append((session, 1))
    told = []
    for session, many in runs[:lines]:
        moved = weight(session.bytes_up + session.bytes_down)
        what = f"ok, {moved}" if session.ok else _why(session.error)
        since = f"{many} times since " if many > 1 else ""
        told.append(f"  {since}{Moment().show(session.at)}  {what}")
    return told


def _why(error: str | None) -> str:
    """Return why a sync ended, without what waited then: it is told last."""
    why, _, waited = (error or "Did not end well.").rpartition(". ")
    return f"{why}." if why else waited


def _alike(one: SyncSession, other: SyncSession) -> bool:
    """Say whether both failed for the same reason."""
    failed = not one.ok and not other.ok
    return failed and (one.error or "").split(".")[0] == (other.error or "").split(".")[0]


def how_long(seconds: int) -> str:
    """Say a stretch of time in its largest unit: "3 hours", "12 minutes"."""
    size = abs(seconds)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if size >= length:
            return plural(round(size / length), unit)
    return "less than a minute"


def clock_said(store: Store) -> str | None:
    """Return a sentence if the laptop's clock cannot be right, or was not by the server's."""
    from fieldkit.store.clock import WRONG

    device = store.device
    skew = (device and device.skew) or 0
    if abs(skew) <= WRONG:
        return store.clock_doubt()
    return store.clock_doubt() or (
        f"At the last sync this laptop's clock was {how_long(skew)} "
        f"{'behind' if skew > 0 else 'ahead of'} the server's. If it still is, set the date and "
        "time; everything typed is kept all the same."
    )
