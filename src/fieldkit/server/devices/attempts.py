"""The limit on wrong one-time codes per address, kept in the database for all processes.

A right code is never refused for the wrong ones of others, who may share its address: only wrong
ones are counted. Beyond the limit each is answered late, so that guessing takes for ever.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, delete, select, update

from fieldkit.server.database.connection import writing
from fieldkit.server.database.statements import insert_missing_rows
from fieldkit.server.database.tables import WRONG_CODE
from fieldkit.server.problems import Refusal, refusal

MOST = 10
"""Wrong codes of one address that are answered at once, within :data:`SECONDS`."""
SECONDS = 15 * 60


def refuse_wrong_code(engine: Engine, address: str, now: int) -> Refusal:
    """Count a wrong code of an address, and return the refusal: 403, or 429 beyond the limit."""
    with engine.connect() as connection:
        wait = _wait(connection, address, now)
    if wait:  # without a write, which other requests would wait for
        return refusal(
            "too-many-tries",
            429,
            "Too many wrong codes were typed.",
            "Check the code letter by letter, or ask for a new one.",
            retry_after=wait,
        )
    with writing(engine) as connection:
        _count(connection, address, now)
    return refusal(
        "code-unknown", 403, "The server does not know this code.", "Check it letter by letter."
    )


def _wait(connection: Connection, address: str, now: int) -> int:
    """Return the seconds until the limit of an address ends; 0: it has not been reached."""
    row = connection.execute(
        select(WRONG_CODE).where(WRONG_CODE.c.address == address)
    ).one_or_none()
    if row is None or row.times < MOST or not 0 <= now - row.since < SECONDS:
        return 0
    return int(row.since) + SECONDS - now


def _count(connection: Connection, address: str, now: int) -> None:
    """Count one, in a period that begins with the first; forget periods that are over."""
    since = WRONG_CODE.c.since
    connection.execute(delete(WRONG_CODE).where((since <= now - SECONDS) | (since > now)))
    first = {"address": address, "since": now, "times": 0}
    insert_missing_rows(connection, WRONG_CODE, [first])
    connection.execute(
        update(WRONG_CODE)
        .where(WRONG_CODE.c.address == address)
        .values(times=WRONG_CODE.c.times + 1)
    )
