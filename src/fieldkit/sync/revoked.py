"""What a laptop does when it hears, by a sync or by stick, that the server ended its access.

It seals what is not sent to the server's key and saves nothing new from then on, in one
transaction; then it hands the sealed work in. If the connection drops, the next sync or stick goes
on from there, with the very same bytes. An encrypted laptop drops its passphrases after that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from fieldkit.keys.content import UnreadableKeys
from fieldkit.keys.keyfile import KeyFile
from fieldkit.protocol.bundle import digest_of
from fieldkit.stick import NotCarried
from fieldkit.store import Ended, SealedPart, Store, StoreError
from fieldkit.sync import client
from fieldkit.sync.bundle.stick import take_from
from fieldkit.sync.bundle.taking import Taken
from fieldkit.sync.bundle.writing import write_bundles
from fieldkit.sync.client import Outcome, Progress, open_transport
from fieldkit.sync.enrol import forget_removal
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.keys import seal_data_key
from fieldkit.sync.sentences import REMOVED, refusal_sentence

_AGAIN = "Ask your supervisor for a code, and enrol it again."
_LARGEST_ANSWER = 1000
"""Most bytes of the answer, which is the digest of the sealed work."""
_DROPPED = "passphrases-dropped.json"
"""Names the end of the access, by its moment, after which the passphrases were dropped."""
_TRIES = 5
"""How often the work is sealed again because somebody saved meanwhile."""


def sync_or_hand_in(
    store: Store,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Sync as :func:`fieldkit.sync.client.sync` does; a revoked laptop hands in its work."""
    outcome = client.sync(store, progress=progress, stop=stop)
    if not outcome.revoked:
        return outcome
    said = _end_or_say(store, stop, outcome.session.error or "")
    return replace(outcome, session=replace(outcome.session, error=said))


def take_or_hand_in(store: Store, path: Path) -> Taken:
    """Take the answer in a file as :func:`take_from` does; a revoked laptop hands in its work.

    Raises as :func:`take_from`.
    """
    taken = take_from(store, path)
    if not taken.revoked:
        return taken
    return replace(taken, trouble=_end_or_say(store, None, taken.trouble))


def _end_or_say(store: Store, stop: threading.Event | None, refusal: str) -> str:
    """Close the laptop and hand in its work; return what became of that, or why it failed."""
    try:
        return _end(store, stop)
    except (StoreError, NotCarried) as error:  # all of it is tried again at the next sync
        return f"{refusal} {error}"


def _end(store: Store, stop: threading.Event | None) -> str:
    """Close the laptop, hand in what is sealed, and return the sentence about it."""
    ended = store.access.ended() or _close(store)
    left, refused = _hand_in(store, ended.waiting, stop)
    if left:
        return _remind(store, f"{REMOVED} {_not_whole(ended, left, refused)}".strip())
    _drop_passphrases(store, ended)
    # What to do stands first: a narrow window cuts the end.
    return _remind(store, f"{REMOVED} {_AGAIN} {_what_became(ended)}")


def _remind(store: Store, said: str) -> str:
    """Say it once more on Home, in place of what was so before."""
    forget_removal(store)
    store.remind(said)
    return said


def _close(store: Store) -> Ended:
    """Seal what is not sent, and save nothing new from now on.

    Raises:
        NotCarried: a sync is running.
        StoreError: the file cannot be written, or somebody saves all the time.
    """
    for _ in range(_TRIES):
        changes = store.outbox.unsent()
        written = write_bundles(store) if changes and store.access.keys() else []
        sealed = [SealedPart(one.data, one.changes) for one in written]
        if store.access.end(changes, sealed) and (ended := store.access.ended()):
            return ended
    raise StoreError("Somebody is saving at the moment. Sync again.")


def _hand_in(
    store: Store, waiting: Sequence[SealedPart], stop: threading.Event | None
) -> tuple[int, ServerRefusal | None]:
    """Hand the sealed work in, one part after the other.

    Return how many changes are left here, and the refusal if the server refused a part.
    """
    left = sum(one.changes for one in waiting)
    if not waiting:
        return left, None
    try:
        with open_transport(store, stop) as opened:
            for one in waiting:
                taken = opened.post_file("/v1/sealed", one.bundle, _LARGEST_ANSWER)
                if taken.decode("ascii", "replace") != digest_of(one.bundle):
                    break
                store.access.note_handed_in(one.bundle)
                left -= one.changes
    except ServerRefusal as refused:
        return left, refused
    except (Offline, ConnectionLost):
        pass
    return left, None


def _drop_passphrases(store: Store, ended: Ended) -> None:
    """Let no passphrase open an encrypted laptop any more, if the server can still open it.

    This happens once: a passphrase that is set with a supervisor's code afterwards stays.
    """
    if store.notes.read(_DROPPED) == str(ended.heard_at) or not seal_data_key(store, again=True):
        return
    with suppress(OSError, UnreadableKeys, ValueError):
        if found := KeyFile.read(store.home):
            found.drop_passphrases()
            store.notes.write(_DROPPED, str(ended.heard_at))


def what_became(ended: Ended) -> str:
    """Return what became of the work that was not sent when the access ended."""
    left = sum(one.changes for one in ended.waiting)
    return _not_whole(ended, left, None) if left else _what_became(ended)


def _not_whole(ended: Ended, left: int, refused: ServerRefusal | None) -> str:
    """Return what becomes of the changes that are sealed and still here."""
    handed_in = _handed_in(ended.changes - left)
    if refused is not None:
        sealed = f"{_changes(left)} sealed for the server and safe here."
        return f"{handed_in}{sealed} {refusal_sentence(refused)}"
    rest, are = ("1 change", "It is") if left == 1 else (f"{left} changes", "They are")
    # What to do stands first here, too.
    return f"Sync again, or use a stick, to hand in {rest}. {are} sealed and safe here. {handed_in}"


def _what_became(ended: Ended) -> str:
    if not ended.changes:
        return "All its work is on the server."
    if not ended.waiting and ended.handed_in is None:
        return f"{_changes(ended.changes)} not sent, and safe here."
    return f"{_changes(ended.changes)} sealed and handed in; a supervisor decides on it."


def _handed_in(changes: int) -> str:
    return f"{_changes(changes)} handed in. " if changes else ""


def _changes(many: int) -> str:
    return "1 change is" if many == 1 else f"{many} changes are"
