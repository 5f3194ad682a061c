"""Commands about this laptop: setup, status, enrolment, sync."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator

from fieldkit import reference
from fieldkit.about.words import counted
from fieldkit.cli import DONE, IN_PART, OFFLINE, UNUSABLE, Unusable, print_error
from fieldkit.commands import open_store, say, say_json
from fieldkit.store import Closed, LogPosition, State, Store, SyncSession


def init(args: Namespace) -> int:
    """Set the laptop up with its operator and area."""
    district = reference.option("district", args.district)
    if district is None:
        raise Unusable(
            f"There is no district {args.district}. Choose one of: "
            f"{_codes(reference.options('district'))}."
        )
    block = None
    if args.block is not None:
        block = reference.option("block", args.block)
        if block is None or block.within != district.code:
            inside = [one for one in reference.options("block") if one.within == district.code]
            raise Unusable(
                f"There is no block {args.block} in {district.label}. Choose one of: "
                f"{_codes(inside)}."
            )
    with open_store() as store:
        device = store.init(args.name, args.district, args.block)
    place = f"Block {block.label}, {district.label}" if block else f"District {district.label}"
    say(f"This laptop is {device.origin}, for {device.name}. {place}.")
    return DONE


def _codes(options: Iterable[reference.Option]) -> str:
    return ", ".join(f"{option.code} {option.label}" for option in options)


def status(args: Namespace) -> int:
    """Say what this laptop holds and what is not sent."""
    with open_store() as store:
        position = store.outbox.log_position(store.device.origin if store.device else None)
        found = _status(store, position)
        if args.json:
            say_json(found)
        else:
            _say_status(store, position)
    return DONE


def _status(store: Store, position: LogPosition | None) -> dict[str, object]:
    device = store.device
    sessions = store.outbox.sessions(1)
    pulled = store.pull.state()
    scope = pulled.scope
    return {
        "device": {
            "origin": device.origin,
            "name": device.name,
            "district": device.district,
            "block": device.block,
            "server": device.server,
        }
        if device
        else None,
        "encrypted": store.encrypted,
        "records": store.counts(),
        "outbox": {str(state): many for state, many in store.outbox.counts().items()},
        "last_seq": position.last_seq if position else 0,
        "acked_seq": position.acked_seq if position else 0,
        "head": position.head.hex() if position else None,
        "server_head": position.server_head.hex() if position and position.server_head else None,
        "drafts": len(store.drafts.of()),
        "role": scope.role if scope else None,
        "scope": {"district": scope.district, "block": scope.block} if scope else None,
        "conflicts": len(store.review.conflicts()),
        "cursors": {str(district): at for district, at in pulled.cursors.items()},
        "more": pulled.more,
        "last_sync": session_json(sessions[0]) if sessions else None,
    }


def session_json(session: SyncSession) -> dict[str, object]:
    """Return the figures of a sync."""
    return {
        "at": session.at,
        "ok": session.ok,
        "requests": session.requests,
        "bytes_up": session.bytes_up,
        "bytes_down": session.bytes_down,
        "seconds": round(session.seconds, 2),
        "error": session.error,
    }


def _say_status(store: Store, position: LogPosition | None) -> None:
    device = store.device
    if device is None or position is None:
        say("This laptop is not set up yet. Start fieldkit, or run `fieldkit init`.")
        return
    say(f"{device.name}, laptop {device.origin}, server: {device.server or 'none yet'}")
    say(
        "The data on this laptop is encrypted."
        if store.encrypted
        else "The data on this laptop is not encrypted: `fieldkit protect` encrypts it."
    )
    for kind, many in store.counts().items():
        if many:
            say(f"  {kind:24}{many:>10}")
    counts = store.outbox.counts()
    logs = store.outbox.receipt()
    say(
        f"{counted(sum(log.seq for log in logs), 'change', 'changes')} saved here, "
        f"{sum(log.acked_seq for log in logs)} on the server, "
        f"{counts[State.QUEUED] + counts[State.SENT]} not sent yet, {counts[State.REJECTED]} "
        "returned to you."
    )
    if many := len(store.review.conflicts()):
        say(_not_used(many))
    if many := counts[State.LATE] + counts[State.WAITING]:
        say(_not_taken_yet(many))
    if many := len(store.review.findings()):
        say(f"{many} to check: the Sync page lists them; `fieldkit show` shows each record.")
    if device.server and store.pull.state().more:
        say("Not everything has arrived from the server yet. Run `fieldkit sync` to go on.")
    for text in _to_know(store):
        say(text)


def _to_know(store: Store) -> Iterator[str]:
    """Yield what the person has to know before working on."""
    if store.access.ended():
        yield str(Closed())
    for notice in store.notices():
        yield notice.text
    if doubt := store.clock_doubt():
        yield doubt


def _not_taken_yet(many: int) -> str:
    return (
        f"{counted(many, 'change', 'changes')} for a supervisor to decide, or waiting for another "
        "record: `fieldkit show` says why."
    )


def _not_used(many: int) -> str:
    values = "1 value" if many == 1 else f"{many} values"
    return f"{values} to settle: `fieldkit conflicts` lists them."


def villages(args: Namespace) -> int:
    """Load a list of villages, to be suggested while typing."""
    from fieldkit.files import Unreadable, read_villages

    try:
        found = read_villages(args.file)
    except Unreadable as error:
        raise Unusable(str(error)) from None
    if not found.rows:
        raise Unusable(
            " ".join(problem.reason for problem in found.problems[:1])
            or "No villages were found in this file."
        )
    with open_store() as store:
        store.offer_villages(found.rows)
    panchayats = {(village.district, village.panchayat) for village in found.rows}
    named = sum(bool(name) for _, name in panchayats)
    say(f"Suggested while typing from now on: villages {len(found.rows)}, panchayats {named}.")
    for problem in found.problems[:20]:
        print_error(f"Line {problem.line}: {problem.reason}")
    return IN_PART if found.problems else DONE


def enrol(args: Namespace) -> int:
    """Enrol this laptop with a server."""
    from fieldkit.commands.protection.protect import offer_protection
    from fieldkit.sync.client import NotEnrolled, Unreachable
    from fieldkit.sync.client import enrol as enrol_with

    with open_store() as store:
        try:
            enrol_with(store, args.url, args.code)
        except Unreachable as error:
            print_error(str(error))
            return OFFLINE
        except NotEnrolled as error:
            raise Unusable(str(error)) from None
    say(
        "This laptop is enrolled. `fieldkit sync` sends what was saved and receives what others "
        "saved."
    )
    return offer_protection()


def sync(args: Namespace) -> int:
    """Send what is waiting, and receive what others did."""
    from fieldkit.sync.revoked import sync_or_hand_in

    with open_store() as store:
        outcome = sync_or_hand_in(store)
    if args.json:
        say_json(
            {
                **session_json(outcome.session),
                "verdicts": {
                    "applied": outcome.applied,
                    "rejected": outcome.rejected,
                    "late": outcome.late,
                    "waiting": outcome.early,
                },
                "received": outcome.received,
                "conflicts": outcome.conflicts,
                "waiting": outcome.waiting,
            }
        )
    elif outcome.ok:
        same = "" if outcome.unsettled else "Laptop and server hold the same."
        if outcome.returned:
            before = "" if outcome.rejected else " before"
            same = f"What was returned{before} is on this laptop only: correct it on the Sync page."
        say(
            f"{counted(outcome.applied, 'change', 'changes')} sent, {outcome.rejected} returned, "
            f"{counted(outcome.received, 'record', 'records')} received. {same}".rstrip()
        )
        if outcome.unsettled:
            say(_not_taken_yet(outcome.unsettled))
        if outcome.conflicts:
            say(_not_used(outcome.conflicts))
    if outcome.session.error:
        print_error(outcome.session.error)
    if outcome.offline:
        return OFFLINE
    if outcome.session.requests == 0 and not outcome.ok:
        return UNUSABLE
    return DONE if outcome.ok and not (outcome.rejected or outcome.late) else IN_PART
