"""The laptop's database as the rest of the program sees it.

Every call is synchronous, whole and safe from any thread; none waits for the network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import Connection, delete, func, insert, select, update

from fieldkit import reference
from fieldkit.file_fault import why
from fieldkit.interruption import check_interruption
from fieldkit.keys.keyfile import all_keys
from fieldkit.keys.notes import Notes
from fieldkit.matching import Match
from fieldkit.protocol.change import Op
from fieldkit.protocol.identity import read_id
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.records import (
    Finding,
    Record,
    RuleContext,
    Value,
    judge,
    kinds,
    same_person_finding,
)
from fieldkit.records.fields.dates import day_at
from fieldkit.settings import DATABASE, KEYS, is_locked, make_file_private, make_private
from fieldkit.store import tables
from fieldkit.store.access import Access
from fieldkit.store.clock import Clock, doubt, laptop_clock, start_of_day
from fieldkit.store.database import Connect, Database, connect
from fieldkit.store.errors import NeedsKey, Refused, StoreError, Unwritable
from fieldkit.store.files import backup as backups
from fieldkit.store.files.convert import remove_leftovers
from fieldkit.store.files.go_back import (
    OlderCopy,
    OnlyHere,
    copy_before_update,
    go_back,
    last_copy,
    only_here,
)
from fieldkit.store.files.migrate import migrate
from fieldkit.store.files.place import place_of
from fieldkit.store.files.practice import is_practice, mark_practice
from fieldkit.store.files.restore import restore
from fieldkit.store.log.entries import Entered, entered_since
from fieldkit.store.log.identity import (
    Device,
    Notice,
    fit_name,
    last_time,
    make_device,
    note,
    read_device,
    read_notices,
    set_up,
    settle_place,
    take_numbers,
)
from fieldkit.store.log.outbox import Outbox, give_up
from fieldkit.store.log.states import State
from fieldkit.store.log.tallies import entered_daily, entered_on
from fieldkit.store.merges import Merges
from fieldkit.store.pull.bundles import Bundles
from fieldkit.store.pull.kept_answers import Kept, keep, kept
from fieldkit.store.pull.pull import Pull
from fieldkit.store.pull.scopes import pull_state
from fieldkit.store.read import search
from fieldkit.store.read.aliases import count_again
from fieldkit.store.read.placed import Placed, placed
from fieldkit.store.read.records import Event, Page, Records
from fieldkit.store.read.referring import referring
from fieldkit.store.read.review.duplicates import Alike, alike
from fieldkit.store.read.review.look_alikes import look_alikes
from fieldkit.store.read.suggestions import (
    FAMILY_NAMES,
    GIVEN_NAMES,
    known_village,
    name_words,
    suggested,
)
from fieldkit.store.review import Review
from fieldkit.store.rows.open_lists import add_counts, offer_villages, uncounted_names
from fieldkit.store.rows.reapply import reapply_overlays
from fieldkit.store.rows.search_index import INDEXES, is_scattered, merge_some
from fieldkit.store.write import drafts
from fieldkit.store.write.different import say_different
from fieldkit.store.write.drafts import Draft, Drafts
from fieldkit.store.write.edits import Edit, Past, prepare
from fieldkit.store.write.permitted import denied
from fieldkit.store.write.save import Saved, author_of, save

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that could be the one looked for."""

    kind: str
    id: str
    label: str
    line: Mapping[str, str]
    """Its list columns as people read them, by field name."""
    score: float
    strong: bool
    number: str = ""
    """The number that was found, of a record for which this one stands."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a save would say of an edit."""

    stops: Sequence[Finding]
    """What prevents it."""
    remarks: Sequence[Finding]


