from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fieldkit.records import Json
from fieldkit.records.change import canonical
from fieldkit.sync import wire
from fieldkit.sync.columns import ABSENT, Cell
from fieldkit.sync.errors import TooLarge, Unreadable
from fieldkit.sync.messages import (
    LARGEST_MESSAGE,
    MOST_CHANGES,
    MOST_ROWS,
    Batch,
    FindingItem,
    Focus,
    Gone,
    HeldValue,
    Message,
    Page,
    PageRow,
    Parent,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.sync.packing import pack_columns
from fieldkit.sync.unpacking import Room, unpack_columns

ORIGIN, OTHER, HEAD = "7KQ2M9XD", "S5N660AJ", "0" * 64
anything = st.text(st.characters(), max_size=12)
"""Halves of characters included, which JSON can carry."""
telling = st.sampled_from(
    [
        *(
            "",
            "|",
            "a|b",
            "=",
            "#",
            "by",
            "of",
            "from",
            "raw",
            "kind",
            "names",
            "rest",
            "2024-01-22",
        ),
        *("2024-02-30", "0001-01-01", "9999-12-31", "٢٠٢٤-٠١-٢٢", f"{ORIGIN}-1", f"{OTHER}-99"),
        *(f"{ORIGIN}-0", f"{ORIGIN}-01", f"{ORIGIN}-" + "9" * 17, "PMV0020000005", "PMV0020000006"),
        *("PMV002000000٥", "007", "008", "8", "1" * 16, "\ud800", "\udc00\ud800", "\ud83d\ude00"),
    ]
)
"""Texts that mean something to the packing, and others nearly so."""
scalars: st.SearchStrategy[Json] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, -1, 2**53, 2**63 - 1, 2**63, -(2**63), 10**400])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -0.0, 1.0, 1e308])
    | telling
    | anything
)
values: st.SearchStrategy[Json] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(telling | anything, inner, max_size=3)
    ),
    max_leaves=6,
)
cells = values | st.just(ABSENT)
alike = st.one_of(
    st.sampled_from(["2024-01-22", "2024-01-25", "1999-12-31"]),
    st.integers(1, 50).map(lambda n: f"{ORIGIN}-{n}")
    | st.integers(1, 50).map(lambda n: f"{OTHER}-{n}"),
    st.integers(0, 999).map(lambda n: f"PMV{n:07d}"),
    st.integers(1_700_000_000, 1_700_900_000),
    st.sampled_from([True, False, None, ABSENT]),
)
"""Values of which the same sort fills a whole column, as a rule."""


def columns_of(rows: int) -> st.SearchStrategy[list[Cell]]:
    same = st.sampled_from([alike, cells, scalars]).flatmap(
        lambda some: st.lists(st.shared(some) | some, min_size=rows, max_size=rows)
    )
    few = st.lists(cells, min_size=1, max_size=3).flatmap(
        lambda some: st.lists(st.sampled_from(some), min_size=rows, max_size=rows)
    )
    days = st.lists(st.dates().map(str) | cells, min_size=rows, max_size=rows)
    numbered = st.lists(
        st.integers(0, 99).map(lambda n: f"PMV{n:07d}"), min_size=rows, max_size=rows
    )
    return same | few | days | numbered


tables = st.integers(1, 12).flatmap(lambda rows: st.lists(columns_of(rows), min_size=1, max_size=6))


def _form(value: object) -> bytes:
    """Equal values have equal forms: 1, 1.0 and true are three."""
    return canonical(value)  # type: ignore[arg-type]


def _travelled(value: object) -> object:
    return json.loads(_form(value))


def _shown(cells: Sequence[Cell]) -> bytes:
    return _form([[] if cell is ABSENT else [cell] for cell in cells])


@given(tables)
@settings(max_examples=300)
def test_columns_come_back_as_they_were(table: list[list[Cell]]) -> None:
    packed = _travelled(pack_columns(table))
    assert isinstance(packed, list)
    back = unpack_columns(packed, len(table[0]), Room(LARGEST_MESSAGE))
    assert [_shown(column) for column in back] == [_shown(column) for column in table]


shaped = st.fixed_dictionaries(
    {
        "at": st.integers(0, 2**40) | scalars,
        "base": st.none() | st.integers(0, 9) | values,
        "fields": st.dictionaries(
            telling | anything, values | alike.filter(lambda c: c is not ABSENT), max_size=5
        )
        | values,
        "id": st.integers(1, 99).map(lambda n: f"{ORIGIN}-{n}") | values,
        "kind": st.sampled_from(["beneficiary", "attendance", "yet_to_come"]) | values,
        "op": st.sampled_from(["create", "edit", "delete", "decide"]) | values,
        "operator": st.sampled_from(["Asha", "Javid"]) | values,
        "seq": values,
    }
)


@given(
    st.lists(st.tuples(shaped | values, st.booleans()), min_size=1, max_size=8),
    st.integers(1, 10**6),
)
@settings(max_examples=300)
def test_a_batch_comes_back_whatever_is_in_it(given: list[tuple[Json, bool]], first: int) -> None:
    changes: list[object] = [
        {**change, "seq": first + n} if own and isinstance(change, dict) else change
        for n, (change, own) in enumerate(given)
    ]
    request = SyncRequest(
        origin=ORIGIN,
        last_seq=9,
        head=HEAD,
        batch=Batch(first=first, before=HEAD, changes=changes),
        parent=Parent(origin=OTHER, seq=2, head=HEAD),
        cursors={2: 17, 700: 0},
        focus=Focus(district=2, block=16, position=5),
    )
    back = _back(request)
    assert back.batch is not None
    assert _form(back.batch.changes) == _form(changes)
    assert back.model_copy(update={"batch": None}) == request.model_copy(update={"batch": None})


def _back(message: SyncRequest) -> SyncRequest:
    return SyncRequest.model_validate(wire.unpack(_travelled(wire.pack(message)), SyncRequest))
