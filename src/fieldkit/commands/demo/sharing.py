"""The demonstration's second half: sync with a server and with a second laptop.

Both laptops change the same artisan while offline; the differences are merged or decided.
"""

from __future__ import annotations

from pathlib import Path

from fieldkit.commands import say
from fieldkit.records import kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.fields.formats import indian
from fieldkit.store import Edit, Keep, Store
from fieldkit.sync.client import Outcome, enrol, sync

_COLLEAGUE = "Reyaz"


def share(store: Store, folder: Path, url: str, artisan: str) -> bool:
    """Send a laptop's data, pull it to another, decide a conflict; return whether all agree."""
    device = store.device
    if device is None:
        return False
    other = Store.open(folder / "second-laptop")
    try:
        other.init(_COLLEAGUE, device.district, device.block)
        for laptop in (store, other):
            _enrol(laptop, folder, url)
        _say_outcome("Sent", sync(store))
        _say_outcome("A second laptop started in the same block", sync(other))
        _disagree(store, other, artisan)
        return _compare(store, other, folder)
    finally:
        other.close()


def _enrol(store: Store, folder: Path, url: str) -> None:
    from fieldkit.server.operation.local import code

    device = store.device
    if device is not None:
        database = folder / "server.sqlite3"
        enrol(store, url, code(database, district=device.district, block=device.block))


def _say_outcome(what: str, outcome: Outcome) -> None:
    session, sent = outcome.session, outcome.applied + outcome.rejected
    moved = f"{indian(sent)} changes" if sent else f"{indian(outcome.received)} records received"
    say(
        f"{what}: {moved} in {session.requests} requests, "
        f"{indian(session.bytes_up)} bytes up, {indian(session.bytes_down)} down."
    )
    if session.error:
        say(session.error)


def _disagree(store: Store, other: Store, artisan: str) -> None:
    """Change one artisan on both offline laptops, sync, and decide the conflict."""
    seen = store.get("beneficiary", artisan)
    if seen is None:
        return
    ours = {"mobile": "9419011433", "remarks": "Asked for the certificate"}
    theirs = {"mobile": "9419011434", "village": "Chadoora"}
    store.save([Edit(Beneficiary, ours, artisan)], store.operators()[0])
    other.save([Edit(Beneficiary, theirs, artisan)], _COLLEAGUE)
    for laptop in (store, other, store):
        sync(laptop)
    held = store.review.conflicts()
    say(
        f"Both changed {seen.label()} without a connection: village and remarks were merged, "
        f"{len(held)} value to settle (the mobile)."
    )
    for conflict in held:
        store.review.resolve(conflict.id, Keep.THEIRS, store.operators()[0])
    for laptop in (store, other):
        sync(laptop)
    shown = [laptop.get("beneficiary", artisan) for laptop in (store, other)]
    agreed = shown[0] is not None and shown[1] is not None and shown[0] == shown[1]
    left = len(store.review.conflicts()) + len(other.review.conflicts())
    say(f"Settled: both laptops show {'the same' if agreed and not left else 'different values'}.")


def _compare(store: Store, other: Store, folder: Path) -> bool:
    """Compare both laptops with the server: counts of each kind, and heads of the logs."""
    from fieldkit.server.operation.status import status

    on_server = status(f"sqlite:///{folder / 'server.sqlite3'}")
    first, second = store.counts(), other.counts()
    same = True
    say(f"{'':28}{'laptop':>10}{'second':>10}{'server':>10}")
    for kind, many in first.items():
        held = on_server["records"].get(kind, 0)
        if many or held:
            agree = many == held == second[kind]
            same = same and agree
            figures = "".join(f"{indian(one):>10}" for one in (many, second[kind], held))
            say(f"  {kinds()[kind].plural:26}{figures}  {'same' if agree else 'not the same'}")
    heads = {device["origin"]: device["head"] for device in on_server["devices"]}
    for laptop in (store, other):
        position = laptop.outbox.log_position()
        head = position.head.hex() if position else ""
        agree = position is not None and heads.get(position.origin) == head
        same = same and agree
        say(f"Log of changes: {'same' if agree else 'not the same'} ({head[:12]})")
    return same
