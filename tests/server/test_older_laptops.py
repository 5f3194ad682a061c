"""A laptop that makes sentences itself is sent codes; an older one is sent the sentences."""

from __future__ import annotations

import json
from typing import cast

import pytest
from sqlalchemy import Engine, event, update
from tests.server.fake_laptop import NOW, Laptop

from fieldkit.protocol.messages.finding import Finding, Verdict
from fieldkit.protocol.messages.sync import FindingItem, SyncAnswer
from fieldkit.protocol.wire.codec import decode, encode
from fieldkit.records import sentence
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.server.database.tables import CHANGE, FINDING

BORN = Beneficiary.fields()["born"].label + ": "
OUTSIDE = "Ask the supervisor of the district"


def travelled(answer: SyncAnswer) -> str:
    """Return the bytes of an answer, as text."""
    return encode(answer, "identity").decode()


def same_person(laptop: Laptop, record: str) -> FindingItem:
    (found,) = [one for one in laptop.rows[record].findings if one.rule.startswith("same_person")]
    return found


@pytest.mark.parametrize("codes", [False, True])
def test_the_reason_of_a_rejection(engine: Engine, codes: bool) -> None:
    laptop = Laptop(engine)
    laptop.codes = codes
    laptop.create("beneficiary", born="31/31/1999")
    laptop.create(name="Noor VO", district=5)
    for answer in (laptop.push(1), laptop.push(1)):  # as first judged, and as it was stored
        value, district = answer.verdicts
        if codes:
            assert (value.rule, value.reason, district.rule) == (
                "unfitting.value",
                "",
                "out_of_scope",
            )
            why = value.params
            finding = Finding("beneficiary", "", value.field or "", value.rule, why)
            assert sentence(finding).startswith(BORN)
        else:
            assert value.reason.startswith(BORN)
            assert district.reason == (
                "This record is outside the area of this laptop. Ask the supervisor."
            )
            assert not (value.rule)
            assert not (value.params)
            assert not (district.rule)


def test_a_conflict_is_told_either_way(engine: Engine) -> None:
    one, other, newer = Laptop(engine), Laptop(engine), Laptop(engine)
    newer.codes = True
    record = one.create(name="Noor VO")
    one.push()
    for laptop in (other, newer):
        laptop.pull_all()
    one.edit(record, base=1, name="Noor")
    one.push()
    for laptop, said in ((other, ("", True)), (newer, ("contested", False))):
        laptop.edit(record, base=1, name="Nur")
        (verdict,) = laptop.push().verdicts
        assert (verdict.rule, "Both values are kept" in verdict.reason) == said


def test_a_reason_that_an_older_server_kept_is_passed_on(engine: Engine) -> None:
    laptop = Laptop(engine)
    laptop.create("beneficiary", born="31/31/1999")
    laptop.push()
    with engine.begin() as connection:
        connection.execute(update(CHANGE).values(rule=None, params=None, reason="Look again."))
    for codes in (False, True):
        laptop.codes = codes
        assert laptop.push(1).verdicts == [
            Verdict(seq=1, verdict="rejected", field="born", reason="Look again.")
        ]


@pytest.mark.parametrize("codes", [False, True])
@pytest.mark.parametrize("old", [False, True])
def test_a_finding_names_no_record_outside_the_scope(
    engine: Engine, codes: bool, old: bool
) -> None:
    here, there, whole = Laptop(engine, (2, 11)), Laptop(engine, (2, 12)), Laptop(engine, (2, None))
    mine = here.create("beneficiary", name="Gulam Bhat", mobile="9419011432", block=11)
    here.push()
    theirs = there.create("beneficiary", name="Ghulam Bhat", mobile="9419011432", block=12)
    there.push()
    if old:
        with engine.begin() as connection:
            text = f"Ghulam Bhat ({theirs}) may be the same person. Alike: Name."
            its = (FINDING.c.record_id == mine) & (FINDING.c.rule == "same_person")
            connection.execute(update(FINDING).where(its).values(params=None, message=text))
    for laptop in (here, whole):
        laptop.codes = codes
    seen = here.ask(here.quiet().model_copy(update={"most": 50}))
    assert theirs.partition("-")[0] not in travelled(seen)
    assert "Ghulam" not in travelled(seen)
    assert decode(encode(seen, "identity"), SyncAnswer, "identity") == seen
    here.pull_all()
    told = same_person(here, mine)
    assert (told.params, told.related) == ({}, [])
    if codes:
        assert (told.rule, told.message) == ("same_person.outside", "")
        assert OUTSIDE in sentence(Finding("beneficiary", mine, told.field, told.rule))
    else:
        assert told.rule == "same_person"
        assert OUTSIDE in told.message
    whole.pull_all()
    told = same_person(whole, mine)
    if codes and not old:
        assert told.related == [("beneficiary", theirs)]
        params = told.params
        assert (params["other"], params["other_name"]) == (theirs, "Ghulam Bhat")
        assert "name" in cast("list[str]", params["alike"])
        assert not told.message
    else:
        assert f"Ghulam Bhat ({theirs}) may be the same person." in told.message
        assert not told.params


@pytest.mark.parametrize("edits", [False, True])
def test_the_statements_of_a_batch_do_not_grow_with_it(engine: Engine, edits: bool) -> None:
    """Rules are judged in a query per rule and batch, not per record."""

    def counted(many: int) -> int:
        laptop = Laptop(engine)
        first = [
            laptop.create("beneficiary", name=f"Gulam Bhat {n}", mobile=f"94190{n:05d}", pan=None)
            for n in range(many // 2)
        ]
        for artisan in first:
            laptop.create("toolkit", beneficiary_id=artisan, state="SELECTED")
        if edits:
            laptop.push()
            for change in list(laptop.changes):
                laptop.edit(change.record_id, kind=change.kind, base=1, remarks="Seen")
        said: list[str] = []

        def note(*given: object) -> None:
            said.append(str(given[2]))

        event.listen(engine, "before_cursor_execute", note)
        laptop.push()
        event.remove(engine, "before_cursor_execute", note)
        assert said
        return len(said)

    counted(20)  # the district's counter is made once
    assert counted(20) == counted(200) < 60


def test_a_field_of_a_request_that_only_newer_servers_know_is_passed_over(engine: Engine) -> None:
    laptop = Laptop(engine)
    laptop.codes = True
    request = laptop.quiet()
    assert json.loads(encode(request, "identity"))["codes"] is True
    assert laptop.ask(request).now == NOW
