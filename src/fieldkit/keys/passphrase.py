"""Passphrases: which will do, and the key that is derived from one.

The methods are Argon2id, and XSalsa20-Poly1305 for the key that is wrapped, both from PyNaCl.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

SHORTEST = 10
"""Characters of a passphrase, unless it has :data:`WORDS`."""
WORDS = 3

KEY_BYTES = 32
_SALT_BYTES = 16
_PASSES = 3
_MEMORY = 64 * 1024 * 1024
_MOST_PASSES, _MOST_MEMORY = 64, 1024 * 1024 * 1024
"""A file may ask for no more: it may come from anywhere."""


class Unfit(ValueError):
    """The passphrase is too easy to guess; the text says what to choose."""


class WrongKey(Exception):
    """The wrapped key was wrapped with another passphrase or key, or was altered."""


def normal(passphrase: str) -> str:
    """Return a passphrase as it is used: the same from every keyboard and with any spacing."""
    text = unicodedata.normalize("NFKC", passphrase)
    # Joiners of Indian and Arabic scripts: not every keyboard and terminal gives them.
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())


def check_fit(passphrase: str) -> None:
    """Make sure that a new passphrase is not guessed easily.

    Raises:
        Unfit: it is too short, or a number.
    """
    text = normal(passphrase)
    if "".join(c for c in text if c.isalnum()).isdecimal():  # a mobile, a date: "12/03/1984"
        raise Unfit("A number is guessed too easily. Choose three words, or ten characters.")
    words = [word for word in text.split() if len(word) > 1]
    if len(text) < SHORTEST and len(words) < WORDS:
        raise Unfit("The passphrase is too short. Choose three words, or ten characters.")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A key wrapped by a passphrase, with what its derivation needs."""

    salt: bytes
    passes: int
    memory: int
    """In bytes."""
    content: bytes

    @property
    def is_bounded(self) -> bool:
        """Whether the derivation takes a time and a memory that any laptop has."""
        return (
            len(self.salt) == _SALT_BYTES
            and 1 <= self.passes <= _MOST_PASSES
            and 8192 <= self.memory <= _MOST_MEMORY
        )


def wrap_by_passphrase(key: bytes, passphrase: str) -> Wrapped:
    """Wrap a key, so that the passphrase opens it; takes about 0.15 s and 64 MiB."""
    from nacl.utils import random

    salt = random(_SALT_BYTES)
    return Wrapped(salt, _PASSES, _MEMORY, wrap(key, _derived(passphrase, salt, _PASSES, _MEMORY)))


def unwrap_by_passphrase(wrapped: Wrapped, passphrase: str) -> bytes:
    """Return the key that was wrapped.

    Raises:
        WrongKey: the passphrase is another.
    """
    derived = _derived(passphrase, wrapped.salt, wrapped.passes, wrapped.memory)
    return unwrap(wrapped.content, derived)


def _derived(passphrase: str, salt: bytes, passes: int, memory: int) -> bytes:
    from nacl.pwhash import argon2id

    password = normal(passphrase).encode("utf-8", "surrogatepass")
    return argon2id.kdf(KEY_BYTES, password, salt, opslimit=passes, memlimit=memory)


def new_key() -> bytes:
    """Return a new random key."""
    from nacl.utils import random

    return random(KEY_BYTES)


def wrap(key: bytes, by: bytes) -> bytes:
    """Encrypt a key with another."""
    from nacl.secret import SecretBox

    return bytes(SecretBox(by).encrypt(key))


def unwrap(content: bytes, by: bytes) -> bytes:
    """Return the key that :func:`wrap` encrypted.

    Raises:
        WrongKey: it was encrypted with another key, or altered.
    """
    from nacl.exceptions import CryptoError
    from nacl.secret import SecretBox

    try:
        return SecretBox(by).decrypt(content)
    except (CryptoError, ValueError):
        raise WrongKey from None
