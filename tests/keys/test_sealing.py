"""Sealed and signed bytes are read with the right key only, and never when altered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.keys.sealing import (
    Unreadable,
    check_signature,
    from_text,
    new_sealing_pair,
    new_signing_pair,
    open_sealed,
    seal,
    sign,
    to_text,
)

SEALING = new_sealing_pair()
SIGNING = new_signing_pair()


def altered(content: bytes, place: int) -> bytes:
    place %= len(content)
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@given(st.binary(max_size=200), st.integers(0))
def test_what_is_sealed_opens_with_its_key_and_not_when_altered(content: bytes, place: int) -> None:
    sealed = seal(content, SEALING.public)
    assert open_sealed(sealed, SEALING.private) == content
    with pytest.raises(Unreadable):
        open_sealed(altered(sealed, place), SEALING.private)
    with pytest.raises(Unreadable):
        open_sealed(sealed, new_sealing_pair().private)


@given(st.binary(max_size=200), st.integers(0))
def test_a_signature_fits_its_content_and_key_only(content: bytes, place: int) -> None:
    signature = sign(content, SIGNING.private)
    check_signature(content, signature, SIGNING.public)
    for wrong in [(content + b"x", signature), (content, altered(signature, place))]:
        with pytest.raises(Unreadable):
            check_signature(*wrong, SIGNING.public)
    with pytest.raises(Unreadable):
        check_signature(content, signature, new_signing_pair().public)


@given(st.binary(max_size=100))
def test_text_gives_the_same_bytes(content: bytes) -> None:
    assert from_text(to_text(content)) == content


@pytest.mark.parametrize("text", ["A", "not base64!", "å"])
def test_text_that_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        from_text(text)


def test_a_private_key_is_not_shown() -> None:
    assert repr(SIGNING.private) not in repr(SIGNING)
