"""The key file of a home: its data key, wrapped by the passphrase of each operator.

The data key encrypts the database; it is random and never in the file itself. A passphrase
unwraps it; the server's private key opens the copy that is sealed to the server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from fieldkit.keys.backoff import Failures
from fieldkit.keys.content import Content, Operator, UnreadableKeys
from fieldkit.keys.passphrase import (
    WrongKey,
    check_fit,
    new_key,
    unwrap,
    unwrap_by_passphrase,
    wrap,
    wrap_by_passphrase,
)
from fieldkit.keys.private_file import write_private
from fieldkit.keys.sealing import seal
from fieldkit.settings import KEYS


def keys_beside(backup: Path) -> Path:
    """Return the name of the key file that lies beside a backup."""
    return backup.with_name(f"{backup.name}.{KEYS}")


class Locked(Exception):
    """The data key was not given; the text says why and what to do."""


class NoSuchOperator(Locked):
    """The operator has no passphrase here."""

    def __init__(self, operator: str) -> None:
        super().__init__(f"{operator} has no passphrase on this laptop. Choose another operator.")


class NobodyHasOne(Locked):
    """No passphrase opens the data: the laptop was revoked."""

    def __init__(self) -> None:
        super().__init__(
            "No passphrase opens the data on this laptop any more. Ask a supervisor for a recovery "
            "code."
        )


class WrongPassphrase(Locked):
    """The passphrase is not the one of this operator."""

    def __init__(self, wait_seconds: int) -> None:
        wait = f" Wait {spoken(wait_seconds)}, then try again." if wait_seconds else " Try again."
        super().__init__(f"Wrong passphrase.{wait}")
        self.wait_seconds = wait_seconds


class TooEarly(Locked):
    """After wrong passphrases no other is tried yet."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(
            f"The passphrase was wrong too often. Wait {spoken(wait_seconds)}, then try again."
        )
        self.wait_seconds = wait_seconds


def spoken(seconds: int) -> str:
    """Return a wait in words."""
    if seconds < 60:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def fingerprint(data_key: bytes) -> str:
    """Return a short hash that names a data key and reveals nothing of it."""
    return hashlib.blake2b(data_key, digest_size=8, person=b"fieldkit-key").hexdigest()


def set_aside(home: Path, now: int) -> None:
    """Keep the key file of a home, if it has one, in ``backups``: another one takes its place.

    Raises:
        OSError: it cannot be moved.
    """
    if (home / KEYS).exists():
        folder = home / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        names = (folder / f"keys-{number}.json" for number in count(now))
        (home / KEYS).replace(next(one for one in names if not one.exists()))


def all_keys(home: Path, data_key: bytes) -> list[bytes]:
    """Return the data key of a home, and the earlier ones that its key file holds."""
    with suppress(UnreadableKeys):
        if found := KeyFile.read(home):
            return found.all_keys(data_key)
    return [data_key]


