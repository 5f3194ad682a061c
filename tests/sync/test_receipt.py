from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.sync.scripted import Scripted, refuse_with

from fieldkit.protocol.messages.finding import Verdict
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import ReceiptAnswer, ReceiptRequest, ReceivedLog
from fieldkit.store import Answered, LogCount, Store
from fieldkit.sync.client import NotEnrolled, sync
from fieldkit.sync.failures import Offline
from fieldkit.sync.requests.receipt import WIDTH, Receipt, as_json, receipt, text, verdict
from fieldkit.sync.transport import Traffic

HEAD = "0" * 64
Register = Callable[[Store, int], list[str]]


class Office:
    """A server with given copies of logs."""

    def __init__(self, *held: ReceivedLog | Exception) -> None:
        self.held = held
        self.traffic = Traffic()

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        assert path == "/v1/receipt"
        assert isinstance(message, ReceiptRequest)
        logs = []
        for one in self.held:
            if isinstance(one, Exception):
                raise one
            logs.append(one)
        answer = ReceiptAnswer(now=1_790_000_100, logs=logs)
        assert isinstance(answer, kind)
        return answer

    def measure(self, message: Message) -> int:
        return len(str(message))

    def use_token(self, token: str) -> None:
        raise AssertionError(token)


@pytest.fixture
def laptop(tmp_path: Path, register: Register) -> Iterator[Store]:
    """A laptop with three changes, two of them acknowledged."""
    store = Store.open(tmp_path / "laptop", clock=lambda: 1_790_000_000)
    store.init(
        "Asha of CSC Chadoora, with a name that is longer than any line of paper is wide", 2, None
    )
    store.access.enrol("https://office.example.in", "a" * 43, "operator", 2, None, 1, "first")
    register(store, 2)
    assert sync(store, transport=Scripted()).ok
    register(store, 1)
    yield store
    store.close()


def log(store: Store) -> LogCount:
    (one,) = store.outbox.receipt()
    return one


def held(store: Store, seq: int, kinds: dict[str, int], head: str | None = None) -> ReceivedLog:
    one = log(store)
    head = head or store.outbox.head_before(one.origin, seq + 1).hex()
    return ReceivedLog(origin=one.origin, seq=seq, head=head, kinds=kinds)


def _asked(store: Store, *held: ReceivedLog | Exception) -> Receipt:
    return receipt(store, transport=Office(*held))


def test_everything_on_the_server_and_equal(laptop: Store) -> None:
    found = _asked(laptop, held(laptop, 3, {"village_organisation": 3}))
    assert found.same
    assert "Everything entered on this laptop is on the server, and is the same." in text(found)
    assert found.server_at == 1_790_000_100


def test_unsent_changes_are_reported(laptop: Store) -> None:
    found = _asked(laptop, held(laptop, 2, {"village_organisation": 2}))
    assert not found.same
    assert "1 not sent" in text(found)
    assert "Not everything is on the server yet." in text(found)


@pytest.mark.parametrize(
    ("seq", "head", "kinds"),
    [
        (3, HEAD, {"village_organisation": 3}),
        (2, HEAD, {"village_organisation": 2}),
        (4, HEAD, {"village_organisation": 4}),
        (3, None, {"village_organisation": 2, "artisan": 1}),
        (3, None, {"village_organisation": 2, "": 1}),
    ],
)
def test_any_difference_is_reported(
    laptop: Store, seq: int, head: str | None, kinds: dict[str, int]
) -> None:
    found = _asked(laptop, held(laptop, seq, kinds, head))
    assert not found.same
    assert "not the same" in text(found)
    assert "Inform the server administrator." in text(found)
    assert as_json(found)["match"] is False


def test_a_log_the_server_does_not_know_was_not_sent(laptop: Store) -> None:
    found = _asked(laptop, held(laptop, 0, {}))
    assert "3 not sent" in text(found)


def test_a_log_of_another_device_is_as_of_the_last_sync(laptop: Store) -> None:
    found = _asked(laptop)
    (one,) = found.logs
    assert (one.there.seq, one.there.kinds, one.same) == (2, None, False)


def test_offline_the_servers_side_is_as_of_the_last_sync(laptop: Store) -> None:
    found = _asked(laptop, Offline())
    assert (found.offline, found.same, found.server_at) == (True, False, None)
    assert found.last_sync == 1_790_000_000
    seen = text(found)
    assert "Its figures are from" in seen
    assert "not known" in seen
    assert "No connection. Make the receipt again" in seen
    assert as_json(found)["asked"] is False


def test_a_refusal_is_reported(laptop: Store) -> None:
    found = _asked(laptop, refuse_with(403, "revoked"))
    assert (found.offline, found.same) == (False, False)
    assert "This laptop was removed from the server." in found.error


def test_the_text_fits_the_paper_and_the_terminal(laptop: Store) -> None:
    strange = held(laptop, 3, {"a_kind_of_tomorrow\x1b[2J" * 4: 3})
    for found in (_asked(laptop, strange), _asked(laptop, Offline())):
        lines = text(found).splitlines()
        assert max(len(line) for line in lines) <= WIDTH
        assert not any("\x1b" in line for line in lines)


def test_rejected_changes_are_reported_though_the_server_has_them(laptop: Store) -> None:
    one = log(laptop)
    head = laptop.outbox.head_before(one.origin, 4)
    refused = [Verdict(seq=3, verdict="rejected", reason="outside")]
    laptop.pull.receive(Answered(one.origin, 3, head, {3: None}, refused))
    found = _asked(laptop, held(laptop, 3, {"village_organisation": 3}))
    assert (found.returned, found.to_settle) == (1, 0)
    assert "1 change was returned to you: correct" in text(found)
    assert verdict(found).endswith("correct on the Sync page.")
    assert as_json(found)["returned"] == 1


def test_the_result_of_a_receipt_is_never_truncated(laptop: Store) -> None:
    found = _asked(laptop, refuse_with(403, "revoked"))
    assert "Ask your supervisor." in " ".join(text(found).split())
    assert "when there is a connection" not in text(found)


def test_an_older_copy_is_not_called_different(laptop: Store, tmp_path: Path) -> None:
    one = log(laptop)
    laptop.back_up(tmp_path / "backup")
    Store.restore(tmp_path / "old", tmp_path / "backup")
    old = Store.open(tmp_path / "old")
    head = old.outbox.head_before(one.origin, 4)
    old.pull.receive(Answered(one.origin, 3, head, {3: 1}))
    more = ReceivedLog(origin=one.origin, seq=5, head=HEAD, kinds={"village_organisation": 5})
    said = text(_asked(old, more))
    old.close()
    assert "all of it" in said
    assert "not the same" not in said


def test_a_laptop_without_a_server_has_no_receipt(fresh: Store) -> None:
    with pytest.raises(NotEnrolled, match="not enrolled"):
        receipt(fresh)
