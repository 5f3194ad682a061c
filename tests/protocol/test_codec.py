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
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.protocol.messages.sync import (
    LARGEST_MESSAGE,
    Batch,
    ChangeItem,
    SyncAnswer,
    SyncRequest,
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
    choose_coding,
    decode,
    decompress,
    encode,
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
def test_a_request_and_its_chain_survive_encoding(logged: list[Change]) -> None:
    request = _request(*(change.as_json() for change in logged))
    back = decode(encode(request), SyncRequest)
    assert encode(back) == encode(request)
    head, heads = first_head(ORIGIN), []
    for change in logged:
        head = change.head(head)
        heads.append(head)
    items = back.batch.changes if back.batch else []
    assert [link[1] for link in chain(first_head(ORIGIN), items)] == heads


@given(changes)
def test_a_logged_change_validates_as_a_change_item(change: Change) -> None:
    item = ChangeItem.model_validate(change.as_json())
    assert (item.seq, item.kind, item.id, item.op) == (
        change.seq,
        change.kind,
        change.record_id,
        change.op,
    )
    assert item.fields == change.fields


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_decoded_or_refused(data: bytes, compressed: bool) -> None:
    for body in (data, gzip.compress(data)):
        with pytest.raises((Unreadable, TooLarge)):
            decode(body, SyncRequest, "gzip" if compressed else "identity")


@given(json_values)
def test_any_json_is_decoded_or_refused(value: Json) -> None:
    import json

    with pytest.raises(Unreadable):
        decode(json.dumps(value).encode(), SyncRequest, "identity")


def test_unknown_members_are_ignored() -> None:
    answer = (
        b'{"v":1,"seq":3,"head":"%s","verdicts":[],"yet_to_come":[1],"more":true}' % HEAD.encode()
    )
    assert decode(answer, SyncAnswer, "identity").seq == 3


def test_a_gzip_bomb_is_refused_early() -> None:
    with pytest.raises(TooLarge):
        decompress(gzip.compress(b"0" * 5000), most=4999)
    assert len(decompress(gzip.compress(b"0" * 5000), most=5000)) == 5000


def _dcz(plain: bytes, *, sized: bool = True, name: str = dictionary.CURRENT) -> bytes:
    """Compress as any other program would."""
    content = zstandard.ZstdCompressionDict(
        dictionary.path(dictionary.CURRENT).read_bytes(), dict_type=zstandard.DICT_TYPE_RAWCONTENT
    )
    compressor = zstandard.ZstdCompressor(dict_data=content, write_content_size=sized)
    head = b"\x5e\x2a\x4d\x18\x20\x00\x00\x00" + bytes.fromhex(name)
    return head + compressor.compress(plain)


@given(st.lists(changes, max_size=4))
def test_every_coding_decodes_to_the_same_message(logged: list[Change]) -> None:
    request = _request(*(change.as_json() for change in logged))
    for coding in CODINGS:
        assert encode(request, coding) == encode(request, coding)
        back = decode(encode(request, coding), SyncRequest, coding)
        assert encode(back, "identity") == encode(request, "identity")


def test_dcz_follows_the_standard() -> None:
    plain = encode(_request(), "identity")
    for sized in (True, False):
        assert decode(_dcz(plain, sized=sized), SyncRequest, "dcz") == _request()
    assert encode(_request(), "dcz").startswith(_dcz(b"")[:40])


@pytest.mark.parametrize("sized", [True, False])
def test_a_zstd_bomb_is_refused_early(sized: bool) -> None:
    assert len(decompress(_dcz(b"0" * 5000, sized=sized), "dcz", most=5000)) == 5000
    with pytest.raises(TooLarge):
        decompress(_dcz(b"0" * 5001, sized=sized), "dcz", most=5000)
    with pytest.raises(TooLarge):
        decompress(_dcz(b"0" * (LARGEST_MESSAGE + 1), sized=sized), "dcz")


@pytest.mark.parametrize("coding", ["gzip", "dcz", "dcz of no size"])
def test_a_bomb_uses_no_more_memory_than_a_message(coding: str) -> None:
    plain = bytes(64 << 20)
    bomb = gzip.compress(plain) if coding == "gzip" else _dcz(plain, sized=coding == "dcz")
    decompress(_dcz(b""), "dcz")  # the dictionary is loaded once
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            decompress(bomb, coding.partition(" ")[0], most=5000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20


def test_a_frame_with_a_window_larger_than_a_message_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    writer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    frame = writer.compress(encode(_request(), "identity")) + writer.flush()
    with pytest.raises(Unreadable):
        decompress(_dcz(b"")[:40] + frame, "dcz")


@pytest.mark.parametrize("what", ["nested", "endless number"])
def test_a_change_without_canonical_form_is_unreadable(what: str) -> None:
    value: object = 10**5000
    if what == "nested":
        for _ in range(100_000):
            value = [value]
    with pytest.raises(Unreadable):
        chain(bytes(32), [{"fields": {"remarks": value}}])


@pytest.mark.parametrize("sized", [True, False])
def test_a_truncated_message_is_unreadable(sized: bool) -> None:
    body = _dcz(encode(_request(), "identity"), sized=sized)
    for damaged in (*(body[:cut] for cut in range(len(body))), body + b"\0", body + body[40:]):
        with pytest.raises(Unreadable):
            decode(damaged, SyncRequest, "dcz")


def test_truncated_or_trailing_gzip_data_is_unreadable() -> None:
    body = encode(_request(), "gzip")
    assert decode(body, SyncRequest) == _request()
    for damaged in (body[:-1], body + b"\0", body + body):
        with pytest.raises(Unreadable):
            decode(damaged, SyncRequest)


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_nan_and_infinity_are_unreadable(constant: bytes) -> None:
    body = encode(_request({"seq": 1, "at": 123456789}), "identity")
    assert body.count(b"123456789") == 1
    with pytest.raises(Unreadable):
        decode(body.replace(b"123456789", constant), SyncRequest, "identity")


def test_an_uncompressed_message_is_bounded_too() -> None:
    body = encode(_request(), "identity")
    assert decode(body, SyncRequest, "identity", len(body)) == _request()
    with pytest.raises(TooLarge):
        decode(body, SyncRequest, "identity", len(body) - 1)


@given(st.binary(max_size=100))
def test_any_zstd_frame_is_decoded_or_refused(data: bytes) -> None:
    for body in (data, _dcz(b"")[:40] + data, _dcz(b"")[:44] + data):
        with pytest.raises((Unreadable, TooLarge)):
            decode(body, SyncRequest, "dcz")


def test_an_unknown_dictionary_has_its_own_error() -> None:
    with pytest.raises(UnknownCoding):
        decode(_dcz(b"{}", name="0" * 64), SyncRequest, "dcz")
    for coding in ("br", "zstd", "", "gzip, dcz"):
        with pytest.raises(UnknownCoding):
            decode(b"{}", SyncRequest, coding)


def test_dictionaries_are_named_by_their_hash() -> None:
    assert dictionary.CURRENT in dictionary.names()
    for name in dictionary.names():
        assert hashlib.sha256(dictionary.path(name).read_bytes()).hexdigest() == name
        assert dictionary.from_header(dictionary.as_header(name)) == name


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An older dictionary beside the current one."""
    content = b"what was trained before " * 20
    name = hashlib.sha256(content).hexdigest()
    kept = dictionary.path(dictionary.CURRENT).read_bytes()
    monkeypatch.setattr(dictionary, "FOLDER", tmp_path)
    dictionary.path(dictionary.CURRENT).write_bytes(kept)
    dictionary.path(name).write_bytes(content)
    dictionary.names.cache_clear()
    yield name
    dictionary.names.cache_clear()


def test_an_older_dictionary_still_works(older: str) -> None:
    assert dictionary.names() == {older, dictionary.CURRENT}
    for name in dictionary.names():
        body = encode(_request(), "dcz", name)
        assert body[8:40].hex() == name
        assert decode(body, SyncRequest, "dcz") == _request()
    assert choose_coding("gzip, dcz", dictionary.as_header(older)) == ("dcz", older)


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
def test_the_answer_uses_the_best_coding_that_the_client_reads(
    accept: str, available: str, coding: str
) -> None:
    assert choose_coding(accept, available)[0] == coding


def test_zstandard_is_imported_only_when_needed() -> None:
    code = "import sys, fieldkit.protocol.wire.codec; sys.exit('zstandard' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_quiet_request_and_answer_are_small() -> None:
    assert len(encode(_request())) < 200
    assert len(encode(SyncAnswer(seq=1, head=HEAD, verdicts=[]))) < 200
    assert len(encode(SyncAnswer(seq=1, head=HEAD, verdicts=[Verdict(seq=1, verdict="x")]))) < 250
