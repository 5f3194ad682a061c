from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sync.scripted import refuse_with

from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import HistoryAnswer, HistoryItem, HistoryRequest
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, Store
from fieldkit.sync.client import enrol, sync
from fieldkit.sync.failures import ConnectionLost, Offline
from fieldkit.sync.requests.history import HistoryEntry, history, merge_histories
from fieldkit.sync.transport import Traffic

KIND = "village_organisation"


class Answering:
    """A transport with one given answer or failure."""

    def __init__(self, says: HistoryAnswer | Exception) -> None:
        self.says = says
        self.traffic = Traffic()

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        assert path == "/v1/history"
        assert isinstance(message, HistoryRequest)
        if isinstance(self.says, Exception):
            raise self.says
        assert isinstance(self.says, kind)
        return self.says

    def measure(self, message: Message) -> int:
        return len(str(message))

    def use_token(self, token: str) -> None:
        raise AssertionError(token)


@pytest.fixture
def other(tmp_path: Path, server: str, folder: Path) -> Iterator[Store]:
    """Another laptop on the same server."""
    opened = Store.open(tmp_path / "other")
    opened.init("Reyaz", 2, None)
    enrol(opened, server, code(folder / "server.sqlite3"))
    yield opened
    opened.close()


def save(store: Store, record: str | None = None, **fields: str) -> str:
    device = store.device
    assert device is not None
    return store.save([Edit(VillageOrganisation, fields, record)], device.name)[0].id


def who(lines: list[HistoryEntry]) -> list[str]:
    """Return the operator of each change, in capitals if this laptop logged it."""
    return [
        made.operator if isinstance(made, HistoryItem) else made.change.operator.upper()
        for made in lines
    ]


def test_changes_of_others_are_merged_with_own_ones(store: Store, other: Store) -> None:
    record = save(store, name="Noor VO")
    assert sync(store).ok
    assert sync(other).ok
    save(other, record, village="Nagam")
    assert sync(other).ok
    assert sync(store).ok
    save(store, record, village="Wathoora")
    assert sync(store).ok
    assert sync(other).ok
    save(other, record, name="Noor of old")
    assert sync(other).ok
    save(store, record, name="Noor of new")
    found = history(store, KIND, record)
    assert (found.error, found.more) == ("", False)
    assert len(found.changes) == 4
    lines = merge_histories(store.outbox.of(record), found.changes)
    assert who(lines) == ["CSC CHADOORA", "Reyaz", "CSC CHADOORA", "Reyaz", "CSC CHADOORA"]
    theirs = merge_histories(other.outbox.of(record), found.changes)
    assert who(theirs) == ["CSC Chadoora", "REYAZ", "CSC Chadoora", "REYAZ"]


def test_own_changes_that_the_answer_lacks_keep_their_place(store: Store, other: Store) -> None:
    record = save(store, name="Noor VO")
    assert sync(store).ok
    assert sync(other).ok
    save(other, record, village="Nagam")
    assert sync(other).ok
    save(store, record, village="Wathoora")
    assert sync(store).ok
    own, reported = store.outbox.of(record), history(store, KIND, record).changes
    without_first = [one for one in reported if one.seq != 1 or one.origin != own[0].origin]
    assert who(merge_histories(own, without_first)) == ["CSC CHADOORA", "Reyaz", "CSC CHADOORA"]
    assert merge_histories(own, ()) == own
    assert merge_histories((), reported) == list(reported)


def test_a_record_not_on_the_server_gives_a_sentence(store: Store) -> None:
    record = save(store, name="Noor VO")
    found = history(store, KIND, record)
    assert found.error == (
        "The server has no such record in the area of this laptop. Sync, then try again."
    )
    assert found.changes == ()


def test_a_laptop_without_a_server_gives_a_sentence(fresh: Store) -> None:
    assert history(fresh, KIND, save(fresh, name="Noor VO")).error == (
        "This laptop is not enrolled with a server yet. Enrol it first."
    )


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (Offline(), "No connection."),
        (ConnectionLost(), "No connection."),
        (refuse_with(503, "busy"), "The server is busy. Sync again in a few minutes."),
    ],
)
def test_a_bad_connection_gives_a_sentence(fresh: Store, failure: Exception, sentence: str) -> None:
    found = history(fresh, KIND, "7KQ2M9XD-1", transport=Answering(failure))
    assert (found.changes, found.error) == ((), sentence)


def test_left_out_changes_are_reported(fresh: Store) -> None:
    found = history(
        fresh, KIND, "7KQ2M9XD-1", transport=Answering(HistoryAnswer(changes=[], more=True))
    )
    assert found.more
