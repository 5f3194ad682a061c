"""Records are decided on, sent back and accepted by commands."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from tests.commands.conftest import Cli
from tests.commands.test_entering import put, records

from fieldkit.records import Record, Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.artisans.verification import Verification
from fieldkit.records.community.cluster_federation import ClusterFederation
from fieldkit.records.credit.fund_release import FundRelease
from fieldkit.records.credit.loan import Loan
from fieldkit.records.fields.dates import today
from fieldkit.records.outreach.story import Story
from fieldkit.store import Edit, Store


@pytest.fixture
def artisan(laptop: Path) -> str:
    put(laptop, name="Zooni Akhter", trade_code="CARP", status="SUBMITTED")
    return records(laptop)[0].id


def only(home: Path, kind: type[Record]) -> Record:
    (found,) = records(home, kind)
    return found


def save(home: Path, kind: type[Record], **fields: Value) -> str:
    with closing(Store.open(home)) as store:
        return store.save([Edit(kind, fields)], "Asha")[0].id


def to(federation: str) -> dict[str, str]:
    return {"fund": "CIF", "cluster_federation_id": federation}


def enrol(home: Path, role: str) -> None:
    with closing(Store.open(home)) as store:
        store.access.enrol("http://127.0.0.1:9", "token", role, 2)


def test_a_stage_is_decided_after_a_stage_with_its_day_office_and_reason(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    assert "Write the reason" in cli("decide", artisan, "--stage", "1", "--as", "reject").err
    assert records(laptop, Verification) == []
    ran = cli("decide", artisan, "--stage", "2", "--as", "approve", "--on", "2 11 2026")
    assert "To check: No approval at stage 1 is recorded here." in ran.text
    assert f"Stage 2: approve: Zooni Akhter, {artisan}." in ran.text
    made = only(laptop, Verification)
    shown = [made.value(name) for name in ("stage", "decision", "decided_by")]
    assert shown == ["2", "APPROVED", "Block Chadoora, Budgam"]
    assert str(made.value("decided_on")) == "2026-11-02"
    assert records(laptop)[0].value("status") == "S2_APPROVED"
    again = cli("decide", artisan, "--stage", "2", "--as", "approve")
    assert "already has this decision" in again.text
    # An earlier stage, noted late, does not take the application back.
    cli("decide", artisan, "--stage", "1", "--as", "approve")
    assert records(laptop)[0].value("status") == "S2_APPROVED"
    assert "1 entry has the former value again" in cli("entries", "--undo").text
    assert only(laptop, Verification).id == made.id


def test_a_state_is_decided_with_its_day_and_where_it_needs_one_its_reason(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    loan = save(laptop, Loan, beneficiary_id=artisan, product="PMV1", state="SPONSORED")
    assert "Write the reason" in cli("decide", loan, "--as", "rejected").err
    cli("decide", loan, "--as", "REJECTED", "--reason", "No collateral asked, none given")
    assert only(laptop, Loan).value("turned_down") == "No collateral asked, none given"
    ran = cli("decide", loan, "--as", "sanctioned", "--on", "2 11 2026")
    assert ran.code == 0
    assert str(only(laptop, Loan).value("sanctioned_on")) == "2026-11-02"
    wrong = cli("decide", loan, "--as", "approve")
    assert wrong.code == 2
    assert "--as is one of WILLING, SPONSORED" in wrong.err
    assert "nothing is decided without --stage" in cli("decide", artisan, "--as", "X").err


def test_steps_of_loans_toolkits_and_funds_wait_for_a_supervisor(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    enrol(laptop, "supervisor")
    loan = save(laptop, Loan, beneficiary_id=artisan, product="PMV1", state="WILLING")
    toolkit = save(laptop, Toolkit, beneficiary_id=artisan, state="SELECTED")
    federation = save(laptop, ClusterFederation, name="Noor CLF")
    fund = save(laptop, FundRelease, state="PROPOSED", proposed_on=today(), **to(federation))
    save(laptop, FundRelease, state="RECEIVED", received_on=today(), **to(federation))

    def waiting() -> dict[str, str]:
        listed: list[dict[str, str]] = cli("review", "--kind", "decision", "--json").json
        return {one["record"]: one["sentence"] for one in listed}

    assert waiting() == {
        artisan: "Waits for a decision: stage 1.",
        loan: "Waits for a decision: sending to the bank.",
        toolkit: "Waits for a decision: voucher.",
        fund: "Waits for a decision: approval.",
    }
    cli("decide", loan, "--as", "SPONSORED")
    assert "Write the reason" in cli("decide", fund, "--as", "REFUSED").err
    cli("decide", fund, "--as", "REFUSED", "--reason", "The group keeps no books")
    assert waiting().keys() == {artisan, toolkit}
    cli("entries", "--undo")
    assert waiting().keys() == {artisan, toolkit, fund}


def test_a_role_that_may_not_decide_is_refused_before_anything_is_written(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    story = save(laptop, Story, headline="Her shop", state="DRAFT", beneficiary_id=artisan)
    enrol(laptop, "operator")
    refused = cli("decide", story, "--as", "approved")
    assert refused.code == 2
    assert f"Her shop, {story}: Only a supervisor" in refused.err
    assert "Only a supervisor may enter this here; this laptop is enrolled for" in refused.err
    assert refused.err.endswith("Nothing was changed.\n")
    assert "What you typed" not in refused.err
    assert (
        "Only a supervisor may send this back"
        in cli("send-back", artisan, "--reason", "Looks wrong").err
    )
    enrol(laptop, "supervisor")
    assert "only with the consent of the person" in cli("decide", story, "--as", "approved").err
    with closing(Store.open(laptop)) as store:
        store.save([Edit(Story, {"consent": True, "consent_on": today()}, story)], "Asha")
    assert cli("decide", story, "--as", "approved").code == 0
    assert only(laptop, Story).value("state") == "APPROVED"
    enrol(laptop, "registrar")
    assert "Only an operator" in cli("decide", artisan, "--stage", "1", "--as", "approve").err
    assert records(laptop, Verification) == []


def test_a_record_is_sent_back_corrected_by_plain_questions_and_accepted(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    assert "Sent back: Zooni Akhter" in cli("send-back", artisan, "--reason", "No mobile").text
    assert "Sent back: No mobile (Asha, " in cli("show", artisan).text
    asked = ("enter", "beneficiary", "--record", artisan)
    said = cli(*asked, piped=b"")
    assert "Sent back: No mobile" in said.text
    assert "Noted as corrected" in cli("send-back", artisan, "--corrected", "It has none").text
    assert "Corrected: It has none (Asha, " in cli("show", artisan).text
    assert "Accepted" in cli("send-back", artisan, "--accept").text
    assert "Sent back: No" not in cli("show", artisan).text
    assert cli("send-back", artisan, "--accept").code == 2


def test_an_import_that_changes_a_record_sent_back_says_that_it_is_corrected(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    cli("send-back", artisan, "--reason", "No mobile")
    exported: dict[str, object] = cli("export", "beneficiary", "--format", "jsonl").lines[0]

    def load(**changed: str) -> str:
        cli("import", "beneficiary", "-", piped=json.dumps({**exported, **changed}).encode())
        return cli("show", artisan).text

    assert "Corrected: " not in load()  # it changes nothing
    assert "Corrected: Changed: Mobile (Asha, " in load(mobile="9419011432")
    assert (
        cli("review", "--kind", "sent-back", "--json")
        .json[0]["sentence"]
        .startswith("Corrected: Changed: Mobile")
    )
    cli("send-back", artisan, "--accept")
    cli("send-back", artisan, "--reason", "Look again")
    assert "Corrected: " not in cli("show", artisan).text


def test_an_undo_takes_a_decision_back_whole_or_not_at_all(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    cli("decide", artisan, "--stage", "1", "--as", "approve")
    with closing(Store.open(laptop)) as store:
        store.save([Edit(Beneficiary, {"status": "S2_APPROVED"}, artisan)], "Reyaz")
    undone = cli("entries", "--undo").text
    assert "0 entries have the former value again. 1 was changed since" in undone
    assert not only(laptop, Verification).deleted
    assert records(laptop)[0].value("status") == "S2_APPROVED"


def test_a_reason_that_the_server_would_not_take_is_refused_before(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    loan = save(laptop, Loan, beneficiary_id=artisan, product="PMV1", state="SPONSORED")
    reject = ("decide", artisan, "--stage", "1", "--as", "reject", "--reason")
    back = ("send-back", artisan, "--reason")
    for asked in (reject, back, ("decide", loan, "--as", "REJECTED", "--reason")):
        ran = cli(*asked, "x" * 501)
        assert (ran.code, "Too long: at most" in ran.err) == (2, True), asked
    for asked in (reject, back):
        assert "Write the reason" in cli(*asked, " - ").err
        assert "characters that cannot be shown" in cli(*asked, "No\x1b[31m tools").err
    assert records(laptop, Verification) == []
    assert only(laptop, Loan).value("state") == "SPONSORED"
    assert records(laptop)[0].value("sent_back") is None


def test_a_stage_is_decided_anew_after_it_was_decided_otherwise(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    approve = ("decide", artisan, "--stage", "1", "--as", "approve")
    cli(*approve)
    cli("decide", artisan, "--stage", "1", "--as", "reject", "--reason", "Wrong trade")
    assert records(laptop)[0].value("status") == "S1_REJECTED"
    assert "Decided before: approved, rejected." in cli(*approve).text
    assert records(laptop)[0].value("status") == "S1_APPROVED"
    assert "already has this decision" in cli(*approve).text


def test_a_person_of_two_records_waits_once_and_is_decided_on_once(
    laptop: Path, cli: Cli, artisan: str
) -> None:
    put(laptop, name="Zooni Akhtar", trade_code="CARP", status="SUBMITTED")
    twice = next(one.id for one in records(laptop) if one.id != artisan)

    def waiting() -> dict[str, str]:
        listed: list[dict[str, str]] = cli("review", "--kind", "decision", "--json").json
        return {one["record"]: one["sentence"] for one in listed}

    cli("decide", twice, "--stage", "1", "--as", "approve")
    cli("merge", artisan, twice)
    assert waiting() == {artisan: "Waits for a decision: stage 2."}
    assert (
        "already has this decision" in cli("decide", twice, "--stage", "1", "--as", "approve").text
    )
    assert f"{artisan}." in cli("decide", twice, "--stage", "2", "--as", "approve").text
    assert waiting() == {artisan: "Waits for a decision: stage 3."}
    cli("unmerge", twice)
    assert waiting()[twice] == "Waits for a decision: stage 2."


def test_a_record_is_called_by_the_person_it_is_about(laptop: Path, cli: Cli, artisan: str) -> None:
    loan = save(laptop, Loan, beneficiary_id=artisan, product="T1", state="SPONSORED")
    named = f"Zooni Akhter, {loan}"
    assert f"{named} already has" in cli("decide", loan, "--as", "SPONSORED").text
    assert f"Sent back: {named}." in cli("send-back", loan, "--reason", "Which bank?").text
    assert f"Accepted: {named}." in cli("send-back", loan, "--accept").text
