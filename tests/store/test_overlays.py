"""What a laptop shows, against the rules of 21 to 24 worked out again from its log."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from tests.store.conftest import Turned
from tests.store.office import KIND, OTHER, Office, shown

from fieldkit.protocol.change import Json, Op
from fieldkit.protocol.merge import STAMPS, overlay
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Refused, State, Store
from fieldkit.store.log.outbox import Logged

FIELDS = ["village", "remarks", "mobile"]
NAMED: dict[str, Json] = {"name": "Asha", "trade_code": "CARP", "district": 2, "block": 16}
which = st.integers(0, 2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), which, st.sampled_from(FIELDS)),
        st.tuples(st.just("answer"), which, st.just("")),
        st.tuples(st.just("there"), which, st.sampled_from(FIELDS)),
        st.tuples(st.just("edit"), which, st.sampled_from(FIELDS)),
        st.tuples(st.just("answer"), which, st.just("")),
        st.tuples(st.sampled_from(["make", "delete", "withdraw", "settle"]), which, st.just("")),
        st.tuples(st.just("refuse"), which, st.sampled_from([*FIELDS, ""])),
        st.tuples(st.just("stale"), which, st.sampled_from(FIELDS)),
        st.tuples(st.just("there"), which, st.just("deleted")),
        st.tuples(st.just("lost"), which, st.just("")),
    ),
    min_size=5,
    max_size=25,
)


class Model:
    """What ought to be shown: the rows that were received, and the log over them."""

    def __init__(self, store: Store, office: Office) -> None:
        self.store, self.office = store, office
        self.rows: dict[str, tuple[int, dict[str, Json]]] = {}
        self.withdrawn: set[int] = set()

    def receive(self, changes: int, rows: int, *, lost: bool = False) -> None:
        answered = self.office.answer(self.store, changes=changes, rows=rows)
        if lost:
            return
        self.store.pull.receive(answered)
        for row in answered.rows:
            kept = self.office.records[row.id]
            self.rows[row.id] = (kept.version, dict(kept.values))

    def withdraw(self, many: int | None) -> None:
        for one in self.store.outbox.returned(many):
            if one.state is State.REJECTED:
                self.withdrawn.add(one.change.seq)
                self.store.withdraw(one.origin, one.change.seq)

    def holds(self) -> None:
        logged = self.store.outbox.batch(self._origin(), 1000)
        pending = {one.change.seq for one in logged}
        for record_id in self._ids():
            version, fields = self.rows.get(record_id, (0, {}))
            changes = self.store.outbox.of(record_id)
            for one in changes:
                said = self._lies(one, changes, version, pending)
                fields = (
                    overlay(fields, one.change) if said is None else _lay_some(fields, one, said)
                )
            ought = {
                name: value
                for name, value in fields.items()
                if name not in STAMPS and value is not False
            }
            assert shown(self.store, record_id) == ought, record_id
            record = self.store.get(KIND, record_id)
            assert (record.version if record else None) == (version or None)
        with closing(sqlite3.connect(self.store.home / DATABASE)) as file:
            (live,) = file.execute(f"SELECT count(*) FROM {KIND} WHERE NOT deleted").fetchone()
        assert self.store.counts()[KIND] == live

    def _lies(
        self, one: Logged, changes: list[Logged], version: int, pending: set[int]
    ) -> set[str] | None:
        """Say which fields of a change lie over the row: None for all of it, as it is."""
        seq = one.change.seq
        if seq in pending:
            return None
        made, verdict = self.office.told[one.origin, seq]
        if verdict is None or verdict.verdict == State.CONFLICT:
            return None if (made or 0) > version else set()
        if seq in self.withdrawn:
            return set()
        later = [other.change for other in changes if other.change.seq > seq]
        # A deletion that is itself held, or was given up, has ended nothing.
        nothing = {other.change.seq for other in changes if other.state is State.CONFLICT}
        nothing |= self.withdrawn
        if any(one.op is Op.DELETE and one.seq not in nothing for one in later):
            return set()
        fields = {"deleted"} if one.change.op is Op.DELETE else set(one.change.fields)
        return fields - {name for other in later for name in other.fields}

    def _origin(self) -> str:
        device = self.store.device
        assert device is not None
        return device.origin

    def _ids(self) -> set[str]:
        own = {one.change.record_id for one in self.store.outbox.batch(self._origin(), 1000)}
        every = {record.id for record in self.store.each(KIND)}
        return own | every | self.rows.keys()


def _lay_some(fields: dict[str, Json], one: Logged, said: set[str]) -> dict[str, Json]:
    kept = {name: value for name, value in one.change.fields.items() if name in said}
    if "deleted" in said:
        kept["deleted"] = True
    return fields | kept if kept else fields


@contextmanager
def opened(fresh: Path) -> Iterator[Store]:
    with TemporaryDirectory() as folder:
        shutil.copyfile(fresh, Path(folder) / DATABASE)
        store = Store.open(Path(folder), clock=Turned())
        try:
            yield store
        finally:
            store.close()


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@example([("edit", 2, "village"), ("refuse", 0, "village"), ("answer", 2, ""), ("delete", 2, "")])
@given(steps)
def test_a_record_shows_the_servers_row_with_own_unanswered_work_over_it(
    fresh: Path, story: list[tuple[str, int, str]]
) -> None:
    with opened(fresh) as store:
        office = Office()
        model = Model(store, office)
        for number in (1, 2):
            office.write(f"{OTHER}-{number}", **NAMED)
        model.receive(9, 9)
        for count, step in enumerate(story):
            _play(model, step, f"v{count}")
            model.holds()
        office.refused = set()
        model.receive(200, 200)
        model.withdraw(None)
        for _ in range(9):
            model.receive(200, 200)
        model.holds()
        for record_id, kept in office.records.items():
            values = {
                name: value
                for name, value in kept.values.items()
                if name not in STAMPS and value is not False
            }
            assert shown(store, record_id) == values
        with closing(sqlite3.connect(store.home / DATABASE)) as file:
            assert file.execute("SELECT count(*) FROM beneath").fetchone() == (0,)
        assert store.check() == []


def _play(model: Model, step: tuple[str, int, str], value: str) -> None:
    what, number, field = step
    store, office = model.store, model.office
    value = f"94190{int(value[1:]) + 10000}" if field == "mobile" else value
    if what == "make":
        store.save([Edit(Beneficiary, {"name": "Asha", "trade_code": "CARP"})], "Asha")
    elif what in {"edit", "stale", "delete"}:
        _type(store, what, number, {field: value} if field else {})
    elif what == "there":
        far = f"{OTHER}-{number % 2 + 1}"
        office.write(far, **{field: True if field == "deleted" else value})
    elif what in {"answer", "lost"}:
        model.receive(number, number + 2, lost=what == "lost")
    elif what == "refuse":
        office.refused = {field} if field else set()
    elif what == "withdraw":
        model.withdraw(1)
    elif what == "settle":
        store.pull.settle()


def _type(store: Store, what: str, number: int, fields: dict[str, Value]) -> None:
    ids = sorted(record.id for record in store.each(KIND))
    if not ids:
        return
    chosen = ids[number % len(ids)]
    op = Op.DELETE if what == "delete" else None
    base = 0 if what == "stale" else None
    with suppress(Refused):
        store.save([Edit(Beneficiary, fields, id=chosen, base=base, op=op)], "Asha")
