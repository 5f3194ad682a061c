from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import assume, given
from hypothesis import strategies as st

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import DECIDED, Change, Json, Op
from fieldkit.protocol.merge import (
    DELETED,
    PLACE,
    Ancestry,
    FieldWrite,
    Merged,
    merge,
    overlay,
    same_value,
    value_of,
    written_fields,
)

ID = "7KQ2M9XD-1"
KEPT = "7KQ2M9XD-2"
ONE, TWO, THREE = "0NE00000", "TW000000", "THREE000"
NAMES = ("name", "village", "remarks", "of_tomorrow")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 1.0, -1.5]),
    st.sampled_from(["", "a", "नूर", "b"]),
    st.lists(st.integers(0, 2), max_size=2),
)
PLACES = st.fixed_dictionaries(
    {"district": st.integers(1, 3)}, optional={"block": st.none() | st.integers(10, 12)}
)
FIELDS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)


def change(
    fields: Mapping[str, Json], base: int | None = None, *, op: Op = Op.EDIT, seq: int = 1
) -> Change:
    return Change(seq, "village_organisation", ID, op, fields, base, 1_790_000_000 + seq, "Asha")


@dataclass
class Record:
    """A record on the server, to which changes are merged one after the other."""

    values: dict[str, Json] = field(default_factory=dict)
    written: dict[str, FieldWrite] = field(default_factory=dict)
    version: int = 0

    def take(
        self,
        change: Change,
        origin: str,
        inherited: Mapping[str, int] | None = None,
        floor: int = 0,
    ) -> Merged:
        ancestry = Ancestry(inherited or {}, origin)
        merged = merge(self.values, self.written, change, ancestry, self.version, above=floor)
        self.values, self.written = merged.values, merged.written
        self.version = merged.version
        return merged

    def content(self) -> dict[str, Json]:
        return {name: value for name, value in self.values.items() if name != "updated_at"}


def begun(fields: Mapping[str, Json], *edits: Mapping[str, Json]) -> Record:
    record = Record()
    record.take(change({"district": 2, **fields}, op=Op.CREATE), THREE)
    for seq, edit in enumerate(edits, start=2):
        record.take(change(edit, record.version, seq=seq), THREE)
    return record


def claimed(one: Change, values: Mapping[str, Json]) -> set[str]:
    return {name for name, _ in written_fields(values, one)}


@given(FIELDS, FIELDS, FIELDS | PLACES)
def test_changes_of_disjoint_fields_commute(
    fields: dict[str, Json], one: dict[str, Json], two: dict[str, Json]
) -> None:
    two = {name: value for name, value in two.items() if name not in one}
    first, second = begun(fields), begun(fields)
    for record, order in ((first, (ONE, TWO)), (second, (TWO, ONE))):
        base = record.version
        for origin in order:
            merged = record.take(change(one if origin == ONE else two, base), origin)
            assert merged.held == {}
    assert first.content() == second.content()


@given(FIELDS, FIELDS, FIELDS | PLACES, st.integers(0, 3), st.sampled_from(list(Op)))
def test_no_value_is_dropped(
    fields: dict[str, Json],
    before: dict[str, Json],
    coming: dict[str, Json],
    base: int,
    op: Op,
) -> None:
    record = begun(fields, before)
    earlier = dict(record.values)
    one = change(coming, base, op=op)
    merged = record.take(one, ONE)
    for name, value in written_fields(earlier, one):
        equal = same_value(value, value_of(earlier, name))
        assert (name in merged.applied) + (name in merged.held) + equal == 1
        if name in merged.applied or equal:
            assert same_value(value_of(record.values, name), value)
        else:
            assert same_value(merged.held[name], value)
            assert same_value(value_of(record.values, name), value_of(earlier, name))
    for name in earlier.keys() - claimed(one, earlier) - {"district", "block", "updated_at"}:
        assert record.values[name] == earlier[name]


