"""Roles restrict writing: what a device may not write changes nothing, and comes back to it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, update
from tests.server import fake_laptop
from tests.server.conftest import Laptop, Make, Row, problem
from tests.server.fake_laptop import NOW

from fieldkit.protocol.change import DECIDED, Change, Json, Op
from fieldkit.protocol.messages.finding import Finding
from fieldkit.protocol.messages.scope import Scope
from fieldkit.records import kinds, sentence
from fieldkit.server.database.connection import writing
from fieldkit.server.database.migrate import open_database
from fieldkit.server.database.tables import DEVICE
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.ingest import batch, sync
from fieldkit.server.ingest.batch import ingest_changes
from fieldkit.server.operation.local import code
from fieldkit.server.problems import Refusal

ARTISAN: dict[str, Json] = {"name": "Ghulam Bhat", "trade_code": "CARP", "district": 2, "block": 16}
TOOLKIT: dict[str, Json] = {"state": "DISPATCHED", "district": 2, "block": 16}


def sent(laptop: Laptop, *changes: Change) -> list[dict[str, object]]:
    """Send the last changes; return the verdicts, without the seqs."""
    answer = laptop.post("/v1/sync", laptop.request(changes[0].seq) | {"codes": True})
    assert answer.status_code == 200, answer.text
    return [
        {name: value for name, value in one.items() if name != "seq"}
        for one in answer.json().get("verdicts", [])
    ]


def refused(found: list[dict[str, object]], rule: str) -> None:
    (verdict,) = found
    assert (verdict["verdict"], verdict["rule"]) == ("rejected", rule)


@pytest.fixture(scope="module")
def operator(served: tuple[str, Path]) -> Iterator[Laptop]:
    yield from enrolled(served, "operator")


@pytest.fixture(scope="module")
def registrar(served: tuple[str, Path]) -> Iterator[Laptop]:
    yield from enrolled(served, "registrar")


def enrolled(served: tuple[str, Path], role: str) -> Iterator[Laptop]:
    laptop = Laptop(served[0])
    answer = laptop.enrol(code(served[1] / "server.sqlite3", role, 2), token="")
    assert answer.status_code == 200, answer.text
    yield laptop
    laptop.http.close()


def enter(laptop: Laptop, kind: str, **fields: Json) -> Change:
    """Log the creation of a record."""
    return laptop.change(len(laptop.changes) + 1, Op.CREATE, kind, **fields)


def put(laptop: Laptop, kind: str, **fields: Json) -> str:
    """Create a record, which must be taken in; return its id."""
    change = enter(laptop, kind, **fields)
    assert sent(laptop, change) == []
    return change.record_id


def version(row: Row, kind: str, record: str) -> int:
    """Return the version of a stored record: the base of an edit whose author has seen it."""
    found = row(kind, record)["version"]
    assert isinstance(found, int)
    return found


# What must not succeed


def table_of(kind: str) -> str:
    return kind if kind in kinds() else "unknown_record"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("verification", {"stage": "3", "decision": "APPROVED"}),
        ("loan", {"product": "PMV1", "state": "DISBURSED"}),
        ("toolkit", {"state": "DELIVERED"}),
        ("self_help_group", {"name": "Noor"}),
        ("training_batch", {"training_type": "BASIC"}),
        ("programme", {"programme_kind": "MELA"}),
        ("fund_release", {"amount": 5_000_000}),
        ("crop", {"artisans": 1}),
    ],
)
def test_a_registrar_enters_no_record_of_these_kinds(
    registrar: Laptop, row: Row, kind: str, fields: dict[str, Json]
) -> None:
    change = enter(registrar, kind, district=2, block=16, **fields)
    refused(sent(registrar, change), "role.create")
    assert row(table_of(kind), change.record_id) == {}


@pytest.mark.parametrize(
    ("kind", "fields", "edit", "rule"),
    [
        ("beneficiary", ARTISAN, {"status": "S3_APPROVED"}, "role.field"),
        ("beneficiary", ARTISAN | {"status": "S3_APPROVED"}, {"status": "DRAFT"}, "role.field"),
        ("beneficiary", ARTISAN | {"status": "S1_APPROVED"}, {"status": None}, "role.field"),
        ("beneficiary", ARTISAN, {"merged_into": "7KQ2M9XD-1"}, "role.merge"),
        ("beneficiary", ARTISAN, {"sent_back": "Not the name on the card"}, "role.send_back"),
        ("beneficiary", ARTISAN, {"district": 3, "block": 22}, "role.move"),
        ("beneficiary", ARTISAN, {"deleted": True}, "role.delete"),
        ("member", ARTISAN | {"merged_into": "7KQ2M9XD-1"}, {"merged_into": None}, "role.merge"),
        ("toolkit", TOOLKIT, {"state": "REPLACED"}, "role.edit"),
        ("toolkit", TOOLKIT, {"voucher_value": 15_000}, "role.edit"),
        ("toolkit", TOOLKIT, {"state": "DELIVERED", "issued_on": "2026-11-02"}, "role.edit"),
        ("toolkit", TOOLKIT | {"state": "REPLACED"}, {"state": "DELIVERED"}, "role.edit"),
        ("training_enrolment", {"district": 2, "state": "NOMINATED"}, {"state": "CERTIFIED"},
         "role.edit"),
        ("training_enrolment", {"district": 2}, {"stipend_paid_on": "2026-11-02"}, "role.edit"),
        ("loan", {"district": 2, "state": "SPONSORED"}, {"state": "SANCTIONED"}, "role.edit"),
        ("verification", {"district": 2}, {"decision": "APPROVED"}, "role.edit"),
        ("self_help_group", {"district": 2, "name": "Noor"}, {"name": "Nur"}, "role.edit"),
        ("fund_release", {"district": 2, "amount": 1}, {"amount": 2}, "role.edit"),
        ("crop", {"district": 2, "amount": 1}, {"amount": 2}, "role.edit"),
    ],
)  # fmt: skip
def test_a_registrar_changes_no_more_than_its_role_allows(
    operator: Laptop,
    registrar: Laptop,
    row: Row,
    kind: str,
    fields: dict[str, Json],
    edit: dict[str, Json],
    rule: str,
) -> None:
    record = put(operator, kind, **fields)
    table = table_of(kind)
    before = row(table, record)
    assert before
    seen = registrar.edit(record, kind, version(row, table, record), **edit)
    refused(sent(registrar, seen), rule)
    # Nor as a conflict; going back from what it did not see is one, as for anybody.
    back = edit in ({"status": "DRAFT"}, {"state": "DELIVERED"})
    (unseen,) = sent(registrar, registrar.edit(record, kind, None, **edit))
    assert unseen["rule"] == ("contested" if back else rule)
    assert row(table, record) == before


def test_a_registrar_deletes_what_it_entered_and_no_other(
    operator: Laptop, registrar: Laptop, row: Row
) -> None:
    theirs = put(operator, "beneficiary", **ARTISAN)
    mine = put(registrar, "beneficiary", **ARTISAN)
    base = version(row, "beneficiary", theirs)
    change = registrar.edit(theirs, "beneficiary", base, Op.DELETE)
    refused(sent(registrar, change), "role.delete")
    base = version(row, "beneficiary", mine)
    assert sent(registrar, registrar.edit(mine, "beneficiary", base, Op.DELETE)) == []
    assert not row("beneficiary", theirs)["deleted"]
    assert row("beneficiary", mine)["deleted"]


def test_a_registrar_settles_its_own_conflicts_and_no_others(
    operator: Laptop, registrar: Laptop, make_laptop: Make, row: Row
) -> None:
    other = make_laptop("operator", district=2)
    record = put(operator, "beneficiary", **ARTISAN)
    base, seqs = version(row, "beneficiary", record), []
    for laptop, village in ((operator, "Nagam"), (other, "Lasjan"), (registrar, "Wathora")):
        change = laptop.edit(record, "beneficiary", base, village=village)
        sent(laptop, change)
        seqs.append(change.seq)
    base = version(row, "beneficiary", record)
    theirs: Json = [[other.origin, seqs[1]]]
    both: Json = [[other.origin, seqs[1]], [registrar.origin, seqs[2]]]
    for decided in (theirs, both, "everything"):
        more: dict[str, Json] = {DECIDED: decided, "village": "Lasjan"}
        change = registrar.edit(record, "beneficiary", base, Op.DECIDE, **more)
        refused(sent(registrar, change), "role.settle")
    assert row("beneficiary", record)["village"] == "Nagam"
    more = {DECIDED: [[registrar.origin, seqs[2]]], "village": "Nagam"}
    assert sent(registrar, registrar.edit(record, "beneficiary", base, Op.DECIDE, **more)) == []
    more = {DECIDED: theirs, "village": "Lasjan"}
    assert sent(operator, operator.edit(record, "beneficiary", base, Op.DECIDE, **more)) == []
    assert row("beneficiary", record)["village"] == "Lasjan"


def test_a_registrar_may_do_what_others_have_just_done(
    operator: Laptop, registrar: Laptop, row: Row
) -> None:
    record = put(operator, "beneficiary", **ARTISAN)
    base = version(row, "beneficiary", record)
    approved = operator.edit(record, "beneficiary", base, status="S1_APPROVED", block=17)
    assert sent(operator, approved, operator.edit(record, "beneficiary", base, Op.DELETE)) == []
    same = registrar.edit(record, "beneficiary", base, Op.DELETE)
    again = registrar.edit(record, "beneficiary", base, deleted=True, block=17)
    assert sent(registrar, same, again) == []


def test_a_registrar_may_agree_to_what_stands(
    operator: Laptop, registrar: Laptop, row: Row
) -> None:
    record = put(operator, "beneficiary", **ARTISAN, status="S1_APPROVED")
    base = version(row, "beneficiary", record)
    assert sent(operator, operator.edit(record, "beneficiary", base, Op.DELETE)) == []
    edit = registrar.edit(record, "beneficiary", base, village="Nagam", status="S1_APPROVED")
    (verdict,) = sent(registrar, edit)
    assert verdict["rule"] == "contested"
    base = version(row, "beneficiary", record)
    mine: Json = [[registrar.origin, edit.seq]]
    for kept, found in ((False, ["role.delete"]), (True, [])):
        more: dict[str, Json] = {DECIDED: mine, "deleted": kept}
        change = registrar.edit(record, "beneficiary", base, Op.DECIDE, **more)
        assert [one["rule"] for one in sent(registrar, change)] == found


def test_a_viewer_writes_nothing(operator: Laptop, make_laptop: Make, row: Row) -> None:
    viewer = make_laptop("viewer", district=2)
    record = put(operator, "attendance", district=2, on="2026-11-02", present=True)
    before, base = row("attendance", record), version(row, "attendance", record)
    new = enter(viewer, "beneficiary", **ARTISAN)
    refused(sent(viewer, new), "role.create")
    for op, fields, rule in (
        (Op.EDIT, {"present": False}, "role.edit"),
        (Op.EDIT, {}, "role.edit"),
        (Op.DECIDE, {"present": False}, "role.edit"),
        (Op.DELETE, {}, "role.delete"),
    ):
        change = viewer.edit(record, "attendance", base, op, **fields)
        refused(sent(viewer, change), rule)
    assert row("beneficiary", new.record_id) == {}
    assert row("attendance", record) == before
    page = viewer.post("/v1/sync", viewer.quiet() | {"most": 100, "codes": True}).json()["page"]
    assert page["rows"]


def test_an_enrolled_viewer_is_one_for_older_laptops_too(served: tuple[str, Path]) -> None:
    laptop = Laptop(served[0])
    answer = laptop.enrol(code(served[1] / "server.sqlite3", "viewer", 2, 16), token="")
    laptop.http.close()
    scope = answer.json()["scope"]
    assert scope == {"role": "registrar", "viewer": True, "district": 2, "block": 16}
    assert Scope.model_validate(scope).role == "viewer"


# What a registrar does


def test_a_registrar_records_people_attendance_and_hand_overs(
    operator: Laptop, registrar: Laptop, row: Row
) -> None:
    toolkit = put(operator, "toolkit", **TOOLKIT)
    enrolled = put(operator, "training_enrolment", district=2, state="NOMINATED")
    artisan = put(registrar, "beneficiary", **ARTISAN | {"status": "SUBMITTED"})
    member = put(registrar, "member", name="Zoona", district=2, block=16)
    mark = put(registrar, "attendance", district=2, on="2026-11-02", present=True)
    put(registrar, "training_enrolment", district=2, block=16, state="ENROLLED")
    seen = version(row, "training_enrolment", enrolled)
    done = [
        registrar.edit(artisan, "beneficiary", 1, village="Nagam", card_no=None),
        registrar.edit(member, "member", 1, village="Nagam", shoe_size=7),
        registrar.edit(mark, "attendance", 1, present=False),
        registrar.edit(mark, "attendance", 2, Op.DELETE),
        registrar.edit(enrolled, "training_enrolment", seen, state="ENROLLED"),
        registrar.edit(
            toolkit,
            "toolkit",
            version(row, "toolkit", toolkit),
            state="DELIVERED",
            delivered_on="2026-11-02",
            received_by="RELATIVE",
            receiver_name="Zoona",
            condition="OK",
            delivery_remark=None,
            remarks="At the camp",
        ),
    ]
    assert sent(registrar, *done) == []
    assert row("toolkit", toolkit)["state"] == "DELIVERED"
    assert row("beneficiary", artisan)["village"] == "Nagam"


@pytest.mark.parametrize("role", ["operator", "supervisor", "administrator"])
def test_operators_and_those_above_write_everything(make_laptop: Make, row: Row, role: str) -> None:
    laptop, other = make_laptop(role, district=2), make_laptop("operator", district=2)
    artisan = put(other, "beneficiary", **ARTISAN)
    put(laptop, "verification", district=2, stage="3", decision="APPROVED")
    put(laptop, "loan", district=2, state="DISBURSED")
    put(laptop, "crop", district=2, amount=1)
    edits: list[dict[str, Json]] = [
        {"status": "S3_APPROVED"},
        {"merged_into": f"{laptop.origin}-1"},
        {"district": 2, "block": 17},
    ]
    base = version(row, "beneficiary", artisan)
    changes = [laptop.edit(artisan, "beneficiary", base, **edit) for edit in edits]
    changes.append(laptop.edit(artisan, "beneficiary", base, Op.DELETE))
    assert sent(laptop, *changes) == []


def test_only_supervisors_send_back_and_accept_and_others_say_it_is_corrected(
    make_laptop: Make, operator: Laptop, registrar: Laptop, row: Row
) -> None:
    supervisor = make_laptop("supervisor", district=2)
    elsewhere = make_laptop("supervisor", district=3)
    record = put(registrar, "beneficiary", **ARTISAN)

    def written(laptop: Laptop, **fields: Json) -> list[dict[str, object]]:
        base = version(row, "beneficiary", record)
        return sent(laptop, laptop.edit(record, "beneficiary", base, **fields))

    refused(written(operator, sent_back="Not the name on the card"), "role.send_back")
    refused(written(elsewhere, sent_back="Not the name on the card"), "out_of_scope")
    assert written(supervisor, sent_back="Not the name on the card") == []
    for laptop in (operator, registrar):
        refused(written(laptop, sent_back=None), "role.send_back")
    assert written(registrar, name="Ghulam Butt", corrected="Changed: Name") == []
    assert row("beneficiary", record)["sent_back"] == "Not the name on the card"
    assert row("beneficiary", record)["corrected"] == "Changed: Name"
    assert written(supervisor, sent_back=None, corrected=None) == []
    assert row("beneficiary", record)["sent_back"] is None
    change = enter(operator, "beneficiary", **ARTISAN, sent_back="Looks wrong")
    refused(sent(operator, change), "role.send_back")


def test_an_operator_does_not_settle_which_reason_stands_even_by_agreeing(
    make_laptop: Make, operator: Laptop, row: Row
) -> None:
    first, second = make_laptop("supervisor", district=2), make_laptop("supervisor", district=2)
    record = put(operator, "beneficiary", **ARTISAN)
    base = version(row, "beneficiary", record)
    sent(first, first.edit(record, "beneficiary", base, sent_back="No mobile"))
    crossing = second.edit(record, "beneficiary", base, sent_back="Which village?")
    sent(second, crossing)
    decided: dict[str, Json] = {DECIDED: [[second.origin, crossing.seq]], "sent_back": "No mobile"}

    def settled(laptop: Laptop) -> list[dict[str, object]]:
        base = version(row, "beneficiary", record)
        return sent(laptop, laptop.edit(record, "beneficiary", base, Op.DECIDE, **decided))

    refused(settled(operator), "role.send_back")
    assert settled(first) == []


# How it is said


def test_the_reason_is_a_plain_sentence_for_newer_and_older_laptops(
    registrar: Laptop, operator: Laptop
) -> None:
    record = put(operator, "beneficiary", **ARTISAN)
    changes = [
        enter(registrar, "loan", district=2, block=16, state="WILLING"),
        registrar.edit(record, "beneficiary", 1, status="S1_APPROVED"),
        registrar.edit(record, "beneficiary", 1, merged_into=record),
    ]
    request = registrar.request(changes[0].seq)
    new = registrar.post("/v1/sync", request | {"codes": True}).json()["verdicts"]
    old = registrar.post("/v1/sync", request).json()["verdicts"]
    who = "Only an operator or a supervisor may"
    assert [one["params"] for one in new] == [{"needs": "operator", "has": "registrar"}] * 3
    assert "reason" not in new[0]
    said = [
        sentence(Finding(change.kind, "", one.get("field", ""), one["rule"], one["params"]))
        for change, one in zip(changes, new, strict=True)
    ]
    assert [one["reason"] for one in old] == said
    assert all("registrar" in one for one in said)
    assert said[0].startswith(f"{who} enter this")
    assert said[1].startswith(f"{who} enter this here")
    assert said[2].startswith(f"{who} decide that two records are the same person")


def test_a_role_costs_no_statement(postgres_engine: Engine) -> None:
    def counted(role: str, many: int) -> int:
        device = fake_laptop.enrol(postgres_engine, (2, None), role=role)
        laptop = fake_laptop.Laptop(postgres_engine, device=device)
        for number in range(many):
            laptop.create("beneficiary", name=f"Gulam Bhat {number}", status="SUBMITTED")
        said: list[str] = []

        def note(*given: object) -> None:
            said.append(str(given[2]))

        event.listen(postgres_engine, "before_cursor_execute", note)
        laptop.push()
        event.remove(postgres_engine, "before_cursor_execute", note)
        return len(said)

    counted("operator", 1)  # the district's counter is made once
    assert counted("registrar", 10) == counted("registrar", 100) == counted("operator", 100)


def test_what_follows_a_refused_entry_waits_with_it(registrar: Laptop) -> None:
    changes = [
        enter(registrar, "loan", district=2, block=16, state="WILLING"),
    ]
    changes.append(registrar.edit(changes[0].record_id, "loan", None, purpose="Loom"))
    assert [one["rule"] for one in sent(registrar, *changes)] == ["role.create", "entry_refused"]


# Tokens that end while a body arrives


@pytest.mark.parametrize("path", ["/v1/sync", "quiet", "/v1/receipt", "/v1/history"])
def test_a_token_revoked_in_the_middle_of_a_body_brings_nothing_in_or_out(
    served: tuple[str, Path], make_laptop: Make, row: Row, path: str
) -> None:
    laptop = make_laptop("operator", district=2)
    record = put(laptop, "village_organisation", district=2, name="Noor")
    number = _device_of(served[1], laptop)
    change = laptop.edit(record, "village_organisation", 1, name="Nur")
    body = _json(
        {
            "/v1/sync": laptop.request(change.seq) | {"most": 50},
            "quiet": laptop.quiet() | {"most": 50},
            "/v1/receipt": {"v": 1, "origins": [laptop.origin]},
            "/v1/history": {"v": 1, "kind": "village_organisation", "id": record},
        }[path]
    )

    def slowly() -> Iterator[bytes]:
        yield body[:20]
        engine = open_database(f"sqlite:///{served[1] / 'server.sqlite3'}")
        with writing(engine) as connection:
            revoke(connection, number, int(time.time()))
        engine.dispose()
        yield body[20:]

    heads = {"authorization": f"Bearer {laptop.token}", "content-length": str(len(body))}
    path = "/v1/sync" if path == "quiet" else path
    answer = laptop.http.post(path, content=slowly(), headers=heads)
    assert problem(answer) == (403, "revoked")
    assert row("village_organisation", record)["name"] == "Noor"


@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [({"revoked_at": NOW}, "revoked"), ({"role": "viewer"}, "busy"), ({"epoch": 2}, "busy")],
)
def test_a_device_that_changes_while_its_batch_waits_for_others_is_judged_again(
    postgres_engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: dict[str, object],
    refusal: str,
) -> None:
    """As where a batch of the same district holds the locks; only PostgreSQL lets others write."""
    laptop = fake_laptop.Laptop(postgres_engine, (2, None))
    record = laptop.create(name="Noor VO")

    def wait(*given: object) -> batch.BatchResult:
        with postgres_engine.begin() as connection:
            its = DEVICE.c.id == laptop.device.id
            connection.execute(update(DEVICE).where(its).values(meanwhile))
        return ingest_changes(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(sync, "ingest_changes", wait)
        with pytest.raises(Refusal) as refused:
            laptop.push()
    assert refused.value.code == refusal
    assert fake_laptop.row_of(postgres_engine, fake_laptop.KIND, record) == {}


def _device_of(folder: Path, laptop: Laptop) -> int:
    database = sqlite3.connect(folder / "server.sqlite3")
    found = database.execute("SELECT used_by FROM code WHERE used_from = ?", [laptop.origin])
    number = int(found.fetchone()[0])
    database.close()
    return number


def _json(message: object) -> bytes:
    return json.dumps(message).encode()
