"""Which records are of one person, and which are not (rules 27 to 31)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from fieldkit.records import kinds
from fieldkit.store.clock import Clock
from fieldkit.store.database import Database
from fieldkit.store.read.aliases import has_merged, merged_with, standing_by_others, stands_for
from fieldkit.store.write.alias import say_same, take_back_same
from fieldkit.store.write.different import say_different, take_back_different
from fieldkit.store.write.edits import Edit
from fieldkit.store.write.save import Saved, author_of


class Merges:
    """Merges records of one person as aliases, and tells the others apart."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def say_different(self, kind: str, one: str, other: str, operator: str) -> None:
        """Note that two records are of different people, so that nobody is asked again (rule 30).

        Raises:
            StoreError: they are not two records of this laptop.
            Refused: a rule stands against it; nothing was written.
        """
        with self._database.write() as connection:
            author = author_of(connection, operator, self._clock)
            say_different(connection, kinds()[kind], one, [other], author)

    def take_back_different(self, kind: str, one: str, other: str, operator: str) -> bool:
        """Take back that two records are of different people; say whether anybody had said so.

        Raises:
            Refused: a rule stands against it; nothing was written.
        """
        with self._database.write() as connection:
            author = author_of(connection, operator, self._clock)
            return bool(take_back_different(connection, kinds()[kind], one, other, author))

    def merge(
        self,
        kind: str,
        kept: str,
        duplicate: str,
        operator: str,
        use: Collection[str] = (),
        seen: Mapping[str, int] | None = None,
    ) -> list[Saved]:
        """Note that ``duplicate`` is the same person as ``kept``, which stands for both (rule 27).

        The kept record takes the duplicate's values of the fields ``use``. ``seen``: the version
        of each that the person saw, 0 where the server had none.

        Raises:
            StoreError: they are not two records that can be one; the text says why.
            Refused: a rule stands against it; nothing was written.
        """
        with self._database.write() as connection:
            author = author_of(connection, operator, self._clock)
            return say_same(connection, kinds()[kind], kept, duplicate, author, use, seen)

    def unmerge(
        self,
        kind: str,
        number: str,
        operator: str,
        kept: str = "",
        put_back: Edit | None = None,
    ) -> list[Saved]:
        """Take back that a record is the same person as another; empty if nobody had said so.

        ``kept``: only if this is the other record; ``put_back``: gives it the values that it held
        before the merge.

        Raises:
            StoreError: the record is not here, or was merged into another one since.
            Refused: a rule stands against it; nothing was written.
        """
        with self._database.write() as connection:
            author = author_of(connection, operator, self._clock)
            return take_back_same(connection, kinds()[kind], number, author, kept, put_back)

    def stands_for(self, kind: str, numbers: Iterable[str]) -> Mapping[str, str]:
        """Return by each number that of the record that stands for it here (rule 28)."""
        with self._database.read() as connection:
            return stands_for(connection, kinds()[kind], numbers)

    def merged_with(self, kind: str, number: str) -> list[str]:
        """Return the other records here for which one stands, deleted ones too."""
        with self._database.read() as connection:
            return merged_with(connection, kinds()[kind], number)

    def merged(self, kind: str) -> Mapping[str, str]:
        """Return by each number for which another record stands the number of that one."""
        with self._database.read() as connection:
            return standing_by_others(connection, kinds()[kind])

    def persons(self, numbers: Collection[str]) -> Mapping[str, str]:
        """Return who stands for people of whatever kind, by number; only of those who do not
        stand for themselves."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for kind in kinds().values():
                if numbers and has_merged(connection, kind):
                    standing = stands_for(connection, kind, numbers).items()
                    found |= {number: kept for number, kept in standing if number != kept}
        return found