@given(FIELDS, st.sampled_from(NAMES), VALUES, VALUES, st.booleans())
def test_two_writes_of_one_field_are_one_conflict_in_either_order(
    fields: dict[str, Json], name: str, one: Json, two: Json, swapped: bool
) -> None:
    record = begun(fields)
    base, stood = record.version, value_of(record.values, name)
    assume(not same_value(one, stood) and not same_value(two, stood))  # only what changed is sent
    order = [(ONE, one), (TWO, two)]
    held = [
        value
        for origin, said in (reversed(order) if swapped else order)
        for value in record.take(change({name: said}, base), origin).held.values()
    ]
    assert len(held) == (not same_value(one, two))
    if held:
        stands = value_of(record.values, name)
        assert same_value(held[0], one if swapped else two)
        assert same_value(stands, two if swapped else one)


@given(FIELDS, FIELDS)
def test_an_equal_write_changes_neither_version_nor_writer(
    fields: dict[str, Json], edit: dict[str, Json]
) -> None:
    record = begun(fields, edit)
    version, written = record.version, dict(record.written)
    merged = record.take(change(edit, 0), ONE)
    assert (merged.applied, merged.held) == (frozenset(), {})
    assert (record.version, record.written) == (version, written)


@given(FIELDS, FIELDS, st.booleans())
def test_a_deletion_and_an_edit_conflict_in_either_order(
    fields: dict[str, Json], edit: dict[str, Json], deleted_first: bool
) -> None:
    record = begun(fields)
    base = record.version
    edits = any(
        not same_value(value, value_of(record.values, name)) for name, value in edit.items()
    )
    delete = change({}, base, op=Op.DELETE)
    if deleted_first:
        record.take(delete, ONE)
        merged = record.take(change(edit, base), TWO)
        assert merged.held.get(DELETED) is False
    else:
        record.take(change(edit, base), TWO)
        merged = record.take(delete, ONE)
        assert (merged.held.get(DELETED) is True) == edits
    assert value_of(record.values, DELETED) is (deleted_first or not edits)
    for name, value in edit.items():
        assert same_value(value_of(record.values, name), value)


def test_an_own_or_seen_deletion_is_no_conflict() -> None:
    record = begun({"name": "a"})
    assert record.take(change({}, 0, op=Op.DELETE, seq=2), THREE).held == {}
    assert record.take(change({"name": "b"}, record.version), ONE).held == {}
    assert record.values[DELETED] is True


@given(PLACES, PLACES)
def test_district_and_block_are_one_field(one: dict[str, Json], two: dict[str, Json]) -> None:
    record = begun({"block": 9})
    record.take(change(one, 1), ONE)
    before = value_of(record.values, PLACE)
    coming = [two["district"], two.get("block", record.values.get("block"))]
    merged = record.take(change(two, 1), TWO)
    moved = not same_value(before, [2, 9])
    assert (PLACE in merged.held) == (moved and not same_value(coming, before))
    assert value_of(record.values, PLACE) == (before if moved else coming)


def test_a_creation_says_the_whole_place() -> None:
    """It can come to a record that is there: one the server rejected, and another copy mended."""
    entry = change({"name": "Noor", "district": 0}, op=Op.CREATE)
    stands: dict[str, Json] = {"name": "Noor", "district": 2, "block": 16}
    assert value_of(overlay(stands, entry), PLACE) == [0, None]
    record = begun({"name": "Noor", "block": 16})
    assert record.take(entry, ONE).held == {PLACE: [0, None]}
    moved = change({"district": 0}, record.version)
    assert value_of(overlay(stands, moved), PLACE) == [0, 16]


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6), st.integers(0, 9))
def test_versions_only_rise_and_stay_above_the_minimum(
    edits: Sequence[tuple[str, Json]], floor: int
) -> None:
    record = Record()
    for seq, (name, value) in enumerate(edits, start=1):
        before, was = record.version, dict(record.written)
        merged = record.take(change({name: value}, before, seq=seq), ONE, floor=floor)
        assert record.version == before or record.version > max(before, floor)
        assert {one for one in record.written if record.written[one] != was.get(one)} == set(
            merged.applied
        )
        assert all(one.version <= record.version for one in record.written.values())


