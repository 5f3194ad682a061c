"""A home with a small block in it, and keys pressed as fast as a scanner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from benchmarks.keystrokes import hand as keystrokes
from sqlalchemy import func, select
from tests.forked import local_server

from fieldkit.app import FieldkitApp
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.records import Record, Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.records.training.training_batch import TrainingBatch
from fieldkit.reference import options
from fieldkit.screens.base.scheduler import Pace
from fieldkit.screens.look.glyphs import CURSOR
from fieldkit.screens.sync.sync_page import SyncPage
from fieldkit.server.database.connection import connect, writing
from fieldkit.server.database.tables import DEVICE
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.operation.local import code
from fieldkit.store import Answered, Edit, Store
from fieldkit.sync.client import enrol, sync


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    opened.init("Asha", 2, 16)
    yield opened
    opened.close()


def put(store: Store, kind: type[Record], **fields: Value) -> str:
    """Save one record and return its id."""
    return store.save([Edit(kind, fields)], "Asha")[0].id


def artisan(store: Store, name: str, father: str, mobile: str, village: str = "Wathoora") -> str:
    return put(
        store,
        Beneficiary,
        name=name,
        relation="SO",
        relation_name=father,
        gender="M",
        born="1984-01-23",
        mobile=mobile,
        village=village,
        trade_code="CARP",
        status="SUBMITTED",
    )


def organisations(store: Store, many: int) -> list[str]:
    """Save so many village organisations; return their ids."""
    edits = [Edit(VillageOrganisation, {"name": f"Noor VO {n}"}) for n in range(many)]
    return [saved.id for saved in store.save(edits, "Asha")]


def reject(store: Store, reasons: Mapping[int, str], field: str = "name") -> None:
    """Let the server acknowledge all and take none of the changes there are reasons against."""
    standing = store.outbox.log_position()
    assert standing is not None
    verdicts = [
        Verdict(seq=seq, verdict="rejected", field=field, reason=reason)
        for seq, reason in reasons.items()
    ]
    store.pull.receive(
        Answered(standing.origin, standing.last_seq, standing.head, verdicts=verdicts)
    )


@pytest.fixture
def block(store: Store) -> dict[str, str]:
    """Ids of a few records, by a word for each."""
    ghulam = artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", "9419011432")
    tariq = artisan(store, "Tariq Lone", "Ali Lone", "9419017710", "Chadoora")
    group = put(store, SelfHelpGroup, name="Noor SHG", village="Nagam", formed_on=date(2024, 5, 2))
    return {
        "ghulam": ghulam,
        "tariq": tariq,
        "group": group,
        "zooni": put(store, Member, name="Zooni Akhter", gender="F", self_help_group_id=group),
        "batch": put(
            store,
            TrainingBatch,
            training_type="BASIC",
            course="Carpentry",
            place="Chadoora",
            starts_on=date(2026, 1, 5),
        ),
        "kit": put(
            store,
            Toolkit,
            beneficiary_id=ghulam,
            state="SELECTED",
            selected_on=date(2026, 2, 1),
        ),
    }


@dataclass(frozen=True)
class Office:
    """A server on this machine, and codes for it."""

    url: str
    database: Path
    unused: Iterator[int]
    """Districts in which nothing is yet."""

    def code(self, district: int | None = 2, block: int | None = None) -> str:
        return code(self.database, district=district, block=block)

    def enrol(self, store: Store, district: int = 2, block: int | None = None) -> None:
        enrol(store, self.url, self.code(district, block))

    def revoke_newest(self) -> None:
        """End the access of the device that was enrolled last."""
        engine = connect(f"sqlite:///{self.database}")
        with writing(engine) as connection:
            number = connection.execute(select(func.max(DEVICE.c.id))).scalar_one()
            revoke(connection, number, 1_790_000_000)
        engine.dispose()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    database = tmp_path_factory.mktemp("server") / "server.sqlite3"
    with local_server(database) as url:
        yield Office(url, database, (int(o.code) for o in options("district") if o.code != 2))


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Another laptop of the same district."""
    opened = Store.open(tmp_path_factory.mktemp("other"))
    opened.init("Reyaz", 2, 16)
    yield opened
    opened.close()


@pytest.fixture
def at_leisure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what comes up as read at once."""
    monkeypatch.setattr("fieldkit.screens.widgets.pause.PAUSE", 0)


@pytest.fixture
def person(store: Store, other: Store, office: Office) -> str:
    """An artisan that both laptops know, in a district of the test's own."""
    district = next(office.unused)
    for laptop in (store, other):
        office.enrol(laptop, district)
        assert sync(laptop).ok
    made = artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", "9419011432")
    assert sync(store).ok
    assert sync(other).ok
    return made


class Hand(keystrokes.Hand):
    """A person at the keyboard of a running application, who reads the screen."""

    def text(self) -> str:
        """Return what stands on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def marked(self) -> str:
        """Return the line with the cursor in front of it; empty if there is none."""
        lines = self.text().splitlines()[1:]
        return next((line.partition(CURSOR)[2] for line in lines if CURSOR in line), "")

    def line(self, words: str) -> str:
        """Return the first line on the screen that holds ``words``."""
        return next(line for line in self.text().splitlines() if words in line)


async def open_sync(hand: Hand) -> None:
    """Open the Sync page from Home."""
    await hand.press("8", "<enter>")
    assert isinstance(hand.app.screen, SyncPage)


At = Callable[..., AbstractAsyncContextManager[Hand]]


@pytest.fixture
def opened_app(tmp_path: Path) -> At:
    """Open the application on this test's home: ``async with opened_app() as hand``."""

    @asynccontextmanager
    async def opened(
        width: int = 80, height: int = 24, pace: Pace | None = None
    ) -> AsyncIterator[Hand]:
        app = FieldkitApp(tmp_path, pace)
        async with app.run_test(size=(width, height)) as pilot:
            hand = Hand(pilot, app)
            await hand.settle()
            yield hand
        app.close_store()

    return opened
