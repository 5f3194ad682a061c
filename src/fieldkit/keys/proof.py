"""The proof that one holds a data key: only who has the key can name it so."""

from __future__ import annotations

import hashlib


def proof_of(data_key: bytes) -> str:
    """Return a name of a data key that is in no file, and from which the key does not follow.

    The fingerprint in a key file does not do: anybody who finds the file can read it.
    """
    return hashlib.blake2b(data_key, digest_size=16, person=b"fieldkit-proof").hexdigest()
