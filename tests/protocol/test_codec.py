from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.protocol.change import Change, Json, Op, first_head
from fieldkit.protocol.finding import Verdict
from fieldkit.protocol.messages import (
    LARGEST_MESSAGE,
    Batch,
    ChangeItem,
    SyncAnswer,
    SyncRequest,
    on_the_wire,
)
from fieldkit.protocol.wire import dictionary
from fieldkit.protocol.wire.codec import (
    ACCEPT_ENCODING,
    AVAILABLE_DICTIONARY,
    CODINGS,
    TooLarge,
    UnknownCoding,
    Unreadable,
    chain,
    chosen,
    decode,
    encode,
    unpack,
)

ORIGIN = "7KQ2M9XD"
HEAD = "0" * 64
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
json_values: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
changes = st.builds(
    Change,
    seq=st.integers(1, 1000),
    kind=st.sampled_from(["beneficiary", "yet_to_come"]),
    record_id=st.integers(1, 10**9).map(lambda n: f"{ORIGIN}-{n}"),
    op=st.sampled_from(Op),
    fields=st.dictionaries(text.filter(bool), json_values, max_size=5),
    base=st.none() | st.integers(0, 10**6),
    at=st.integers(0, 2**40),
    operator=text,
)


def _request(*items: object) -> SyncRequest:
    batch = Batch(first=1, before=HEAD, changes=list(items)) if items else None
    return SyncRequest(origin=ORIGIN, last_seq=len(items), head=HEAD, batch=batch)


@given(st.lists(changes, max_size=4))
def test_a_request_comes_back_as_it_was_and_so_does_its_chain(logged: list[Change]) -> None:
    request = _request(*(on_the_wire(change) for change in logged))
    back = decode(encode(request), SyncRequest)
    assert encode(back) == encode(request)
    head, heads = first_head(ORIGIN), []
    for change in logged:
        head = change.head(head)
        heads.append(head)
    items = back.batch.changes if back.batch else []
    assert [link[1] for link in chain(first_head(ORIGIN), items)] == heads


@given(changes)
def test_a_change_of_the_laptop_has_the_shape_the_server_reads(change: Change) -> None:
    item = ChangeItem.model_validate(on_the_wire(change))
    assert (item.seq, item.kind, item.id, item.op) == (
        change.seq,
        change.kind,
        change.record_id,
        change.op,
    )
    assert item.fields == change.fields


@given(st.binary(max_size=200), st.booleans())
def test_whatever_the_bytes_nothing_but_a_plain_refusal(data: bytes, compressed: bool) -> None:
    for body in (data, gzip.compress(data)):
        with pytest.raises((Unreadable, TooLarge)):
            decode(body, SyncRequest, "gzip" if compressed else "identity")


@given(json_values)
def test_whatever_the_json_nothing_but_a_plain_refusal(value: Json) -> None:
    import json

    with pytest.raises(Unreadable):
        decode(json.dumps(value).encode(), SyncRequest, "identity")


def test_a_newer_side_may_say_more() -> None:
    answer = (
        b'{"v":1,"seq":3,"head":"%s","verdicts":[],"yet_to_come":[1],"more":true}' % HEAD.encode()
    )
    assert decode(answer, SyncAnswer, "identity").seq == 3


def test_a_bomb_is_stopped_before_it_is_unpacked() -> None:
    with pytest.raises(TooLarge):
        unpack(gzip.compress(b"0" * 5000), most=4999)
    assert len(unpack(gzip.compress(b"0" * 5000), most=5000)) == 5000


def _dcz(plain: bytes, *, sized: bool = True, name: str = dictionary.CURRENT) -> bytes:
    """As any other program would write it."""
    content = zstandard.ZstdCompressionDict(
        dictionary.path(dictionary.CURRENT).read_bytes(), dict_type=zstandard.DICT_TYPE_RAWCONTENT
    )
    compressor = zstandard.ZstdCompressor(dict_data=content, write_content_size=sized)
    head = b"\x5e\x2a\x4d\x18\x20\x00\x00\x00" + bytes.fromhex(name)
    return head + compressor.compress(plain)


@given(st.lists(changes, max_size=4))
def test_every_coding_brings_the_same(logged: list[Change]) -> None:
    request = _request(*(on_the_wire(change) for change in logged))
    for coding in CODINGS:
        assert encode(request, coding) == encode(request, coding)
        back = decode(encode(request, coding), SyncRequest, coding)
        assert encode(back, "identity") == encode(request, "identity")


def test_dcz_is_that_of_the_standard() -> None:
    plain = encode(_request(), "identity")
    for sized in (True, False):
        assert decode(_dcz(plain, sized=sized), SyncRequest, "dcz") == _request()
    assert encode(_request(), "dcz").startswith(_dcz(b"")[:40])


@pytest.mark.parametrize("sized", [True, False])
def test_a_bomb_of_zstd_is_stopped_too(sized: bool) -> None:
    assert len(unpack(_dcz(b"0" * 5000, sized=sized), "dcz", most=5000)) == 5000
    with pytest.raises(TooLarge):
        unpack(_dcz(b"0" * 5001, sized=sized), "dcz", most=5000)
    with pytest.raises(TooLarge):
        unpack(_dcz(b"0" * (LARGEST_MESSAGE + 1), sized=sized), "dcz")


