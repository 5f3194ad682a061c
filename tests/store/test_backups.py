import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests.store.conftest import DAY, Turned, acknowledge, artisan, audit, edit, save

from fieldkit.protocol.change import Op
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.settings import DATABASE
from fieldkit.store import Busy, Damaged, DiskFull, Edit, State, Store, Unwritable


def as_home(copy: Path, folder: Path) -> Path:
    folder.mkdir()
    shutil.copyfile(copy, folder / DATABASE)
    return folder


def test_a_backup_is_the_whole_file_in_one_piece(store: Store, tmp_path: Path) -> None:
    record_id = save(store, name="Asha Devi")
    target = tmp_path / "stick" / "asha.sqlite3"
    store.back_up(target)
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    copy = Store.open(as_home(target, tmp_path / "copy"))
    assert copy.record(record_id) is not None
    assert copy.check() == []
    copy.close()


def test_a_backup_while_others_save_is_sound(store: Store, tmp_path: Path) -> None:
    store.load([Edit(Beneficiary, artisan()) for _ in range(300)], "Asha")
    stop, saved = threading.Event(), 0

    def keep_saving() -> None:
        nonlocal saved
        while not stop.is_set():
            save(store)
            saved += 1

    writer = threading.Thread(target=keep_saving)
    writer.start()
    copies = [tmp_path / f"{number}.sqlite3" for number in range(4)]
    for copy in copies:
        store.back_up(copy)
    stop.set()
    writer.join()
    assert saved > 0
    for copy in copies:
        assert audit(as_home(copy, tmp_path / f"of {copy.stem}")) == []


def test_a_backup_over_the_data_file_itself_is_refused(store: Store, home: Path) -> None:
    with pytest.raises(Unwritable, match="Give another file name"):
        store.back_up(home / "backups" / ".." / DATABASE)
    save(store)
    assert store.check() == []


def test_a_backup_where_nothing_can_be_written_is_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable, match="cannot be written"):
        store.back_up(tmp_path / "file" / "backup.sqlite3")


