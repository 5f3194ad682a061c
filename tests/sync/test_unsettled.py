"""Late and waiting changes on the laptop: kept over their records, asked about at each sync."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.conftest import Api
from tests.server.http_laptop import DAY

from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import SyncRequest
from fieldkit.protocol.wire.codec import decode, encode
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.database.connection import writing
from fieldkit.server.devices.authentication import device_of_token
from fieldkit.server.devices.scopes import change_scope
from fieldkit.server.operation.late import late_changes, leave, take
from fieldkit.store import Edit, State, Store
from fieldkit.sync.client import Outcome, sync
from fieldkit.sync.exchange import questions
from fieldkit.sync.failures import ServerRefusal
from fieldkit.sync.transport import Traffic


class ToApi:
    """A transport to a server in this process."""

    def __init__(self, api: Api, token: str) -> None:
        self.api = api
        self.token = token
        self.traffic = Traffic()
        self.asked: list[Message] = []

    def use_token(self, token: str) -> None:
        self.token = token

    def measure(self, message: Message) -> int:
        return len(encode(message, "identity"))

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        self.traffic.requests += 1
        self.asked.append(message)
        answer = self.api.send(path, encode(message, "identity"), self.token)
        if answer.status_code != 200:
            raise ServerRefusal(answer.status_code, None)
        return decode(answer.content, kind, "identity")


class Office:
    """A laptop of block 16 whose area is taken away."""

    def __init__(self, api: Api, home: Path) -> None:
        self.api = api
        self.token = api.token(api.code("operator", 2, 16))
        self.store = Store.open(home, clock=lambda: api.now)
        self.store.init("Asha", 2, 16)
        self.store.access.enrol("https://server.example", self.token, "operator", 2, 16, 1, "")
        self.transport = ToApi(api, self.token)

    def sync(self) -> Outcome:
        outcome = sync(self.store, transport=self.transport, pause=lambda _: False)
        assert outcome.ok, outcome.session.error
        return outcome

    def moves(self) -> None:
        with writing(self.api.engine) as connection:
            row = device_of_token(connection, f"Bearer {self.transport.token}")
            assert row is not None
            change_scope(connection, row.id, 2, 17, self.api.now)

    def enter(self, **fields: str) -> str:
        (saved,) = self.store.save([Edit(VillageOrganisation, dict(fields))], "Asha")
        return saved.id

    def edit(self, record: str, **fields: str) -> None:
        self.store.save([Edit(VillageOrganisation, dict(fields), id=record)], "Asha")

    def shown(self, record: str) -> VillageOrganisation | None:
        found = self.store.record(record)
        assert found is None or isinstance(found, VillageOrganisation)
        return found


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    api = Api(tmp_path / "server.sqlite3")
    yield api
    api.close()


@pytest.fixture
def office(api: Api, tmp_path: Path) -> Iterator[Office]:
    office = Office(api, tmp_path / "home")
    yield office
    office.store.close()


@pytest.fixture
def late(api: Api, office: Office) -> str:
    """A record that is known to the server, with a late edit over it."""
    record = office.enter(name="Noor VO", village="Nagam")
    office.sync()
    office.moves()
    api.now += 31 * DAY
    office.edit(record, village="Wathora")
    outcome = office.sync()
    assert (outcome.applied, outcome.late, outcome.unsettled) == (0, 1, 1)
    return record


def test_a_late_change_stays_over_its_record_with_a_reason(office: Office, late: str) -> None:
    for _ in range(2):
        shown = office.shown(late)
        assert shown is not None
        assert shown.village == "Wathora"
        assert office.store.states([late]) == {late: State.LATE}
        (returned,) = office.store.outbox.returned(record_id=late)
        assert (returned.state, returned.reason and returned.reason.rule) == (State.LATE, "late")
        assert office.store.outbox.returned() == []
        office.sync()


def test_one_that_is_taken_in_leaves_with_its_area(api: Api, office: Office, late: str) -> None:
    take(api.url, api.now, [one["change"] for one in late_changes(api.url)])
    assert office.sync().unsettled == 0
    assert office.shown(late) is None
    assert office.store.outbox.counts()[State.LATE] == 0


def test_one_that_is_left_comes_back(api: Api, office: Office, late: str) -> None:
    leave(api.url, api.now, [one["change"] for one in late_changes(api.url)])
    assert office.sync().returned == 1
    assert office.store.states([late]) == {late: State.REJECTED}
    (returned,) = office.store.outbox.returned()
    office.store.withdraw(returned.origin, returned.change.seq)
    assert office.shown(late) is None


def test_a_quiet_sync_stays_one_request(office: Office, late: str) -> None:
    assert late
    office.transport.asked.clear()
    office.sync()
    assert len(office.transport.asked) == 1


def test_edits_of_a_late_entry_wait_with_it(api: Api, office: Office) -> None:
    office.moves()
    api.now += 31 * DAY
    record = office.enter(name="Noor VO", village="Nagam")
    office.edit(record, village="Wathora")
    outcome = office.sync()
    # The laptop gave the record its own block, which is not in its area any more.
    assert (outcome.late, outcome.early) == (1, 1)
    office.edit(record, village="Lasjan")
    office.sync()
    shown = office.shown(record)
    assert shown is not None
    assert shown.village == "Lasjan"
    device = late_changes(api.url)[0]["device"]
    assert len(take(api.url, api.now, device=device)) == 3
    assert office.sync().unsettled == 0


def test_the_server_is_asked_again_after_it_lost_data(office: Office, late: str) -> None:
    taken_in = "UPDATE change SET settled = verdict, verdict = NULL WHERE verdict = 'late'"
    with office.store.outbox.database.write() as connection:
        connection.exec_driver_sql(taken_in)
    assert office.store.outbox.unsettled() == {}
    office.store.pull.new_incarnation("another")
    assert [one.late for one in office.store.outbox.unsettled().values()] == [(2,)]
    assert office.store.states([late]) == {late: State.LATE}


def test_after_lost_data_all_is_asked_again_in_parts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        office.enter(name=f"VO {number}", village="Nagam")
    office.sync()
    office.store.pull.begin_again()
    monkeypatch.setattr(questions, "MOST_UNSETTLED", 2)
    office.transport.asked.clear()
    office.sync()
    asked = [one.unsettled for one in office.transport.asked if isinstance(one, SyncRequest)]
    assert [one.again for one in asked if one and one.again] == [[1, 2], [3, 4], [5]]
    assert office.store.outbox.unsettled() == {}
