"""The key file of this home, for pages: who opens the data, and what a passphrase gives.

All of it runs in a thread: a derivation takes a tenth of a second, a recovery waits for the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fieldkit.keys.keyfile import KeyFile

_UNENCRYPTED = "The folder of fieldkit cannot be written, so nothing was encrypted. Check the disk."
UNWRITTEN = "The key file cannot be written. Check the disk, then try again."


class NotDone(Exception):
    """What was asked for was not done; the text says why and what to do."""

    def __init__(self, sentence: str, wait: int = 0) -> None:
        super().__init__(sentence)
        self.wait = wait
        """Seconds before the next passphrase is tried."""


class KeysHere(NamedTuple):
    """What a locked laptop knows before it is opened."""

    operators: Sequence[str]
    """Who has a passphrase, the last one at work first."""
    waits: Mapping[str, int]
    """Seconds until a passphrase of theirs is tried again."""
    server: str
    """The server that can open it; empty: none."""


def now() -> int:
    """Return the time by the laptop's clock."""
    return int(time.time())


def running() -> float:
    """Return seconds that only grow, also where the laptop's clock is set."""
    return time.monotonic()


@contextmanager
def _in_words(file_error: str = UNWRITTEN) -> Iterator[None]:
    from fieldkit.keys.content import UnreadableKeys
    from fieldkit.keys.keyfile import Locked
    from fieldkit.keys.passphrase import Unfit

    try:
        yield
    except (Locked, UnreadableKeys, Unfit) as error:
        raise NotDone(str(error), getattr(error, "wait_seconds", 0)) from None
    except OSError:
        raise NotDone(file_error) from None


def _key_file(home: Path) -> KeyFile:
    from fieldkit.keys.keyfile import KeyFile

    found = KeyFile.read(home)
    if found is None:
        from fieldkit.store import NeedsKey

        raise NotDone(str(NeedsKey(has_keys=False)))
    return found


def read_keys(home: Path) -> KeysHere:
    """Return who opens the data of a home.

    Raises:
        NotDone: the key file is missing, or cannot be read.
    """
    with _in_words():
        file = _key_file(home)
        waits = {one: file.wait(one, now()) for one in file.operators}
        return KeysHere(file.operators, waits, (file.sealed and file.server) or "")


def opened_by(home: Path, operator: str, passphrase: str) -> bytes:
    """Return the data key for an operator's passphrase; they are named first from now on.

    Raises:
        NotDone: it is wrong, or it is too early to try.
    """
    with _in_words():
        file = _key_file(home)
        key = file.unlock(operator, passphrase, now())
        file.use(operator)
        return key


def check_new(passphrase: str) -> None:
    """Make sure that a new passphrase is not guessed easily.

    Raises:
        NotDone: it is.
    """
    from fieldkit.keys.passphrase import check_fit

    with _in_words():
        check_fit(passphrase)


def add(home: Path, operator: str, passphrase: str, key: bytes) -> None:
    """Let an operator open the data with a passphrase, in place of the one they had.

    Raises:
        NotDone: the key file cannot be written, or belongs to other data.
    """
    from fieldkit.keys.passphrase import WrongKey

    with _in_words():
        try:
            _key_file(home).add(operator, passphrase, key)
        except WrongKey:
            from fieldkit.store import OtherKey

            raise NotDone(str(OtherKey())) from None


def recovered(home: Path, code: str, operator: str, passphrase: str) -> bytes:
    """Give an operator a new passphrase for the code of a supervisor; return the data key.

    Raises:
        NotDone: the server cannot be reached, or refused.
    """
    from fieldkit.sync.enrol import NotEnrolled
    from fieldkit.sync.requests.recover import NotRecovered, recover_home

    with _in_words("The key file cannot be written. Check the disk, then ask for a new code."):
        try:
            file = _key_file(home)
            key = recover_home(file, code, operator, passphrase)
        except (NotRecovered, NotEnrolled) as error:
            raise NotDone(str(error)) from None
        file.use(operator)
        return key


def encrypted(home: Path, operator: str, passphrase: str, say: Callable[[str], None]) -> bytes:
    """Make the key file of a plain home whose store is closed, and encrypt it; return its key.

    ``say``: what is being done. A power cut at any moment leaves one whole data file.

    Raises:
        NotDone: the data is plain, as it was.
    """
    from fieldkit.keys.keyfile import KeyFile
    from fieldkit.settings import DATABASE, is_encrypted
    from fieldkit.store import StoreError, convert
    from fieldkit.store.files.convert import encrypt_file, plain_copies

    say("Making the key ...")
    with _in_words("The key file cannot be written, so nothing was encrypted. Check the disk."):
        key = KeyFile.begin(home, operator, passphrase, now())
    say("Encrypting the data. Leave the laptop on ...")
    try:
        convert(home, key)
    except (StoreError, OSError) as error:
        if not is_encrypted(home / DATABASE):
            raise NotDone(str(error) if isinstance(error, StoreError) else _UNENCRYPTED) from None
    copies = plain_copies(home)
    for number, path in enumerate(copies, 1):
        say(f"Encrypting older backups: {number} of {len(copies)} ...")
        try:
            encrypt_file(path, key)
        except (StoreError, OSError):
            continue  # what stays plain is counted afterwards
    return key


def still_readable(home: Path) -> str:
    """Return a sentence about what stays readable in an encrypted home; empty if nothing does."""
    from fieldkit.store.files.convert import plain_copies, plain_lists

    found = [*plain_copies(home), *plain_lists(home)]
    if not found:
        return ""
    many = "1 file is" if len(found) == 1 else f"{len(found)} files are"
    return f"{many} still not encrypted, for instance {found[0]}. Move or delete it."
