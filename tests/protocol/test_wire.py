from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldkit.protocol.change import Json, canonical
from fieldkit.protocol.limits import LONGEST_NAME
from fieldkit.protocol.messages.conflict import Conflict
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import (
    LARGEST_MESSAGE,
    MOST_CHANGES,
    MOST_ROWS,
    Batch,
    FindingItem,
    Focus,
    Gone,
    Page,
    PageRow,
    Parent,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.protocol.wire import packed_messages
from fieldkit.protocol.wire.codec import decode
from fieldkit.protocol.wire.columns import ABSENT, Cell
from fieldkit.protocol.wire.errors import TooLarge, Unreadable
from fieldkit.protocol.wire.packing import pack_columns
from fieldkit.protocol.wire.unpacking import SizeBudget, unpack_columns

ORIGIN, OTHER, HEAD = "7KQ2M9XD", "S5N660AJ", "0" * 64
anything = st.text(st.characters(), max_size=12)
"""Lone surrogates included, which JSON can carry."""
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
"""Texts with a meaning in the packed form, and similar ones."""
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
"""Strategies of values; usually one fills a whole column."""


def columns_of(rows: int) -> st.SearchStrategy[list[Cell]]:
    same = st.sampled_from([alike, cells, scalars]).flatmap(
        lambda some: st.lists(st.shared(some) | some, min_size=rows, max_size=rows)
    )
    few = st.lists(cells, min_size=1, max_size=3).flatmap(
        lambda some: st.lists(st.sampled_from(some), min_size=rows, max_size=rows)
    )
    days: st.SearchStrategy[list[Cell]] = st.lists(
        st.dates().map(str) | cells, min_size=rows, max_size=rows
    )
    numbered: st.SearchStrategy[list[Cell]] = st.lists(
        st.integers(0, 99).map(lambda n: f"PMV{n:07d}"), min_size=rows, max_size=rows
    )
    return same | few | days | numbered


tables = st.integers(1, 12).flatmap(lambda rows: st.lists(columns_of(rows), min_size=1, max_size=6))


def _form(value: object) -> bytes:
    """Return a form that is equal only for equal values: 1, 1.0 and true differ."""
    return canonical(value)  # type: ignore[arg-type]


def _travelled(value: object) -> object:
    return json.loads(_form(value))


def _shown(cells: Sequence[Cell]) -> bytes:
    return _form([[] if cell is ABSENT else [cell] for cell in cells])


@given(tables)
@settings(max_examples=150)
def test_columns_survive_packing(table: list[list[Cell]]) -> None:
    packed = _travelled(pack_columns(table))
    assert isinstance(packed, list)
    back = unpack_columns(packed, len(table[0]), SizeBudget(LARGEST_MESSAGE))
    assert [_shown(column) for column in back] == [_shown(column) for column in table]


COLUMNS: dict[str, list[Cell]] = {
    "n": [1_700_000_000 + 7 * n * n for n in range(40)],
    "d": [f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d}" for n in range(40)],
    "s": [f"PMV{n * n + 5:07d}" for n in range(40)],
    "i": [f"{ORIGIN if n % 3 else OTHER}-{n * n + 1}" for n in range(40)],
}
ODD: list[Cell] = [
    ABSENT,
    None, True, False, 7, 7.0, -0.0, 2**63, -(2**63), [], [7], [None], {}, {"n": 7}, "",
    *(
        "PMV000001",
        "PMV00000001",
        "pmv0000001",
        "PMV000000٥",
        "PMV-000001",
        "PMV+000001",
        "0000001",
    ),
    *("2024-02-30", "2024-1-1", "٢٠٢٤-٠١-٢٢", "2024-01-22 ", "0000-01-01", "20240122"),
    *(
        f"{ORIGIN}-0",
        f"{ORIGIN}-01",
        f"{ORIGIN}-٥",
        f"{ORIGIN}-" + "9" * 17,
        "7kq2m9xd-1",
        f"{OTHER}-5",
    ),
]  # fmt: skip


@pytest.mark.parametrize("reading", COLUMNS)
def test_a_value_unlike_its_column_is_kept_exactly(reading: str) -> None:
    beside = COLUMNS["d" if reading in "nd" else reading]
    for odd in ODD:
        column = [*COLUMNS[reading][:20], odd, *COLUMNS[reading][20:]]
        packed = _travelled(pack_columns([[*beside, odd], column]))
        assert isinstance(packed, list)
        assert reading in packed[1]
        _, back = unpack_columns(packed, len(column), SizeBudget(LARGEST_MESSAGE))
        assert _shown(back) == _shown(column)


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
@settings(max_examples=150)
def test_any_batch_survives_packing(given: list[tuple[Json, bool]], first: int) -> None:
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


def _back(message: M) -> M:
    kind = type(message)
    return kind.model_validate(
        packed_messages.unpack(_travelled(packed_messages.pack(message)), kind)
    )


kinds = st.sampled_from(["beneficiary", "attendance", "yet_to_come"])
ids = st.tuples(st.sampled_from([ORIGIN, OTHER]), st.integers(1, 10**6)).map(
    lambda p: f"{p[0]}-{p[1]}"
)
held = st.builds(
    Conflict,
    field=st.sampled_from(["district+block", "mobile"]),
    origin=st.just(OTHER),
    seqs=st.lists(st.integers(1, 9), max_size=2),
    held=values,
    base=values,
    by=st.just("Asha"),
    at=st.integers(0, 9),
    stands_by=st.sampled_from(["", "Javid"]),
    stands_at=st.integers(0, 9),
)
findings = st.builds(
    FindingItem,
    rule=st.sampled_from(["parent", "tranche_order.not_repaid"]),
    field=st.just("name"),
    params=st.dictionaries(st.sampled_from(["first", "day"]), values, max_size=2),
    related=st.lists(st.tuples(kinds, ids), max_size=2),
    message=st.sampled_from(["", "No."]),
)
verdicts = st.builds(
    Verdict,
    seq=st.integers(1, 9),
    verdict=st.sampled_from(["rejected", "conflict"]),
    field=st.none() | st.just("name"),
    rule=st.sampled_from(["", "unfitting.value"]),
    params=st.dictionaries(st.just("why"), values, max_size=1),
    reason=st.sampled_from(["", "No."]),
)
rows = st.builds(
    PageRow,
    kind=kinds,
    id=ids,
    version=st.integers(0, 2**53 - 1),
    values=st.none() | st.dictionaries(telling | anything, values, max_size=4),
    conflicts=st.lists(held, max_size=1),
    findings=st.lists(findings, max_size=1),
)
answers = st.builds(
    SyncAnswer,
    seq=st.integers(0, 99),
    head=st.just(HEAD),
    versions=st.lists(st.none() | st.integers(1, 3), max_size=9),
    verdicts=st.lists(verdicts, max_size=2),
    page=st.none()
    | st.builds(
        Page,
        rows=st.lists(rows, max_size=8),
        gone=st.lists(st.builds(Gone, kind=kinds, id=ids), max_size=4),
    ),
    cursors=st.dictionaries(st.integers(0, 10**9), st.integers(0, 2**53 - 1), max_size=3),
    more=st.booleans(),
)


@given(answers)
@settings(max_examples=100)
def test_any_answer_survives_packing(answer: SyncAnswer) -> None:
    assert _form(_back(answer).model_dump()) == _form(answer.model_dump())


def _change(number: int, **fields: Json) -> dict[str, Json]:
    return {
        "at": 1_790_000_000 + number,
        "base": None,
        "fields": {"present": True, "on": f"2024-01-{number % 28 + 1:02d}", **fields},
        "id": f"{ORIGIN}-{number}",
        "kind": "attendance",
        "op": "create",
        "operator": "Asha",
        "seq": number,
    }


def _request(changes: Sequence[object]) -> SyncRequest:
    batch = Batch(first=1, before=HEAD, changes=list(changes))
    return SyncRequest(origin=ORIGIN, last_seq=9, head=HEAD, batch=batch)


def test_the_order_of_members_makes_no_difference() -> None:
    changes = [_change(n) for n in range(1, 30)]
    other = [dict(reversed(change.items())) for change in changes]
    assert _form(packed_messages.pack(_request(changes))) == _form(
        packed_messages.pack(_request(other))
    )


def test_repeated_values_are_written_once() -> None:
    few, many = (
        len(_form(packed_messages.pack(_request([_change(n) for n in range(1, k)]))))
        for k in (11, 201)
    )
    assert many - few < 190 * 8


def test_an_irregular_change_leaves_the_others_packed() -> None:
    changes = [_change(n) for n in range(1, 200)]
    odd: list[object] = [*changes, {"seq": 200, "kind": 7}]
    assert (
        len(_form(packed_messages.pack(_request(odd))))
        < len(_form(packed_messages.pack(_request(changes)))) + 300
    )


@pytest.mark.parametrize("seq", [True, 1.0, "1", None, 2])
def test_an_unexpected_seq_is_kept(seq: Json) -> None:
    changes: list[object] = [{**_change(1), "seq": seq}, _change(2)]
    back = _back(_request(changes)).batch
    assert back is not None
    assert _form(back.changes) == _form(changes)


@pytest.mark.parametrize(
    "order", [[0, 7], {"=": 7}, {"=": -1}, {"=": None}, [0], [True, False], "a|b", {}]
)
def test_an_order_that_names_other_groups_is_unreadable(order: Json) -> None:
    changes: Json = {"n": 2, "order": order, "groups": [{"raw": [7]}]}
    with pytest.raises(Unreadable):
        decode(_asked({"first": 1, "before": HEAD, "changes": changes}), SyncRequest, "identity")


def test_many_rare_fields_get_no_columns() -> None:
    changes = [_change(n, **{f"field_{n}_{k}": k for k in range(100)}) for n in range(1, 201)]
    request = _request(changes)
    assert len(_form(packed_messages.pack(request))) < 2 * len(
        _form([one["fields"] for one in changes])
    )
    back = _back(request).batch
    assert back is not None
    assert back.changes == changes


def test_an_unpacked_list_is_read_as_it_is() -> None:
    plain = _request([_change(1), 7]).model_dump()
    assert SyncRequest.model_validate(
        packed_messages.unpack(_travelled(plain), SyncRequest)
    ) == _request([_change(1), 7])


sample_request = packed_messages.pack(
    _request([*(_change(n, who=f"{OTHER}-{n}", no=f"PMV{n:07d}") for n in range(1, 9)), 7])
)
sample_answer = packed_messages.pack(
    SyncAnswer(
        seq=9,
        head=HEAD,
        versions=[1, 1, None, 1, 1, 1],
        cursors={2: 5},
        page=Page(
            rows=[
                PageRow(
                    kind="member", id=f"{ORIGIN}-{n}", version=n, values=None if n % 3 else {"a": n}
                )
                for n in range(1, 9)
            ],
            gone=[Gone(kind="member", id=f"{OTHER}-1")],
        ),
    )
)


def _paths(value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(found for name, part in inner for found in _paths(part, (*path, name)))]


def _put(value: Json, path: Sequence[str | int], new: Json) -> Json:
    if not path:
        return new
    here, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {
            name: _put(part, rest, new) if name == here else part for name, part in value.items()
        }
    assert isinstance(value, list)
    return [_put(part, rest, new) if at == here else part for at, part in enumerate(value)]


@given(st.data(), st.sampled_from([(sample_request, SyncRequest), (sample_answer, SyncAnswer)]))
@settings(max_examples=300)
def test_a_damaged_message_is_refused_or_read_never_a_fault(
    data: st.DataObject, of: tuple[Json, type[Message]]
) -> None:
    damaged, kind = of
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(_paths(damaged)))
        damaged = _put(damaged, path, data.draw(values | st.integers(-3, 300)))
    with suppress(Unreadable, TooLarge):
        decode(_form(damaged), kind, "identity")


