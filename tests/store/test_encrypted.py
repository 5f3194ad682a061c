"""An encrypted data file: it opens with its key alone, and every copy of it is encrypted too."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.conftest import Turned, save

from fieldkit.keys.cipher import change_key, open_file, opens_with
from fieldkit.keys.keyfile import KeyFile, keys_beside
from fieldkit.keys.passphrase import new_key
from fieldkit.search.glance import glance
from fieldkit.settings import DATABASE, KEYS, is_encrypted
from fieldkit.store import Damaged, Draft, NeedsKey, Notes, OtherKey, Store, StoreError

WORDS = "walnut river carpet"
NAME = "Zooni Akhter"


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldkit.keys.passphrase._MEMORY", 8192)


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, str]:
    """An encrypted home with one person, made by a conversion; its key, the person's number."""
    from fieldkit.store import convert

    home = tmp_path_factory.mktemp("encrypted") / "home"
    plain = Store.open(home)
    plain.init("Asha", 2, 16)
    number = save(plain, name=NAME, mobile="9419011432")
    plain.close()
    file, key = KeyFile.new(home)
    file.add("Asha", WORDS, key)
    convert(home, key)
    return home, key, number


@pytest.fixture
def sealed(_made: tuple[Path, bytes, str], tmp_path: Path) -> tuple[Path, bytes, str]:
    home, key, number = _made
    shutil.copytree(home, tmp_path / "home")
    return tmp_path / "home", key, number


def test_a_converted_home_holds_the_same_and_works(sealed: tuple[Path, bytes, str]) -> None:
    home, key, number = sealed
    assert is_encrypted(home / DATABASE)
    store = Store.open(home, key=key)
    assert store.encrypted
    assert store.check() == []
    assert [hit.id for hit in store.find("zuni akhtar")] == [number]
    kept = store.drafts.keep(Draft("beneficiary", "Asha", texts={"name": "Gul"}))
    more = save(store, name="Ghulam Bhat")
    with store.rehearsal() as copy:
        assert copy.encrypted
        assert copy.record(more)
    store.close()
    again = Store.open(home, key=key)
    assert again.drafts.of() == [kept]
    assert again.counts()["beneficiary"] == 2
    again.close()
    found = glance(home / DATABASE, "zooni", key=key)
    assert found
    assert found[0].id == number
    assert glance(home / DATABASE, "zooni") is None
    assert glance(home / DATABASE, "zooni", key=new_key()) is None


def test_without_its_key_it_is_not_said_to_be_damaged(
    sealed: tuple[Path, bytes, str], capfd: pytest.CaptureFixture[str]
) -> None:
    home, _, _ = sealed
    with pytest.raises(NeedsKey, match="opens with a passphrase"):
        Store.open(home)
    with pytest.raises(OtherKey, match="another key") as other:
        Store.open(home, key=new_key())
    assert "damaged" not in str(other.value)
    (home / KEYS).unlink()
    with pytest.raises(NeedsKey, match=r"keys\.json that opens it is missing"):
        Store.open(home)
    assert capfd.readouterr() == ("", ""), "the driver writes on no screen"


def test_a_home_whose_data_file_is_gone_stays_encrypted(sealed: tuple[Path, bytes, str]) -> None:
    home, key, _ = sealed
    (home / DATABASE).unlink()
    with pytest.raises(NeedsKey):
        Store.open(home)
    Store.open(home, key=key).close()
    assert is_encrypted(home / DATABASE)


def test_a_damaged_page_is_told_and_the_rest_stays_readable(
    sealed: tuple[Path, bytes, str],
) -> None:
    home, key, number = sealed
    pages = (home / DATABASE).read_bytes()
    store = Store.open(home, key=key)
    place = store._database.raw()
    (root,) = place.execute("SELECT rootpage FROM sqlite_master WHERE name = 'change'").fetchone()
    place.close()
    store.close()
    bad = bytearray(pages)
    bad[(root - 1) * 4096 + 100] ^= 1
    (home / DATABASE).write_bytes(bad)
    store = Store.open(home, key=key)
    with pytest.raises(Damaged, match="Part of the data file is damaged"):
        store.timeline(number)
    assert store.find("zooni")
    assert "Part of the data file is damaged." in store.check()[0]
    store.close()


