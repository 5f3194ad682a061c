from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fieldkit.protocol.messages.sync import MOST_CHANGES
from fieldkit.store import SyncSession
from fieldkit.sync.exchange.transfer_size import (
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


def test_the_speed_is_that_of_the_largest_successful_sync() -> None:
    assert line_speed([]) is None
    assert line_speed([_session(900, 100, 0.0), _session(9000, 0, 1.0, ok=False)]) is None
    assert line_speed([_session(300, 0, 1.0), _session(9000, 1000, 2.0)]) == 5000


def test_an_unmeasured_line_gets_full_batches() -> None:
    size = TransferSize()
    assert (size.changes, size.rows, size.max_bytes) == (MOST_CHANGES, FIRST_PAGE, LARGEST_BATCH)


def test_a_batch_is_sized_to_take_about_four_seconds() -> None:
    assert TransferSize(1000).max_bytes == 1000 * SECONDS
    assert TransferSize(10).max_bytes == LEAST
    assert TransferSize(10**9).max_bytes == LARGEST_BATCH
    size = TransferSize(1000)
    size.measured(8000, 100)
    assert size.changes == 50


def test_failures_halve_and_successes_double_the_sizes() -> None:
    size = TransferSize()
    size.failed()
    size.failed()
    assert (size.changes, size.rows) == (MOST_CHANGES // 4, FIRST_PAGE // 4)
    for _ in range(9):
        size.failed()
    assert (size.changes, size.rows) == (FEWEST, FEWEST)
    size.succeeded(100, 100, 0, 0.1)
    assert (size.changes, size.rows) == (2 * FEWEST, 2 * FEWEST)


def test_pages_grow_once_the_size_of_rows_is_known() -> None:
    size = TransferSize()
    for _ in range(5):
        size.succeeded(400, 100 * 40, 100, 0.1)
    assert size.rows == MOST_ROWS
    size.succeeded(400, 100 * 2400, 100, 0.1)
    assert size.rows == 10


def test_a_small_request_does_not_change_the_measured_speed() -> None:
    size = TransferSize(1000)
    size.succeeded(300, 300, 0, 3.0)
    assert size.max_bytes == 4000
    size.succeeded(3000, 0, 0, 6.0)
    assert size.max_bytes == 2000


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
def test_sizes_stay_within_their_bounds(
    steps: list[tuple[bool, int, int, float]],
) -> None:
    size = TransferSize()
    for worked, count, rows, seconds in steps:
        if worked:
            size.succeeded(count, count, rows, seconds)
            size.measured(count, max(rows, 1))
        else:
            size.failed()
        assert 1 <= size.changes <= MOST_CHANGES
        assert FEWEST <= size.rows <= MOST_ROWS
        assert LEAST <= size.max_bytes <= LARGEST_BATCH
