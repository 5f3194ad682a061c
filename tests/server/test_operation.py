from __future__ import annotations

import json
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Pool, create_engine, event, inspect, select, text
from tests.server.conftest import Api, Laptop, ask, problem

from fieldkit.protocol.messages.sync import SyncRequest
from fieldkit.records import kinds
from fieldkit.server.database import migrate as migrating
from fieldkit.server.database.connection import Unusable, connect
from fieldkit.server.database.eras import Era, begin_era, read_era, served_by_lost_data
from fieldkit.server.database.migrate import HEAD, is_migrated, migrate, open_database
from fieldkit.server.database.tables import CHANGE, ERA, FINDING, METADATA
from fieldkit.server.devices.listing import devices
from fieldkit.server.http import probes, service, shares
from fieldkit.server.http.app import create_app
from fieldkit.server.operation import run as running
from fieldkit.server.operation.local import code

HERE = Path(__file__).parent


def _shape(url: str) -> dict[str, object]:
    """Describe the columns, keys and indexes of the infrastructure tables."""
    engine = connect(url)
    with engine.connect() as connection:
        found = inspect(connection)
        shape: dict[str, object] = {
            name: {
                (column["name"], str(column["type"]), column["nullable"])
                for column in found.get_columns(name)
            }
            for name in METADATA.tables
        }
        more = _INDEXES[engine.dialect.name]
        rows = connection.execute(text(more)).all()
    engine.dispose()
    return shape | {"more": sorted(tuple(row) for row in rows if row[0] in METADATA.tables)}


_INDEXES = {
    "sqlite": """
        SELECT m.name, i.name, i."unique", group_concat(c.name) FROM sqlite_master m
        JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c GROUP BY m.name, i.name
        UNION ALL SELECT m.name, f."from", f."table", f."to" FROM sqlite_master m
        JOIN pragma_foreign_key_list(m.name) f""",
    "postgresql": """
        SELECT tablename, indexdef FROM pg_indexes
        UNION ALL SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint""",
}


def _as_declared(url: str) -> dict[str, object]:
    engine = connect(url)
    METADATA.create_all(engine)
    engine.dispose()
    return _shape(url)


def test_the_scripts_create_the_declared_tables_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    assert migrate(url) is True
    assert _shape(url) == _as_declared(f"sqlite:///{tmp_path / 'declared.sqlite3'}")
    assert migrate(url) is False


def test_postgresql_is_migrated_only_on_request(postgres_url: str, migrated_url: str) -> None:
    with pytest.raises(Unusable, match="fieldkit server migrate"):
        open_database(postgres_url)
    engine = connect(postgres_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    assert _shape(migrated_url) == _as_declared(postgres_url)
    assert migrate(migrated_url) is False
    engine = open_database(migrated_url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    assert names == {*METADATA.tables, *kinds(), "alembic_version", "grown"}


def test_a_new_field_reaches_postgresql_by_migrating(migrated_url: str) -> None:
    engine = connect(migrated_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE beneficiary DROP COLUMN upi"))
        connection.execute(text("UPDATE grown SET shape = '' WHERE kind = 'beneficiary'"))
    with pytest.raises(Unusable, match="fieldkit server migrate"):
        open_database(migrated_url)
    assert migrate(migrated_url) is True
    assert "upi" in {column["name"] for column in inspect(engine).get_columns("beneficiary")}
    engine.dispose()
    open_database(migrated_url).dispose()


def test_two_processes_may_migrate_at_once(postgres_url: str) -> None:
    program = (
        "import sys; from fieldkit.server.database.migrate import migrate; migrate(sys.argv[1])"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, postgres_url], stderr=subprocess.PIPE)
        for _ in "12"
    ]
    for process in started:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    open_database(postgres_url).dispose()


def test_head_is_the_newest_script() -> None:
    config = Config()
    scripts = Path(migrating.__file__).parent / "migrations"
    config.set_main_option("script_location", str(scripts))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def _brought_to(url: str, revision: str) -> Engine:
    """Create the infrastructure tables of an earlier version in an empty database."""
    engine = connect(url)
    config = Config()
    scripts = Path(migrating.__file__).parent / "migrations"
    config.set_main_option("script_location", str(scripts))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        server = "INSERT INTO server VALUES (1, 'the last one', 7000, 0, '[]')"
        connection.execute(text(server))
    return engine


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'server.sqlite3'}"


