"""The lock under which a bundle is written or an answer is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from fieldkit.stick import NotCarried
from fieldkit.store import Practice, Store
from fieldkit.sync.client import LOCK


@contextmanager
def no_sync_running(store: Store) -> Iterator[None]:
    """Hold the lock of a sync, so that none runs and no other bundle is written or taken.

    Raises:
        NotCarried: one runs already, or the data is to practise with.
    """
    if store.practice:
        raise NotCarried(str(Practice()))
    try:
        with FileLock(store.home / LOCK, timeout=0):
            yield
    except Timeout:
        raise NotCarried(
            "A sync is already running on this laptop. Wait for it to finish."
        ) from None