@pytest.mark.parametrize("coding", ["gzip", "dcz", "dcz of no size"])
def test_a_bomb_takes_no_more_room_than_a_message(coding: str) -> None:
    plain = bytes(64 << 20)
    bomb = gzip.compress(plain) if coding == "gzip" else _dcz(plain, sized=coding == "dcz")
    unpack(_dcz(b""), "dcz")  # the dictionary is loaded once
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            unpack(bomb, coding.partition(" ")[0], most=5000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20


def test_a_frame_that_wants_more_room_than_a_message_is_not_read() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    writer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    frame = writer.compress(encode(_request(), "identity")) + writer.flush()
    with pytest.raises(Unreadable):
        unpack(_dcz(b"")[:40] + frame, "dcz")


@pytest.mark.parametrize("what", ["nested", "endless number"])
def test_a_change_without_canonical_form_is_unreadable(what: str) -> None:
    value: object = 10**5000
    if what == "nested":
        for _ in range(100_000):
            value = [value]
    with pytest.raises(Unreadable):
        chain(bytes(32), [{"fields": {"remarks": value}}])


@pytest.mark.parametrize("sized", [True, False])
def test_what_did_not_arrive_whole_is_unreadable(sized: bool) -> None:
    body = _dcz(encode(_request(), "identity"), sized=sized)
    for damaged in (*(body[:cut] for cut in range(len(body))), body + b"\0", body + body[40:]):
        with pytest.raises(Unreadable):
            decode(damaged, SyncRequest, "dcz")


def test_nor_is_what_did_not_arrive_whole_by_gzip_or_goes_on_after_its_end() -> None:
    body = encode(_request(), "gzip")
    assert decode(body, SyncRequest) == _request()
    for damaged in (body[:-1], body + b"\0", body + body):
        with pytest.raises(Unreadable):
            decode(damaged, SyncRequest)


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_no_number_in_json_is_unreadable(constant: bytes) -> None:
    body = encode(_request({"seq": 1, "at": 123456789}), "identity")
    assert body.count(b"123456789") == 1
    with pytest.raises(Unreadable):
        decode(body.replace(b"123456789", constant), SyncRequest, "identity")


def test_a_message_that_was_never_compressed_is_bounded_too() -> None:
    body = encode(_request(), "identity")
    assert decode(body, SyncRequest, "identity", len(body)) == _request()
    with pytest.raises(TooLarge):
        decode(body, SyncRequest, "identity", len(body) - 1)


@given(st.binary(max_size=100))
def test_whatever_the_frame_nothing_but_a_plain_refusal(data: bytes) -> None:
    for body in (data, _dcz(b"")[:40] + data, _dcz(b"")[:44] + data):
        with pytest.raises((Unreadable, TooLarge)):
            decode(body, SyncRequest, "dcz")


def test_a_dictionary_not_known_here_has_an_error_of_its_own() -> None:
    with pytest.raises(UnknownCoding):
        decode(_dcz(b"{}", name="0" * 64), SyncRequest, "dcz")
    for coding in ("br", "zstd", "", "gzip, dcz"):
        with pytest.raises(UnknownCoding):
            decode(b"{}", SyncRequest, coding)


def test_the_dictionaries_are_what_they_say() -> None:
    assert dictionary.CURRENT in dictionary.names()
    for name in dictionary.names():
        assert hashlib.sha256(dictionary.path(name).read_bytes()).hexdigest() == name
        assert dictionary.from_header(dictionary.as_header(name)) == name


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An older dictionary beside the one in use."""
    content = b"what was trained before " * 20
    name = hashlib.sha256(content).hexdigest()
    kept = dictionary.path(dictionary.CURRENT).read_bytes()
    monkeypatch.setattr(dictionary, "FOLDER", tmp_path)
    dictionary.path(dictionary.CURRENT).write_bytes(kept)
    dictionary.path(name).write_bytes(content)
    dictionary.names.cache_clear()
    yield name
    dictionary.names.cache_clear()


def test_an_older_dictionary_goes_on_beside_the_new_one(older: str) -> None:
    assert dictionary.names() == {older, dictionary.CURRENT}
    for name in dictionary.names():
        body = encode(_request(), "dcz", name)
        assert body[8:40].hex() == name
        assert decode(body, SyncRequest, "dcz") == _request()
    assert chosen("gzip, dcz", dictionary.as_header(older)) == ("dcz", older)


@pytest.mark.parametrize(
    ("accept", "available", "coding"),
    [
        (ACCEPT_ENCODING, AVAILABLE_DICTIONARY, "dcz"),
        ("DCZ;q=0.5, gzip", AVAILABLE_DICTIONARY, "dcz"),
        ("dcz;q=0, gzip", AVAILABLE_DICTIONARY, "gzip"),
        ("dcz, gzip;q=0.000", "", "identity"),
        ("gzip", AVAILABLE_DICTIONARY, "gzip"),
        ("dcz, gzip", dictionary.as_header("0" * 64), "gzip"),
        ("dcz, gzip", ":" + "*" * 44 + ":", "gzip"),
        ("dcz, gzip", ":" + "٣" * 44 + ":", "gzip"),
        ("", "", "identity"),
    ],
)
def test_the_answer_is_in_the_best_coding_the_other_side_reads(
    accept: str, available: str, coding: str
) -> None:
    assert chosen(accept, available)[0] == coding


def test_zstandard_is_loaded_by_the_first_message_that_needs_it() -> None:
    code = "import sys, fieldkit.protocol.wire.codec; sys.exit('zstandard' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_quiet_request_and_answer_are_small() -> None:
    assert len(encode(_request())) < 200
    assert len(encode(SyncAnswer(seq=1, head=HEAD, verdicts=[]))) < 200
    assert len(encode(SyncAnswer(seq=1, head=HEAD, verdicts=[Verdict(seq=1, verdict="x")]))) < 250
