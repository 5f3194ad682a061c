"""The numbered jobs on Home: some are always there, the others are declared by kinds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

from fieldkit.screens.base.navigator import Navigator


class JobRow(NamedTuple):
    """One job: its digit, its words, and what it opens."""

    key: str
    words: str
    open: Callable[[Navigator], Awaitable[object]]


SYNC, REVIEW = "8", "0"
"""The jobs with what waits behind their words."""
FIXED = (
    JobRow("6", "All lists", lambda navigator: navigator.open_lists()),
    JobRow("7", "Import", lambda navigator: navigator.open_import()),
    JobRow(SYNC, "Sync", lambda navigator: navigator.open_sync()),
    JobRow("9", "Progress", lambda navigator: navigator.open_reports()),
    JobRow(REVIEW, "Review", lambda navigator: navigator.open_review()),
)
"""The jobs that need no records: Home shows them in its first paint."""


def all_jobs() -> Sequence[JobRow]:
    """Return the fixed jobs and those of the kinds; loads the records."""
    from fieldkit.records.declaration.roles import home_jobs

    declared = (
        JobRow(str(job.number), job.label, partial(_open_job, kind.kind()))
        for job, kind in home_jobs()
        if job.number
    )
    return [*declared, *FIXED]


async def _open_job(kind: str, navigator: Navigator) -> None:
    await navigator.open_job(kind)
