"""Reports over the whole territory, on the laptop and the server; keys while one is counted."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from benchmarks.figures import MILLI, Figure, p95
from benchmarks.homes import FIELDKIT
from benchmarks.starting import HOME_LABEL
from benchmarks.terminal import ENTER, ESCAPE, Terminal
from benchmarks.territory import AS_ON, home_of
from fieldkit.reports import Area, due_counts, due_work, period_of, reports
from fieldkit.server.database.connection import count_in_memory, reading
from fieldkit.store import Store

_LIMITS = {"laptop": 1000.0, "server": 2000.0}
"""Milliseconds for a report; the scoreboard has 3000."""
_HERE = "(status IS NULL OR status NOT IN ('INACTIVE', 'DEFUNCT', 'LEFT', 'DECEASED'))"
_CAME = "state IN ('SANCTIONED', 'DISBURSED', 'CLOSED', 'NPA')"
_RAW = {
    "pmv_funnel": (
        "SELECT district, sum(CASE WHEN status NOT LIKE 'D%' THEN 1 END), "
        "sum(CASE WHEN status = 'S3_APPROVED' THEN 1 END), "
        "sum(CASE WHEN status LIKE '%REJECTED' THEN 1 END), count(certificate_on), "
        "count(card_on), count(card_handed_on) FROM beneficiary WHERE NOT deleted "
        "GROUP BY district",
        "SELECT e.district, count(*) FROM training_enrolment e JOIN training_batch b "
        "ON b.id = e.training_batch_id WHERE NOT e.deleted AND e.state IN "
        "('COMPLETED', 'CERTIFIED') AND b.training_type IN ('BASIC', 'ADV') GROUP BY e.district",
        "SELECT district, count(*), sum(CASE WHEN state = 'DELIVERED' THEN 1 END) FROM toolkit "
        "WHERE NOT deleted GROUP BY district",
        "SELECT district, count(*), count(disbursed_on), sum(disbursed_amount) FROM loan "
        f"WHERE NOT deleted AND {_CAME} GROUP BY district",
    ),
    "shg_institutions": (
        "SELECT district, count(*), count(village_organisation_id), "
        "sum(CASE WHEN approval_status = 'APPROVED' THEN 1 END), "
        "sum(CASE WHEN profile_percent = 100 THEN 1 END) FROM self_help_group "
        f"WHERE NOT deleted AND {_HERE} GROUP BY district",
        f"SELECT district, count(*) FROM member WHERE NOT deleted AND {_HERE} GROUP BY district",
        "SELECT district, count(*) FROM (SELECT DISTINCT district, block, village, household_no "
        f"FROM member WHERE NOT deleted AND {_HERE} AND block IS NOT NULL AND village IS NOT NULL "
        "AND household_no IS NOT NULL) AS homes GROUP BY district",
    ),
}
"""What a report asks of its large tables, written by hand, to compare with."""


def measure(scale: float = 1.0) -> list[Figure]:
    """Time every report on a laptop, and keys meanwhile; :func:`on_engine` times a server's."""
    home = home_of(scale)
    store = Store.open(home)
    try:
        started = time.perf_counter()
        store.index_for_reports()
        built = (time.perf_counter() - started) * 1000
        found = [Figure("indexes of all reports, once", built, None, "ms")]
        found += _reports("laptop", store.query)
    finally:
        store.close()
    return [*found, _keys_meanwhile(home)]


def on_engine(engine: Engine) -> list[Figure]:
    """Time every report on a server's database, filled by :mod:`benchmarks.territory`."""

    def query(ask: Callable[[Connection], object]) -> object:
        with reading(engine) as connection:
            count_in_memory(connection)
            return ask(connection)

    return list(_reports("server", query))


def _reports(
    side: str, query: Callable[[Callable[[Connection], object]], object]
) -> Iterator[Figure]:
    area = Area()
    for name, report in reports().items():

        def ask(connection: Connection, name: str = name) -> object:
            period = period_of(connection, area)
            found = reports()[name]
            return found.run(connection, area, period, found.by[0])

        limit = 3000.0 if name == "scoreboard" else _LIMITS[side]
        raw = _RAW.get(name)
        baseline = _best(query, partial(_raw, raw)) if raw else None
        yield Figure(
            f"{report.code} {name}, {side}",
            _best(query, ask),
            baseline,
            "ms",
            3 if raw else None,
            limit,
        )
    rules = list(due_work().values())
    counts = partial(due_counts, rules=rules, area=Area(block=16), today=AS_ON)
    yield Figure(f"due work of a block, {side}", _best(query, counts), None, "ms", None, 1000)


def _raw(statements: tuple[str, ...], connection: Connection) -> object:
    return [connection.execute(text(one)).all() for one in statements]


def _best(
    query: Callable[[Callable[[Connection], object]], object], ask: Callable[[Connection], object]
) -> float:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        query(ask)
        times.append(time.perf_counter() - started)
    return min(times) * 1000


_WORD = "abcdefghijklm"
_GAP = 0.04
"""Seconds between keys of a fast typist."""


def _keys_meanwhile(home: Path) -> Figure:
    """Type into the menu while the scoreboard is counted, and while nothing is."""
    with Terminal(FIELDKIT, {"FIELDKIT_HOME": str(home)}) as terminal:
        terminal.until(_shows(HOME_LABEL))
        terminal.press("9" + ENTER)
        terminal.until(_shows("a word of its title"))
        terminal.press("targets achievements" + ENTER)
        terminal.until(_shows("everything up to today"))
        terminal.settle(3)
        counting: list[float] = []
        idle: list[float] = []
        for period in "[[[]]]":
            idle += _delays(terminal)
            terminal.press(period)
            counting += _delays(terminal)
            terminal.settle(3)
    return Figure("key to paint while a report is counted", p95(counting), p95(idle), "ms")


def _delays(terminal: Terminal) -> list[float]:
    """Type a word into the menu and leave it; return the milliseconds of each letter."""
    terminal.press("/")
    terminal.until(_shows("Go to"))
    delays: list[float] = []
    for length in range(1, len(_WORD) + 1):
        pressed = terminal.press(_WORD[length - 1])
        delays.append((terminal.until(_shows(_WORD[:length])) - pressed) * MILLI)
        terminal.rest(_GAP)
    terminal.press(ESCAPE)
    terminal.settle()
    return delays


def _shows(words: str) -> Callable[[Terminal], bool]:
    return lambda screen: bool(screen.row(words))
