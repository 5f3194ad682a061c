"""Ask for passphrases, on the terminal or in the environment, and open the key file with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from getpass import getpass
from pathlib import Path
from typing import TypeVar

from fieldkit.cli import Unusable, print_error
from fieldkit.keys.cipher import opens_with
from fieldkit.keys.content import UnreadableKeys
from fieldkit.keys.keyfile import KeyFile, Locked, WrongPassphrase, keys_beside, set_aside
from fieldkit.keys.passphrase import Unfit, WrongKey, check_fit
from fieldkit.settings import KEYS, is_encrypted, is_locked
from fieldkit.store import NeedsKey, OtherKey
from fieldkit.store.clock import laptop_clock

T = TypeVar("T")

GIVEN = "FIELDKIT_PASSPHRASE"
NEW = "FIELDKIT_NEW_PASSPHRASE"
_TRIES = 3


def unlocked(home: Path) -> tuple[str, bytes] | None:
    """Return who gave a passphrase, and the data key; None if the home is not encrypted.

    Raises:
        NeedsKey: there is no passphrase, and no terminal to ask for one; or no key file.
        Unusable: the passphrase is wrong.
    """
    if not is_locked(home):
        return None
    return unlock(key_file(home), "Passphrase: ")


def key_file(home: Path) -> KeyFile:
    """Return the key file of an encrypted home.

    Raises:
        NeedsKey: there is none.
        Unusable: it cannot be read.
    """
    found = _read(home / KEYS)
    if found is None:
        raise NeedsKey(has_keys=False)
    return found


def unlock(file: KeyFile, prompt: str) -> tuple[str, bytes]:
    """Return who gave a passphrase, and the data key of a key file; as :func:`unlocked`."""
    return _tried(prompt, lambda passphrase: file.unlock_any(passphrase, laptop_clock()))


def _tried(prompt: str, use: Callable[[str], T]) -> T:
    given = os.environ.get(GIVEN)
    if given is None and not on_terminal():
        raise NeedsKey
    for _ in range(_TRIES):
        try:
            return use(typed(prompt) if given is None else given)
        except WrongPassphrase as error:
            if given is not None or error.wait_seconds:
                raise Unusable(str(error)) from None
            print_error(str(error))
        except Locked as error:
            raise Unusable(str(error)) from None
    raise Unusable("Nothing was done. Ask the person who set up this laptop, or a supervisor.")


def on_terminal() -> bool:
    """Say whether somebody can be asked."""
    return sys.stdin.isatty()


def typed(prompt: str) -> str:
    """Return what is typed on the terminal, which does not show it.

    Raises:
        Unusable: the terminal was closed.
    """
    try:
        return getpass(prompt, sys.stderr)
    except EOFError:
        raise Unusable("No passphrase was given, so nothing was done.") from None


def new_passphrase(operator: str, *, variable: str = NEW, optional: bool = False) -> str:
    """Return a new passphrase: from the environment, else typed twice on the terminal.

    ``optional``: nothing typed, or nobody to ask, is an empty one.

    Raises:
        Unusable: it is too easy to guess, the two differ, or there is nobody to ask.
    """
    found = os.environ.get(variable)
    if found is None and not on_terminal():
        if optional:
            return ""
        raise Unusable(f"A new passphrase is needed. Start this on a terminal, or set {variable}.")
    if found is None:
        return _typed_twice(operator, optional=optional)
    try:
        check_fit(found)
    except Unfit as error:
        raise Unusable(str(error)) from None
    return found


def _typed_twice(operator: str, *, optional: bool) -> str:
    """Return a new passphrase; asked again at once, so that none is typed into the shell after."""
    for _ in range(_TRIES):
        found = typed(f"New passphrase of {operator} (three words, or ten characters): ")
        if optional and not found:
            return ""
        try:
            check_fit(found)
        except Unfit as error:
            print_error(str(error))
            continue
        if found == typed("Once more: "):
            return found
        print_error("The two were not the same.")
    raise Unusable("Nothing was done. Start the command again.")


def keys_to_restore(home: Path, source: Path) -> tuple[bytes | None, bytes | None]:
    """Return the keys to restore a backup with: that of the data from now on, and its own.

    An encrypted backup that comes to a home without encryption brings its key file along.

    Raises:
        Unusable: no key file here opens the backup, or a passphrase is wrong.
        NeedsKey: there is nobody to ask for a passphrase.
        OtherKey: the key file was altered, and does not belong to its own data key.
    """
    found = unlocked(home) if is_locked(home) and (home / KEYS).exists() else None
    key = found[1] if found else None
    if not is_encrypted(source):
        return key, None
    if key is not None:
        for one in key_file(home).all_keys(key):
            if opens_with(source, one):
                return key, one
    theirs = _read(keys_beside(source)) or _read(source.with_name(KEYS))
    if theirs is None and key is None:
        theirs = _read(home / KEYS)  # of a home that went back to plain data
    if theirs is None:
        raise Unusable(
            f"{source.name} is encrypted, and the key of this folder does not open it. Put its key "
            f"file beside it ({keys_beside(source).name}), then try again."
        )
    _, own = unlock(theirs, f"Passphrase of {source.name}: ")
    if key is None:
        if not opens_with(source, own):
            raise OtherKey(source.name)
        _put_keys(theirs, home)
        return own, own
    try:
        key_file(home).keep_earlier(key, own)
    except WrongKey:
        raise OtherKey from None
    return key, own


def _put_keys(file: KeyFile, home: Path) -> None:
    """Put a key file in a home; one with another key stays in ``backups``, as it may open some."""
    with suppress(UnreadableKeys):
        if (found := KeyFile.read(home)) and found.key_name == file.key_name:
            return
    set_aside(home, laptop_clock())
    file.copy_to(home / KEYS)


def _read(path: Path) -> KeyFile | None:
    try:
        return KeyFile.at(path)
    except UnreadableKeys as error:
        raise Unusable(str(error)) from None
