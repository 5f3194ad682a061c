"""Encrypt the data of this laptop, and the copies of it that an older start left."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fieldkit.cli import DONE, IN_PART, Unusable, print_error
from fieldkit.commands import open_store, operator_of, say
from fieldkit.commands.protection.asking import GIVEN, new_passphrase, on_terminal, unlocked
from fieldkit.keys.cipher import opens_with
from fieldkit.keys.keyfile import KeyFile
from fieldkit.settings import DATABASE, home_folder, is_encrypted, is_locked
from fieldkit.store import OtherKey, StoreError, convert
from fieldkit.store.clock import laptop_clock
from fieldkit.store.files.convert import delete_copy, encrypt_file, plain_copies, plain_lists

CONVERT, DELETE, KEEP = "encrypt", "delete", "keep"
_PLAIN = "The data on this laptop is not encrypted. `fieldkit protect` encrypts it."


def protect(args: Namespace) -> int:
    """Encrypt the data of this laptop; then older copies of it, as the person chooses."""
    home = home_folder()
    with _alone(home):
        if found := unlocked(home):
            _, key = found
            if is_encrypted(home / DATABASE) and not opens_with(home / DATABASE, key):
                raise OtherKey  # else older copies would be encrypted with it
            say("The data on this laptop is encrypted already.")
        else:
            operator = _operator()
            key = encrypt_home(home, operator, new_passphrase(operator, variable=GIVEN))
            say(
                "The data on this laptop is encrypted. If you forget the passphrase, only another "
                "operator's passphrase or, after a sync, a supervisor's code opens it: give a "
                "second person one, with `fieldkit passphrase add NAME`."
            )
        return _old_copies(home, key, args.copies)


def offer_protection() -> int:
    """Offer to encrypt the data of a laptop that was just enrolled; say so if it stays plain."""
    home = home_folder()
    if is_locked(home):
        return DONE
    if on_terminal() or GIVEN in os.environ:
        try:
            if _protected(home):
                return DONE
        except (Unusable, StoreError) as error:
            print_error(str(error))
            say(_PLAIN)
            return IN_PART
    say(_PLAIN)
    return DONE


def _protected(home: Path) -> bool:
    """Encrypt the data if somebody gives a passphrase; say whether they did."""
    if on_terminal():
        say("A passphrase keeps others from reading the data if this laptop is lost or stolen.")
        say("Leave it empty to do without one.")
    operator = _operator()
    passphrase = new_passphrase(operator, variable=GIVEN, optional=True)
    if not passphrase:
        return False
    with _alone(home):
        key = encrypt_home(home, operator, passphrase)
        say("The data on this laptop is encrypted.")
        _old_copies(home, key, CONVERT)
    return True


def encrypt_home(home: Path, operator: str, passphrase: str) -> bytes:
    """Make the key file of a home and encrypt its data; return the data key.

    Raises:
        StoreError: it could not be done; the data is as it was.
        Unusable: the key file cannot be written.
    """
    try:
        key = KeyFile.begin(home, operator, passphrase, laptop_clock())
    except OSError:
        raise Unusable(
            "The key file cannot be written, so nothing was encrypted. Check the disk."
        ) from None
    convert(home, key)
    return key


def _operator() -> str:
    with open_store() as store:
        if store.practice:
            raise Unusable("This is practice with made-up people: there is nothing to protect.")
        operator = operator_of(store)
    if not operator:
        raise Unusable(
            "This laptop is not set up yet. Start fieldkit, or run `fieldkit init`; then try again."
        )
    return operator


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    try:
        with FileLock(home / "fieldkit.lock", timeout=0):
            yield
    except Timeout:
        raise Unusable("fieldkit is open on this folder. Quit it first, then try again.") from None


def _old_copies(home: Path, key: bytes, choice: str | None) -> int:
    """Encrypt, delete or keep the older copies that are not encrypted; say what stays readable."""
    copies = plain_copies(home)
    failed = _treat(copies, key, choice or _chosen(copies)) if copies else []
    for path in failed:
        print_error(f"{path} is still not encrypted. Delete it, or try again.")
    for path in plain_lists(home):
        say(f"This list is not encrypted: {path}. Move or delete it.")
    return IN_PART if failed else DONE


def _chosen(copies: Sequence[Path]) -> str:
    if not on_terminal():
        return CONVERT
    say(f"Older backups are not encrypted: {len(copies)}.")
    sys.stderr.write("e encrypts them, d deletes them, k keeps them as they are: ")
    sys.stderr.flush()
    answer = sys.stdin.readline().strip().casefold()[:1]
    return {"d": DELETE, "k": KEEP}.get(answer, CONVERT)


def _treat(copies: Sequence[Path], key: bytes, choice: str) -> list[Path]:
    """Return the copies that could not be encrypted or deleted, or that were to be kept."""
    left = []
    for path in copies:
        try:
            if choice == CONVERT:
                encrypt_file(path, key)
            elif choice == DELETE:
                delete_copy(path)
            else:
                left.append(path)
        except (StoreError, OSError):
            left.append(path)
    if many := len(copies) - len(left):
        say(f"Older backups {'encrypted' if choice == CONVERT else 'deleted'}: {many}.")
    return left