class Store:
    """One laptop's records, changes, drafts and outbox."""

    def __init__(self, database: Database, home: Path, clock: Clock = laptop_clock) -> None:
        self._database = database
        self._clock = clock
        self.home = home
        self.notes = Notes(home, database.key)
        """The small private files of the home."""
        self.drafts = Drafts(database, clock)
        self.outbox = Outbox(database)
        self.pull = Pull(database, clock)
        self.bundles = Bundles(database, clock)
        self.access = Access(database, clock)
        self.merges = Merges(database, clock)
        self.review = Review(database, clock)
        self.saved_here: Counter[tuple[str, bool]] = Counter()
        """Records saved one by one since it was opened, by operator and whether they are new."""
        self._practice: bool | None = None

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        clock: Clock = laptop_clock,
        connect: Connect = connect,
        key: bytes | None = None,
    ) -> Store:
        """Open (or make) the data file of an installation and bring it to this version.

        ``connect`` opens its connections, in WAL and with ``synchronous=FULL``. ``key``: the data
        key of an encrypted file, from its :class:`~fieldkit.keys.keyfile.KeyFile`; a file that
        is made now is encrypted with it.

        Raises:
            NeedsKey: the file is encrypted, and there is no key.
            OtherKey: it was encrypted with another one.
            StoreError: it cannot be used; the text is a sentence for the person.
        """
        try:
            make_private(home)
            if key is None and is_locked(home):
                raise NeedsKey(has_keys=(home / KEYS).exists())
            make_file_private(home / DATABASE)
        except OSError as error:
            raise Unwritable(
                f"The folder {home} cannot be created or written: {why(error)}."
            ) from error
        database = Database(home / DATABASE, connect, key)
        try:
            migrate(database, lambda: copy_before_update(database, home / "backups", _stamp(clock)))
            settle_place(database, place_of(database.path), clock())
        except StoreError:
            database.close()
            raise
        remove_leftovers(database.path)
        opened = cls(database, home, clock)
        with suppress(OSError):  # they are encrypted at the next start
            opened.notes.seal_plain_ones()
        return opened

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @property
    def data_key(self) -> bytes | None:
        """Return the key of an encrypted data file."""
        return self._database.key

    @property
    def encrypted(self) -> bool:
        """Whether the data file is encrypted."""
        return self._database.key is not None

    # Practice

    @property
    def practice(self) -> bool:
        """Whether the data is to practise with: it is never enrolled and never synced."""
        if self._practice is None:
            with self._database.read() as connection:
                self._practice = is_practice(connection)
        return self._practice

    def begin_practice(self) -> None:
        """Mark the data as practice for good, while there is none yet.

        Raises:
            StoreError: there is data already.
        """
        with self._database.write() as connection:
            if read_device(connection) is not None:
                raise StoreError("There is data in this folder already. Choose an empty folder.")
            mark_practice(connection)
        self._practice = True

    # Who this laptop is

    @property
    def device(self) -> Device | None:
        """The identity of this database; None before the first run."""
        with self._database.read() as connection:
            return read_device(connection)

    def init(self, name: str, district: int, block: int | None) -> Device:
        """Do the first run: draw an identity, note who works here and where.

        Raises:
            StoreError: the name will not do.
        """
        with self._database.write() as connection:
            place = place_of(self.home / DATABASE)
            make_device(connection, fit_name(name), district, block, place)
        self.use_operator(name)
        return set_up(self.device)

    def operators(self) -> list[str]:
        """Return who works at this laptop, the last one at work first."""
        table = tables.operator
        with self._database.read() as connection:
            return list(
                connection.execute(
                    select(table.c.name).order_by(table.c.last_used.desc(), table.c.name)
                ).scalars()
            )

    def use_operator(self, name: str) -> None:
        """Note that ``name`` is at work now.

        Raises:
            StoreError: the name will not do.
        """
        name, table = fit_name(name), tables.operator
        with self._database.write() as connection:
            newest = connection.execute(select(func.max(table.c.last_used))).scalar_one() or 0
            connection.execute(delete(table).where(table.c.name == name))
            connection.execute(insert(table).values(name=name, last_used=newest + 1))

    def work_in(self, district: int, block: int | None) -> None:
        """Enter new records in this district and block from now on."""
        with self._database.write() as connection:
            set_up(read_device(connection))
            connection.execute(update(tables.device).values(district=district, block=block))

    def remind(self, text: str) -> None:
        """Keep a sentence for the person until they have seen it; the same one is kept once."""
        with self._database.write() as connection:
            note(connection, max(self._clock(), 0), text)

    def now(self) -> int:
        """Return the time by the laptop's clock, in seconds since 1970 UTC."""
        return self._clock()

    def clock_doubt(self) -> str | None:
        """Return a sentence if the laptop's clock cannot be right."""
        with self._database.read() as connection:
            return doubt(self._clock(), last_time(connection))

    # Saving

    def save(
        self,
        edits: Sequence[Edit],
        operator: str,
        *,
        left: Draft | None = None,
        different: Collection[str] = (),
    ) -> list[Saved]:
        """Save edits, all or none, and the draft they came from as ``left``, in one transaction.

        Texts left in it are kept for the first record saved; without any it is dropped.
        ``different``: those of whom the operator said that the first record is not the same.

        Raises:
            Refused: rules stand against it; nothing was written.
            StoreError: the file could not be written; nothing was written.
        """
        with self._database.write() as connection:
            author = author_of(connection, operator, self._clock)
            fates = save(connection, edits, author)
            stops = [stop for fate in fates if isinstance(fate, Refused) for stop in fate.findings]
            if stops:
                raise Refused(stops)
            done = [fate for fate in fates if isinstance(fate, Saved)]
            if different:
                say_different(connection, edits[0].kind, done[0].id, different, author)
            if left is not None and left.texts:
                drafts.keep(connection, replace(left, record_id=done[0].id), self._clock())
            elif left is not None and left.id is not None:
                drafts.drop(connection, left.id)
        typed = [one for one, edit in zip(done, edits, strict=True) if not edit.kind.program_log]
        self.saved_here.update((operator, one.op is Op.CREATE) for one in typed if one.op)
        return done

    def load(self, edits: Sequence[Edit], operator: str) -> list[Saved | Refused]:
        """Save the valid ones of many edits in one transaction; return the result of each."""
        with self._database.write() as connection:
            author = author_of(connection, operator, self._clock)
            return save(connection, edits, author, field=False)

    def denied(self, edits: Sequence[Edit]) -> list[str]:
        """Return for each edit why the server would refuse it from this laptop; empty: nothing."""
        with self._database.read() as connection:
            device, scope = set_up(read_device(connection)), pull_state(connection).scope
            return denied(connection, edits, device, scope)

    def new_id(self) -> str:
        """Take a record number for a record that others saved with it will refer to."""
        return self.new_ids(1)[0]

    def new_ids(self, many: int) -> list[str]:
        """Take record numbers for records that are noted before they are saved."""
        with self._database.write() as connection:
            origin = set_up(read_device(connection)).origin
            first = take_numbers(connection, many)
        return [f"{origin}-{number}" for number in range(first, first + many)]

    def judge(self, edit: Edit) -> list[Finding]:
        """Return what a save would say, stops first, without saving."""
        with self._database.read() as connection:
            author = author_of(connection, "", self._clock)
            records = Records(connection)
            before = records.get(edit.kind.kind(), edit.id) if edit.id else None
            past = Past(edit.kind.kind())
            one = prepare(edit, before, records, author.device, author.today, past)
        return [*one.stops, *one.remarks]

    def weigh(self, edits: Sequence[Edit]) -> list[Weighed]:
        """Return what a save would say of each edit by itself, without saving."""
        found: list[Weighed] = []
        with self._database.read() as connection:
            author, records = author_of(connection, "", self._clock), Records(connection)
            for edit in edits:
                before = records.get(edit.kind.kind(), edit.id) if edit.id else None
                past = Past(edit.kind.kind())
                one = prepare(edit, before, records, author.device, author.today, past)
                found.append(Weighed(one.stops, one.remarks))
        return found

    def remarks(self, record: Record) -> list[Finding]:
        """Return what the rules say of a record as it stands."""
        with self._database.read() as connection:
            today = author_of(connection, "", self._clock).today
            return judge(record, RuleContext(today, record, Records(connection)))

    # Reading

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return a record, deleted or not; None if it is not here."""
        with self._database.read() as connection:
            return Records(connection).get(kind, record_id)

    def fetch(self, wanted: Iterable[str], ids: Sequence[str]) -> dict[tuple[str, str], Record]:
        """Return at once those of ``ids`` that are of the kinds ``wanted``, by kind and id."""
        with self._database.read() as connection:
            return Records(connection).fetch(wanted, ids)

    def placed(self, wanted: Mapping[str, Collection[str]]) -> Mapping[tuple[str, str], Placed]:
        """Return where the live ones of these records are; their numbers are given by kind."""
        with self._database.read() as connection:
            return placed(connection, wanted)

    def record(self, record_id: str) -> Record | None:
        """Return the record of this id, of whatever kind, as typed from a slip.

        One that was renumbered is found by the number it had, where no other has it.
        """
        known = read_id(record_id)
        with self._database.read() as connection:
            return next(iter(Records(connection).called(str(known))), None) if known else None

    def standing_record(self, record_id: str) -> Record | None:
        """Return the record of this id, as typed from a slip, or the one that stands for it.

        A deleted one is returned itself, so that it can be restored.
        """
        known = read_id(record_id)
        with self._database.read() as connection:
            records = Records(connection)
            found = next(iter(records.called(str(known))), None) if known else None
            if found is None or found.deleted:
                return found
            number = next(iter(records.numbers(found.kind(), found.id)))
            return found if number == found.id else records.get(found.kind(), number)

    def about(self, kind: str, **equal: Value) -> list[Record]:
        """Return the live records of a kind whose fields equal these values, each person once.

        What is about a person is found under all their numbers.
        """
        with self._database.read() as connection:
            return Records(connection).about(kind, **equal)

    def where(self, kind: str, **equal: Value) -> list[Record]:
        """Return the live records of a kind whose fields equal these values, as they stand."""
        with self._database.read() as connection:
            return Records(connection).where(kind, **equal)

    def page(
        self,
        kind: str,
        *,
        where: Mapping[str, Value] | None = None,
        after: str | None = None,
        limit: int = 50,
        newest_first: bool = False,
        by: str = "",
        descending: bool = False,
        among: Sequence[str] | None = None,
    ) -> Page:
        """Return a page of a kind's list: in its own order, or that of the field ``by``.

        ``among``: of the records of these numbers alone.
        """
        with self._database.read() as connection:
            return Records(connection).page(
                kind,
                where or {},
                after,
                limit,
                newest_first=newest_first,
                by=by,
                descending=descending,
                among=among,
            )

    def count(
        self, kind: str, where: Mapping[str, Value], among: Sequence[str] | None = None
    ) -> int:
        """Return how many live records of a kind have these values, among some or all."""
        with self._database.read() as connection:
            return Records(connection).count(kind, where, among)

    def each(
        self, kind: str, where: Mapping[str, Value] | None = None, *, merged: bool = False
    ) -> Iterator[Record]:
        """Stream a kind's live records in order of entry, each person once.

        ``merged``: those for which another record stands too.
        """
        with self._database.read() as connection:
            yield from Records(connection).each(kind, where or {}, merged=merged)

    def referring(self, kind: str, ids: Collection[str]) -> list[Record]:
        """Return the records that refer to one of these of a kind, deleted ones too."""
        with self._database.read() as connection:
            return referring(connection, kind, ids)

    def timeline(self, record_id: str) -> list[Event]:
        """Return what happened to a person or group, oldest first."""
        with self._database.read() as connection:
            return Records(connection).timeline(record_id)

    def states(self, ids: Sequence[str]) -> dict[str, State]:
        """Return where the last change of each record stands."""
        with self._database.read() as connection:
            return Records(connection).states(ids)

    def counts(self) -> dict[str, int]:
        """Return how many live records of each kind are here, each person once."""
        table = tables.tally
        with self._database.read() as connection:
            held = {row.kind: row.live for row in connection.execute(select(table))}
            again = {name: count_again(connection, kind) for name, kind in kinds().items()}
        return {name: held.get(name, 0) - again[name] for name in kinds()}

    def today(self) -> dict[str, int]:
        """Return how many records of each kind were entered today."""
        with self._database.read() as connection:
            return dict(entered_on(connection, start_of_day(self._clock())))

    def start_of_today(self) -> int:
        """Return the moment the present day in India began."""
        return start_of_day(self._clock())

    def entered_since(
        self, since: int, operator: str | None = None, until: int | None = None
    ) -> list[Entered]:
        """Return the records entered here from a moment on, the last first; by one or all."""
        with self._database.read() as connection:
            return entered_since(connection, since, operator, until)

    def entered_daily(self, kind: str, days: int) -> Sequence[int]:
        """Return how many records of a kind were entered on each of the last days, today last."""
        with self._database.read() as connection:
            return entered_daily(connection, kind, start_of_day(self._clock()), days)

    def last_saved(
        self, many: int = 3, operator: str | None = None, kind: str | None = None
    ) -> list[Record]:
        """Return the records last saved here, the latest first: by one operator, of one kind."""
        with self._database.read() as connection:
            return Records(connection).last_saved(many, operator, kind)

    def find(self, typed: str, kinds: Sequence[str] | None = None, limit: int = 20) -> list[Hit]:
        """Return the records that could be meant, the likeliest first."""
        with self._database.read() as connection:
            found = search.find(connection, typed, kinds, limit)
            records = Records(connection).fetch(
                {one.kind for one in found}, [one.id for one in found]
            )
        return [
            Hit(one.kind, one.id, record.label(), record.line(), one.score, one.strong, one.number)
            for one in found
            if (record := records.get((one.kind, one.id)))
        ]

    def alike(self, kind: str, ids: Sequence[str]) -> list[Alike]:
        """Return the likely duplicates of these records, here or among themselves."""
        with self._database.read() as connection:
            return alike(connection, kinds()[kind], ids)

    def same_person(self, record: Record) -> Finding | None:
        """Return a finding about another person who may be the one of this unsaved record."""
        for other, match in self.look_alikes(record, most=1):
            if match.strong:
                return same_person_finding(record, other, match)
        return None

    def look_alikes(self, record: Record, most: int = 20) -> list[tuple[Record, Match]]:
        """Return the people here who may be the one of a record, saved or not, likeliest first."""
        with self._database.read() as connection:
            return look_alikes(connection, record, most)

    def suggest(
        self, list_name: str, typed: str, district: int, limit: int = 9, beside: str = ""
    ) -> list[str]:
        """Return entries of an open list that could be meant: used before, then known ones.

        ``beside``: what is entered of the place already, its PIN code or its name.
        """
        with self._database.read() as connection:
            return suggested(connection, list_name, typed, district, limit, beside)

    def known_village(self, texts: Sequence[str], district: int) -> tuple[str, str]:
        """Return the first of ``texts`` that names a village, and how it is spelled there."""
        with self._database.read() as connection:
            return known_village(connection, texts, district)

    def name_words(self, district: int) -> tuple[Sequence[str], Sequence[str]]:
        """Return the given names and the family names common in a district, commonest first."""
        with self._database.read() as connection:
            found = name_words(connection, district)
        return found[GIVEN_NAMES], found[FAMILY_NAMES]

    def learn_names(self) -> None:
        """Count the words of the names that an older version left uncounted, once.

        No save waits while they are counted.
        """
        with self._database.read() as connection:
            counted = uncounted_names(connection)
        if counted:
            with self._database.write() as connection:
                add_counts(connection, counted)

    def offer_villages(self, villages: Iterable[reference.Village]) -> None:
        """Offer these villages, and their panchayats, from now on, behind those typed before."""
        with self._database.write() as connection:
            offer_villages(connection, villages)

    def query(self, ask: Callable[[Connection], T]) -> T:
        """Return what ``ask`` reads over one connection, all of the same moment (reports)."""
        with self._database.read() as connection:
            return ask(connection)

    def index_for_reports(self) -> None:
        """Make the indexes that reports read, where they are missing: before the first report.

        One at a time, so that entry never waits for long.
        """
        from fieldkit.reports.indexes import make_index, missing_indexes

        with self._database.read() as connection:
            missing = missing_indexes(connection)
        for index in missing:
            check_interruption()
            with self._database.write() as connection:
                make_index(connection, index)

    # What the server answered

    def withdraw(self, origin: str, seq: int) -> None:
        """Give a rejected change up: it is no longer applied to its record (rule 24)."""
        with self._database.write() as connection:
            reapply_overlays(connection, give_up(connection, origin, seq))

    def keep_answer(self, answer: Message, at: int | None = None) -> None:
        """Keep an answer of the server, in place of the last one of its sort, to read offline.

        ``at``: when most of it came, if that was before.
        """
        with self._database.write() as connection:
            keep(connection, answer, max(self._clock(), 0) if at is None else at)

    def kept_answer(self, sort: type[M]) -> Kept[M] | None:
        """Return the last answer of a sort that was kept; None if there is none."""
        with self._database.read() as connection:
            return kept(connection, sort)

    def notices(self) -> list[Notice]:
        """Return the sentences kept for the person, the oldest first."""
        with self._database.read() as connection:
            return read_notices(connection)

    def noticed(self, notice_id: int) -> None:
        """Drop a notice that was seen."""
        with self._database.write() as connection:
            connection.execute(delete(tables.notice).where(tables.notice.c.id == notice_id))

    # Keeping it safe

    def back_up(
        self, target: Path, *, force: bool = False, before: Callable[[], object] | None = None
    ) -> None:
        """Copy everything to ``target``, whole or not at all.

        The copy of encrypted data is encrypted as well; outside of the home folder its key file is
        put beside it. ``force``: replace a file there that is no backup of fieldkit. ``before``:
        runs before the copy is made, once there is room for it; if it fails, there is no backup.
        """
        backups.back_up(self._database, target, force=force, before=before)
        if self.encrypted and self.home.resolve() not in target.resolve().parents:
            backups.put_keys_beside(self.home, target)

    def tidy(self) -> None:
        """Merge the search index if many saves have scattered it: searches then read less.

        A part at a time, each by itself, so that entry never waits for long.

        Raises:
            Interrupted: it was stopped; what was merged stays merged.
        """
        with self._database.read() as connection:
            if not is_scattered(connection):
                return
        for name in INDEXES:
            begin, more = True, True
            while more:
                check_interruption()
                with self._database.write() as connection:
                    more = merge_some(connection, name, begin=begin)
                begin = False

    @contextmanager
    def rehearsal(self) -> Iterator[Store]:
        """Give a store that holds the same, to try a load on; what it saves is gone afterwards.

        Raises:
            StoreError: the copy cannot be made.
        """
        with TemporaryDirectory(prefix="rehearsal-", dir=self.home) as folder:
            self.back_up(Path(folder) / DATABASE)
            copy = Database(Path(folder) / DATABASE, key=self._database.key)
            try:
                yield Store(copy, self.home, self._clock)
            finally:
                copy.close()

    def back_up_daily(self) -> Path | None:
        """Make today's backup in the home folder if there is none yet."""
        today = day_at(self._clock()).isoformat()
        return backups.back_up_daily(self._database, self.home / "backups", today)

    def check(self) -> list[str]:
        """Look through the whole file; return a sentence per problem, none if it is sound."""
        return backups.problems(self._database)

    @staticmethod
    def restore(
        home: Path,
        source: Path,
        *,
        clock: Clock = laptop_clock,
        connect: Connect = connect,
        key: bytes | None = None,
        source_key: bytes | None = None,
    ) -> Path | None:
        """Put a backup in place of the data file; the file replaced is kept, its path returned.

        ``key``: with which the data is encrypted from now on, of the home's key file;
        ``source_key``: of an encrypted backup.

        The restored database gets a new identity: what the old one had not sent is still sent,
        once, under the old identity.

        Raises:
            StoreError: the backup is damaged, the data file is in use, or the folder cannot be
                written.
        """
        return restore(home, source, _stamp(clock), connect, key, source_key)

    def copy_before_update(self) -> OlderCopy | None:
        """Return the copy made before the last update, to which one can go back."""
        key = self.data_key
        return last_copy(self.home / "backups", [] if key is None else all_keys(self.home, key))

    def only_here_since(self, copy: OlderCopy) -> OnlyHere:
        """Count the work since ``copy`` was made that is on this laptop only."""
        return only_here(self._database, copy)

    @staticmethod
    def go_back(
        home: Path,
        copy: OlderCopy,
        *,
        key: bytes | None = None,
        clock: Clock = laptop_clock,
        connect: Connect = connect,
    ) -> Path | None:
        """Put a copy made before an update in place of the data file, for the older program.

        The file replaced is kept, its path returned. What was done since comes back from the
        server; what is :meth:`only_here_since` does not.

        Raises:
            StoreError: the copy is damaged, the data file is in use, or the folder cannot be
                written.
        """
        return go_back(home, copy, _stamp(clock), connect, key)


def _stamp(clock: Clock) -> str:
    return datetime.fromtimestamp(clock(), UTC).strftime("%Y%m%d-%H%M%S")
