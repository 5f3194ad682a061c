"""What the server says against records, as the screens gather it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from tests.screens.conftest import put

from fieldkit.protocol.finding import Finding, Verdict
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.screens.lookup.issues import by_field, issues
from fieldkit.screens.sync.out_of_area import move_into_area, records_out_of_area
from fieldkit.store import Answered, Edit, Refused, Saved, ServerRow, State, Store

KIND = "village_organisation"
FAR = "0THERAAA-1"
ASKED = frozenset({"name", "village"})


@pytest.fixture
def enrolled(store: Store) -> Store:
    store.enrol("http://127.0.0.1:9", "t" * 30, "operator", 2, 16, 1, "first")
    return store


def answer(
    store: Store,
    verdicts: Mapping[int, tuple[State, str, str | None]],
    *rows: ServerRow,
) -> None:
    """Let the server answer all that waits, with these verdicts by seq, and bring rows."""
    standing = store.outbox.log_position()
    assert standing is not None
    said = [
        Verdict(seq=seq, verdict=str(state), field=field, reason=reason)
        for seq, (state, reason, field) in verdicts.items()
    ]
    versions: dict[int, int | None] = {
        seq: None if seq in verdicts else 1 for seq in range(1, standing.last_seq + 1)
    }
    store.pull.receive(
        Answered(standing.origin, standing.last_seq, standing.head, versions, said, rows)
    )


def village(store: Store, name: str, **fields: int | str) -> str:
    return put(store, VillageOrganisation, name=name, **fields)


def test_what_is_said_of_one_field_stands_together_and_of_no_field_asked_under_none(
    enrolled: Store,
) -> None:
    record = village(enrolled, "Noor VO")
    answer(
        enrolled,
        {1: (State.REJECTED, "Not this name.", "name")},
        ServerRow(
            KIND,
            record,
            1,
            {"district": 2, "name": "Noor VO"},
            findings=(
                Finding(KIND, record, "name", "same", text="It may be here twice."),
                Finding(KIND, record, "of_a_newer_version", "odd", text="It is odd."),
            ),
        ),
    )
    assert by_field(enrolled, record, ASKED) == {
        "name": "Returned to you: Not this name. To check: It may be here twice.",
        "": "To check: It is odd.",
    }


def test_what_waits_for_a_decision_was_not_returned(enrolled: Store) -> None:
    record = village(enrolled, "Noor VO")
    answer(enrolled, {1: (State.CONFLICT, "Somebody else changed this first.", "name")})
    assert enrolled.outbox.counts()[State.CONFLICT] == 1
    assert issues(enrolled, record) == []


def test_misplaced_is_what_the_server_never_had_and_takes_nowhere_but_in_the_area(
    enrolled: Store,
) -> None:
    there = village(enrolled, "Of another block", block=14)
    village(enrolled, "Of this block")
    row = ServerRow(KIND, FAR, 1, {"district": 2, "block": 14, "name": "Not ours"})
    refused = (State.REJECTED, "Not in your area.", None)
    answer(enrolled, {1: refused, 2: refused}, row)
    enrolled.save([Edit(VillageOrganisation, {"name": "Edited"}, id=FAR)], "Asha")
    answer(enrolled, {3: refused})
    assert len(enrolled.outbox.returned()) == 3
    assert [record.id for record in records_out_of_area(enrolled)] == [there]


def test_what_a_rule_stands_against_stays_and_the_rest_is_taken_in(
    enrolled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (village(enrolled, name, block=14) for name in ("First", "Second"))
    refused = (State.REJECTED, "Not in your area.", None)
    answer(enrolled, {1: refused, 2: refused})
    load = Store.load

    def against_first(store: Store, edits: Sequence[Edit], operator: str) -> list[Saved | Refused]:
        refused: list[Saved | Refused] = [Refused([])]
        return refused + load(store, [one for one in edits if one.id != first], operator)

    monkeypatch.setattr(Store, "load", against_first)
    assert [record.id for record in records_out_of_area(enrolled)] == [first, second]
    assert move_into_area(enrolled, "Asha") == 1
    assert [record.id for record in records_out_of_area(enrolled)] == [first]
    taken = enrolled.get(KIND, second)
    assert taken is not None
    assert (taken.district, taken.block) == (2, 16)
