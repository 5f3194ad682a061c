"""A plain data file is encrypted in its place, or stays as it was: killed, disk full, in use."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest
from tests.store.conftest import artisan

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.settings import DATABASE, is_encrypted
from fieldkit.store import Damaged, DiskFull, Edit, Notes, Store, convert

KEY = b"\x07" * 32
PEOPLE = 400


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("plain") / "home"
    store = Store.open(home)
    store.init("Asha", 2, 16)
    remarks = "a long remark " * 60
    store.load([Edit(Beneficiary, artisan(remarks=remarks)) for _ in range(PEOPLE)], "Asha")
    store.close()
    Notes(home).write("rolls/1.txt", "10\tall")
    return home


@pytest.fixture
def plain(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def survey(home: Path) -> bool:
    """Make sure that a home is whole, with nothing left of an interruption; is it encrypted?"""
    encrypted = is_encrypted(home / DATABASE)
    store = Store.open(home, key=KEY if encrypted else None)
    assert store.counts()["beneficiary"] == PEOPLE
    assert store.check() == []
    assert len(store.find("ghulam mohammad")) == 20
    assert not list(home.glob("*sealing*"))
    if encrypted:
        assert store.notes.read("rolls/1.txt") == "10\tall"
        assert not (home / "rolls" / "1.txt").exists()
    store.close()
    return encrypted


PROGRAM = """
    import sys, time
    from pathlib import Path
    from fieldkit.store import Store, StoreError, convert

    home, key = Path(sys.argv[1]), b"\\7" * 32
"""
CONVERTING = """
    print("ready", flush=True)
    started = time.perf_counter()
    convert(home, key)
    print(time.perf_counter() - started, flush=True)
"""


def start(home: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", dedent(PROGRAM + CONVERTING), str(home)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    return child


def kill_while_converting(made: Path, folder: Path, kills: int, seed: int) -> list[bool]:
    """Kill as many conversions at random moments; return of each whether it was done by then."""
    whole = folder / "whole"
    shutil.copytree(made, whole)
    said, _ = start(whole).communicate(timeout=120)
    assert survey(whole)
    chance, done = random.Random(seed), []
    for number in range(kills):
        home = folder / str(number)
        shutil.copytree(made, home)
        child = start(home)
        time.sleep(chance.uniform(0, float(said) * 1.1))
        child.kill()
        child.communicate(timeout=120)
        done.append(survey(home))
        convert(home, KEY)
        assert survey(home), "done again, it finishes"
        shutil.rmtree(home)
    return done


def test_a_killed_conversion_leaves_one_whole_file(made: Path, tmp_path: Path) -> None:
    kill_while_converting(made, tmp_path, 3, 7)


@pytest.mark.torture
def test_fifty_killed_conversions_leave_one_whole_file_each(made: Path, tmp_path: Path) -> None:
    done = kill_while_converting(made, tmp_path, 50, 8)
    assert True in done
    assert False in done


FULL = """
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = (home / "fieldkit.sqlite3").stat().st_size
    before = (home / "fieldkit.sqlite3").read_bytes()
    for room in (5_000, size // 2, size - 5_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        try:
            convert(home, key)
        except StoreError as error:
            print(error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        assert (home / "fieldkit.sqlite3").read_bytes()[100:] == before[100:]
        assert not list(home.glob("*sealing*"))
    convert(home, key)
"""


def test_a_disk_that_gets_full_stops_it_and_changes_nothing(plain: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", dedent(PROGRAM + FULL), str(plain)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert len(done.stdout.splitlines()) == 3
    assert "damaged" not in done.stdout
    assert survey(plain)


def test_it_is_not_begun_without_room(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = shutil.disk_usage
    monkeypatch.setattr(
        "shutil.disk_usage", lambda path: usual(path)._replace(free=16 * 1024 * 1024)
    )
    with pytest.raises(DiskFull, match="no space to encrypt the data"):
        convert(plain, KEY)
    assert not survey(plain)


HOLDING = """
    store = Store.open(home)
    print("ready", flush=True)
    sys.stdin.read()
    store.close()
"""


def test_it_waits_for_no_other_program(plain: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", dedent(PROGRAM + HOLDING), str(plain)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout
    assert other.stdout.readline() == "ready\n"
    said = subprocess.run(
        [sys.executable, "-c", dedent(PROGRAM) + "convert(home, key)", str(plain)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Busy: fieldkit is using this folder." in said.stderr
    other.communicate("", timeout=60)
    assert not survey(plain)


def test_a_damaged_file_stays_as_it_is(plain: Path) -> None:
    bad = bytearray((plain / DATABASE).read_bytes())
    for page in range(20, len(bad) // 4096, 3):
        bad[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    (plain / DATABASE).write_bytes(bad)
    with pytest.raises(Damaged):
        convert(plain, KEY)
    assert (plain / DATABASE).read_bytes()[4096:] == bytes(bad)[4096:]
    assert not list(plain.glob("*sealing*"))