def test_an_older_finding_keeps_its_sentence_and_the_records_it_names(empty_url: str) -> None:
    said = {
        "one_toolkit": "This artisan has a toolkit already (7KQ2M9XD-5). Open that one.",
        "voucher_within_limit": "A voucher is at most Rs 15,000. Check the value.",
    }
    engine = _brought_to(empty_url, "0002")
    with engine.begin() as connection:
        for rule, message in said.items():
            row = {"kind": "toolkit", "record_id": "7KQ2M9XD-1", "rule": rule, "field": "state"}
            row |= {"message": message}
            connection.execute(FINDING.insert().values(district=2, about=None, **row))
    migrate(empty_url)
    with engine.connect() as connection:
        rows = connection.execute(select(FINDING).order_by(FINDING.c.rule)).all()
    engine.dispose()
    assert {row.rule: row.message for row in rows} == said
    assert [row.related for row in rows] == [[["toolkit", "7KQ2M9XD-5"]], None]
    assert [row.params for row in rows] == [None, None]


def test_what_was_held_before_is_known_by_the_field_of_its_verdict(empty_url: str) -> None:
    engine = _brought_to(empty_url, "0001")
    with engine.begin() as connection:
        for seq, verdict in enumerate(("applied", "conflict"), start=1):
            connection.execute(CHANGE.insert().values(_logged(seq, verdict)))
    migrate(empty_url)
    with engine.connect() as connection:
        held = connection.execute(select(CHANGE.c.held).order_by(CHANGE.c.seq)).scalars().all()
    engine.dispose()
    assert held == [None, ["name"]]


def test_the_last_generation_becomes_the_first_era(empty_url: str) -> None:
    engine = _brought_to(empty_url, "0003")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO counter (district, position) VALUES (2, 7003)"))
        connection.execute(text("INSERT INTO leap VALUES (2, 7000, 12)"))
    migrate(empty_url)
    with engine.begin() as connection:
        assert read_era(connection) == Era("the last one", 7000)
        begin_era(connection, 1_790_000_000)
        rows = connection.execute(select(ERA).order_by(ERA.c.floor)).all()
        known, missed = (
            SyncRequest(
                origin="7KQ2M9XD", last_seq=0, head="0" * 64, incarnation="the last one"
            ).model_copy(update={"cursors": {2: position}})
            for position in (7002, 13)
        )
        assert not served_by_lost_data(connection, known)
        assert served_by_lost_data(connection, missed)
    engine.dispose()
    assert [row.batches for row in rows] == [0, None]


def _logged(seq: int, verdict: str) -> dict[str, object]:
    return {
        "origin": "7KQ2M9XD",
        "seq": seq,
        "district": 2,
        "kind": "beneficiary",
        "record_id": "7KQ2M9XD-1",
        "body": b"{}",
        "head": bytes(32),
        "verdict": verdict,
        "field": None if verdict == "applied" else "name",
        "reason": "",
        "version": 1,
        "received_at": 1_790_000_000,
    }


def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upgrade(connection: object) -> None:
        connection.exec_driver_sql("CREATE TABLE half (done)")  # type: ignore[attr-defined]
        raise ZeroDivisionError

    monkeypatch.setattr(migrating, "_upgrade", upgrade)
    with pytest.raises(ZeroDivisionError):
        open_database(f"sqlite:///{tmp_path / 'server.sqlite3'}")
    with closing(sqlite3.connect(tmp_path / "server.sqlite3")) as file:
        assert file.execute("SELECT name FROM sqlite_master").fetchall() == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "by a newer fieldkit"),
        ("DROP TABLE alembic_version", "first trial"),
        ("DROP TABLE unknown_record", "holds no data of a server"),
    ],
)
def test_a_database_of_another_version_is_not_changed(
    tmp_path: Path, statement: str, said: str
) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    migrate(url)
    with closing(sqlite3.connect(tmp_path / "server.sqlite3")) as file, file:
        file.execute(statement)
    for opening in (open_database, migrate):
        with pytest.raises(Unusable, match=said):
            opening(url)


def test_health_and_readiness(api: Api) -> None:
    assert api.get("/healthz").json() == {"alive": True}
    assert api.get("/readyz").json() == {"ready": True}
    api.write(lambda connection: connection.execute(text("DROP TABLE alembic_version")))
    refused = api.get("/readyz")
    assert problem(refused) == (503, "not-ready")
    assert refused.headers["retry-after"]
    assert api.get("/healthz").status_code == 200


def test_a_database_that_cannot_be_reached_is_not_ready(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_engine: Engine) -> bool:
        raise Unusable("The database cannot be reached.")

    monkeypatch.setattr(probes, "is_migrated", unreachable)
    assert problem(api.get("/readyz")) == (503, "not-ready")
    assert api.get("/healthz").status_code == 200


def test_only_the_first_sync_after_a_start_raises_the_numbers(
    api: Api,
) -> None:
    floors: list[int] = []

    def look(connection: Connection) -> None:
        floors.append(read_era(connection).floor)

    token = api.token()
    api.write(look)
    for _ in range(2):
        assert api.ask(token).status_code == 200
        api.write(look)
        api.now += 3600
    again = Api(api.url)
    again.now = api.now
    again.origin = api.origin
    assert again.ask(token).status_code == 200
    api.write(look)
    again.close()
    assert floors[0] < floors[1] == floors[2] < floors[3]


