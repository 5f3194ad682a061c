"""The first answers of a start: read from the file by sqlite3 alone, while the records load."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fieldkit.interruption import check_interruption, interruptible
from fieldkit.search.query import look


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A record as it stands in the first list."""

    kind: str
    id: str
    label: str
    relation: str
    """s/o, d/o or w/o whom."""
    place: str
    last_four: str
    """Of the mobile."""
    title: str
    """What its kind is called."""
    strong: bool


def glance(database: Path, typed: str, limit: int = 20) -> list[Glimpse] | None:
    """Return who could be meant by what was typed, the likeliest first; changes nothing.

    None if the file cannot answer yet (a first run, an older version, a fault): the store, once
    open, answers or tells what is wrong.
    """
    try:
        with (
            closing(
                sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=1)
            ) as connection,
            interruptible(connection),
        ):
            found = look(lambda sql, values: connection.execute(sql, dict(values)), typed)
    except sqlite3.Error:
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