def test_a_backup_without_room_is_not_begun(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=100_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    with pytest.raises(DiskFull, match="no space for a backup"):
        store.back_up(tmp_path / "stick" / "backup.sqlite3")
    assert list((tmp_path / "stick").iterdir()) == []


@pytest.mark.parametrize("refused", ["open", "replace"])
def test_a_backup_onto_a_file_open_elsewhere_says_so_and_leaves_the_older_one(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    target = tmp_path / "backup.sqlite3"
    store.back_up(target)
    before = target.read_bytes()
    save(store)

    def fail(*_: object) -> None:
        error = PermissionError(13, "Der Prozess kann nicht zugreifen")
        error.winerror = 32  # type: ignore[attr-defined]  # as Windows raises it
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Path, refused, fail)
        with pytest.raises(Unwritable, match=r"open in another program; close it there.*\.$"):
            store.back_up(target)
    assert target.read_bytes() == before
    assert not (tmp_path / "backup.sqlite3.part").exists()


def test_daily_backups_are_one_a_day_and_the_last_five(store: Store, clock: Turned) -> None:
    made = []
    for _ in range(7):
        made.append(store.back_up_daily())
        assert store.back_up_daily() is None
        clock.now += DAY
    own = store.home / "backups" / "before-20260101-000000.sqlite3"
    own.write_bytes(b"")
    store.back_up_daily()
    kept = sorted((store.home / "backups").glob("2*.sqlite3"))
    assert len(kept) == 5
    assert kept[:4] == made[3:]
    assert own.exists()


def test_a_clock_that_was_set_back_removes_no_backup_just_made(store: Store, clock: Turned) -> None:
    for _ in range(5):
        store.back_up_daily()
        clock.now += DAY
    clock.now -= 3000 * DAY
    made = store.back_up_daily()
    assert made
    assert made.exists()
    assert len(list((store.home / "backups").glob("*.sqlite3"))) == 5


def restored(home: Path, copy: Path, clock: Turned) -> tuple[Store, Path | None]:
    kept = Store.restore(home, copy, clock=clock)
    return Store.open(home, clock=clock), kept


def test_a_restored_file_has_a_new_identity_and_sends_what_was_unsent(
    store: Store, home: Path, clock: Turned
) -> None:
    first, second = save(store, name="Sent"), save(store, name="Unsent")
    old = store.device
    assert old is not None
    acknowledge(store, old.origin, 1)
    copy = home / "copy.sqlite3"
    store.back_up(copy)
    later = save(store, name="After the backup")
    store.close()
    store, kept = restored(home, copy, clock)
    new = store.device
    assert new is not None
    assert new.origin != old.origin
    assert (new.name, new.district, new.block) == (old.name, old.district, old.block)
    assert store.record(later) is None
    third = save(store, name="New")
    assert third == f"{new.origin}-3"  # the counter goes on
    waiting = store.outbox.log_position()
    assert waiting is not None
    assert (waiting.origin, waiting.acked_seq, waiting.last_seq) == (old.origin, 1, 2)
    assert [one.change.record_id for one in store.outbox.batch(old.origin)] == [second]
    acknowledge(store, old.origin, 2)
    waiting = store.outbox.log_position()
    assert waiting is not None
    assert (waiting.origin, waiting.last_seq) == (new.origin, 1)
    edit(store, first, name="Edited since")
    assert [record.id for record in store.last_saved(3)] == [first, third, second]
    assert store.check() == []
    assert audit(home) == []
    store.close()
    assert kept is not None
    replaced = Store.open(as_home(kept, home / "replaced"))
    assert replaced.record(later) is not None
    replaced.close()


def test_a_restore_can_be_undone(store: Store, home: Path, clock: Turned) -> None:
    store.back_up(home / "copy.sqlite3")
    later = save(store, name="Only in the write-ahead log")
    cut = home / "as after a power cut"
    cut.mkdir()
    for part in home.glob(f"{DATABASE}*"):
        shutil.copyfile(part, cut / part.name)
    first, kept = restored(cut, home / "copy.sqlite3", clock)
    assert first.record(later) is None
    first.close()
    assert kept is not None
    assert sorted(kept.parent.iterdir()) == [kept]
    clock.now += 1
    again, _ = restored(cut, kept, clock)
    assert again.record(later) is not None
    assert audit(cut) == []
    again.close()


def test_a_clock_that_was_set_back_overwrites_no_file_that_a_restore_kept(
    store: Store, home: Path, clock: Turned
) -> None:
    store.back_up(home / "copy.sqlite3")
    save(store, name="Only here")
    store.close()
    found = set()
    for _ in range(2):
        again, kept = restored(home, home / "copy.sqlite3", clock)
        again.close()
        found.add(kept)
    assert sorted((home / "backups").iterdir()) == sorted(one for one in found if one)
    assert len(found) == 2


def test_nothing_is_restored_while_somebody_has_the_file_open(
    store: Store, home: Path, clock: Turned
) -> None:
    store.back_up(home / "copy.sqlite3")
    record_id = save(store)
    with pytest.raises(Busy, match="using this folder"):
        Store.restore(home, home / "copy.sqlite3", clock=clock)
    assert save(store)
    assert store.record(record_id) is not None
    assert not list((home / "backups").iterdir())
    store.close()
    again, _ = restored(home, home / "copy.sqlite3", clock)
    assert again.counts()["beneficiary"] == 0
    again.close()


@pytest.mark.parametrize("step", range(10))
def test_a_restore_that_is_cut_short_leaves_one_whole_file(
    store: Store, home: Path, clock: Turned, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    record_id = save(store)
    store.back_up(home / "copy.sqlite3")
    save(store)
    store.close()
    steps = iter(range(step))

    def cut(done: Callable[..., object]) -> Callable[..., object]:
        def unless_cut(*given: object, **named: object) -> object:
            if next(steps, None) is None:
                raise KeyboardInterrupt
            return done(*given, **named)

        return unless_cut

    with monkeypatch.context() as patched:
        for name in ("replace", "unlink"):
            patched.setattr(Path, name, cut(getattr(Path, name)))
        with suppress(KeyboardInterrupt):
            Store.restore(home, home / "copy.sqlite3", clock=clock)
    again = Store.open(home, clock=clock)
    assert again.record(record_id) is not None
    assert again.check() == []
    again.close()
    restored(home, home / "copy.sqlite3", clock)[0].close()


def test_a_damaged_file_is_replaced_and_kept(store: Store, home: Path, clock: Turned) -> None:
    record_id = save(store)
    store.back_up(home / "copy.sqlite3")
    store.close()
    (home / DATABASE).write_bytes(b"Dear Sir, " * 500)
    (home / f"{DATABASE}-wal").write_bytes(b"and Madam")
    again, kept = restored(home, home / "copy.sqlite3", clock)
    assert again.record(record_id) is not None
    assert again.check() == []
    assert kept is not None
    assert kept.read_bytes() == b"Dear Sir, " * 500
    again.close()


def test_a_restore_where_nothing_is_yet(store: Store, tmp_path: Path, clock: Turned) -> None:
    record_id = save(store)
    store.back_up(tmp_path / "copy.sqlite3")
    fresh, kept = restored(tmp_path / "new laptop", tmp_path / "copy.sqlite3", clock)
    assert kept is None
    assert fresh.record(record_id) is not None
    fresh.close()


def test_a_damaged_backup_is_refused_and_nothing_is_touched(store: Store, home: Path) -> None:
    save(store)
    copy = home / "copy.sqlite3"
    for content in (b"", b"Dear Sir, " * 500):
        copy.write_bytes(content)
        with pytest.raises(Damaged, match="is damaged or is not a fieldkit backup"):
            Store.restore(home, copy)
    store.back_up(copy, force=True)
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Damaged):
        Store.restore(home, copy)
    with pytest.raises(Damaged, match="There is no file"):
        Store.restore(home, home / "none.sqlite3")
    assert store.counts()["beneficiary"] == 1
    assert not (home / "backups").exists()


def test_verdicts_of_a_restored_file_stay_open_until_mended(
    store: Store, home: Path, clock: Turned
) -> None:
    """A change of the old identity does not hide what the new one got back."""
    record_id = save(store)
    store.back_up(home / "copy.sqlite3")
    store.close()
    store, _ = restored(home, home / "copy.sqlite3", clock)
    edit(store, record_id, name="Refused")
    device = store.device
    assert device is not None
    acknowledge(
        store, device.origin, 1, Verdict(seq=1, verdict="rejected", field="name", reason="No.")
    )
    assert store.outbox.counts()[State.REJECTED] == 1
    assert [one.change.seq for one in store.outbox.returned()] == [1]
    edit(store, record_id, name="Mended")
    assert store.outbox.counts()[State.REJECTED] == 0
    store.close()


def tamper(home: Path, sql: str) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as file, file:
        file.execute(sql)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE change SET fields = '{}' WHERE seq = 2", "is broken at number 2"),
        ("DELETE FROM change WHERE seq = 2", "is broken at number 2"),
        ("UPDATE change SET operator = 'Else' WHERE seq = 1", "is broken at number 1"),
        ("UPDATE change SET head = x'00' WHERE seq = 3", "is broken at number 3"),
        (
            "INSERT INTO beneficiary (id, district, deleted) VALUES ('7KQ2M9XD-1', 2, 0)",
            "Artisans: 1 are in the list but not in the log of changes.",
        ),
        (
            "DELETE FROM beneficiary WHERE id LIKE '%-1'",
            "Artisans: 1 are in the log of changes but not in the list.",
        ),
        (
            "UPDATE tally SET live = 9 WHERE kind = 'beneficiary'",
            "Artisans: 2 are in the list, but 9",
        ),
    ],
)
def test_the_check_finds_what_does_not_agree(store: Store, home: Path, sql: str, told: str) -> None:
    ids = [save(store, name=name) for name in ("A", "B", "C")]
    store.save([Edit(Beneficiary, {}, id=ids[2], op=Op.DELETE)], "Asha")
    assert store.check() == []
    tamper(home, sql)
    assert any(told in problem for problem in store.check())


def test_the_check_finds_a_damaged_page(store: Store, home: Path) -> None:
    store.load([Edit(Beneficiary, artisan(remarks="x" * 900)) for _ in range(200)], "Asha")
    store.close()
    flip(home / DATABASE)
    opened = Store.open(home)
    assert opened.check()[0].startswith("Part of the data file is damaged")
    opened.close()


def flip(path: Path) -> None:
    """Spoil a page of rows (leaves of a table begin with 13), not of the log, that hold x's."""
    content = bytearray(path.read_bytes())
    pages = range(0, len(content), 4096)
    leaves = [at for at in pages if content[at] == 13 and b"x" * 400 in content[at : at + 4096]]
    rows = [at for at in leaves if b'"remarks"' not in content[at : at + 4096]]
    place = rows[len(rows) // 2]
    content[place : place + 64] = bytes(64 * [0xA5])
    path.write_bytes(content)
