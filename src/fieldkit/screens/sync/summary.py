"""What the sync page says about a sync, what waits, and the last ones, as lines of text.

Pure, except :func:`read_holdings`, which reads the store and runs in its thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.base.words import plural
from fieldkit.screens.look.charts import progress_line
from fieldkit.screens.look.glyphs import CORRECT, OPEN, SAME
from fieldkit.screens.look.text import Cell, Span, Text, joined, width_of, wrapped

if TYPE_CHECKING:
    from fieldkit.store import Store, SyncSession
    from fieldkit.sync.client import Forecast, Outcome, Progress

_LINE = 46
"""Most cells of the line that shows how far sending is."""
_WEEK = 6 * 86400
_MOST = 3
"""Most lines of one sync."""


class Holdings(NamedTuple):
    """What this laptop and the server hold of what was entered here."""

    entered: int = 0
    """Changes entered on this laptop, in all its logs."""
    laptop: int = 0
    """Changes of the log that is sent now."""
    server: int = 0
    """Those of them that the server has acknowledged."""
    same: bool | None = None
    """Whether the acknowledged part is the same on both sides; None: the server was not asked."""
    received: int = 0
    """Records that are here."""


def read_holdings(store: Store) -> Holdings:
    """Compare what laptop and server have: the number of changes, and the chain heads."""
    log = store.outbox.log_position()
    if log is None:
        return Holdings()
    same = store.outbox.head_before(log.origin, log.acked_seq + 1) == log.server_head
    entered = log.last_seq or sum(count.seq for count in store.outbox.receipt())
    return Holdings(
        entered,
        log.last_seq,
        log.acked_seq,
        None if log.server_head is None else same,
        0 if entered else sum(store.counts().values()),
    )


# --- what waits ---


def weight(size: int) -> str:
    """Return a number of bytes as people read it."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.1f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def headline(enrolled: bool, cost: Forecast, holdings: Holdings, width: int) -> list[Text]:
    """Say in a few words what is not sent, and how long a sync takes at the measured speed."""
    many = plural(cost.changes, "change")
    more = "more is to come from the server" if cost.more else ""
    sign: Cell = ""
    if not enrolled:
        words = "No server yet"
        about = f"{many} on this laptop alone" if cost.changes else ""
    elif holdings.same is False:
        sign, words = (Span(CORRECT, "bad"),), "Not the same"
        about = "This laptop and the server differ. Inform the server administrator."
    elif cost.changes:
        words = f"{many} to send"
        parts = [weight(cost.bytes)]
        if cost.seconds is not None:
            took = plural(cost.seconds, "second")
            parts.append(f"about {took} on this connection ({cost.kilobits} kbit/s)")
        about = ", ".join(filter(None, (*parts, more)))
    elif holdings.entered:
        sign, words, about = (Span(SAME, "ok"),), "All sent", more
    else:
        words, about = "Nothing to send", more
    said = joined([sign, (Span(words, "strong"),)], " ")
    return wrapped(joined([said, (Span(about, "dim"),)]), width, 3)


def removed(work: str, width: int) -> list[Text]:
    """Say that the server ended the access of this laptop, and what became of its ``work``."""
    head: Text = (Span(f"{CORRECT} ", "bad"), Span("Removed from the server", "strong"))
    return wrapped(joined([head, (Span(work, "dim"),)]), width, 3)


# --- a sync under way, and its end ---


def sending(progress: Progress, width: int) -> Text:
    """Return a line for how far the running sync is."""
    from fieldkit.records.fields.formats import indian

    if progress.retry_reason:
        return (Span(f"{CORRECT} ", "warn"), Span(f"{progress.retry_reason} ..."))
    if not progress.total:
        return (Span("asking the server ..."),)
    line = progress_line(progress.done / progress.total, min(max(width - 34, 8), _LINE))
    counted = f"{indian(progress.done)} of {indian(progress.total)}"
    return (Span("sending   ", "dim"), *line, Span(f"  {counted}", "strong"))


