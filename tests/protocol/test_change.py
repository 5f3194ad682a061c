from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fieldkit.protocol.change import Change, Json, Op, canonical, first_head

CHANGE = Change(
    seq=1,
    kind="beneficiary",
    record_id="7KQ2M9XD-142",
    op=Op.CREATE,
    fields={"name": "Zoona Bano", "village": "चाडूरा", "monthly_income": 4500, "disabled": None},
    base=None,
    at=1795257720,
    operator="Asha",
)
GOLDEN = (
    '{"at":1795257720,"base":null,"fields":{"disabled":null,"monthly_income":4500,'
    '"name":"Zoona Bano","village":"चाडूरा"},"id":"7KQ2M9XD-142","kind":"beneficiary",'
    '"op":"create","operator":"Asha","seq":1}'
)
FIRST = "28260557126c16ecfa20c77a89f2da7961bbe4132ee6fc5f5c506b8595f3d165"
HEAD = "4fa9ce3933f00faae9afa5b6ebb74ab7b76d9da43a41e165dbb6f8deed3f5250"

values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_the_canonical_form_is_fixed() -> None:
    assert CHANGE.canonical() == GOLDEN.encode("utf-8")


def test_the_chain_is_fixed() -> None:
    assert first_head("7KQ2M9XD").hex() == FIRST
    assert CHANGE.head(first_head("7KQ2M9XD")).hex() == HEAD


def test_a_head_is_the_hash_of_the_head_before_and_the_change() -> None:
    before = first_head("7KQ2M9XD")
    assert CHANGE.head(before) == hashlib.sha256(before + CHANGE.canonical()).digest()


def test_every_part_of_a_change_counts() -> None:
    before = first_head("7KQ2M9XD")
    others = [
        replace(CHANGE, seq=2),
        replace(CHANGE, kind="member"),
        replace(CHANGE, record_id="7KQ2M9XD-143"),
        replace(CHANGE, op=Op.EDIT),
        replace(CHANGE, fields={"name": "Zona Bano"}),
        replace(CHANGE, base=0),
        replace(CHANGE, at=CHANGE.at + 1),
        replace(CHANGE, operator="Javid"),
    ]
    heads = {change.head(before) for change in [CHANGE, *others]}
    assert len(heads) == len(others) + 1
    assert CHANGE.head(first_head("8KQ2M9XD")) not in heads


@given(st.dictionaries(st.text(), values, max_size=5))
def test_a_change_that_travelled_as_json_hashes_the_same(fields: dict[str, Json]) -> None:
    sent = replace(CHANGE, fields=fields)
    arrived = replace(CHANGE, fields=json.loads(json.dumps(dict(reversed(fields.items())))))
    assert arrived.canonical() == sent.canonical()
    assert json.loads(sent.canonical())["fields"] == fields


def test_damaged_text_still_has_a_canonical_form() -> None:
    assert canonical("\ud800") != canonical("\ud801")
