from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.protocol.change import Json, canonical
from fieldkit.protocol.limits import DEEPEST, LARGEST_CHANGE, MOST_FIELDS, unsendable
from fieldkit.protocol.messages import LARGEST_MESSAGE, MOST_CHANGES, Batch, ChangeItem, SyncRequest
from fieldkit.protocol.wire.codec import decode, encode
from fieldkit.records import kinds
from fieldkit.records.fields.formats import Text

scalar = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values: st.SearchStrategy[Json] = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=120), values, max_size=4))
def test_what_is_sendable_arrives_and_has_the_shape_of_a_change(fields: dict[str, Json]) -> None:
    if unsendable(fields) is not None:
        return
    change: dict[str, object] = {"fields": fields, "op": "edit", "kind": "toolkit", "seq": 1}
    change |= {"id": "7KQ2M9XD-1", "base": None, "at": 1, "operator": "Asha"}
    batch = Batch(first=1, before="0" * 64, changes=[change])
    request = SyncRequest(origin="7KQ2M9XD", last_seq=1, head="0" * 64, batch=batch)
    back = decode(encode(request), SyncRequest)
    assert back.batch is not None
    assert canonical(back.batch.changes[0]) == canonical(change)  # type: ignore[arg-type]
    ChangeItem.model_validate(back.batch.changes[0])


def test_the_fullest_record_of_every_kind_is_sendable() -> None:
    for kind in kinds().values():
        formats = {name: field.format for name, field in kind.fields().items()}
        fields: dict[str, Json] = {
            name: "\U0001f9f5" * (form.longest if isinstance(form, Text) else 12)
            for name, form in formats.items()
        }
        assert unsendable(fields) is None, kind


def test_a_batch_of_the_largest_changes_is_a_message() -> None:
    assert MOST_CHANGES * (LARGEST_CHANGE + 1024) < LARGEST_MESSAGE


@pytest.mark.parametrize("depth", [DEEPEST, DEEPEST + 1])
def test_lists_are_kept_to_a_depth(depth: int) -> None:
    value: Json = json.loads("[" * depth + "]" * depth)
    assert (unsendable({"a": value}) is None) == (depth == DEEPEST)


def test_a_field_is_named_that_is_too_much() -> None:
    assert unsendable({"a": 1, "long": "x" * LARGEST_CHANGE, "c": "y"}) == (
        "long",
        "unsendable.large",
    )
    assert unsendable({str(n): n for n in range(MOST_FIELDS)}) is None
    assert unsendable({str(n): n for n in range(MOST_FIELDS + 1)}) is not None


def test_half_a_character_is_refused_in_a_text_and_in_a_name() -> None:
    assert unsendable({"note": "half \ud800"}) is not None
    assert unsendable({"note \udfff": "whole"}) is not None
    assert unsendable({"note": "زونی", "नाम": "plain"}) is None


@pytest.mark.parametrize("text", ["a\0b", "ä\0b", "\ud800"])
def test_what_no_database_keeps_is_not_logged(text: str) -> None:
    told: list[dict[str, Json]] = [{"remarks": text}, {"remarks": {"inner": [text]}}, {text: "x"}]
    for fields in told:
        found = unsendable(fields)
        assert found is not None
        assert found[1] == "unsendable.character"
