"""Bundles and answers as bytes: what is altered, cut or another's is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.keys.sealing import KeyPair, new_sealing_pair, new_signing_pair, to_text
from fieldkit.protocol.bundle import (
    AnsweredRequest,
    Bundle,
    BundleHeader,
    NotThisFile,
    open_answer,
    open_bundle,
    read_header,
    write_answer,
    write_bundle,
)
from fieldkit.protocol.change import first_head
from fieldkit.protocol.messages.sync import Mark, Problem, SyncAnswer, SyncRequest
from fieldkit.protocol.wire.codec import encode
from fieldkit.protocol.wire.errors import OtherVersion, Unreadable

ORIGIN = "7KQ2M9XD"
SERVER, ITS_SIGNING = new_sealing_pair(), new_signing_pair()
DEVICE, ANSWER = new_signing_pair(), new_sealing_pair()


def request(seq: int = 0) -> SyncRequest:
    head = first_head(ORIGIN).hex()
    return SyncRequest(origin=ORIGIN, last_seq=seq, head=head, cursors={0: 0, 2: seq}, mark=Mark())


def header(device: KeyPair = DEVICE) -> BundleHeader:
    return BundleHeader(
        number=3,
        device=to_text(device.public),
        server=to_text(SERVER.public),
        answer=to_text(ANSWER.public),
        heard=1,
    )


def bundle(*requests: SyncRequest) -> bytes:
    return write_bundle(header(), [encode(one, "dcz") for one in requests], DEVICE)


WRITTEN = bundle(request(1), request(2))
OPENED = open_bundle(WRITTEN, SERVER.private)
PARTS = [
    AnsweredRequest(request(1), SyncAnswer(seq=1, head=request().head), first=1, changes=1),
    AnsweredRequest(request(2), Problem(type="/problems/gap", title="A gap.", status=409)),
]
REPLY = write_answer(OPENED, PARTS, ITS_SIGNING)


def test_what_is_written_is_read() -> None:
    assert OPENED.header == header()
    assert OPENED.requests == [request(1), request(2)]
    read = open_answer(REPLY, ITS_SIGNING.public, ANSWER.private)
    assert read.header.bundle == OPENED.digest
    assert read.parts == PARTS


def test_a_bundle_altered_at_any_byte_is_refused() -> None:
    for place in range(len(WRITTEN)):
        for flipped in (WRITTEN[place] ^ 1, WRITTEN[place] ^ 0x80):
            altered = WRITTEN[:place] + bytes([flipped]) + WRITTEN[place + 1 :]
            with pytest.raises(Unreadable):
                open_bundle(altered, SERVER.private)


def test_an_answer_altered_at_any_byte_is_refused() -> None:
    for place in range(len(REPLY)):
        altered = REPLY[:place] + bytes([REPLY[place] ^ 4]) + REPLY[place + 1 :]
        with pytest.raises(Unreadable):
            open_answer(altered, ITS_SIGNING.public, ANSWER.private)


@given(st.integers(0, len(WRITTEN) - 1), st.binary(max_size=30))
def test_a_bundle_cut_or_continued_is_refused(end: int, more: bytes) -> None:
    with pytest.raises(Unreadable):
        open_bundle(WRITTEN[:end] + more, SERVER.private)
    with pytest.raises(Unreadable):
        open_bundle(WRITTEN + b"." + more, SERVER.private)


@given(st.binary(max_size=200))
def test_any_bytes_are_no_bundle(data: bytes) -> None:
    with pytest.raises(NotThisFile):
        read_header(data)


def test_another_server_cannot_open_it() -> None:
    with pytest.raises(Unreadable):
        open_bundle(WRITTEN, new_sealing_pair().private)


def test_another_laptop_cannot_open_the_answer_nor_another_server_write_it() -> None:
    with pytest.raises(Unreadable):
        open_answer(REPLY, ITS_SIGNING.public, new_sealing_pair().private)
    forged = write_answer(OPENED, PARTS, new_signing_pair())
    with pytest.raises(Unreadable):
        open_answer(forged, ITS_SIGNING.public, ANSWER.private)


def test_a_device_cannot_sign_what_another_has_sealed() -> None:
    thief = new_signing_pair()
    line, _, rest = WRITTEN.partition(b"\n")
    stolen = write_bundle(header(thief), [], thief)
    its_line = stolen.partition(b"\n")[0] + b"\n"
    sealed = rest[64:]
    from fieldkit.keys.sealing import sign

    signed = its_line + sign(its_line + sealed, thief.private) + sealed
    with pytest.raises(Unreadable, match="another than who sealed"):
        open_bundle(signed, SERVER.private)
    assert line


def test_a_later_version_says_so() -> None:
    later = WRITTEN.replace(b"bundle {", b'bundle {"v":2,', 1)
    with pytest.raises(OtherVersion):
        read_header(later)


def test_the_line_of_a_bundle_tells_nothing_of_a_person() -> None:
    line = WRITTEN.partition(b"\n")[0].decode()
    assert line.startswith("fieldkit bundle {")
    assert ORIGIN not in line
    assert isinstance(OPENED, Bundle)
