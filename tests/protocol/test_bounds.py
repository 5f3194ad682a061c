"""Bounds count what a message would build before it is built, and refuse no message of a laptop."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fieldkit.protocol.change import Json, canonical
from fieldkit.protocol.limits import (
    DEEPEST_NESTING,
    LARGEST_CHANGE,
    MOST_FIELDS,
    unsendable_field,
)
from fieldkit.protocol.messages.sync import (
    LARGEST_MESSAGE,
    MOST_CHANGES,
    Batch,
    EnrolRequest,
    SyncRequest,
)
from fieldkit.protocol.wire.bounds import DEEPEST_MESSAGE, check_structure
from fieldkit.protocol.wire.codec import decode, encode
from fieldkit.protocol.wire.errors import TooLarge, Unreadable

MOST_VALUES = LARGEST_MESSAGE // 16
"""The bound of the server for requests; that of laptops for answers is wider."""
ORIGIN, HEAD = "7KQ2M9XD", "0" * 64
marks = st.text(st.sampled_from('"\\[]{},: aé\u2222\U0001f600\n'), max_size=8)
"""Texts full of what has a meaning outside of texts."""
values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | marks | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(marks, inner, max_size=4),
    max_leaves=25,
)


def _within(value: Json) -> Iterator[Json]:
    """Yield a value and all values in it."""
    yield value
    if isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _within(part)


def _counted(value: Json) -> int:
    """Count as the bound does: lists, objects, and all items and members but the first of each."""
    nested = [part for part in _within(value) if isinstance(part, list | dict)]
    return sum(max(len(part), 1) for part in nested)


def _depth(value: Json) -> int:
    if not isinstance(value, list | dict):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0)


@given(values, st.booleans(), st.sampled_from([None, 1]))
@settings(max_examples=120)
@example('"\\', True, None)
@example(["\\", "[["], True, None)
@example({"\\\\": ['"', "[", "]", "\\\\\\"], "": {}}, False, 1)
def test_values_are_counted_exactly(value: Json, escaped: bool, indent: int | None) -> None:
    plain = json.dumps(value, ensure_ascii=escaped, indent=indent).encode("utf-8", "surrogatepass")
    check_structure(plain, _counted(value))
    if _counted(value):
        with pytest.raises(TooLarge):
            check_structure(plain, _counted(value) - 1)


@given(values, st.data())
@settings(max_examples=80)
def test_damaged_text_counts_at_least_what_a_parser_builds(
    value: Json, data: st.DataObject
) -> None:
    """The part before the first fault is counted whole, wherever quotation marks are missing."""
    plain = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    damage = data.draw(st.sampled_from([b'"', b"\\", b"]", b"{", b'\\"', b"\x00", b""]))
    at = data.draw(st.integers(0, len(plain)))
    spoilt = plain[:at] + damage + plain[at + data.draw(st.integers(0, 2)) :]
    built = 0

    def count(members: list[tuple[str, object]]) -> None:
        nonlocal built
        built += max(len(members), 1)

    text = spoilt.decode("utf-8", "replace")
    with suppress(ValueError):
        json.loads(text, object_pairs_hook=count)
    if built:
        with pytest.raises(TooLarge):
            check_structure(spoilt, built - 1)


opening = st.sampled_from(["[", '{"a":', '[0,"]",', '{"]":0,"":'])


@given(st.lists(opening, min_size=1, max_size=2 * DEEPEST_MESSAGE), st.booleans())
def test_depth_is_counted_exactly(opened: list[str], closed: bool) -> None:
    plain = "".join(opened) + "0"
    if closed:
        plain += "".join("}" if one.startswith("{") else "]" for one in reversed(opened))
    if len(opened) <= DEEPEST_MESSAGE:
        if closed:
            assert _depth(json.loads(plain)) == len(opened)
            check_structure(plain.encode(), MOST_VALUES)
    else:
        with pytest.raises(Unreadable):
            check_structure(plain.encode(), MOST_VALUES)


UNITS = ["[]", "{}", '{"a":0}', '{"":{}}', "[0]", '[""]', "[[]]", '{"a":"["}', "[[[[[[[0]]]]]]]"]


@given(
    st.lists(st.sampled_from(UNITS), min_size=1, max_size=5),
    st.sampled_from(["[%s]", '{"batch":{"first":1,"changes":[{"fields":{"a":[%s]}}]}}']),
    st.sampled_from(["gzip", "identity"]),
)
@settings(max_examples=6, deadline=None)
def test_hostile_nests_are_refused(units: list[str], within: str, coding: str) -> None:
    unit = ",".join(units) + ","
    plain = within % (unit * ((LARGEST_MESSAGE - 200) // len(unit)) + "0")
    assert len(plain) <= LARGEST_MESSAGE
    body = gzip.compress(plain.encode(), 1) if coding == "gzip" else plain.encode()
    with pytest.raises(TooLarge, match="too many values"):
        decode(body, SyncRequest, coding, most_values=MOST_VALUES)


def test_other_encodings_of_text_than_utf_8_are_unreadable() -> None:
    """They could hide what is counted: half of U+2222 looks like a quotation mark."""
    for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig"):
        with pytest.raises(Unreadable):
            decode('{"v": 1, "a": []}'.encode(encoding), EnrolRequest, "identity")


def _decided(many: int) -> Json:
    return [[ORIGIN, seq] for seq in range(many)]


texts = st.text(max_size=30) | marks
texts_of_fields: st.SearchStrategy[Json] = texts | texts.map(lambda text: text * 800)
nested: st.SearchStrategy[Json] = (
    st.lists(values, max_size=3)
    | st.integers(1, 300).map(_decided)
    | st.integers(1, DEEPEST_NESTING).map(lambda n: json.loads("[" * n + "]" * n))
)
plain: st.SearchStrategy[Json] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
fields = st.dictionaries(
    st.text(min_size=1, max_size=30) | st.integers(0, MOST_FIELDS).map(lambda n: f"f{n}"),
    plain | texts_of_fields | nested,
    max_size=12,
)
sendable = fields.filter(lambda found: unsendable_field(found) is None)
kinds = st.sampled_from(["beneficiary", "attendance", "yet_to_come"])
changes = st.tuples(kinds, st.sampled_from(["create", "edit", "decide"]), sendable)


def _request(made: list[tuple[str, str, dict[str, Json]]]) -> SyncRequest:
    items: list[object] = [
        {
            "seq": seq,
            "kind": kind,
            "id": f"{ORIGIN}-{seq}",
            "op": op,
            "fields": held,
            "base": None,
            "at": 1_790_000_000,
            "operator": "Asha",
        }
        for seq, (kind, op, held) in enumerate(made, start=1)
    ]
    batch = Batch(first=1, before=HEAD, changes=items)
    return SyncRequest(origin=ORIGIN, last_seq=len(items), head=HEAD, batch=batch)


def _accepted(request: SyncRequest) -> None:
    back = decode(encode(request, "gzip"), SyncRequest, "gzip", LARGEST_MESSAGE, MOST_VALUES)
    assert back.batch is not None
    assert request.batch is not None
    form, same = (canonical(one.batch.changes) for one in (back, request) if one.batch)  # type: ignore[arg-type]
    assert form == same


@given(st.lists(changes, min_size=1, max_size=6), st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_whatever_a_laptop_can_pack_is_accepted(
    made: list[tuple[str, str, dict[str, Json]]], times: int
) -> None:
    _accepted(_request((made * times)[:MOST_CHANGES]))


FULLEST: dict[str, dict[str, Json]] = {
    "numbered": {f"field_{'x' * 46}{n:03d}": 0 for n in range(MOST_FIELDS)},
    "cleared": {f"field_{n}": None for n in range(MOST_FIELDS)},
    "text": {"remarks": ",[{ \u0632" * (LARGEST_CHANGE // 6 - 20)},
    "settled": {"decided": [[ORIGIN, seq] for seq in range(300)], "name": "Zooni"},
    "deep": {"a": json.loads("[" * DEEPEST_NESTING + "]" * DEEPEST_NESTING)},
}


@pytest.mark.parametrize("fullest", FULLEST)
def test_a_batch_of_the_fullest_changes_is_accepted(fullest: str) -> None:
    ops = ["create", "edit", "delete", "decide"]
    made = []
    for n in range(MOST_CHANGES):
        held, group = FULLEST[fullest], (f"kind_{n % 20}", ops[n % 4])
        if fullest == "numbered":
            held, group = dict.fromkeys(held, n), ("toolkit", "edit")
        assert unsendable_field(held) is None
        made.append((*group, held))
    _accepted(_request(made))


_PEAK = """
import gzip, sys
from fieldkit.protocol.messages.sync import LARGEST_MESSAGE, SyncRequest
from fieldkit.protocol.wire.codec import decode
from fieldkit.protocol.wire.errors import TooLarge

def rss(of):
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith(of)).split()[1]) // 1024

unit = sys.argv[1].encode()
body = gzip.compress(b"[" + unit * ((LARGEST_MESSAGE - 20) // len(unit)) + b"0]")
assert len(body) < 40_000
open("/proc/self/clear_refs", "w").write("5")
before = rss("VmRSS")
try:
    decode(body, SyncRequest)
except TooLarge:
    print(rss("VmHWM") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize("unit", ["[],", '{"":{}},', "[" * 60 + "]" * 60 + ","])
def test_eight_kilobytes_do_not_fill_the_memory(unit: str) -> None:
    """Before, they took up to 400 MB; the text itself takes 8 MB, and twice that while counted."""
    told = subprocess.run([sys.executable, "-c", _PEAK, unit], capture_output=True, text=True)
    assert int(told.stdout) < 40, told.stderr