def test_concurrent_first_syncs_start_the_server_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, answers = api.token(), list[httpx.Response]()
    second = threading.Thread(target=lambda: answers.append(api.ask(token)))
    starts: list[int] = []

    def begin(connection: Connection, now: int) -> None:
        starts.append(now)
        if len(starts) == 1:
            second.start()
            second.join(0.5)  # waits for this one, unless it takes itself for the first
        begin_era(connection, now)

    monkeypatch.setattr(service, "begin_era", begin)
    answers.append(api.ask(token))
    second.join()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(starts) == 1


def test_connections_stay_open_as_long_as_mobile_networks_let_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[uvicorn.Config] = []

    def run(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        assert sockets
        made.append(server.config)

    monkeypatch.setattr(uvicorn.Server, "run", run)
    url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    migrate(url)
    running.run(url, port=0)
    (config,) = made
    assert config.timeout_keep_alive >= 75


def test_metrics_count_without_names(api: Api) -> None:
    token = api.token()
    api.ask(token)
    api.enrol("AAAAA-AAAAA")
    api.get("/Zooni?name=Zooni")
    text = api.get("/metrics").text
    for line in (
        'fieldkit_requests_total{route="sync",status="200"} 1.0',
        'fieldkit_requests_total{route="enrol",status="403"} 1.0',
        'fieldkit_requests_total{route="other",status="404"} 1.0',
        'fieldkit_request_seconds_count{route="sync"} 1.0',
        'fieldkit_problems_total{problem="code-unknown"} 1.0',
        "fieldkit_conflicts_open 0.0",
        "fieldkit_findings_open 0.0",
        "fieldkit_devices 1.0",
        "fieldkit_requests_open 1.0",
    ):
        assert f"\n{line}\n" in text
    for secret in ("Zooni", token, api.origin):
        assert secret not in text


def test_requests_beyond_the_limit_are_refused_for_now(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = api.token()
    monkeypatch.setattr(shares, "MOST_OPEN", 0)
    refused = api.ask(token)
    assert problem(refused) == (503, "busy")
    assert int(refused.headers["retry-after"]) > 0
    assert api.get("/healthz").status_code == 200


@pytest.fixture
def full() -> Iterator[Callable[[], None]]:
    """Keep SQLite from growing the file from now on."""
    listening: list[object] = []

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    def begin() -> None:
        event.listen(Pool, "connect", limit)
        listening.append(limit)

    yield begin
    if listening:
        event.remove(Pool, "connect", limit)


def test_a_full_disk_is_no_fault_and_nothing_is_half_done(
    tmp_path: Path, full: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "server.sqlite3"
    before = Api(file)
    codes = [before.code() for _ in range(60)]
    before.close()
    full()
    api = Api(file)
    caplog.set_level("INFO", logger="fieldkit.server")
    answers = [api.enrol(code) for code in codes]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    assert {problem(answer) for answer in refused} == {(503, "unable")}
    assert all(answer.headers["retry-after"] for answer in refused)
    assert '"code": "SQLITE_FULL"' in caplog.text
    taken = sum(answer.status_code == 200 for answer in answers)
    assert len(devices(f"sqlite:///{file}", api.now)) == taken
    with closing(sqlite3.connect(file)) as connection:
        (used,) = connection.execute("SELECT count(used_by) FROM code").fetchone()
    assert used == taken
    api.close()


def test_a_database_that_may_not_be_written_is_no_fault(
    migrated_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = code(migrated_url)
    engine = create_engine(connect(migrated_url).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    engine.dispose()
    caplog.set_level("INFO", logger="fieldkit.server")
    message = {"code": made, "origin": "7KQ2M9XD", "district": 2}
    app = create_app(migrated_url)
    answer = ask(app, "POST", "/v1/enrol", json.dumps(message).encode())
    assert problem(answer) == (503, "unable")
    assert '"code": "25006"' in caplog.text


def test_a_fault_reveals_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Zooni Akhter")

    monkeypatch.setattr("fieldkit.server.http.app.enrol", fail)
    caplog.set_level("INFO")
    answer = api.enrol(api.code())
    assert problem(answer) == (500, "fault")
    assert '"error": "RuntimeError"' in caplog.text
    assert "Zooni" not in caplog.text + answer.text


def test_two_copies_with_one_token_are_listed(api: Api) -> None:
    api.token()

    def came(origin: str, times: list[int]) -> None:
        values = {"origin": origin, "district": 2, "device": 1, "head": b"", "seen": times[-1]}
        with closing(sqlite3.connect(api.url.removeprefix("sqlite:///"))) as file, file:
            file.execute(
                "INSERT INTO origin (origin, district, device, last_seq, head, last_seen) VALUES "
                "(:origin, :district, :device, :many, :head, :seen)",
                values | {"many": len(times)},
            )
            for seq, at in enumerate(times, start=1):
                file.execute(
                    "INSERT INTO change (origin, seq, district, body, head, verdict, reason, "
                    "received_at) VALUES (:origin, :seq, 2, x'', x'', 'applied', '', :at)",
                    {"origin": origin, "seq": seq, "at": at},
                )

    came("AAAAAAA1", [100, 200])
    came("BBBBBBB2", [200, 300])
    (one,) = devices(api.url, 400)
    assert one["busy_at_once"] == []
    came("CCCCCCC3", [250, 400])
    (one,) = devices(api.url, 400)
    assert one["busy_at_once"] == ["BBBBBBB2", "CCCCCCC3"]
    assert sorted(one["origins"]) == ["AAAAAAA1", "BBBBBBB2", "CCCCCCC3"]
    (later,) = devices(api.url, 400 + 31 * 86_400)
    assert later["busy_at_once"] == []


@pytest.mark.parametrize("ahead", [-7200, 0, 7200])
def test_the_skew_of_a_clock_is_stored(api: Api, ahead: int) -> None:
    token = api.token()
    assert api.ask(token, now=api.now + ahead).status_code == 200
    (one,) = devices(api.url, api.now)
    assert (one["skew"], one["last_seen"]) == (ahead, api.now)


COMMAND = [sys.executable, "-m", "fieldkit", "server", "run", "--port", "0", "--database"]


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=30).close()
    except ConnectionError:
        return False
    return True


def test_requests_in_progress_finish_at_a_stop(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    message = json.dumps({"code": code(url), "origin": "7KQ2M9XD", "district": 2}).encode()
    with subprocess.Popen([*COMMAND, url], stderr=subprocess.PIPE) as serving:
        assert serving.stderr is not None
        server = urlsplit(json.loads(serving.stderr.readline())["address"])
        with socket.create_connection((server.hostname or "", server.port or 0)) as line:
            line.settimeout(30)
            head = b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
            line.sendall(head + b"content-length: %d\r\n\r\n" % len(message))
            # Told to go on, the request is under way.
            assert line.recv(100).startswith(b"HTTP/1.1 100 ")
            serving.send_signal(signal.SIGTERM)
            while _listens(server.hostname or "", server.port or 0):
                pass
            line.sendall(message)
            assert line.recv(100).startswith(b"HTTP/1.1 200 ")
        assert serving.wait(30) in {0, -signal.SIGTERM}


def test_https_with_a_certificate(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    files = [HERE / "certificate_for_tests.pem", HERE / "key_for_tests.pem"]
    tls = ["--tls-cert", str(files[0]), "--tls-key", str(files[1])]
    with subprocess.Popen([*COMMAND, url, *tls], stderr=subprocess.PIPE) as serving:
        assert serving.stderr is not None
        address = str(json.loads(serving.stderr.readline())["address"])
        assert address.startswith("https://")
        trust = ssl.create_default_context(cafile=str(files[0]))
        answer = httpx.post(
            f"{address}/v1/enrol",
            json={"code": code(url), "origin": "7KQ2M9XD", "district": 2},
            verify=trust,
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        serving.send_signal(signal.SIGINT)
        assert serving.wait(30) == 0


@pytest.mark.parametrize("spoilt", ["none.pem", "key_for_tests.pem"])
def test_an_unusable_certificate_gives_a_sentence(tmp_path: Path, spoilt: str) -> None:
    certificate = running.Certificate(HERE / spoilt, HERE / "key_for_tests.pem")
    with pytest.raises(Unusable, match="cannot be used"):
        running.run(f"sqlite:///{tmp_path / 'a.sqlite3'}", port=0, certificate=certificate)
    assert list(tmp_path.iterdir()) == []


def test_an_invalid_proxy_address_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="trusted proxy by its address"):
        running.run(f"sqlite:///{tmp_path / 'a.sqlite3'}", port=0, trusted=["nginx"])


def test_every_line_of_the_log_is_json(laptop: Laptop, served: tuple[str, Path]) -> None:
    server = urlsplit(str(laptop.http.base_url))
    with socket.create_connection((server.hostname or "", server.port or 0), timeout=20) as line:
        line.sendall(b"Zooni\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 400 ")
    laptop.ask()
    log = (served[1] / "log").read_text(encoding="utf-8")
    assert all(isinstance(json.loads(line)["at"], int) for line in log.splitlines())
    assert "Zooni" not in log


def test_is_migrated_only_reads(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'server.sqlite3'}")
    with closing(sqlite3.connect(tmp_path / "server.sqlite3")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert is_migrated(engine)
        open_database(f"sqlite:///{tmp_path / 'server.sqlite3'}").dispose()
        writer.execute("ROLLBACK")
    engine.dispose()