def _table(cols: list[Json], count: int = 200, names: list[Json] | None = None) -> Json:
    names = names or [f"f{n}" for n in range(len(cols))]
    first: list[Json] = [{"=": None}] * 4
    group: Json = {"kind": "member", "op": "edit", "names": names, "cols": [*first, *cols]}
    return {"first": 1, "before": HEAD, "changes": {"n": count, "groups": [group]}}


def _asked(batch: Json) -> bytes:
    return _form({"v": 1, "origin": ORIGIN, "last_seq": 9, "head": HEAD, "batch": batch})


@pytest.mark.parametrize(
    "cols",
    [
        [{"=": "x" * 100_000}],
        [{"=": ["x" * 100_000]}],
        [{"#": "a" * 200, "of": ["x" * 100_000]}],
        [["x" * 50_000, *range(199)], {"by": 0, "of": {"=": "x" * 100_000}}],
        [{"s": {"=": 1}, "head": "x" * 100_000, "width": 3}],
        [{"=": "x" * 400}] * 400,
    ],
)
def test_small_input_that_unpacks_to_much_is_too_large(cols: list[Json]) -> None:
    with pytest.raises(TooLarge):
        decode(_asked(_table(cols)), SyncRequest, "identity")


@pytest.mark.parametrize(
    "cols",
    [
        [{"s": {"=": 1}, "head": "x", "width": 10**9}],
        [{"n": [10**4000, *[0] * 199], "from": -1}],
        [{"d": {"=": 10**9}}],
        [{"i": {"=": 1}, "origins": ["x" * 10**5]}],
        [{"i": {"=": 1}, "origins": [ORIGIN], "origin": {"=": 1}}],
        [{"=": {"nested": 1}}],
        [{"by": 9, "of": ["x"]}],
        [{"by": 0, "of": ["x", "y"]}],
        ["|" * 10**6],
        [{"=": 1}] * 501,
    ],
)
def test_references_to_nothing_are_unreadable(cols: list[Json]) -> None:
    with pytest.raises(Unreadable):
        decode(_asked(_table(cols)), SyncRequest, "identity")


def test_a_column_of_too_long_a_name_is_unreadable() -> None:
    for name, fits in (("x" * LONGEST_NAME, True), ("x" * (LONGEST_NAME + 1), False)):
        asked = _asked(_table([{"=": 1}], names=[name]))
        if fits:
            decode(asked, SyncRequest, "identity")
        else:
            with pytest.raises(Unreadable):
                decode(asked, SyncRequest, "identity")


def test_lists_are_bounded() -> None:
    for count in (MOST_CHANGES + 1, 10**9):
        with pytest.raises(TooLarge):
            decode(_asked(_table([], count)), SyncRequest, "identity")
    page: Json = {"rows": {"n": MOST_ROWS + 1, "groups": []}}
    with pytest.raises(TooLarge):
        decode(_form({"seq": 1, "head": HEAD, "page": page}), SyncAnswer, "identity")
    versions: Json = {"n": MOST_CHANGES + 1, "of": {"=": 1}}
    with pytest.raises(TooLarge):
        decode(_form({"seq": 1, "head": HEAD, "versions": versions}), SyncAnswer, "identity")
