from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fieldkit.protocol.messages import MOST_CHANGES
from fieldkit.store import SyncSession
from fieldkit.sync.transfer_size import (
    FEWEST,
    FIRST_PAGE,
    LARGEST_BATCH,
    LEAST,
    MOST_ROWS,
    SECONDS,
    TransferSize,
    line_speed,
)


def _session(up: int, down: int, seconds: float, *, ok: bool = True) -> SyncSession:
    return SyncSession(0, ok, 1, up, down, seconds)


def test_the_speed_of_the_line_is_that_of_the_largest_sync_that_worked() -> None:
    assert line_speed([]) is None
    assert line_speed([_session(900, 100, 0.0), _session(9000, 0, 1.0, ok=False)]) is None
    assert line_speed([_session(300, 0, 1.0), _session(9000, 1000, 2.0)]) == 5000


def test_a_line_not_measured_yet_gets_full_batches() -> None:
    pace = TransferSize()
    assert (pace.changes, pace.rows, pace.room) == (MOST_CHANGES, FIRST_PAGE, LARGEST_BATCH)


def test_a_batch_takes_about_four_seconds_of_the_line() -> None:
    assert TransferSize(1000).room == 1000 * SECONDS
    assert TransferSize(10).room == LEAST
    assert TransferSize(10**9).room == LARGEST_BATCH
    pace = TransferSize(1000)
    pace.weighed(8000, 100)
    assert pace.changes == 50


def test_failure_halves_and_success_doubles() -> None:
    pace = TransferSize()
    pace.failed()
    pace.failed()
    assert (pace.changes, pace.rows) == (MOST_CHANGES // 4, FIRST_PAGE // 4)
    for _ in range(9):
        pace.failed()
    assert (pace.changes, pace.rows) == (FEWEST, FEWEST)
    pace.went(100, 100, 0, 0.1)
    assert (pace.changes, pace.rows) == (2 * FEWEST, 2 * FEWEST)


def test_pages_grow_once_their_rows_were_weighed() -> None:
    pace = TransferSize()
    for _ in range(5):
        pace.went(400, 100 * 40, 100, 0.1)
    assert pace.rows == MOST_ROWS
    pace.went(400, 100 * 2400, 100, 0.1)
    assert pace.rows == 10


def test_what_a_small_request_took_tells_nothing_of_the_line() -> None:
    pace = TransferSize(1000)
    pace.went(300, 300, 0, 3.0)
    assert pace.room == 4000
    pace.went(3000, 0, 0, 6.0)
    assert pace.room == 2000


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.integers(0, 10**6),
            st.integers(0, 2000),
            st.floats(0, 100, allow_nan=False),
        )
    )
)
def test_whatever_happens_something_travels_and_not_too_much(
    steps: list[tuple[bool, int, int, float]],
) -> None:
    pace = TransferSize()
    for worked, size, rows, seconds in steps:
        if worked:
            pace.went(size, size, rows, seconds)
            pace.weighed(size, max(rows, 1))
        else:
            pace.failed()
        assert 1 <= pace.changes <= MOST_CHANGES
        assert FEWEST <= pace.rows <= MOST_ROWS
        assert LEAST <= pace.room <= LARGEST_BATCH
