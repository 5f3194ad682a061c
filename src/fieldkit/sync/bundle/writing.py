"""Writes bundles: everything unacknowledged of all logs, in order (rule 44)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fieldkit.keys.sealing import new_sealing_pair, to_text
from fieldkit.protocol.bundle import (
    LARGEST_FILE,
    MOST_PARTS,
    BundleHeader,
    digest_of,
    file_size,
)
from fieldkit.protocol.bundle import write_bundle as write_file
from fieldkit.protocol.messages.sync import MOST_CHANGES, MOST_ROWS, SyncRequest, Unsettled
from fieldkit.protocol.wire.codec import CODINGS, encode
from fieldkit.stick import NotCarried
from fieldkit.store import Ended, Logged, LogPosition, PullState, Store, WrittenBundle
from fieldkit.sync.bundle.alone import no_sync_running
from fieldkit.sync.exchange.mapping import compose_request
from fieldkit.sync.exchange.questions import Questions

_LARGEST_BATCH = 1 << 20
"""Most bytes of the changes of a batch before they are compressed, if it has more than one."""
_NO_KEYS = (
    "This laptop and its server have not exchanged keys yet. Sync once over a network; after that "
    "sticks work."
)
_CLOSED = (
    "This laptop was removed from the server and holds nothing that is sealed for it. Ask your "
    "supervisor for a code, and enrol it again."
)


class Written(NamedTuple):
    """A bundle, how many changes are in it, and how many wait beside them."""

    data: bytes
    changes: int
    left: int


def write_bundle(store: Store) -> Written:
    """Return a bundle of what waits, as much as fits, and keep the key that opens its answer.

    A revoked laptop has sealed what waits; the first bundle of it is returned.

    Raises:
        NotCarried: this laptop has no keys, or is revoked and has handed in all; or a sync is
            running.
        StoreError: the key cannot be kept.
    """
    with no_sync_running(store):
        ended = store.access.ended()
        return next(_bundles(store)) if ended is None else _sealed(ended)


def write_bundles(store: Store) -> list[Written]:
    """Return everything that waits, in as many bundles as it needs, one after the other.

    Raises as :func:`write_bundle`.
    """
    with no_sync_running(store):
        return list(_bundles(store))


def _sealed(ended: Ended) -> Written:
    """Return the first of the bundles that were sealed when this laptop was revoked."""
    if not ended.waiting:
        raise NotCarried(_CLOSED)
    first, *rest = ended.waiting
    return Written(first.bundle, first.changes, sum(one.changes for one in rest))


def _bundles(store: Store) -> Iterator[Written]:
    keys = store.access.keys()
    if keys is None:
        raise NotCarried(_NO_KEYS)
    state, left = store.pull.state(), store.outbox.unsent()
    for group in _fitting(requests(store, state)):
        answer_key = new_sealing_pair()
        header = BundleHeader(
            number=store.bundles.next_number(),
            device=to_text(keys.signing.public),
            server=to_text(keys.server_sealing),
            answer=to_text(answer_key.public),
            heard=state.scope.epoch if state.scope else None,
        )
        data = write_file(header, [encoded for encoded, _ in group], keys.signing)
        store.bundles.keep(
            WrittenBundle(header.number, digest_of(data), answer_key.private, state.scope)
        )
        changes = sum(changes for _, changes in group)
        left = max(left - changes, 0)
        yield Written(data, changes, left)


def _fitting(asked: Iterator[SyncRequest]) -> Iterator[Sequence[tuple[bytes, int]]]:
    """Encode requests, with the number of changes in each; yield as many as fit into one file."""
    group: list[tuple[bytes, int]] = []
    for request in asked:
        one = (encode(request, CODINGS[0]), len(request.batch.changes) if request.batch else 0)
        size = file_size([encoded for encoded, _ in (*group, one)])
        if group and (len(group) >= MOST_PARTS or size > LARGEST_FILE):
            yield group
            group = []
        group.append(one)
    yield group


def requests(store: Store, state: PullState) -> Iterator[SyncRequest]:
    """Yield the requests of a bundle: each log after the one that it continues.

    As over a network, a log with unsent changes sends them in batches. A log that the server was
    not asked about is compared, and so is one with changes to ask about. If there is none of these,
    the log in use asks for a page.
    """
    questions, left = Questions(store), store.outbox.unsent()
    positions = store.outbox.log_positions()
    if not positions:
        raise NotCarried("This laptop is not set up yet.")
    asks = [one for one in positions if not one.settled and one.last_seq]
    asks = [one for one in positions if one in asks or questions.asks(one.origin)]
    for position in asks or positions[-1:]:
        asked = questions.about(position.origin)
        for batch in _batches(store, position):
            left -= len(batch)
            request = compose_request(store, position, state, batch, MOST_ROWS, asked)
            yield request.model_copy(update={"left": max(left, 0)})
            asked = Unsettled()


def _batches(store: Store, position: LogPosition) -> Iterator[Sequence[Logged]]:
    """Yield what is not acknowledged of a log, in batches; one without changes if all is."""
    after = position.acked_seq
    while True:
        batch = _small(store.outbox.batch(position.origin, MOST_CHANGES, after=after))
        if batch or after == position.acked_seq:
            yield batch
        if not batch or batch[-1].change.seq >= position.last_seq:
            return
        after = batch[-1].change.seq


def _small(batch: Sequence[Logged]) -> Sequence[Logged]:
    """Return the first changes of a batch that are not too large together; at least one."""
    size = 0
    for many, one in enumerate(batch):
        size += len(one.change.canonical())
        if size > _LARGEST_BATCH and many:
            return batch[:many]
    return batch
