from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands.conftest import Cli
from tests.forked import local_server

from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.finding import Finding
from fieldkit.server.operation.local import code
from fieldkit.store import Answered, ServerRow, Store
from fieldkit.sync.client import enrol, sync

CONFLICT = ["id", "kind", "record", "field", "mine", "theirs", "base", "who", "when"]
REVIEW = ["section", "kind", "record", "label", "area", "since", "sentence", "related"]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """Another laptop of the same block."""
    store = Store.open(tmp_path / "other")
    store.init("Reyaz", 2, 16)
    yield store
    store.close()


@pytest.fixture
def parted(laptop: Path, cli: Cli, other: Store, tmp_path: Path) -> Iterator[str]:
    """Rename a beneficiary on two laptops at once, with their own server; return its id."""
    database = tmp_path / "own.sqlite3"
    with local_server(database) as url:
        assert cli("enrol", url, code(database, "operator", 2, 16)).code == 0
        enrol(other, url, code(database, "operator", 2, 16))
        one = b'{"name": "Zooni Akhter", "trade_code": "CARP", "mobile": "9419011432"}\n'
        assert cli("import", "beneficiary", "-", piped=one).code == 0
        assert cli("sync").code == 0
        assert sync(other).ok
        (found,) = cli("export", "beneficiary", "--format", "jsonl").lines
        for store, mobile in ((other, "9419011433"), (None, "9419011434")):
            _call(store or laptop, found["id"], mobile)
        assert sync(other).ok
        assert cli("sync", "--json").json["conflicts"] == 1
        yield str(found["id"])


def _call(where: Store | Path, record_id: str, mobile: str) -> None:
    from fieldkit.records.artisans.beneficiary import Beneficiary
    from fieldkit.store import Edit

    store = Store.open(where) if isinstance(where, Path) else where
    store.save([Edit(Beneficiary, {"mobile": mobile}, record_id)], "Asha")
    if isinstance(where, Path):
        store.close()


def test_a_receipt_is_printed_as_text_json_or_a_file(
    filled: Path, cli: Cli, server: str, database: str, tmp_path: Path
) -> None:
    assert cli("receipt").code == 2
    assert cli("enrol", server, code(database)).code == 0
    waiting = cli("receipt")
    assert waiting.code == 1
    assert "Not everything is on the server yet." in waiting.text
    assert cli("sync").code == 0
    file = tmp_path / "receipt.txt"
    ran = cli("receipt", "--json", "-o", file)
    assert (ran.code, ran.err) == (0, "")
    found = ran.json
    status = cli("status", "--json").json
    assert list(found) == [
        "at", "origin", "name", "server", "asked", "server_at", "last_sync", "match", "returned",
        "unsettled",
        "to_settle", "logs",
    ]  # fmt: skip
    assert (found["match"], found["asked"]) == (True, True)
    (log,) = found["logs"]
    assert log["laptop"] == log["server"]
    assert log["match"] is True
    assert log["laptop"]["head"] == status["head"]
    assert sum(log["laptop"]["counts"].values()) == log["laptop"]["seq"] == status["last_seq"]
    written = file.read_text(encoding="utf-8")
    assert "Everything entered on this laptop is on the server, and is the same." in written
    assert max(len(line) for line in written.splitlines()) <= 80
    plain = cli("receipt", "-o", file)
    assert (plain.code, plain.text) == (0, f"The receipt was saved in {file}.\n")


def test_a_receipt_offline_exits_with_3(filled: Path, cli: Cli) -> None:
    store = Store.open(filled)
    store.access.enrol("http://127.0.0.1:9", "t" * 43)
    store.close()
    ran = cli("receipt", "--json")
    assert (ran.code, ran.err) == (3, "No connection.\n")
    assert (ran.json["asked"], ran.json["match"]) == (False, False)


def test_a_conflict_is_listed_and_decided(parted: str, cli: Cli, other: Store) -> None:
    ran = cli("conflicts", "--json")
    assert (ran.code, ran.err) == (0, "")
    (one,) = ran.json
    assert list(one) == CONFLICT
    assert (one["record"], one["kind"], one["field"]) == (parted, "beneficiary", "mobile")
    assert (one["mine"], one["theirs"]) == ("9419011434", "9419011433")
    assert one["base"] == "9419011432"
    spoken = cli("conflicts").text
    assert one["id"] in spoken
    assert f"{one['id']}  Artisan, Mobile, Zooni Akhter" in spoken
    assert "mine    94190 11434  not used yet  Asha" in spoken
    assert "theirs  94190 11433  on the server  Asha" in spoken
    assert cli("status", "--json").json["conflicts"] == 1
    assert "1 value to settle" in cli("status").text
    decided = cli("resolve", one["id"], "--keep", "theirs")
    assert (decided.code, decided.err) == (0, "")
    assert cli("conflicts", "--json").json == []
    assert cli("sync").code == 0
    assert sync(other).ok
    assert other.review.conflicts() == []
    (found,) = cli("export", "beneficiary", "--format", "jsonl").lines
    assert found["mobile"] == "9419011433"
    assert cli("conflicts").text == "Nothing to settle.\n"


