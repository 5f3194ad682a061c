"""The end-of-day receipt: what this laptop's logs hold against what the server holds of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from fieldkit.plain_text import shown
from fieldkit.protocol.messages import ReceiptAnswer, ReceiptRequest, ReceivedLog
from fieldkit.records import kinds
from fieldkit.records.fields.dates import Moment
from fieldkit.records.fields.formats import indian
from fieldkit.store import Device, LogCount, LogPosition, State, Store
from fieldkit.sync.client import open_transport
from fieldkit.sync.enrol import NotEnrolled
from fieldkit.sync.sentences import refusal_sentence
from fieldkit.sync.transport import ConnectionLost, Offline, ServerRefusal, Transport

WIDTH = 80
_MOST_ORIGINS = 100
"""Logs asked about in one request."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side holds of a log."""

    seq: int
    """Its changes."""
    head: str
    """In hexadecimal: equal heads mean equal logs up to there."""
    kinds: Mapping[str, int] | None
    """Changes by kind of record; None if that is not known."""


@dataclass(frozen=True, slots=True)
class LogReceipt:
    """One log, here and there."""

    origin: str
    in_use: bool
    """Whether new entries go to it; else it is from before a copy or a restore."""
    here: Side
    there: Side
    fits: bool
    """Whether both are the same as far as both go."""
    same: bool
    """Whether the server holds all of it, and the same."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Both halves, side by side."""

    at: int
    """By the laptop's clock, seconds since 1970 UTC."""
    device: Device
    logs: tuple[LogReceipt, ...]
    server_at: int | None = None
    """When the server answered, by its clock; None: it could not be asked, and its half is what it
    said in the last sync."""
    last_sync: int | None = None
    """When that was, by the laptop's clock; None: never."""
    trouble: str = ""
    """Why the server could not be asked, as a sentence."""
    offline: bool = False
    returned: int = 0
    """Changes that the server holds and has not taken, still to be corrected."""
    to_settle: int = 0
    """Conflicts open here."""

    @property
    def same(self) -> bool:
        """Whether the server said just now that it holds all that was entered here."""
        return self.server_at is not None and all(log.same for log in self.logs)


def receipt(store: Store, *, link: Transport | None = None) -> Receipt:
    """Compare this laptop's logs with the server's; where it cannot be asked, as it last said.

    ``link`` stands in for the line to the server.

    Raises:
        NotEnrolled: this laptop is not set up, or has no server.
    """
    device = store.device
    if device is None:
        raise NotEnrolled("This laptop is not set up yet. Start fieldkit, or `fieldkit init`.")
    found, open_here = _compare(store, device, link), store.outbox.counts()
    return replace(found, returned=open_here[State.REJECTED], to_settle=open_here[State.CONFLICT])


def _compare(store: Store, device: Device, link: Transport | None) -> Receipt:
    counts = store.outbox.receipt()
    origins = [count.origin for count in counts] or [device.origin]
    try:
        if link is None:
            with open_transport(store) as line:
                now, held = _ask(line, origins)
        else:
            now, held = _ask(link, origins)
    except (Offline, ConnectionLost):
        return _unasked(store, device, counts, "No connection.", offline=True)
    except ServerRefusal as told:
        return _unasked(store, device, counts, refusal_sentence(told))
    logs = tuple(_compared(store, device, count, held.get(count.origin)) for count in counts)
    return Receipt(store.now(), device, logs, server_at=now)


def _ask(link: Transport, origins: Sequence[str]) -> tuple[int, dict[str, ReceivedLog]]:
    held: dict[str, ReceivedLog] = {}
    now = 0
    for start in range(0, len(origins), _MOST_ORIGINS):
        request = ReceiptRequest(origins=list(origins[start : start + _MOST_ORIGINS]))
        answer = link.ask("/v1/receipt", request, ReceiptAnswer)
        held.update((log.origin, log) for log in answer.logs)
        now = answer.now
    return now, held


def _compared(store: Store, device: Device, count: LogCount, held: ReceivedLog | None) -> LogReceipt:
    if held is None:
        # The server tells nothing of a log that it knows as another device's.
        return _as_told(store, device, count)
    here, there = _here(count), Side(held.seq, held.head, held.kinds)
    in_use = count.origin == device.origin
    if held.seq > count.seq:
        # An older copy: the server said in a sync that its log begins as this one.
        fits = not in_use and _confirmed(store.outbox.standing(count.origin))
        return LogReceipt(count.origin, in_use, here, there, fits, fits)
    fits = store.outbox.head_before(count.origin, held.seq + 1).hex() == held.head
    same = fits and held.seq == count.seq and held.kinds == count.kinds
    return LogReceipt(count.origin, in_use, here, there, fits, same)


def _as_told(store: Store, device: Device, count: LogCount) -> LogReceipt:
    """Return a log with the server's side as of the last sync."""
    standing = store.outbox.standing(count.origin)
    head = standing.server_head.hex() if standing and standing.server_head else ""
    there = Side(count.acked_seq, head, None)
    in_use = count.origin == device.origin
    return LogReceipt(count.origin, in_use, _here(count), there, True, _confirmed(standing))


