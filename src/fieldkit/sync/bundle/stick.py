"""The files on a stick: writes bundles there, finds answers, forwards what others wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from fieldkit.protocol.bundle import LARGEST_FILE, digest_of, read_answer_header, read_header
from fieldkit.protocol.wire.errors import Unreadable
from fieldkit.stick import (
    ANSWER,
    BUNDLE,
    PART,
    NotCarried,
    free_space,
    read_file,
    unusable,
    write_answer_beside,
    write_whole,
)
from fieldkit.store import Store
from fieldkit.sync.bundle.forwarding import forward
from fieldkit.sync.bundle.taking import Taken, take_answer
from fieldkit.sync.bundle.writing import write_bundle


class OnStick(NamedTuple):
    """A bundle that was written."""

    path: Path
    changes: int
    """Changes in it."""
    left: int
    """Changes that wait beside them."""


def write_to(store: Store, folder: Path) -> OnStick:
    """Write a bundle of what waits, as much as fits, into a folder.

    Raises:
        NotCarried: it cannot be written there; no part of it stays.
        StoreError: the key of its answer cannot be kept.
    """
    free_space(folder)
    data, changes, left = write_bundle(store)
    number, device = read_header(data).number, store.device
    assert device is not None
    # Capital letters, digits and hyphens: every file system accepts them. The digest tells apart
    # what two copies of one laptop wrote under one number.
    path = folder / f"{device.origin}-{number}-{digest_of(data)[:6].upper()}{BUNDLE}"
    _remove_unfinished(folder, device.origin)
    write_whole(path, data)
    return OnStick(path, changes, left)


def _remove_unfinished(folder: Path, origin: str) -> None:
    """Remove what stayed of this laptop's files when a stick was pulled out in the middle."""
    with suppress(OSError):
        for part in folder.glob(f"{origin}-*{PART}"):
            part.unlink()


def forward_file(store: Store, path: Path) -> Path:
    """Hand a bundle of any laptop to the server, unopened; write the answer beside it.

    Raises:
        NotCarried: the file cannot be read, no connection, the server refused, or no room.
    """
    data = read_file(path, LARGEST_FILE)
    return write_answer_beside(path, forward(store, data))


def take_from(store: Store, path: Path) -> Taken:
    """Take the answer in a file.

    Raises:
        NotCarried: it cannot be read, or it is not for this laptop.
        StoreError: it cannot be stored.
    """
    return take_answer(store, read_file(path, LARGEST_FILE))


def answers_in(store: Store, folder: Path) -> list[Path]:
    """Return the answers to bundles of this laptop in a folder, in order of their bundles.

    Raises:
        NotCarried: there is no such folder.
    """
    free_space(folder)
    found: list[tuple[int, Path]] = []
    for path in _files(folder, ANSWER):
        with suppress(NotCarried, Unreadable):
            if written := store.bundles.of(
                read_answer_header(read_file(path, LARGEST_FILE)).bundle
            ):
                found.append((written.number, path))
    return [path for _, path in sorted(found)]


def bundles_in(folder: Path) -> list[Path]:
    """Return the bundles in a folder that have no answer beside them, by name.

    Raises:
        NotCarried: there is no such folder.
    """
    free_space(folder)
    return [one for one in _files(folder, BUNDLE) if not one.with_suffix(ANSWER).exists()]


def _files(folder: Path, ending: str) -> Iterator[Path]:
    try:
        yield from sorted(one for one in folder.iterdir() if one.suffix.lower() == ending)
    except OSError as error:
        raise unusable(error, folder) from None