def test_inherited_writes_are_no_conflict() -> None:
    record = begun({"name": "a"})
    for inherited, held in (({}, True), ({THREE: 0}, True), ({THREE: 1}, False)):
        ancestry = Ancestry(inherited, ONE)
        coming = change({"name": "b"}, 0)
        merged = merge(record.values, record.written, coming, ancestry, record.version)
        assert ("name" in merged.held) is held


@given(FIELDS, st.booleans())
def test_a_decision_closes_what_it_names_only_if_it_applied(
    fields: dict[str, Json], late: bool
) -> None:
    record = begun(fields)
    base = record.version
    record.take(change({"name": "theirs"}, base), ONE)
    assert record.take(change({"name": "mine"}, base, seq=7), TWO).held == {"name": "mine"}
    seen = record.version
    if late:
        record.take(change({"name": "later"}, seen, seq=2), ONE)
    decision = change({"name": "mine", DECIDED: [[TWO, 7]]}, seen, op=Op.DECIDE)
    merged = record.take(decision, THREE)
    assert merged.closes == (frozenset() if late else {(TWO, 7)})
    assert value_of(record.values, "name") == ("later" if late else "mine")
    assert DECIDED not in record.values


@given(st.recursive(VALUES, st.lists, max_leaves=6))
def test_a_decision_without_valid_names_closes_nothing(named: Json) -> None:
    record = begun({"name": "a"})
    merged = record.take(change({"name": "b", DECIDED: named}, 1, op=Op.DECIDE), ONE)
    assert all(isinstance(origin, str) for origin, _ in merged.closes)
    plain = record.take(change({"name": "c", DECIDED: [[TWO, 7]]}, 2), ONE)
    assert plain.closes == frozenset()


@given(FIELDS, FIELDS | PLACES, st.sampled_from([Op.CREATE, Op.EDIT, Op.DELETE]))
def test_overlay_equals_merge_without_conflicts(
    fields: dict[str, Json], coming: dict[str, Json], op: Op
) -> None:
    record = begun(fields)
    one = change(coming, record.version, op=op, seq=5)
    seen = overlay(record.values, one)
    merged = record.take(one, ONE)
    record.values["updated_at"] = seen["updated_at"]
    assert merged.held == {}
    assert record.values == seen


@given(
    FIELDS,
    PLACES | st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            DELETED: st.booleans() | st.none() | st.integers(0, 1),
            PLACE: st.just("Chadoora") | st.none(),
            "created_at": st.none() | st.integers(1, 9),
            "created_by": st.none() | st.just("Noor"),
            "version": st.integers(1, 3),
        },
    ),
    st.none() | st.integers(0, 3),
    st.integers(0, 2) | st.just(1_000_000),
)
def test_the_shortcut_for_new_records_equals_a_full_merge(
    fields: dict[str, Json],
    place: dict[str, Json],
    rest: dict[str, Json],
    base: int | None,
    floor: int,
) -> None:
    entry = change(fields | place | rest, base, op=Op.CREATE, seq=4)
    elsewhere = {"of nothing": FieldWrite(0, TWO, 1)}
    looked = merge({}, elsewhere, entry, Ancestry({}, ONE), 0, above=floor)
    begun = merge({}, {}, entry, Ancestry({}, ONE), 0, above=floor)
    assert replace(looked, written=looked.written | elsewhere) == replace(
        begun, written=begun.written | elsewhere
    )