def received(many: int) -> Text:
    """Say how many records arrived from the server; empty for none."""
    words = f"{plural(many, 'record')} from the server"
    return (Span("received  ", "dim"), Span(words)) if many else ()


def ended(outcome: Outcome) -> Text:
    """Say what a sync did."""
    signs = (Span(f"{SAME} ", "ok"),) if outcome.ok else (Span(f"{OPEN} ", "dim"),)
    return (*signs, Span(_ended(outcome)))


def _ended(outcome: Outcome) -> str:
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


# --- the receipt and the last syncs ---


def agreement(holdings: Holdings) -> list[Text]:
    """Return parts of a line that compares what laptop and server have; none: there is nothing."""
    from fieldkit.records.fields.formats import indian

    if not holdings.entered:
        many = (Span(indian(holdings.received), "strong"),)
        words = (Span("from the server, nothing entered here yet"),)
        return [joined([many, words], " ")] if holdings.received else []
    if holdings.same is None:
        return []
    left = holdings.laptop - holdings.server
    verdict: Text = (Span(f"{SAME} the same", "ok"),)
    if not holdings.same:
        verdict = (Span(f"{CORRECT} not the same", "bad"),)
    elif left:
        verdict = (Span(f"{OPEN} ", "dim"), Span(f"{indian(left)} not sent yet"))
    return [
        (Span("this laptop  "), Span(plural(holdings.laptop, "change"), "strong")),
        (Span("server  "), Span(indian(holdings.server), "strong")),
        verdict,
    ]


def last_syncs(sessions: Sequence[SyncSession], now: int, most: int, width: int) -> list[Text]:
    """Return the last syncs on at most ``most`` lines, latest first: when, how, and what happened.

    Alike failures in a row share a line.
    """
    runs: list[tuple[SyncSession, SyncSession, int]] = []
    for session in sessions:
        if runs and _alike(runs[-1][0], session):
            latest, _, many = runs[-1]
            runs[-1] = (latest, session, many + 1)
        else:
            runs.append((session, session, 1))
    shown = runs[:most]
    wide = max((len(_when(latest.at, now)) for latest, *_ in shown), default=0)
    lines: list[Text] = []
    for latest, first, many in shown:
        sign = Span(SAME, "ok") if latest.ok else Span(CORRECT, "warn")
        since = f" {many} times since {_when(first.at, now)}." if many > 1 else ""
        what = (Span(f"{_what(latest)}{since}", "dim"),)
        head = (Span(f"{_when(latest.at, now):{wide}}  ", "dim"), sign, Span(" "))
        blank = (Span(" " * width_of(head)),)
        words = wrapped(what, width - width_of(head), _MOST)
        lines += [(*(blank if place else head), *text) for place, text in enumerate(words)]
    return lines[:most]


def _what(session: SyncSession) -> str:
    if not session.ok:
        return _why(session.error)
    seconds = max(round(session.seconds), 1)
    took = f"{seconds} s" if seconds < 60 else f"{round(seconds / 60)} min"
    return f"{weight(session.bytes_up + session.bytes_down)} in {took}"


def _when(at: int, now: int) -> str:
    """Return a time as people say it: today's alone, within a week with the day, else the date."""
    from fieldkit.records.fields.dates import INDIA
    from fieldkit.records.fields.formats import Moment

    then, today = datetime.fromtimestamp(at, INDIA), datetime.fromtimestamp(now, INDIA)
    if then.date() == today.date():
        return f"{then:%H:%M}"
    return f"{then:%a %H:%M}" if 0 <= now - at <= _WEEK else Moment().show(at)


def _why(error: str | None) -> str:
    """Return why a sync ended, without its last sentence, which says what waited then."""
    why, _, waited = (error or "Not completed.").rpartition(". ")
    return f"{why}." if why else waited


def _alike(one: SyncSession, other: SyncSession) -> bool:
    """Say whether both failed for the same reason."""
    failed = not one.ok and not other.ok
    return failed and (one.error or "").split(".")[0] == (other.error or "").split(".")[0]