def _here(count: LogCount) -> Side:
    return Side(count.seq, count.head.hex(), count.kinds)


def _confirmed(standing: LogPosition | None) -> bool:
    """Say whether the server said in a sync that it holds all of a log, and the same."""
    return standing is not None and standing.settled and standing.server_head == standing.head


def _unasked(
    store: Store, device: Device, counts: Sequence[LogCount], why: str, *, offline: bool = False
) -> Receipt:
    """Return the receipt with the server's half as of the last sync."""
    logs = tuple(_as_told(store, device, count) for count in counts)
    last = next((one.at for one in store.outbox.sessions(100) if one.ok), None)
    return Receipt(store.now(), device, logs, last_sync=last, trouble=why, offline=offline)


def as_json(found: Receipt) -> dict[str, object]:
    """Return the receipt as JSON values; ``match`` only if the server was asked."""
    return {
        "at": found.at,
        "origin": found.device.origin,
        "name": found.device.name,
        "server": found.device.server,
        "asked": found.server_at is not None,
        "server_at": found.server_at,
        "last_sync": found.last_sync,
        "match": found.same,
        "returned": found.returned,
        "to_settle": found.to_settle,
        "logs": [
            {
                "origin": log.origin,
                "laptop": _side_json(log.here),
                "server": _side_json(log.there),
                "match": log.same,
            }
            for log in found.logs
        ],
    }


def _side_json(side: Side) -> dict[str, object]:
    counts = None if side.kinds is None else dict(side.kinds)
    return {"seq": side.seq, "head": side.head or None, "counts": counts}


def text(found: Receipt) -> str:
    """Return the receipt as people read it: lines of at most 80 columns, without a head."""
    device = found.device
    lines = [
        f"Receipt of {Moment().show(found.at)}",
        f"Laptop {device.origin}, {device.name}",
        f"Server {device.server}",
        _as_of(found),
    ]
    for log in found.logs:
        lines += ["", *_log_lines(log)]
    lines += ["", *wrap(_verdict(found), WIDTH), *wrap(_left_open(found), WIDTH)]
    return "".join(f"{shown(line)[:WIDTH]}\n" for line in lines)


def verdict(found: Receipt) -> str:
    """Return in a sentence or two what a receipt comes to."""
    return " ".join(filter(None, (_verdict(found), _left_open(found))))


def _as_of(found: Receipt) -> str:
    if found.server_at is not None:
        return f"The server answered on {Moment().show(found.server_at)} by its clock."
    if found.last_sync is None:
        return "The server could not be asked now, and no sync has worked yet."
    return f"The server could not be asked now: its side is as of {Moment().show(found.last_sync)}."


def _log_lines(log: LogReceipt) -> list[str]:
    name = "Changes" if log.in_use else f"Changes as {log.origin}, before a copy"
    here, there = log.here.kinds or {}, log.there.kinds
    lines = [_line(name, "this laptop", "server", "")]
    for kind in [*kinds(), *sorted({*here, *(there or {})} - kinds().keys())]:
        mine, theirs = here.get(kind, 0), None if there is None else there.get(kind, 0)
        if mine or theirs:
            lines.append(
                _line(f"  {_title(kind)}", indian(mine), _many(theirs), _word(mine, theirs, log))
            )
    left = log.here.seq - log.there.seq
    if log.same:
        word = "same" if left == 0 else "all of it"
    else:
        word = f"{indian(left)} not sent" if left > 0 and log.fits else "not the same"
    return [*lines, _line("  All", indian(log.here.seq), indian(log.there.seq), word)]


def _line(name: str, here: str, there: str, word: str) -> str:
    return f"{name[:37]:38}{here:>12}{there:>12}  {word}".rstrip()


def _many(count: int | None) -> str:
    return "not known" if count is None else indian(count)


def _word(mine: int, theirs: int | None, log: LogReceipt) -> str:
    if theirs is None:
        return ""
    if mine == theirs:
        return "same"
    # The copy that this one was made from went on: the server holds its work as well.
    return "all of it" if log.same and mine < theirs else "not the same"


def _title(kind: str) -> str:
    known = kinds().get(kind)
    return known.plural if known else kind or "not readable"


def _verdict(found: Receipt) -> str:
    if found.server_at is None:
        again = " Make the receipt again when there is a line." if found.offline else ""
        return f"{found.trouble}{again}"
    if found.same:
        return "All that was entered on this laptop is on the server, and the same."
    if all(log.same or (log.fits and log.here.seq > log.there.seq) for log in found.logs):
        return "Not all is on the server yet. Sync, then make the receipt again."
    return "Both sides are not the same. Tell whoever looks after the server."


def _left_open(found: Receipt) -> str:
    """Say what the server holds and does not use: being there is not being taken."""
    parts = []
    if found.returned:
        many = indian(found.returned)
        changes = "1 change was" if many == "1" else f"{many} changes were"
        parts.append(f"{changes} returned to you and not taken: correct that on Sync.")
    if found.to_settle:
        many = indian(found.to_settle)
        values = "1 value is" if many == "1" else f"{many} values are"
        parts.append(f"{values} not used yet: settle that on Sync.")
    return " ".join(parts)
