import sqlite3
import subprocess
import sys
import tempfile
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest
from tests.store.conftest import NOW, Turned, artisan, audit, edit, raw, save
from tests.store.test_backups import flip

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.settings import DATABASE
from fieldkit.store import (
    Answered,
    Busy,
    Damaged,
    DiskFull,
    Draft,
    Edit,
    Store,
    SyncSession,
    Unwritable,
)
from fieldkit.store.database import connect


class Disk:
    """A disk whose room can be taken away and given back."""

    def __init__(self) -> None:
        self.made: list[sqlite3.Connection] = []

    def connect(self, path: Path) -> sqlite3.Connection:
        self.made.append(connect(path))
        return self.made[-1]

    def fill(self, spare: int = 0) -> None:
        for connection in self.made:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages + spare}")

    def free(self) -> None:
        for connection in self.made:
            connection.execute("PRAGMA max_page_count = 1000000")


WHO = "Parveena Akhter"
LONG = "a long remark " * 100


@pytest.mark.parametrize("spare", [0, 1, 2, 5])
def test_a_full_disk_is_told_and_the_same_save_works_when_there_is_room(
    home: Path, spare: int
) -> None:
    disk = Disk()
    store = Store.open(home, connect=disk.connect)
    edits = [Edit(Beneficiary, artisan(name=f"N{n}", remarks=LONG)) for n in range(20)]
    kept = store.drafts.keep(Draft("beneficiary", "Asha", texts={"name": "N0"}))
    before = save(store, name="Before")
    disk.fill(spare)
    with pytest.raises(DiskFull, match="The disk is full: nothing more can be saved"):
        store.save(edits, "Asha", left=replace(kept, texts={}))
    assert store.counts()["beneficiary"] == 1
    assert store.record(before) is not None
    assert store.drafts.of() == [kept]
    assert audit(home) == []
    disk.free()
    assert len(store.save(edits, "Asha", left=replace(kept, texts={}))) == 20
    assert store.drafts.of() == []
    assert store.check() == audit(home) == []
    store.close()


LIMITED = """
    import resource, signal, sys
    from pathlib import Path
    from fieldkit.records.artisans.beneficiary import Beneficiary
    from fieldkit.store import DiskFull, Edit, Store, StoreError, Unwritable

    home = Path(sys.argv[1])
    store = Store.open(home)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = max(path.stat().st_size for path in home.glob("fieldkit.sqlite3*"))
    edits = [Edit(Beneficiary, {"name": f"N{n}", "trade_code": "CARP"}) for n in range(100)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000, resource.RLIM_INFINITY))
    saved, told = 0, None
    while told is None:
        try:
            saved += len(store.save(edits[:5], "Asha"))
        except StoreError as error:
            told = error
    assert isinstance(told, DiskFull | Unwritable), told
    assert store.counts()["beneficiary"] == saved
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    store.save(edits, "Asha")
    assert store.counts()["beneficiary"] == saved + 100
    assert store.check() == []
    store.close()
"""


def run(script: str, home: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", dedent(script), str(home)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_write_cut_short_by_the_system_loses_nothing(home: Path) -> None:
    run(LIMITED, home)
    assert audit(home) == []


READ_ONLY = """
    import os, sys
    from pathlib import Path
    import alembic.command
    from fieldkit.store import Store, StoreError

    home = Path(sys.argv[1])
    for path in (*home.iterdir(), home):
        path.chmod(path.stat().st_mode & 0o555)
    if os.geteuid() == 0:  # permissions do not bind root
        os.seteuid(65534)
    try:
        Store.open(home)
    except StoreError as error:
        print(error)
"""


@pytest.mark.parametrize("made_before", [True, False])
def test_a_folder_that_may_only_be_read_is_told(
    tmp_path_factory: pytest.TempPathFactory, fresh: Path, made_before: bool
) -> None:
    home = tmp_path_factory.mktemp("read-only")
    for folder in (home, *home.parents):
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)  # pytest shuts others out
    if made_before:
        (home / DATABASE).write_bytes(fresh.read_bytes())
    said = run(READ_ONLY, home)
    home.chmod(0o755)
    assert "is read-only" in said or "can be written" in said
    assert len(said.splitlines()) == 1


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(Unwritable, match=r"cannot be created or written: .*; (check|choose)"):
            Store.open(home)


def test_a_data_file_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / DATABASE).mkdir()
    with pytest.raises(Unwritable, match="cannot be opened"):
        Store.open(tmp_path)


