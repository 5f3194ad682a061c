"""Seal bytes so that one holder of a private key reads them, and sign who wrote them.

Keys and signatures are raw bytes of 32 and 64; :func:`to_text` makes them fit for JSON. The methods
are X25519 with XSalsa20-Poly1305 (a sealed box) and Ed25519, all from PyNaCl.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field


class Unreadable(Exception):
    """The bytes were altered, or were sealed or signed with another key."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and its public one, for sealing or for signing; not for both."""

    private: bytes = field(repr=False)
    public: bytes


def new_sealing_pair() -> KeyPair:
    """Return a new key pair for sealing: others seal to its public key."""
    from nacl.public import PrivateKey

    private = PrivateKey.generate()
    return KeyPair(bytes(private), bytes(private.public_key))


def new_signing_pair() -> KeyPair:
    """Return a new key pair for signing."""
    from nacl.signing import SigningKey

    private = SigningKey.generate()
    return KeyPair(bytes(private), bytes(private.verify_key))


def seal(content: bytes, public: bytes) -> bytes:
    """Encrypt ``content`` so that only the holder of the private key reads it."""
    from nacl.public import PublicKey, SealedBox

    return SealedBox(PublicKey(public)).encrypt(content)


def open_sealed(sealed: bytes, private: bytes) -> bytes:
    """Return what was sealed to this key.

    Raises:
        Unreadable: it was altered, or sealed to another key.
    """
    from nacl.exceptions import CryptoError
    from nacl.public import PrivateKey, SealedBox

    try:
        return SealedBox(PrivateKey(private)).decrypt(sealed)
    except (CryptoError, ValueError):
        raise Unreadable from None


def sign(content: bytes, private: bytes) -> bytes:
    """Return the signature of ``content``, 64 bytes."""
    from nacl.signing import SigningKey

    return SigningKey(private).sign(content).signature


def check_signature(content: bytes, signature: bytes, public: bytes) -> None:
    """Make sure that the holder of the key signed exactly this.

    Raises:
        Unreadable: somebody else did, or it was altered since.
    """
    from nacl.exceptions import CryptoError
    from nacl.signing import VerifyKey

    try:
        VerifyKey(public).verify(content, signature)
    except (CryptoError, ValueError):
        raise Unreadable from None


def to_text(content: bytes) -> str:
    """Return bytes as base64 of URLs, without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """Return the bytes that :func:`to_text` wrote.

    Raises:
        Unreadable: this is no base64.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable from None
