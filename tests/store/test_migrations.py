import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from tests.store.conftest import DAY, Turned, artisan, audit, edit, save

from fieldkit.protocol.change import Json
from fieldkit.records import kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.settings import DATABASE
from fieldkit.store import Answered, Damaged, Edit, ServerRow, State, Store, tables
from fieldkit.store.database import connect
from fieldkit.store.files import migrate

SEARCH = {"findable_words", "findable_sounds"}
NAMED: dict[str, Json] = {"name": "Sent", "trade_code": "CARP", "district": 2, "block": 16}
Shape = dict[str, dict[str, object]]


def shape(url: str) -> Shape:
    """Describe the infrastructure tables of a file: columns, keys and indexes."""
    engine = create_engine(url)
    if url == "sqlite://":
        tables.INFRASTRUCTURE.create_all(engine)
    found = inspect(engine)
    described: Shape = {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"])
                for column in found.get_columns(name)
            },
            "key": found.get_pk_constraint(name)["constrained_columns"],
            "indexes": {
                index["name"]: (index["column_names"], index["unique"])
                for index in found.get_indexes(name)
            },
        }
        for name in tables.INFRASTRUCTURE.tables
    }
    with engine.connect() as connection:
        for name, sql in connection.exec_driver_sql("SELECT name, sql FROM sqlite_master"):
            if name in described:
                described[name]["rowid"] = "WITHOUT ROWID" not in sql.upper()
                described[name]["numbers"] = "AUTOINCREMENT" in sql.upper()
    engine.dispose()
    return described


def test_a_fresh_file_is_what_the_tables_say(home: Path) -> None:
    assert shape(f"sqlite:///{home / DATABASE}") == shape("sqlite://")


def test_a_fresh_file_holds_nothing_else(home: Path) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as file:
        rows = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    found = {name for (name,) in rows}
    shadows = {name for name in found if any(name.startswith(f"{fts}_") for fts in SEARCH)}
    expected = {
        *tables.INFRASTRUCTURE.tables,
        *kinds(),
        *SEARCH,
        "alembic_version",
        "grown",
        "sqlite_sequence",
    }
    assert found - shadows == expected


def test_every_column_of_every_kind_is_there(home: Path) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as file:
        for name, kind in kinds().items():
            columns = {row[1] for row in file.execute(f"PRAGMA table_info({name})")}
            assert columns == {column.name for column in kind.table().columns}


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


@pytest.fixture
def older(home: Path) -> Path:
    """A home as an older version left it: its script is before the newest."""
    store = Store.open(home)
    save(store, name="Asha Devi")
    store.close()
    with closing(sqlite3.connect(home / DATABASE)) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '0000'")
    return home


def test_an_older_file_is_backed_up_before_it_is_changed(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upgrade(connection: object, _version: str) -> None:
        assert len(list((older / "backups").iterdir())) == 1

    monkeypatch.setattr(migrate, "upgrade", upgrade)
    Store.open(older, clock=Turned()).close()
    (kept,) = (older / "backups").iterdir()
    assert kept.name.startswith("before-2026")
    with closing(sqlite3.connect(kept)) as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchone() == ("0000",)
        assert file.execute("SELECT name FROM beneficiary").fetchone() == ("Asha Devi",)


def test_of_the_copies_made_before_updates_the_last_two_stay(home: Path) -> None:
    clock, found = Turned(), set[Path]()
    for days in (1, 1, -3000, 1):
        with closing(sqlite3.connect(home / DATABASE)) as file, file:
            file.execute("UPDATE alembic_version SET version_num = '0008'")
            for table in ("kept_answer", "bundle", "device_keys", "ended"):
                file.execute(f"DROP TABLE {table}")
        before = found
        Store.open(home, clock=clock).close()
        found = set((home / "backups").glob("before-*"))
        assert found - before, "the one just made, also where the clock was set back"
        clock.now += days * DAY
    assert len(found) == 2


def test_a_migration_that_fails_changes_nothing(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upgrade(connection: object, _version: str) -> None:
        connection.exec_driver_sql("CREATE TABLE half (done)")  # type: ignore[attr-defined]
        raise ZeroDivisionError

    monkeypatch.setattr(migrate, "upgrade", upgrade)
    with pytest.raises(ZeroDivisionError):
        Store.open(older)
    with closing(sqlite3.connect(older / DATABASE)) as file:
        names = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
        assert file.execute("SELECT version_num FROM alembic_version").fetchone() == ("0000",)
    assert "half" not in names


def test_a_newer_file_is_refused(home: Path) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Damaged, match="by a newer fieldkit"):
        Store.open(home)


def test_a_strangers_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE)) as file, file:
        file.execute("CREATE TABLE recipe (name)")
    with pytest.raises(Damaged, match="no fieldkit data"):
        Store.open(tmp_path)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as file:
        assert file.execute("SELECT name FROM sqlite_master").fetchall() == [("recipe",)]