def test_a_backup_opens_with_its_key_alone(
    sealed: tuple[Path, bytes, str], tmp_path: Path, clock: Turned
) -> None:
    home, key, number = sealed
    store = Store.open(home, key=key, clock=clock)
    stick = tmp_path / "stick" / "copy.sqlite3"
    store.back_up(stick)
    store.back_up(stick)  # in its own place again
    daily = store.back_up_daily()
    store.close()
    assert daily
    assert is_encrypted(stick)
    assert is_encrypted(daily)
    assert not list(daily.parent.glob("*.json")), "in the home, its own key file is enough"
    beside = KeyFile.at(keys_beside(stick))
    assert beside
    assert beside.unlock("Asha", WORDS, clock.now) == key
    other = tmp_path / "other"
    with pytest.raises(OtherKey, match=r"copy\.sqlite3 was encrypted with another key"):
        Store.restore(other, stick, clock=clock)
    with pytest.raises(OtherKey):
        Store.restore(other, stick, clock=clock, source_key=new_key())
    fresh = new_key()
    Store.restore(other, stick, clock=clock, key=fresh, source_key=key)
    restored = Store.open(other, key=fresh)
    assert restored.record(number)
    assert restored.check() == []
    restored.close()


def test_restoring_keeps_the_home_encrypted(
    sealed: tuple[Path, bytes, str], tmp_path: Path, clock: Turned
) -> None:
    home, key, number = sealed
    plain = Store.open(tmp_path / "plain")
    plain.init("Rubina", 2, 16)
    plain.back_up(tmp_path / "old.sqlite3")
    plain.close()
    kept = Store.restore(home, tmp_path / "old.sqlite3", clock=clock, key=key)
    assert kept
    assert is_encrypted(kept)
    assert is_encrypted(home / DATABASE)
    Store.restore(home, kept, clock=clock, key=key, source_key=key)
    again = Store.open(home, key=key)
    assert again.record(number)
    again.close()


def test_small_files_are_encrypted_with_the_rest(sealed: tuple[Path, bytes, str]) -> None:
    home, key, _ = sealed
    Notes(home).write("rolls/today.txt", "before Zooni")
    store = Store.open(home, key=key)
    assert store.notes.read("rolls/today.txt") == "before Zooni"
    store.notes.write("entry.json", '{"kept": "Zooni"}')
    store.close()
    assert not any(b"Zooni" in path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert Notes(home, key).read("entry.json") == '{"kept": "Zooni"}'
    assert Notes(home, new_key()).read("entry.json") is None


def test_another_keys_file_is_refused_as_such(sealed: tuple[Path, bytes, str]) -> None:
    home, _, _ = sealed
    file, other = KeyFile.new(home)
    file.add("Asha", WORDS, other)
    with pytest.raises(StoreError, match="another key") as told:
        Store.open(home, key=other)
    assert "damaged" not in str(told.value)


def test_going_back_finds_a_copy_under_an_earlier_key(
    sealed: tuple[Path, bytes, str], clock: Turned
) -> None:
    home, key, number = sealed
    earlier, copy = new_key(), home / "backups" / "before-20260101-000000.sqlite3"
    with closing(Store.open(home, key=key)) as store:
        store.back_up(copy)
    with closing(open_file(copy, key)) as file:
        file.execute("UPDATE alembic_version SET version_num = '0010'")
        file.execute("DROP TABLE bundle")
    change_key(copy, key, earlier)
    with closing(Store.open(home, key=key)) as store:
        assert store.copy_before_update() is None, "nobody knows its key"
        found = KeyFile.read(home)
        assert found
        found.keep_earlier(key, earlier)
        older = store.copy_before_update()
        assert older
        assert older.path == copy
        assert not any(store.only_here_since(older))
    assert Store.go_back(home, older, clock=clock, key=key)
    assert opens_with(home / DATABASE, key)
    with closing(Store.open(home, key=key)) as store:
        assert store.record(number)
