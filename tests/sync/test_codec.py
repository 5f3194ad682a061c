from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.records import Change, Json, Op, first_head
from fieldkit.sync.codec import TooLarge, Unreadable, chain, decode, encode, unpack
from fieldkit.sync.messages import (
    Batch,
    ChangeItem,
    SyncAnswer,
    SyncRequest,
    Verdict,
    on_the_wire,
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


def test_a_quiet_request_and_answer_are_small() -> None:
    assert len(encode(_request())) < 200
    assert len(encode(SyncAnswer(seq=1, head=HEAD, verdicts=[]))) < 200
    assert len(encode(SyncAnswer(seq=1, head=HEAD, verdicts=[Verdict(seq=1, verdict="x")]))) < 250
