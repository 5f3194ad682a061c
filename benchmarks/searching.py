"""Search as you type, key by key, compared with the raw SQL of the same queries."""

import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, event

from benchmarks.figures import MILLI, Figure, p95
from benchmarks.homes import home_of_people
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.settings import DATABASE
from fieldkit.store import Store
from fieldkit.store.database import connect

PEOPLE_LOOKED_FOR = 25
LIMIT = 50
"""The limit for a search in milliseconds, at any size."""

Statement = tuple[str, tuple[object, ...]]


def measure(people: int, budget: float | None = None) -> list[Figure]:
    """Type names, names with a father's name, and mobiles, key by key."""
    home = home_of_people(people)
    store = Store.open(home)
    typed = list(typed_texts(store))
    statements = [_statements(store, text) for text in typed]
    ours = [_time_find(store, text) for text in typed]
    raw = _time_raw(home / DATABASE, statements)
    store.close()
    name = f"search as you type, {people:,} people, p95"
    return [Figure(name, p95(ours), p95(raw), "ms", budget=budget, limit=LIMIT)]


def typed_texts(store: Store) -> Iterator[str]:
    """Yield the text of the box after each key, for people of the register."""
    seen = store.page("beneficiary", limit=1000).records[:: 1000 // PEOPLE_LOOKED_FOR]
    for person in seen:
        if not isinstance(person, Beneficiary):
            continue
        name, father = person.name or "", (person.relation_name or "").split(" ")[0]
        for text in (f"{name} {father}", person.mobile or "", f"{name[:4]} {person.village}"):
            yield from (text[:length] for length in range(1, len(text) + 1))


def _statements(store: Store, text: str) -> list[Statement]:
    """Return the queries of the search index that one search runs."""
    run: list[Statement] = []

    def note(
        _connection: object, _cursor: object, sql: str, values: tuple[object, ...], *_rest: object
    ) -> None:
        if "findable" in sql:
            run.append((sql, tuple(values)))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        store.find(text)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return run


def _time_find(store: Store, text: str) -> float:
    started = time.perf_counter()
    store.find(text)
    return (time.perf_counter() - started) * MILLI


def _time_raw(path: Path, searches: list[list[Statement]]) -> list[float]:
    """Run the same queries on a bare connection, as often as the store did."""
    connection = connect(path)
    times: list[float] = []
    for statements in [*searches, *searches]:
        started = time.perf_counter()
        for sql, values in statements:
            connection.execute(sql, values).fetchall()
        times.append((time.perf_counter() - started) * MILLI)
    connection.close()
    return times[len(searches) :]