class KeyFile:
    """A key file; every change of it is on the disk when the call returns."""

    def __init__(self, path: Path, content: Content) -> None:
        self.path = path
        self._content = content

    @classmethod
    def read(cls, home: Path) -> KeyFile | None:
        """Return the key file of a home; None if it has none.

        Raises:
            UnreadableKeys: it was altered, or is a newer version's.
        """
        return cls.at(home / KEYS)

    @classmethod
    def at(cls, path: Path) -> KeyFile | None:
        """Return the key file of this name, as :meth:`read`; a backup has one beside it."""
        try:
            return cls(path, Content.of(path.read_bytes()))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreadableKeys from error

    @classmethod
    def new(cls, home: Path) -> tuple[KeyFile, bytes]:
        """Make a data key and its key file, without operators yet; nothing is written so far."""
        data_key = new_key()
        return cls(home / KEYS, Content(fingerprint(data_key))), data_key

    @classmethod
    def begin(cls, home: Path, operator: str, passphrase: str, now: int) -> bytes:
        """Make the key file of a home that is about to be encrypted; return its data key.

        The file is on the disk, and was read back. One that an interrupted conversion left is used
        again if the passphrase opens it, else it is kept in ``backups``.

        Raises:
            Unfit: the passphrase is too easy to guess.
            OSError: it cannot be written.
        """
        check_fit(passphrase)
        with suppress(UnreadableKeys, Locked):
            if found := cls.read(home):
                return found.unlock(operator, passphrase, now)
        set_aside(home, now)
        made, data_key = cls.new(home)
        made.add(operator, passphrase, data_key)
        again = cls.read(home)
        if again is None or again.unlock(operator, passphrase, now) != data_key:
            raise OSError("the key file was not kept")
        return data_key

    # What it holds

    @property
    def operators(self) -> list[str]:
        """Return who has a passphrase: the last one at work first, then as they were added."""
        return list(self._content.operators)

    @property
    def key_name(self) -> str:
        """Return the fingerprint of the data key."""
        return self._content.key

    @property
    def sealed(self) -> bytes | None:
        """Return the data key sealed to the server's public key; None before it was sealed."""
        return self._content.sealed

    @property
    def sealed_to(self) -> bytes | None:
        """Return the public key to which the data key is sealed."""
        return self._content.sealed_to

    @property
    def server(self) -> str | None:
        """Return the address of the server that can open the sealed copy."""
        return self._content.server

    def fits(self, data_key: bytes) -> bool:
        """Say whether this is the data key of this file."""
        return fingerprint(data_key) == self._content.key

    def wait(self, operator: str, now: int) -> int:
        """Return the seconds until a passphrase of the operator is tried again."""
        found = self._content.operators.get(operator)
        if found is None:
            return 0
        failures = found.failures.adjusted(now)
        self._count(operator, failures)
        return failures.wait(now)

    # Unlocking

    def unlock(self, operator: str, passphrase: str, now: int) -> bytes:
        """Return the data key; a wrong passphrase is counted before this says so.

        Raises:
            WrongPassphrase: it is not the operator's.
            TooEarly: after wrong ones none is tried before some time has passed.
            NoSuchOperator: the operator has none here.
        """
        found = self._find(operator)
        failures = found.failures.adjusted(now)
        if wait := failures.wait(now):
            self._count(operator, failures)
            raise TooEarly(wait)
        try:
            data_key = unwrap_by_passphrase(found.wrapped, passphrase)
        except WrongKey:
            failures = failures.one_more(now)
            self._count(operator, failures)
            raise WrongPassphrase(failures.wait(now)) from None
        self._count(operator, Failures())
        return data_key

    def unlock_any(self, passphrase: str, now: int) -> tuple[str, bytes]:
        """Return the operator whose passphrase this is, and the data key; as :meth:`unlock`.

        Raises:
            NobodyHasOne: there is no passphrase any more.
            WrongPassphrase, TooEarly: it is nobody's, or those who have one must wait.
        """
        waiting = {one: self.wait(one, now) for one in self.operators}
        if not waiting:
            raise NobodyHasOne
        tried = [one for one, wait in waiting.items() if not wait]
        if not tried:
            raise TooEarly(min(waiting.values()))
        for operator in tried:
            with suppress(WrongKey):
                data_key = unwrap_by_passphrase(self._find(operator).wrapped, passphrase)
                self._count(operator, Failures())
                return operator, data_key
        for operator in tried:
            self._count(operator, self._find(operator).failures.one_more(now))
        raise WrongPassphrase(min(self.wait(one, now) for one in waiting))

    def _find(self, operator: str) -> Operator:
        found = self._content.operators.get(operator)
        if found is None:
            raise NoSuchOperator(operator)
        return found

    def _count(self, operator: str, failures: Failures) -> None:
        if self._find(operator).failures == failures:
            return
        # On a full disk the right passphrase must open all the same.
        with suppress(OSError), self._changing():
            found = self._content.operators.get(operator)
            if found:
                self._put(operator, replace(found, failures=failures))

    # Changing it

    def add(self, operator: str, passphrase: str, data_key: bytes) -> None:
        """Let an operator open the data with a passphrase, in place of the one they had.

        Raises:
            Unfit: it is too easy to guess.
            WrongKey: this is not the data key of this file.
            OSError: it cannot be written.
        """
        check_fit(passphrase)
        if not self.fits(data_key):
            raise WrongKey
        wrapped = wrap_by_passphrase(data_key, passphrase)
        with self._changing():
            self._put(operator, Operator(wrapped))

    def change(self, operator: str, old: str, new: str, now: int) -> None:
        """Give an operator a new passphrase.

        Raises:
            Locked: the old one was not the operator's, or it is too early to try.
            Unfit: the new one is too easy to guess.
        """
        check_fit(new)
        self.add(operator, new, self.unlock(operator, old, now))

    def use(self, operator: str) -> None:
        """Put the operator who is at work now first. On a full disk the order stays as it was."""
        if self.operators[:1] == [operator]:
            return
        with suppress(OSError, Locked), self._changing():
            operators = {operator: self._find(operator), **self._content.operators}
            self._content = replace(self._content, operators=operators)

    def remove(self, operator: str) -> None:
        """Remove an operator's passphrase: it does not open the data any more.

        Raises:
            NoSuchOperator: the operator has none.
            ValueError: nobody else has one.
        """
        with self._changing():
            self._find(operator)
            if len(self._content.operators) == 1:
                raise ValueError("the last operator")
            others = {k: v for k, v in self._content.operators.items() if k != operator}
            self._content = replace(self._content, operators=others)

    def seal_to(self, server_sealing_public: bytes, data_key: bytes, server: str = "") -> None:
        """Keep a copy of the data key that the holder of the server's private key can open.

        ``server``: its address.

        Raises:
            WrongKey: this is not the data key of this file.
        """
        if not self.fits(data_key):
            raise WrongKey
        sealed = seal(data_key, server_sealing_public)
        with self._changing():
            self._content = replace(
                self._content,
                sealed=sealed,
                sealed_to=server_sealing_public,
                server=server or None,
            )

    def drop_passphrases(self) -> None:
        """Let no passphrase open the data any more (a revoked laptop): the sealed copy stays.

        Raises:
            ValueError: there is no sealed copy, so nobody could ever open it again.
        """
        with self._changing():
            if self._content.sealed is None:
                raise ValueError("no sealed copy")
            self._content = replace(self._content, operators={})

    def keep_earlier(self, data_key: bytes, earlier: bytes) -> None:
        """Keep a key under which older backups were made."""
        if not self.fits(data_key):
            raise WrongKey
        wrapped = wrap(earlier, data_key)
        with self._changing():
            kept = {**self._content.earlier, fingerprint(earlier): wrapped}
            self._content = replace(self._content, earlier=kept)

    def all_keys(self, data_key: bytes) -> list[bytes]:
        """Return the data key, and the earlier ones."""
        found = [data_key]
        for wrapped in self._content.earlier.values():
            with suppress(WrongKey):
                found.append(unwrap(wrapped, data_key))
        return found

    def copy_to(self, path: Path) -> None:
        """Write a copy of the key file under another name: beside a backup."""
        write_private(path, self._content.to_bytes())

    def write(self) -> None:
        """Write the file: atomic, on the disk, and for its owner only."""
        write_private(self.path, self._content.to_bytes())

    def _put(self, operator: str, entry: Operator) -> None:
        operators = {**self._content.operators, operator: entry}
        self._content = replace(self._content, operators=operators)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Read the file again under a lock, let the caller change its content, and write it."""
        from filelock import FileLock

        before = self._content
        with FileLock(self.path.with_name(self.path.name + ".lock")):
            with suppress(FileNotFoundError):
                self._content = Content.of(self.path.read_bytes())
            try:
                yield
                self.write()
            except BaseException:
                self._content = before
                raise
