"""What waits to be reviewed: conflicts, findings, records sent back, stages to decide."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from fieldkit.records import Finding
from fieldkit.store import tables
from fieldkit.store.clock import Clock
from fieldkit.store.database import Database
from fieldkit.store.pull.scopes import pull_state
from fieldkit.store.read.review.conflicts import (
    OpenAbout,
    OpenConflict,
    noted,
    open_about,
    open_conflicts,
)
from fieldkit.store.read.review.sent_back import SentBack, sent_back
from fieldkit.store.read.review.undecided import Undecided, count_undecided, undecided
from fieldkit.store.write.decide import Keep, decide
from fieldkit.store.write.save import Saved, author_of
from fieldkit.store.write.sent_back import accept, mark_corrected, send_back


class Review:
    """Reads what is to be reviewed, and saves what is decided of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def conflicts(self, record_id: str | None = None) -> list[OpenConflict]:
        """Return the open conflicts that nobody here has decided yet, of one record or all."""
        with self._database.read() as connection:
            return open_conflicts(connection, record_id)

    def open_about(self, ids: Sequence[str]) -> OpenAbout:
        """Return about which of these records a conflict is open, or something was found."""
        with self._database.read() as connection:
            return open_about(connection, ids)

    def resolve(self, conflict: str | OpenConflict, keep: Keep | str, operator: str) -> Saved:
        """Decide a conflict; it shows as decided until the server's row comes.

        ``keep`` is one of the two sides, or another value as one types it (a place by its block).
        Given the conflict as it was shown, the decision is about the values seen; given its id,
        about the present ones.

        Raises:
            Refused: the value does not fit, or a rule stands against it; nothing was written.
            Settled: there is no such conflict, or it was closed meanwhile; nothing was written.
        """
        with self._database.write() as connection:
            return decide(connection, conflict, keep, author_of(connection, operator, self._clock))

    def findings(self, record_id: str | None = None) -> list[Finding]:
        """Return what the server found to review, of one record or of all that are here."""
        with self._database.read() as connection:
            return noted(connection, record_id)

    def count_findings(self) -> int:
        """Return how many things the server found to review in the records that are here."""
        with self._database.read() as connection:
            counted = select(func.count()).select_from(tables.finding)
            return int(connection.execute(counted).scalar_one())

    def sent_back(self) -> list[SentBack]:
        """Return the records that are sent back, corrected or not, the longest waiting first."""
        with self._database.read() as connection:
            return sent_back(connection)

    def send_back(self, number: str, reason: str, operator: str) -> Saved:
        """Send a record back to the person who entered it, for them to correct it.

        Raises:
            StoreError: there is no reason, it is not here, or this laptop's role may not.
            Refused: the reason cannot be written.
        """
        with self._database.write() as connection:
            author, scope = (
                author_of(connection, operator, self._clock),
                pull_state(connection).scope,
            )
            return send_back(connection, number, reason, author, scope)

    def accept(self, number: str, operator: str) -> Saved:
        """Accept a record that was sent back as it now stands.

        Raises:
            StoreError: it was not sent back, or this laptop's role may not.
        """
        with self._database.write() as connection:
            author, scope = (
                author_of(connection, operator, self._clock),
                pull_state(connection).scope,
            )
            return accept(connection, number, author, scope)

    def mark_corrected(self, number: str, words: str, operator: str) -> Saved:
        """Note what was done about a record sent back that needs no edit.

        Raises:
            StoreError: it was not sent back, or nothing is said.
            Refused: the words cannot be written.
        """
        with self._database.write() as connection:
            author, scope = (
                author_of(connection, operator, self._clock),
                pull_state(connection).scope,
            )
            return mark_corrected(connection, number, words, author, scope)

    def undecided(self, kind: str, stage: str, limit: int | None = None) -> list[Undecided]:
        """Return what of a kind waits at a stage or in a state, the longest waiting first."""
        with self._database.read() as connection:
            return undecided(connection, kind, stage, limit)

    def count_undecided(self, kind: str, stage: str) -> int:
        """Return how many records of a kind wait at a stage or in a state."""
        with self._database.read() as connection:
            return count_undecided(connection, kind, stage)