def test_a_held_value_is_labelled_even_if_it_equals_the_server_value(
    parted: str, cli: Cli, other: Store
) -> None:
    assert sync(other).ok
    _call(other, parted, "9419011434")
    assert sync(other).ok
    assert cli("sync").code == 0
    spoken = cli("conflicts").text
    assert "mine    94190 11434  not used yet  Asha" in spoken
    assert "theirs  94190 11434  on the server  Asha" in spoken


def test_findings_are_counted_and_shown_with_their_record(filled: Path, cli: Cli) -> None:
    store = Store.open(filled)
    (record, *_) = store.page("beneficiary").records
    values: dict[str, Json] = {"district": record.district, "name": "Zooni Akhter"}
    note = Finding(
        "beneficiary",
        record.id,
        "name",
        "same_person",
        {"other": "7K2M9QXR-1", "other_name": "Zuni Akhter", "alike": ["name"]},
    )
    row = ServerRow("beneficiary", record.id, 1, values, findings=(note,))
    position = store.outbox.log_position()
    assert position is not None
    store.pull.receive(Answered(position.origin, 0, b"", {}, rows=[row]))
    store.close()
    assert "1 to check: " in cli("status").text
    assert "To check: Zuni Akhter (7K2M9QXR-1) may be" in cli("show", record.id).text


def test_what_waits_for_a_decision_is_listed_by_section(parted: str, cli: Cli) -> None:
    assert cli("review").text.startswith("To settle: 1\n")
    (one,) = cli("review", "--json", "--kind", "conflict").json
    assert list(one) == REVIEW
    assert (one["section"], one["record"], one["area"]) == ("conflict", parted, "Chadoora")
    assert one["sentence"].startswith("Mobile: 94190 11434 (yours, not used yet); 94190 11433 (")
    assert cli("review", "--json", "--kind", "duplicate").json == []
    assert cli("review", "--kind", "device").text == "Nothing waits for a decision.\n"
    (open_,) = cli("conflicts", "--json").json
    assert cli("resolve", open_["id"], "--keep", "mine").code == 0
    assert cli("review").text == "Nothing waits for a decision.\n"


@pytest.mark.parametrize("keep", ["12", "not a number"])
def test_a_value_that_does_not_fit_is_refused(parted: str, cli: Cli, keep: str) -> None:
    (one,) = cli("conflicts", "--json").json
    ran = cli("resolve", one["id"], "--keep", keep)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)
    assert len(cli("conflicts", "--json").json) == 1


def test_an_unknown_conflict_is_reported_in_a_sentence(laptop: Path, cli: Cli) -> None:
    ran = cli("resolve", "7K2M9QXR-1/name/7K2M9QXR", "--keep", "mine")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)


def test_deleting_a_record_the_server_never_took_sends_nothing_more(
    laptop: Path, cli: Cli, tmp_path: Path
) -> None:
    database = tmp_path / "own.sqlite3"
    with local_server(database) as url:
        assert cli("enrol", url, code(database, "operator", 2, 16)).code == 0
        faraway = b'{"name": "Zooni Akhter", "trade_code": "CARP", "district": 3, "block": 22}\n'
        assert cli("import", "beneficiary", "-", piped=faraway).code == 0
        assert cli("sync", "--json").json["verdicts"] == {
            "applied": 0,
            "rejected": 1,
            "late": 0,
            "waiting": 0,
        }
        again = cli("sync").text
        assert "What was returned before is on this laptop only" in again
        (found,) = cli("export", "beneficiary", "--format", "jsonl").lines
        gone = f'{{"id": "{found["id"]}", "deleted": true}}\n'.encode()
        assert "1 changed" in cli("import", "beneficiary", "-", piped=gone).text
        assert cli("export", "beneficiary", "--format", "jsonl").out == b""
        assert cli("sync", "--json").json["verdicts"] == {
            "applied": 1,  # the log of the export
            "rejected": 0,
            "late": 0,
            "waiting": 0,
        }
        receipt = cli("receipt", "--json")
        assert (receipt.code, receipt.json["returned"]) == (0, 0)
    shown = cli("show", found["id"]).text
    assert f"{found['id']} is no longer on this laptop. What was entered here:" in shown
    said = dict(line.split(maxsplit=1) for line in shown.splitlines() if line.startswith("    "))
    assert (said["Trade"], said["District"]) == ("Carpenter (Suthar/Badhai)", "Baramulla")
