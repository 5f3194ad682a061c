"""What the server says against records, as the screens gather it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan, put

from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.conflict import Conflict
from fieldkit.protocol.messages.finding import Finding, Verdict
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.review.conflicts import open_conflicts
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.form.reading import start
from fieldkit.screens.lookup.issues import by_field, denied, issues
from fieldkit.screens.sync.conflict_page import ConflictPage
from fieldkit.screens.sync.out_of_area import move_into_area, records_out_of_area
from fieldkit.screens.widgets.bars import Sentence
from fieldkit.store import Answered, Edit, Refused, Saved, ServerRow, State, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At

KIND = "village_organisation"
FAR = "0THERAAA-1"
ASKED = frozenset({"name", "village"})


@pytest.fixture
def enrolled(store: Store) -> Store:
    store.access.enrol("http://127.0.0.1:9", "t" * 30, "operator", 2, 16, 1, "first")
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


def test_a_form_says_beforehand_what_the_role_of_the_laptop_is_not_enough_for(
    store: Store,
) -> None:
    assert denied(store, VillageOrganisation, new=True) == {}
    assert start(store, VillageOrganisation, None, "Asha").denied == {}
    for role, kinds in (
        ("operator", ()),
        ("registrar", (VillageOrganisation,)),
        ("viewer", (VillageOrganisation, Beneficiary)),
    ):
        store.access.enrol("http://127.0.0.1:9", "t" * 30, role, 2, 16, 1, "first")
        for kind in (VillageOrganisation, Beneficiary):
            said = start(store, kind, None, "Asha").denied.get("", "")
            assert said.startswith("Only ") == (kind in kinds)
            assert (f"enrolled for a {role}" in said) == (kind in kinds)


async def test_a_registrar_reads_in_the_form_who_may_enter_it(store: Store, opened_app: At) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30, "registrar", 2, 16, 1, "first")
    person = artisan(store, "Ghulam Bhat", "Abdul Bhat", "9419011432")
    kit = put(store, Toolkit, beneficiary_id=person, state="SELECTED")
    values: dict[str, Json] = {"district": 2, "beneficiary_id": person, "state": "SELECTED"}
    answer(store, {}, ServerRow("toolkit", kit, 1, values))
    who = "Only an operator or a supervisor may"
    async with opened_app() as hand:
        await hand.app.push_screen(FormPage(VillageOrganisation))
        await hand.settle()
        said = " ".join(hand.text().split())
        assert f"{who} enter this; this laptop is enrolled for a registrar." in said
        assert "Show it to them." in said
        await hand.press("<escape>")
        page = FormPage(Toolkit, record_id=kit)
        await hand.app.push_screen(page)
        await hand.settle()
        assert page.model is not None
        assert page.model.at == "beneficiary_id"
        assert f"{who} enter this here" in hand.text()
        await hand.press("<enter>")
        while page.model.at != "state":
            assert f"{who} enter this here" in hand.text()
            await hand.press("<up>")
        assert who not in hand.text()


async def test_a_registrar_reads_who_may_settle_what_others_typed_and_is_offered_no_answer(
    store: Store, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldkit.screens.widgets.pause.PAUSE", 0)
    store.access.enrol("http://127.0.0.1:9", "t" * 30, "registrar", 2, 16, 1, "first")
    record = village(store, "Noor VO")
    held = [
        Conflict(field="name", origin=origin, seqs=[1], held=name, base="Noor VO", by="Reyaz", at=1)
        for origin, name in ((FAR.partition("-")[0], "Nur VO"), (record.partition("-")[0], "Mine"))
    ]
    values: dict[str, Json] = {"district": 2, "block": 16, "name": "Noor VO"}
    answer(store, {}, ServerRow(KIND, record, 1, values, conflicts=tuple(held)))
    others, mine = sorted(open_conflicts(store), key=lambda one: one.conflict.held_here)
    assert (others.conflict.held_here, mine.conflict.held_here) == (False, True)
    assert others.denied.startswith(
        "Only an operator or a supervisor may settle the values of others"
    )
    assert mine.denied == ""
    async with opened_app() as hand:
        await hand.app.push_screen(ConflictPage(others.conflict.id, record))
        await hand.settle()
        said = " ".join(hand.text().split())
        assert "may settle the values of others; this laptop is enrolled for a registrar. N" in said
        assert "Nur VO" in said  # both values are there to be read
        assert said.endswith("→ next Esc later")
        assert "Keep" not in said
        await hand.press("1", "2", "3", "<enter>")
        assert store.outbox.unsent() == 0
        assert "may settle" in hand.app.screen.query_one("#sentence", Sentence).text
        await hand.press("<right>")
        assert "1 keep the first" in hand.text()  # what was typed here may be settled here
        assert "may settle" not in hand.text()
        await hand.press("1")
        assert [one.id for one in store.review.conflicts()] == [others.conflict.id]
