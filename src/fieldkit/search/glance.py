"""Search the database file without SQLAlchemy, while the application still loads its records."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fieldkit.interruption import check_interruption, interruptible
from fieldkit.keys.cipher import database_errors, open_file
from fieldkit.search.query import look

_CANDIDATES = 40
"""Rows each query gives: a first list on a cold disk needs few; the store looks at more."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A record as the first list shows it."""

    kind: str
    id: str
    label: str
    relation: str
    """The relative: "s/o Abdul Ahad"."""
    place: str
    last_four: str
    """The last four digits of the mobile."""
    title: str
    """The title of its kind."""
    strong: bool


def glance(
    database: Path, typed: str, limit: int = 20, key: bytes | None = None
) -> list[Glimpse] | None:
    """Return the records the typed text could mean, the likeliest first. Read-only.

    ``key``: the data key of an encrypted file.

    None if the file cannot answer (a first run, an older version, a fault): the store, once open,
    answers or reports what is wrong.
    """
    try:
        with (
            closing(open_file(database, key, read_only=True, timeout=1)) as connection,
            interruptible(connection),
        ):
            found = look(
                lambda sql, values: connection.execute(sql, dict(values)),
                typed,
                candidates_each=_CANDIDATES,
            )
    except database_errors():
        check_interruption()
        return None
    glimpses = []
    for one in found[:limit]:
        label, relation, place, title = json.loads(one.candidate.shown)
        four = (one.candidate.digits or "")[:4][::-1]
        glimpses.append(
            Glimpse(
                one.candidate.kind,
                one.candidate.id,
                label,
                relation,
                place,
                four,
                title,
                one.strong,
            )
        )
    return glimpses
