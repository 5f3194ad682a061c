"""Backup, restore and check of a data file. None of it runs in the foreground of the app."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection, func, select

from fieldkit.file_fault import why
from fieldkit.interruption import check_interruption
from fieldkit.keys.cipher import database_errors, open_file, opens
from fieldkit.keys.content import UnreadableKeys
from fieldkit.keys.keyfile import KeyFile, keys_beside
from fieldkit.protocol.change import first_head
from fieldkit.records import kinds
from fieldkit.settings import KEYS, is_encrypted, make_file_private, make_private
from fieldkit.store import tables
from fieldkit.store.database import Database
from fieldkit.store.errors import Damaged, DiskFull, OtherKey, Unwritable, plainly
from fieldkit.store.files.copying import open_untrusted, strange_parts, table_columns
from fieldkit.store.files.migrate import VERSION_TABLE
from fieldkit.store.log.changes import change_of

SPARE = 16 * 1024 * 1024
"""Bytes left free on a disk: on a full disk not even deleting works."""
_STEP = 100
"""Pages copied between two checks whether the copy must stop."""
_KEPT = 5
"""Daily backups kept."""


def back_up(
    database: Database,
    target: Path,
    *,
    force: bool = False,
    before: Callable[[], object] | None = None,
) -> None:
    """Copy the data file as it stands to ``target``, whole or not at all, while others write.

    The copy of an encrypted file is encrypted with the same key. ``force``: replace a file there
    that is no backup of fieldkit. ``before``: runs before the copy is made, once there is space for
    it; if it fails, there is no backup.

    Raises:
        DiskFull, Unwritable: the copy cannot be made there.
        Interrupted: the copy was stopped; nothing of it stays.
    """
    if any(_is_same(target, one) for one in _own_files(database.path)):
        raise Unwritable("A backup cannot replace the data file. Give another file name.")
    part = target.with_name(target.name + ".part")
    try:
        if target.is_file():
            target.open("rb").close()  # else a file open elsewhere is taken for none of ours
        if not force and target.exists() and not _is_data_file(target, database.key):
            raise Unwritable(
                f"{target.name} is not a fieldkit backup and was not replaced. Give another file "
                "name."
            )
        make_private(target.parent)
        make_file_private(part)
        room = shutil.disk_usage(target.parent).free
        if room < database.path.stat().st_size + SPARE:
            raise DiskFull(
                f"There is no space for a backup in {target.parent}. Free some space, "
                "then try again."
            )
        if before:
            before()
        with (
            plainly(),
            closing(database.raw()) as source,
            closing(open_file(part, database.key)) as fresh,
        ):
            # Within one read transaction: else it would start again whenever somebody saves.
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM sqlite_master").fetchone()
            source.backup(fresh, pages=_STEP, progress=lambda *_: check_interruption())
            fresh.execute("PRAGMA journal_mode = DELETE")
        part.replace(target)
    except OSError as error:
        raise Unwritable(f"The backup cannot be written to {target}: {why(error)}.") from error
    finally:
        discard(part)


def put_keys_beside(home: Path, target: Path) -> None:
    """Put the key file of a home beside an encrypted backup: else nobody could open it elsewhere.

    Raises:
        Unwritable: it cannot be written there.
    """
    try:
        keys = KeyFile.read(home)
        if keys is not None:
            keys.copy_to(keys_beside(target))
    except (OSError, UnreadableKeys) as error:
        raise Unwritable(
            f"The backup was saved in {target}, but not the keys that open it. Copy keys.json "
            "there, or try again."
        ) from error


def discard(part: Path) -> None:
    """Remove an unfinished copy; a failure to do so is ignored."""
    with suppress(OSError):
        part.unlink(missing_ok=True)


def back_up_daily(database: Database, folder: Path, today: str) -> Path | None:
    """Make today's backup if there is none; keep the last five. Returns the new file."""
    target = folder / f"{today}.sqlite3"
    if target.exists():
        return None
    back_up(database, target)
    for made in folder.glob("*.sqlite3"):
        make_file_private(made)  # older versions left them readable to all
    # By name, the new one is not the last where the clock was set back.
    others = sorted(one for one in folder.glob("????-??-??.sqlite3") if one != target)
    for old in others[: 1 - _KEPT]:
        old.unlink(missing_ok=True)
    return target


