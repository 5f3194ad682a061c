"""The roster eight times over, for the look-up's speed at 800,000 people."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.homes import KEPT
from fieldkit.settings import DATABASE
from fieldkit.store.database import connect

TIMES = 8


def territory_of(home: Path) -> Path:
    """Return a home with every person of ``home`` eight times, each time in villages of their own.

    Names stay, as the same names are given everywhere; mobiles, last four digits and accounts do
    not. Only what a look-up reads is copied: the rows and the search words, not the log.
    """
    large = KEPT / f"{home.name}-times-{TIMES}"
    if not large.exists():
        making = large.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        shutil.copy(home / DATABASE, making / DATABASE)
        with closing(connect(making / DATABASE)) as connection:
            _multiply(connection)
        making.rename(large)
    return large


def _multiply(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    people = connection.execute("SELECT count(*), max(rowid) FROM findable").fetchone()
    columns = [row[1] for row in connection.execute("PRAGMA table_info(beneficiary)")]
    drawn = "(random() & 9223372036854775807)"
    for time in range(1, TIMES):
        place = chr(ord("b") + time) * 3
        changed = {
            "id": f"'{place.upper()}' || substr(id, 4)",
            "mobile": f"iif(mobile IS NULL, NULL, printf('9%09d', {drawn} % 1000000000))",
            "aadhaar_last4": f"iif(aadhaar_last4 IS NULL, NULL, printf('%04d', {drawn} % 10000))",
            "account_no": f"iif(account_no IS NULL, NULL, printf('0%015d', {drawn} % {10**15}))",
            "village": f"village || ' {place}'",
        }
        values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        connection.execute(
            f"INSERT INTO beneficiary ({names}) SELECT {values} FROM beneficiary WHERE rowid <= ?",
            (people[0],),
        )
        connection.execute(
            "INSERT INTO findable SELECT rowid + ?, kind, ? || substr(record_id, 4), name, kin, "
            "place || ?, name_sound, kin_sound, place_sound || ?, digits, shown FROM findable "
            "WHERE rowid <= ?",
            (time * people[1], place.upper(), f" {place}", f" {place}", people[1]),
        )
    connection.execute("INSERT INTO findable_words (findable_words) VALUES ('rebuild')")
    connection.execute("INSERT INTO findable_sounds (findable_sounds) VALUES ('rebuild')")
    connection.execute("COMMIT")