def test_a_file_that_became_read_only_keeps_what_is_there(home: Path) -> None:
    def reading(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA query_only = ON")
        return connection

    store = Store.open(home)
    record_id = save(store)
    store.close()
    store = Store.open(home, connect=reading)
    with pytest.raises(Unwritable, match="is read-only, so nothing can be saved"):
        edit(store, record_id, name="Asha Devi")
    assert store.record(record_id) is not None
    store.close()
    assert audit(home) == []


def test_a_damaged_page_is_told_and_the_rest_stays_readable(home: Path) -> None:
    store = Store.open(home)
    whole = save(store, name="Whole")
    store.load([Edit(Beneficiary, artisan(remarks="x" * 900)) for _ in range(200)], "Asha")
    store.close()
    flip(home / DATABASE)
    store = Store.open(home)
    with pytest.raises(Damaged, match="Part of the data file is damaged"):
        list(store.each("beneficiary"))
    assert store.record(whole) is not None
    assert store.counts()["beneficiary"] == 201
    save(store, name="Still taken")
    store.close()


@pytest.mark.parametrize("place", [0, 100])
def test_a_damaged_first_page_is_told_on_opening(home: Path, place: int) -> None:
    content = bytearray((home / DATABASE).read_bytes())
    content[place : place + 90] = b"\xa5" * 90
    (home / DATABASE).write_bytes(content)
    with pytest.raises(Damaged, match="the last backup"):
        Store.open(home)
    assert (home / DATABASE).read_bytes() == content


def test_a_truncated_file_is_told(home: Path) -> None:
    store = Store.open(home)
    store.load([Edit(Beneficiary, artisan(remarks=LONG)) for _ in range(100)], "Asha")
    store.close()
    content = (home / DATABASE).read_bytes()
    (home / DATABASE).write_bytes(content[: len(content) // 2])

    def read_through() -> None:
        list(Store.open(home).each("beneficiary"))

    with pytest.raises(Damaged):
        read_through()


def impatient(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    connection.execute("PRAGMA busy_timeout = 20")
    return connection


HOLDING = """
    import sys
    from pathlib import Path
    from fieldkit.settings import DATABASE
    from fieldkit.store.database import connect

    connection = connect(Path(sys.argv[1]) / DATABASE)
    connection.execute("BEGIN IMMEDIATE")
    print("held", flush=True)
    sys.stdin.readline()
    connection.execute("ROLLBACK")
    print("let go", flush=True)
    sys.stdin.readline()
"""


def test_a_busy_writer_in_another_program_is_told_and_reading_goes_on(home: Path) -> None:
    store = Store.open(home, connect=impatient)
    record_id = save(store)
    other = subprocess.Popen(
        [sys.executable, "-c", dedent(HOLDING), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(Busy, match="Another program is using the data file"):
        save(store)
    assert store.record(record_id) is not None
    assert store.find("ghulam")
    other.stdin.write("\n")
    other.stdin.flush()
    assert other.stdout.readline() == "let go\n"
    save(store)
    other.communicate("\n", timeout=60)
    assert store.counts()["beneficiary"] == 2
    store.close()


def at(year: int) -> int:
    return int(datetime(year, 3, 1, tzinfo=UTC).timestamp())


def test_a_clock_that_may_be_right_is_not_doubted(store: Store, clock: Turned) -> None:
    assert store.clock_doubt() is None
    save(store)
    clock.now += 400 * 86_400
    assert store.clock_doubt() is None


def test_a_clock_before_this_version_was_made_is_doubted(store: Store, clock: Turned) -> None:
    clock.now = at(2017)
    assert store.clock_doubt() == (
        "This laptop's clock says 01 Mar 2017, which cannot be right. Set the date and time. "
        "Everything typed is kept."
    )


def test_a_clock_of_1970_stops_no_artisan(store: Store, clock: Turned) -> None:
    clock.now = at(1970)
    assert store.record(save(store, born="1988")) is not None
    assert store.record(save(store, name="Of age", born="2010-02-03")) is not None


def test_a_clock_set_back_after_saves_in_the_future_is_doubted(store: Store, clock: Turned) -> None:
    clock.now = at(2040)
    save(store)
    clock.now = NOW
    doubt = store.clock_doubt()
    assert doubt is not None
    assert "cannot be right" in doubt


def test_a_clock_that_the_server_found_right_is_not_doubted_for_what_was_saved_before(
    store: Store, clock: Turned
) -> None:
    clock.now = at(2040)
    save(store)
    clock.now = NOW
    standing = store.outbox.log_position()
    assert standing is not None
    store.pull.receive(Answered(standing.origin, 1, standing.head, {1: 1}, skew=4))
    store.outbox.note(SyncSession(NOW, True, 1, 500, 500, 1.0))
    assert store.clock_doubt() is None
    clock.now = NOW - 2 * 3600
    assert store.clock_doubt() is not None


def test_a_sync_under_a_clock_that_the_server_found_wrong_tells_no_time(
    store: Store, clock: Turned
) -> None:
    save(store)
    clock.now = NOW + 3 * 3600
    standing = store.outbox.log_position()
    assert standing is not None
    store.pull.receive(Answered(standing.origin, 1, standing.head, {1: 1}, skew=-3 * 3600))
    store.outbox.note(SyncSession(clock.now, True, 1, 500, 500, 1.0))
    clock.now = NOW + 60
    assert store.clock_doubt() is None


def test_no_clock_decides_an_order_or_loses_a_save(store: Store, home: Path, clock: Turned) -> None:
    ids = []
    for year in (2026, 2040, 2017, 1970, 2030):
        clock.now = at(year)
        ids.append(save(store, name=f"Of {year}"))
        edit(store, ids[0], name=f"Edited in {year}")
    assert [record.id for record in store.last_saved(6)] == [ids[0], *ids[:0:-1]]
    record = store.record(ids[0])
    assert record is not None
    assert record.value("name") == "Edited in 2030"
    seqs = [logged.change.seq for logged in store.outbox.of(ids[0])]
    assert seqs == sorted(seqs)
    assert sum(1 for _ in store.each("beneficiary")) == 5
    assert store.back_up_daily() is not None
    assert audit(home) == store.check() == []


def test_faults_tell_nothing_of_anybody(home: Path) -> None:
    disk = Disk()
    store = Store.open(home, connect=disk.connect)
    save(store)
    disk.fill()
    with pytest.raises(DiskFull) as full:
        store.save([Edit(Beneficiary, artisan(name=WHO, remarks=LONG)) for _ in range(20)], "Asha")
    told = "".join(traceback.format_exception(full.value))
    assert "Traceback" in told
    assert WHO not in told
    store.close()
    assert WHO.encode() not in raw(home)
