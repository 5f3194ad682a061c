"""Writes a bundle: everything unacknowledged of all logs, in order (rule 44)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fieldkit.keys.sealing import new_sealing_pair, to_text
from fieldkit.protocol.bundle import (
    LARGEST_FILE,
    MOST_PARTS,
    BundleHeader,
    digest_of,
    file_size,
)
from fieldkit.protocol.bundle import write_bundle as write_file
from fieldkit.protocol.messages import MOST_CHANGES, MOST_ROWS, SyncRequest, Unsettled
from fieldkit.protocol.wire.codec import CODINGS, encode
from fieldkit.stick import NotCarried
from fieldkit.store import Logged, LogPosition, PullState, Store, WrittenBundle
from fieldkit.sync.bundle.alone import no_sync_running
from fieldkit.sync.mapping import compose_request
from fieldkit.sync.questions import Questions

_LARGEST_BATCH = 1 << 20
"""Most bytes of the changes of a batch before they are compressed, if it has more than one."""
_NO_KEYS = (
    "This laptop and its server have not exchanged keys yet. Sync once over a line; after that "
    "sticks work."
)


def write_bundle(store: Store) -> bytes:
    """Return a bundle of everything that waits, and keep the key that opens its answer.

    Raises:
        NotCarried: this laptop has no keys, or a sync is running.
        StoreError: the key cannot be kept.
    """
    with no_sync_running(store):
        return write_during_sync(store)


def write_during_sync(store: Store) -> bytes:
    """Return a bundle as :func:`write_bundle` does; the caller lets nothing else sync meanwhile.

    Raises:
        NotCarried: this laptop has no keys.
        StoreError: the key cannot be kept.
    """
    keys = store.keys()
    if keys is None:
        raise NotCarried(_NO_KEYS)
    state, answer_key = store.pull.state(), new_sealing_pair()
    header = BundleHeader(
        number=store.bundles.next_number(),
        device=to_text(keys.signing.public),
        server=to_text(keys.server_sealing),
        answer=to_text(answer_key.public),
        heard=state.scope.epoch if state.scope else None,
    )
    data = write_file(header, _fitting(requests(store, state)), keys.signing)
    store.bundles.keep(
        WrittenBundle(header.number, digest_of(data), answer_key.private, state.scope)
    )
    return data


def _fitting(asked: Iterator[SyncRequest]) -> list[bytes]:
    """Encode requests as long as they fit into one file; the rest waits for the next bundle."""
    encoded: list[bytes] = []
    for request in asked:
        encoded.append(encode(request, CODINGS[0]))
        if len(encoded) > MOST_PARTS or file_size(encoded) > LARGEST_FILE:
            return encoded[:-1]
    return encoded


def requests(store: Store, state: PullState) -> Iterator[SyncRequest]:
    """Yield the requests of a bundle: each log after the one that it continues.

    As on the wire, a log that waits sends batches, one that the server has not been asked about is
    compared, and so is one with changes to ask about; of the rest the log in use asks for a page.
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
