"""The end-of-day receipt: this laptop's logs compared with the server's copies of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from textwrap import wrap

from fieldkit.plain_text import shown
from fieldkit.protocol.change import salted_head
from fieldkit.protocol.messages.sync import ReceiptAnswer, ReceiptRequest, ReceivedLog
from fieldkit.records import kinds
from fieldkit.records.fields.dates import Moment
from fieldkit.records.fields.formats import indian
from fieldkit.store import Device, LogCount, LogPosition, State, Store
from fieldkit.sync.client import open_transport
from fieldkit.sync.enrol import NotEnrolled
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.sentences import refusal_sentence
from fieldkit.sync.transport import Transport

WIDTH = 80
_MOST_ORIGINS = 100
"""Most logs in one request."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side's copy of a log."""

    seq: int
    """The number of its changes."""
    head: str
    """In hexadecimal; equal heads mean equal logs."""
    kinds: Mapping[str, int] | None
    """Changes by kind of record; None if not known."""


@dataclass(frozen=True, slots=True)
class LogReceipt:
    """One log on both sides."""

    origin: str
    in_use: bool
    """Whether new changes are added to it; otherwise it is from before a copy or restore."""
    here: Side
    there: Side
    fits: bool
    """Whether both sides are equal up to the end of the shorter."""
    same: bool
    """Whether the server has the whole log, and both are equal."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """All logs on both sides."""

    at: int
    """By the laptop's clock, seconds since 1970 UTC."""
    device: Device
    logs: tuple[LogReceipt, ...]
    server_at: int | None = None
    """When the server answered, by its clock; None: it gave no answer now, and its side is as of
    the last sync."""
    last_sync: int | None = None
    """The time of that sync, by the laptop's clock; None: never."""
    error: str = ""
    """Why the server gave no answer, as a sentence."""
    offline: bool = False
    returned: int = 0
    """Rejected changes that are still to be corrected."""
    to_settle: int = 0
    """Open conflicts."""
    unsettled: int = 0
    """Late and waiting changes, which the server may yet take."""

    @property
    def same(self) -> bool:
        """Whether the server has just confirmed that it has every change of this laptop."""
        return self.server_at is not None and all(log.same for log in self.logs)


def receipt(store: Store, *, transport: Transport | None = None) -> Receipt:
    """Compare this laptop's logs with the server's, as of the last sync if it cannot be reached.

    Tests replace ``transport``.

    Raises:
        NotEnrolled: this laptop is not set up, or has no server.
    """
    device = store.device
    if device is None:
        raise NotEnrolled("This laptop is not set up yet. Start fieldkit, or `fieldkit init`.")
    found, open_here = _compare(store, device, transport), store.outbox.counts()
    return replace(
        found,
        returned=open_here[State.REJECTED],
        to_settle=open_here[State.CONFLICT],
        unsettled=open_here[State.LATE] + open_here[State.WAITING],
    )


def _compare(store: Store, device: Device, transport: Transport | None) -> Receipt:
    counts = store.outbox.receipt()
    origins = [count.origin for count in counts] or [device.origin]
    try:
        if transport is not None:
            now, held = _request(store, transport, origins)
        else:
            with open_transport(store) as opened:
                now, held = _request(store, opened, origins)
    except (Offline, ConnectionLost):
        return _as_of_last_sync(store, device, counts, "No connection.", offline=True)
    except ServerRefusal as refusal:
        return _as_of_last_sync(store, device, counts, refusal_sentence(refusal))
    logs = tuple(_compare_log(store, device, count, held.get(count.origin)) for count in counts)
    return Receipt(store.now(), device, logs, server_at=now)


def _request(
    store: Store, transport: Transport, origins: Sequence[str]
) -> tuple[int, dict[str, ReceivedLog]]:
    held: dict[str, ReceivedLog] = {}
    now, salt = 0, token_hex(16)
    for start in range(0, len(origins), _MOST_ORIGINS):
        request = ReceiptRequest(origins=list(origins[start : start + _MOST_ORIGINS]), salt=salt)
        answer = transport.post("/v1/receipt", request, ReceiptAnswer)
        held.update((log.origin, _recognised(store, log, salt)) for log in answer.logs)
        now = answer.now
    return now, held


def _recognised(store: Store, log: ReceivedLog, salt: str) -> ReceivedLog:
    """Put the head in the place of its salted hash, where it is the same as here (rule 40)."""
    head = store.outbox.head_before(log.origin, log.seq + 1)
    same = log.salted and log.head == salted_head(salt, log.origin, log.seq, head)
    return log.model_copy(update={"head": head.hex(), "salted": False}) if same else log


