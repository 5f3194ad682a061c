"""Whether a card was signed with the key of a certificate that is on this laptop.

UIDAI changes its certificates; they are files in the folder ``certificates`` of an installation
(PEM or DER, a certificate or a bare public key). ``cryptography`` is imported only here, only
when a card is read: it is the extra ``scan``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.scan.card import Checked, Unreadable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_ENDINGS = frozenset({".cer", ".crt", ".pem", ".der"})
_MOST, _LARGEST = 20, 32 * 1024


def check(signed: bytes, signature: bytes, folder: Path) -> Checked:
    """Say how far a signature was checked.

    Raises:
        Unreadable: it fits none of the certificates that are here.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256
    except ImportError:
        return Checked.NO_LIBRARY
    keys = _keys(folder)
    for key in keys:
        try:
            key.verify(signature, signed, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return Checked.RIGHT
    if not keys:
        return Checked.NO_CERTIFICATE
    raise Unreadable(
        "The signature of this card fits no certificate on this laptop, so nothing was filled. "
        "Look at the card; a new certificate may be missing."
    )


def _keys(folder: Path) -> list[RSAPublicKey]:
    """Return the RSA keys in a folder; a file that is no certificate is passed over."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    found = []
    try:
        paths = sorted(one for one in folder.iterdir() if one.suffix.casefold() in _ENDINGS)
    except OSError:
        return []
    for path in paths[:_MOST]:
        try:
            data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
        except OSError:
            continue
        key = _key(data)
        if isinstance(key, RSAPublicKey):
            found.append(key)
    return found


def _key(data: bytes) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        load_der_public_key,
        load_pem_public_key,
    )
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

    pem = b"-----BEGIN" in data
    try:
        if pem and b"PUBLIC KEY" in data:
            return load_pem_public_key(data)
        if pem:
            return load_pem_x509_certificate(data).public_key()
        try:
            return load_der_x509_certificate(data).public_key()
        except ValueError:
            return load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        return None