def test_a_field_named_place_is_not_the_place_of_the_record() -> None:
    """Trainings and programmes have a field ``place``: the venue."""
    values: dict[str, Json] = {"district": 2, "block": 16, "place": "Chadoora"}
    moved = Change(9, "programme", "7KQ2M9XD-1", Op.EDIT, {"block": 17}, 1, 5, "Reyaz")
    there = merge(values, {}, moved, Ancestry({}, "ZZZZZZZZ"), 1)
    venue = Change(2, "programme", "7KQ2M9XD-1", Op.EDIT, {"place": "Nagam"}, 1, 5, "Asha")
    after = merge(there.values, there.written, venue, Ancestry({}, "7KQ2M9XD"), there.version)
    assert not after.held
    assert (after.values["place"], after.values["block"]) == ("Nagam", 17)
    same = Change(3, "programme", "7KQ2M9XD-1", Op.EDIT, {"place": "Nagam"}, 1, 5, "Asha")
    assert not merge(after.values, after.written, same, Ancestry({}, "7KQ2M9XD"), 3).applied


def open_after(record: Record, merged: Merged, origin: str) -> set[tuple[str, Json]]:
    """Return what a change leaves open: the origin and value of each held ``merged_into``."""
    own = {(origin, merged.held[MERGED])} if MERGED in merged.held else set()
    return own | {(write.origin, None) for write in merged.apart}


@given(FIELDS, FIELDS | PLACES, st.booleans(), st.booleans())
def test_a_merge_with_another_record_and_an_edit_both_apply_and_stay_open_in_either_order(
    fields: dict[str, Json], edit: dict[str, Json], edit_first: bool, saw: bool
) -> None:
    """Rule 29: who had not seen the other's change is held as "apart"; who had is not."""
    record = begun({**fields, "block": 9})
    base = record.version
    edited = not all(
        same_value(value, value_of(record.values, name))
        for name, value in written_fields(record.values, change(edit))
    )
    merge_into, writes = change({MERGED: KEPT}, base, seq=3), change(edit, base, seq=7)
    order = [(TWO, writes), (ONE, merge_into)] if edit_first else [(ONE, merge_into), (TWO, writes)]
    left: set[tuple[str, Json]] = set()
    for number, (origin, one) in enumerate(order):
        seen = replace(one, base=record.version) if number and saw else one
        merged = record.take(seen, origin)
        left |= open_after(record, merged, origin)
        assert all(write.seq == 7 for write in merged.apart)
        assert merged.held.keys() <= {MERGED}
    assert left == ({(TWO, None)} if edited and not saw else set())
    assert record.values[MERGED] == KEPT
    for name, value in written_fields(record.values, writes):
        assert same_value(value_of(record.values, name), value)


def test_only_what_another_did_unseen_is_open_after_a_merge() -> None:
    record = begun({"name": "a"})
    base = record.version
    record.take(change({"name": "b"}, base, seq=1), ONE)
    record.take(change({"village": "c"}, base, seq=2), ONE)
    record.take(change({"remarks": "d"}, base, seq=1), TWO)
    merged = record.take(change({MERGED: KEPT}, base, seq=2), TWO)
    assert sorted((one.origin, one.seq) for one in merged.apart) == [(ONE, 1), (ONE, 2)]
    # Two merges, and a merge and its undoing, conflict like other values (rule 27).
    for value in ("7KQ2M9XD-4", None):
        other = record.take(change({MERGED: value, "name": "e"}, base, seq=3), THREE)
        assert other.held == {MERGED: value, "name": "e"}
    # An undoing that has seen everything ends it; later edits are of a record that is apart.
    undone = record.take(change({MERGED: None}, record.version, seq=4), ONE)
    assert undone.applied == {MERGED}
    assert not undone.apart
    assert record.take(change({"name": "f"}, base, seq=5), ONE).held == {}


def test_a_decision_of_something_else_closes_it_though_it_had_not_seen_the_merge() -> None:
    record = begun({"name": "a"})
    base = record.version
    record.take(change({"name": "b"}, base), ONE)
    record.take(change({"name": "c"}, base, seq=7), TWO)
    seen = record.version
    record.take(change({MERGED: KEPT}, seen, seq=2), ONE)
    decision = change({"name": "c", DECIDED: [[TWO, 7]]}, seen, op=Op.DECIDE)
    merged = record.take(decision, THREE)
    assert merged.held == {MERGED: None}
    assert merged.closes == {(TWO, 7)}