def _compare_log(
    store: Store, device: Device, count: LogCount, held: ReceivedLog | None
) -> LogReceipt:
    if held is None:
        # The server does not report logs that it knows as another device's.
        return _log_as_of_last_sync(store, device, count)
    here, there = _here(count), Side(held.seq, held.head, held.kinds)
    in_use = count.origin == device.origin
    if held.seq > count.seq:
        # This is an older copy; in a sync the server confirmed that its log begins with this one.
        fits = not in_use and _confirmed(store.outbox.log_position(count.origin))
        return LogReceipt(count.origin, in_use, here, there, fits, fits)
    fits = store.outbox.head_before(count.origin, held.seq + 1).hex() == held.head
    same = fits and held.seq == count.seq and held.kinds == count.kinds
    return LogReceipt(count.origin, in_use, here, there, fits, same)


def _log_as_of_last_sync(store: Store, device: Device, count: LogCount) -> LogReceipt:
    """Return a log with the server's side as of the last sync."""
    position = store.outbox.log_position(count.origin)
    head = position.server_head.hex() if position and position.server_head else ""
    there = Side(count.acked_seq, head, None)
    in_use = count.origin == device.origin
    return LogReceipt(count.origin, in_use, _here(count), there, True, _confirmed(position))


def _here(count: LogCount) -> Side:
    return Side(count.seq, count.head.hex(), count.kinds)


def _confirmed(position: LogPosition | None) -> bool:
    """Say whether the server confirmed in a sync that it has the whole log, and both are equal."""
    return position is not None and position.settled and position.server_head == position.head


def _as_of_last_sync(
    store: Store, device: Device, counts: Sequence[LogCount], error: str, *, offline: bool = False
) -> Receipt:
    """Return the receipt with the server's side as of the last sync."""
    logs = tuple(_log_as_of_last_sync(store, device, count) for count in counts)
    last = next((one.at for one in store.outbox.sessions(100) if one.ok), None)
    return Receipt(store.now(), device, logs, last_sync=last, error=error, offline=offline)


def as_json(found: Receipt) -> dict[str, object]:
    """Return the receipt as JSON; ``match`` is true only if the server has just answered."""
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
        "unsettled": found.unsettled,
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
    """Return the receipt as text in lines of at most 80 columns, without a title."""
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
    """Return the result of a receipt in one or two sentences."""
    return " ".join(filter(None, (_verdict(found), _left_open(found))))


def _as_of(found: Receipt) -> str:
    if found.server_at is not None:
        return f"The server answered on {Moment().show(found.server_at)} by its clock."
    if found.last_sync is None:
        return "The server could not be asked now, and no sync was completed before."
    return (
        f"The server could not be asked now. Its figures are from {Moment().show(found.last_sync)}."
    )


def _log_lines(log: LogReceipt) -> list[str]:
    name = "Changes" if log.in_use else f"Earlier changes, as {log.origin}"
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
    # The database that this one was copied from added changes, which the server also has.
    return "all of it" if log.same and mine < theirs else "not the same"


def _title(kind: str) -> str:
    known = kinds().get(kind)
    return known.plural if known else kind or "not readable"


def _verdict(found: Receipt) -> str:
    if found.server_at is None:
        again = " Make the receipt again when there is a connection." if found.offline else ""
        return f"{found.error}{again}"
    if found.same:
        return "Everything entered on this laptop is on the server, and is the same."
    if all(log.same or (log.fits and log.here.seq > log.there.seq) for log in found.logs):
        return "Not everything is on the server yet. Sync, then make the receipt again."
    return "Laptop and server do not hold the same. Inform the server administrator."


def _left_open(found: Receipt) -> str:
    """Return sentences about changes that the server has but did not accept."""
    parts = []
    if found.returned:
        many = indian(found.returned)
        changes = "1 change was" if many == "1" else f"{many} changes were"
        parts.append(f"{changes} returned to you: correct on the Sync page.")
    if found.to_settle:
        many = indian(found.to_settle)
        values = "1 value" if many == "1" else f"{many} values"
        parts.append(f"{values} to settle: settle on the Sync page.")
    if found.unsettled:
        many = indian(found.unsettled)
        changes = "1 change waits" if many == "1" else f"{many} changes wait"
        parts.append(
            f"{changes} on the server for a supervisor to decide, or for another record to arrive."
        )
    return " ".join(parts)