def test_a_file_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    letter = b"Dear Sir, " * 1000
    (tmp_path / DATABASE).write_bytes(letter)
    with pytest.raises(Damaged, match="damaged or is not a fieldkit file"):
        Store.open(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == letter


def test_opening_a_file_that_is_up_to_date_writes_nothing(home: Path) -> None:
    Store.open(home).close()
    with closing(connect(home / DATABASE)) as writer:
        writer.execute("BEGIN IMMEDIATE")  # an import at work: opening must not wait for it
        Store.open(home).close()
        writer.execute("ROLLBACK")


GROWN = """
    from typing import Annotated
    from fieldkit.records import Field, Format, Record, Use
    from fieldkit.records.artisans.beneficiary import Beneficiary
    from fieldkit.records.fields.formats import Text
    from fieldkit.store import Edit, Store
    import sys
    from pathlib import Path

    class HomeVisit(Record, table=True):
        title = "Visit"
        plural = "Visits"
        order = "purpose"
        name: Annotated[str | None, Field("Who", Text(), uses=Use.NAME)] = None
        purpose: Annotated[str | None, Field("Purpose", Text())] = None

    store = Store.open(Path(sys.argv[1]))
    store.save([Edit(HomeVisit, {"name": "Parveena", "purpose": "Support"})], "Asha")
    assert [r.value("purpose") for r in store.page("home_visit").records] == ["Support"]
    assert [hit.kind for hit in store.find("parveena")] == ["home_visit"]
    assert store.counts()["home_visit"] == 1
    assert store.check() == [], store.check()
    store.close()
"""


def run(script: str, home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", dedent(script), str(home)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_a_home_made_before_a_kind_or_column_grows_and_an_older_version_still_opens_it(
    home: Path,
) -> None:
    store = Store.open(home)
    old = save(store, name="Asha Devi")
    store.close()
    with closing(sqlite3.connect(home / DATABASE)) as file, file:
        file.execute("ALTER TABLE beneficiary DROP COLUMN upi")
        file.execute("DROP TABLE toolkit")
        file.execute("UPDATE grown SET shape = 'older' WHERE kind = 'beneficiary'")
        file.execute("DELETE FROM grown WHERE kind = 'toolkit'")
    run(GROWN, home)
    store = Store.open(home)
    store.save([Edit(Beneficiary, {"upi": "asha@bank"}, id=old)], "Asha")
    found = store.get("beneficiary", old)
    assert found is not None
    assert (found.value("name"), found.value("upi")) == ("Asha Devi", "asha@bank")
    # The visit's class is not known here: its change waits to be sent, its hit is passed over.
    assert store.find("parveena") == []
    assert store.save([Edit(Beneficiary, artisan())], "Asha")[0].seq == 4
    device = store.device
    assert device is not None
    assert [one.change.kind for one in store.outbox.batch(device.origin)].count("home_visit") == 1
    store.last_saved()
    store.close()
    assert audit(home) == []


AS_BEFORE_PULLING = """
    DROP INDEX change_kind;
    ALTER TABLE change DROP COLUMN version;
    ALTER TABLE change DROP COLUMN closed;
    ALTER TABLE change DROP COLUMN skew;
    ALTER TABLE change DROP COLUMN rule;
    ALTER TABLE change DROP COLUMN params;
    ALTER TABLE change DROP COLUMN settled;
    DROP TABLE beneath; DROP TABLE cursor; DROP TABLE conflict; DROP TABLE finding;
    DROP TABLE alias; DROP TABLE notice; DROP TABLE entered; DROP TABLE recent;
    DROP TABLE received; DROP TABLE kept_answer; DROP TABLE bundle;
    DROP TABLE device_keys; DROP TABLE ended;
    ALTER TABLE origin DROP COLUMN by_server;
    ALTER TABLE origin DROP COLUMN asked_again;
    UPDATE alembic_version SET version_num = '0001';
"""
ADDED = ["role", "scope_district", "scope_block", "epoch", "declared", "incarnation", "skew"]
ADDED += ["place", "focus_district", "focus_block", "focus_position", "more"]
ADDED += ["era", "batches", "restarted"]


def test_a_home_from_before_pulling_opens_and_loses_nothing(home: Path) -> None:
    store = Store.open(home)
    sent, waiting = save(store, name="Sent"), save(store, name="Waiting")
    device = store.device
    assert device is not None
    head = store.outbox.head_before(device.origin, 2)
    store.pull.receive(Answered(device.origin, 1, head))
    store.close()
    with closing(sqlite3.connect(home / DATABASE)) as file, file:
        for column in ADDED:
            file.execute(f"ALTER TABLE device DROP COLUMN {column}")
        file.executescript(AS_BEFORE_PULLING)
    store = Store.open(home, clock=Turned())
    assert len(list((home / "backups").glob("before-*"))) == 1
    assert store.device == device
    assert store.notices() == []
    assert store.outbox.counts()[State.QUEUED] == 1
    state = store.pull.state()
    assert (state.cursors, state.scope, state.epoch, state.more) == ({}, None, 0, True)
    # What was sent before versions were told stays until its row comes, and ends with it.
    edit(store, sent, village="Nagam")
    row = ServerRow("beneficiary", sent, 4, {**NAMED, "name": "As merged"})
    store.pull.receive(Answered(device.origin, 1, head, rows=[row], cursors={2: 1}))
    found = store.get("beneficiary", sent)
    assert found is not None
    assert (found.value("name"), found.value("village")) == ("As merged", "Nagam")
    assert store.record(waiting) is not None
    assert store.check() == []
    store.close()
    assert shape(f"sqlite:///{home / DATABASE}") == shape("sqlite://")


ADOPTED = (
    GROWN[: GROWN.index("store = Store")]
    + """
    store = Store.open(Path(sys.argv[1]))
    (record,) = store.page("home_visit").records
    assert (record.value("purpose"), record.version, record.extra) == ("Support", 3, {"new": 1})
    assert [hit.kind for hit in store.find("parveena")] == ["home_visit"]
    assert store.counts()["home_visit"] == 1
    assert store.check() == [], store.check()
    store.close()
"""
)


def test_rows_of_a_kind_are_there_once_a_version_knows_it(home: Path) -> None:
    store = Store.open(home)
    device = store.device
    assert device is not None
    values: dict[str, Json] = {"name": "Parveena", "purpose": "Support", "new": 1, "district": 2}
    row = ServerRow("home_visit", "7KQ2M9XD-5", 3, values)
    head = store.outbox.head_before(device.origin, 1)
    store.pull.receive(Answered(device.origin, 0, head, rows=[row], cursors={2: 1}))
    store.close()
    run(ADOPTED, home)
    with closing(sqlite3.connect(home / DATABASE)) as file:
        assert file.execute("SELECT count(*) FROM beneath").fetchone() == (0,)


def test_many_connections_may_begin_a_file_at_once(tmp_path: Path) -> None:
    """SQLite refuses at once, whatever the timeout, to two that turn its log on together."""
    begin = threading.Barrier(4)

    def open_file(path: Path) -> None:
        begin.wait()
        with closing(connect(path)) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS made (it)")

    with ThreadPoolExecutor(4) as pool:
        for number in range(40):
            list(pool.map(open_file, [tmp_path / str(number)] * 4))


def test_two_programs_may_make_the_same_home_at_once(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from fieldkit.store import Store\n"
    script += "Store.open(Path(sys.argv[1])).close()"
    started = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stderr=subprocess.PIPE)
        for _ in "12"
    ]
    for process in started:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert shape(f"sqlite:///{tmp_path / DATABASE}") == shape("sqlite://")
