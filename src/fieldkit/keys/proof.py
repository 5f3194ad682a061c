"""A proof that a laptop holds a data key: only the holder of the key can compute it."""

from __future__ import annotations

import hashlib


def proof_of(data_key: bytes) -> str:
    """Return a hash of a data key that is in no file and does not reveal the key.

    The fingerprint in a key file is no proof: anybody who finds the file can read it.
    """
    return hashlib.blake2b(data_key, digest_size=16, person=b"fieldkit-proof").hexdigest()
