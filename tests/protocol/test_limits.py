from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.protocol.change import Json, canonical
from fieldkit.protocol.limits import DEEPEST_NESTING, LARGEST_CHANGE, MOST_FIELDS, unsendable_field
from fieldkit.protocol.messages.sync import (
    LARGEST_MESSAGE,
    MOST_CHANGES,
    Batch,
    ChangeItem,
    SyncRequest,
)
from fieldkit.protocol.wire.codec import decode, encode
from fieldkit.records import kinds
from fieldkit.records.declaration.permission import CORRECTED, SENT_BACK
from fieldkit.records.fields.formats import KEPT_REPORT, Text

scalar = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values: st.SearchStrategy[Json] = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=120), values, max_size=4))
def test_sendable_fields_survive_encoding_and_validate(fields: dict[str, Json]) -> None:
    if unsendable_field(fields) is not None:
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
        # What two offices say to each other is written by edits of its own, never with the rest.
        said = {SENT_BACK, CORRECTED}
        formats = {name: one.format for name, one in kind.fields().items() if name not in said}
        fields: dict[str, Json] = {
            name: ("x" if form is KEPT_REPORT else "\U0001f9f5")
            * (form.longest if isinstance(form, Text) else 12)
            for name, form in formats.items()
        }
        assert unsendable_field(fields) is None, kind


def test_a_batch_of_the_largest_changes_is_a_message() -> None:
    assert MOST_CHANGES * (LARGEST_CHANGE + 1024) < LARGEST_MESSAGE


@pytest.mark.parametrize("depth", [DEEPEST_NESTING, DEEPEST_NESTING + 1])
def test_nesting_is_limited(depth: int) -> None:
    value: Json = json.loads("[" * depth + "]" * depth)
    assert (unsendable_field({"a": value}) is None) == (depth == DEEPEST_NESTING)


def test_the_largest_field_is_named() -> None:
    assert unsendable_field({"a": 1, "long": "x" * LARGEST_CHANGE, "c": "y"}) == (
        "long",
        "unsendable_field.large",
    )
    assert unsendable_field({str(n): n for n in range(MOST_FIELDS)}) is None
    assert unsendable_field({str(n): n for n in range(MOST_FIELDS + 1)}) is not None


def test_lone_surrogates_are_refused_in_values_and_names() -> None:
    assert unsendable_field({"note": "half \ud800"}) is not None
    assert unsendable_field({"note \udfff": "whole"}) is not None
    assert unsendable_field({"note": "زونی", "नाम": "plain"}) is None


@pytest.mark.parametrize("text", ["a\0b", "ä\0b", "\ud800"])
def test_values_that_no_database_stores_are_refused(text: str) -> None:
    reported: list[dict[str, Json]] = [
        {"remarks": text},
        {"remarks": {"inner": [text]}},
        {text: "x"},
    ]
    for fields in reported:
        found = unsendable_field(fields)
        assert found is not None
        assert found[1] == "unsendable_field.character"
