"""Server ingest of batches of 200, compared with raw executemany of the resulting rows."""

import gc
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import ColumnElement, Engine, Table, select
from tests.postgres import running_postgres

from benchmarks.figures import Figure
from benchmarks.homes import home_with
from benchmarks.mixed import creations, requests
from fieldkit.protocol.change import Change
from fieldkit.protocol.messages.sync import EnrolRequest
from fieldkit.records import kinds
from fieldkit.server.database.connection import writing
from fieldkit.server.database.migrate import migrate, open_database
from fieldkit.server.database.tables import CHANGE, FEED
from fieldkit.server.devices.authentication import device_of
from fieldkit.server.devices.enrolment import enrol, make_code
from fieldkit.server.ingest.sync import sync
from fieldkit.server.scope import Device

BATCH = 200
NOW = 1_790_000_000
ORIGIN = "7KQ2M9XD"


def measure(people: int) -> list[Figure]:
    """Ingest the same log on PostgreSQL and on SQLite, both safe against power cuts."""
    changes = creations(home_with(people))
    gc.freeze()  # a real server holds no such log, so the collector must not scan it
    try:
        return [*_on_postgres(changes), *_on_sqlite(changes)]
    finally:
        gc.unfreeze()


def _on_postgres(changes: Sequence[Change]) -> list[Figure]:
    with (
        running_postgres(quick=False) as postgres,
        postgres.database() as ours,
        postgres.database() as bare,
    ):
        urls = postgres.url(ours), postgres.url(bare)
        return _compare("PostgreSQL", changes, *urls, budget=1 / 0.6)


def _on_sqlite(changes: Sequence[Change]) -> list[Figure]:
    with TemporaryDirectory() as folder:
        urls = f"sqlite:///{Path(folder) / 'ours'}", f"sqlite:///{Path(folder) / 'bare'}"
        return _compare("SQLite", changes, *urls)


def _compare(
    name: str, changes: Sequence[Change], ours: str, bare: str, budget: float | None = None
) -> list[Figure]:
    """Alternate ingest and raw inserts under the same load; return microseconds per change."""
    with opened(ours) as server, opened(bare) as plain:
        device = enrolled(server)
        ingesting = inserting = 0.0
        for start, request in zip(
            range(0, len(changes), BATCH), requests(changes, BATCH), strict=True
        ):
            began = time.perf_counter()
            answer = sync(server, device, request, NOW)
            ingesting += time.perf_counter() - began
            if answer.verdicts:
                raise RuntimeError(f"refused: {answer.verdicts[0]}")
            inserting += _insert(plain, _rows(server, changes[start : start + BATCH]))
    each = 1_000_000 / len(changes)
    label = f"ingest {len(changes):,} changes on {name}, each"
    return [Figure(label, ingesting * each, inserting * each, "us", budget=budget)]


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Open a migrated server database."""
    migrate(url)
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()


def enrolled(engine: Engine) -> Device:
    """Enrol the first device of a server, which may write anywhere."""
    with writing(engine) as connection:
        code = make_code(connection, "administrator", None, None, NOW)
        enrol(connection, EnrolRequest(code=code, origin=ORIGIN, district=2), "", NOW)
        return device_of(connection, 1)


def _rows(engine: Engine, changes: Sequence[Change]) -> dict[Table, list[tuple[object, ...]]]:
    """Read the rows a batch has produced: kinds, changes and feed entries."""
    ids = [change.record_id for change in changes]
    wanted: list[tuple[Table, ColumnElement[bool]]] = [
        (kinds()[kind].table(), kinds()[kind].table().c.id.in_(ids))
        for kind in sorted({change.kind for change in changes})
    ]
    wanted.append((CHANGE, CHANGE.c.seq.between(changes[0].seq, changes[-1].seq)))
    wanted.append((FEED, FEED.c.record_id.in_(ids)))
    with engine.connect() as connection:
        return {
            table: [
                tuple(
                    json.dumps(value) if isinstance(value, (dict, list)) else value for value in row
                )
                for row in connection.execute(select(table).where(which))
            ]
            for table, which in wanted
        }


def _insert(engine: Engine, rows: Mapping[Table, Sequence[tuple[object, ...]]]) -> float:
    """Insert rows with the bare driver in one transaction; return the seconds until it commits.

    Preparing the transaction is left out; what makes the rows safe is in, as it is on our side.
    """
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    statements = []
    for table in rows:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        marks = ", ".join([mark] * len(table.columns))
        statements.append(f"INSERT INTO {table.name} ({names}) VALUES ({marks})")
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # a prepared plan makes inserts fastest
            connection.exec_driver_sql("SET LOCAL plan_cache_mode = auto")
        cursor = connection.connection.cursor()
        began = time.perf_counter()
        for statement, values in zip(statements, rows.values(), strict=True):
            cursor.executemany(statement, values)
    # Commit: an insert that a power cut may lose is not the same work.
    return time.perf_counter() - began