def sound_copy(path: Path, key: bytes | None = None) -> None:
    """Make sure that ``path`` is a whole fieldkit data file; ``key``: of an encrypted one.

    Raises:
        Damaged: it is not.
        OtherKey: it is encrypted, and the key is not its own.
    """
    if not path.is_file():
        raise Damaged(f"There is no file {path}. Check the name.")
    try:
        with closing(open_untrusted(path, key)) as found:
            if not opens(found) and is_encrypted(path):
                raise OtherKey(path.name)
            (verdict,) = found.execute("PRAGMA quick_check(1)").fetchone()
            known = table_columns(found)
    except database_errors() as error:
        raise Damaged(
            f"{path.name} is damaged or is not a fieldkit backup. Use another backup."
        ) from error
    if not {VERSION_TABLE, tables.device.name} <= known.keys():
        raise Damaged(f"{path.name} is damaged or is not a fieldkit backup. Use another backup.")
    if verdict != "ok":
        raise Damaged(f"{path.name} is damaged. Use an older backup.")


def _own_files(path: Path) -> list[Path]:
    """Return a data file, and the files without which it is lost."""
    return [path, path.with_name(KEYS), *(Path(f"{path}{one}") for one in ("-wal", "-shm"))]


def _is_same(one: Path, other: Path) -> bool:
    """Say whether two paths are of one file, however they are written."""
    if one.resolve() == other.resolve():
        return True
    return one.exists() and other.exists() and one.samefile(other)


def _is_data_file(path: Path, key: bytes | None) -> bool:
    for one in (key, None) if key else (None,):
        with suppress(*database_errors()), closing(open_untrusted(path, one)) as found:
            return tables.device.name in table_columns(found)
    return False


def problems(database: Database) -> list[str]:
    """Look through the whole file: pages, the chain, rows against changes, tallies.

    Returns one sentence per problem; none means the file is sound. Takes minutes on a large file.
    """
    found: list[str] = []
    try:
        with plainly(), closing(database.raw()) as raw:
            pages = [str(line) for (line,) in raw.execute("PRAGMA integrity_check(5)")]
        if pages != ["ok"]:
            raise Damaged
        for look in (strange_parts, _chain_problems, _row_problems, _tally_problems):
            with database.read() as connection:
                found += look(connection)
    except Damaged:
        found.insert(0, "Part of the data file is damaged. Restore the last backup.")
    return found


def _chain_problems(connection: Connection) -> Iterator[str]:
    """Follow each origin's chain from its first change to its last."""
    log = tables.change
    for (origin,) in connection.execute(select(tables.origin.c.origin)).all():
        head, seq = first_head(origin), 0
        rows = connection.execution_options(yield_per=1000).execute(
            select(log).where(log.c.origin == origin).order_by(log.c.seq)
        )
        for row in rows:
            change = change_of(row)
            head, seq = change.head(head), seq + 1
            if row.seq != seq or row.head != head:
                yield f"The log of changes of {origin} is broken at number {seq}."
                break


def _row_problems(connection: Connection) -> Iterator[str]:
    """Yield the records without a change or a server row, and the unsent changes without a record.

    Changes given up before they were sent do not count.
    """
    log, origin = tables.change, tables.origin
    for name, kind in kinds().items():
        table = kind.table()
        known = select(log.c.record_id).where(log.c.record_id == table.c.id, log.c.kind == name)
        stray = connection.execute(
            select(func.count()).where(table.c.version.is_(None), ~known.exists())
        ).scalar_one()
        if stray:
            yield f"{kind.plural}: {stray} are in the list but not in the log of changes."
        lost = connection.execute(
            select(func.count(log.c.record_id.distinct()))
            .join(origin, origin.c.origin == log.c.origin)
            .where(
                log.c.kind == name,
                log.c.seq > origin.c.acked_seq,
                log.c.closed.is_(None),
                ~select(table.c.id).where(table.c.id == log.c.record_id).exists(),
            )
        ).scalar_one()
        if lost:
            yield f"{kind.plural}: {lost} are in the log of changes but not in the list."


def _tally_problems(connection: Connection) -> Iterator[str]:
    tally = {row.kind: row.live for row in connection.execute(select(tables.tally))}
    for name, kind in kinds().items():
        table = kind.table()
        live = connection.execute(
            select(func.count()).where(table.c.deleted.is_(False))
        ).scalar_one()
        if live != tally.get(name, 0):
            yield f"{kind.plural}: {live} are in the list, but {tally.get(name, 0)} were counted."
