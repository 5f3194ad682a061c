"""The request loop, against a scripted server."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.sync.scripted import Scripted, accept, refuse_with

from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.sync import Page, PageRow, SyncAnswer, SyncRequest
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.store import Edit, State, Store
from fieldkit.sync.client import Outcome, sync
from fieldkit.sync.exchange.session import ATTEMPTS, LONGEST_WAIT
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.sentences import ALTERED

HEAD = "0" * 64
SCOPE = Scope(role="operator", district=2, block=None)
Register = Callable[[Store, int], list[str]]


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "laptop", clock=lambda: 1_790_000_000)
    store.init("CSC Chadoora", 2, None)
    store.access.enrol("https://office.example.in", "a" * 43, "operator", 2, None, 1, "first")
    yield store
    store.close()


def run(store: Store, link: Scripted, waits: list[float] | None = None) -> Outcome:
    """Sync without waiting; collect the seconds it asked to wait."""

    def pause(seconds: float) -> bool:
        if waits is not None:
            waits.append(seconds)
        return False

    return sync(store, transport=link, pause=pause, rng=random.Random(1))


def other(number: int, version: int = 1, **values: object) -> PageRow:
    """A row that another laptop wrote."""
    return PageRow(
        kind="village_organisation",
        id=f"ZZZZZZZZ-{number}",
        version=version,
        values={"name": f"VO {number}", "district": 2, **values},
    )


def more_than(request: SyncRequest) -> SyncAnswer:
    """Answer as a server that has more of the log than the laptop."""
    return accept(request).model_copy(update={"seq": request.last_seq + 3, "head": HEAD})


def branched(laptop: Store, register: Register) -> tuple[str, str]:
    """Sync a laptop that is an older copy; return its old and new origin."""
    register(laptop, 2)
    assert run(laptop, Scripted()).ok
    before = laptop.device
    assert run(laptop, Scripted(more_than)).ok
    register(laptop, 1)
    assert run(laptop, Scripted()).ok
    now = laptop.device
    assert before is not None
    assert now is not None
    assert before.origin != now.origin
    return before.origin, now.origin


def test_a_quiet_sync_is_one_request(laptop: Store) -> None:
    assert run(laptop, Scripted()).ok
    link = Scripted()
    outcome = run(laptop, link)
    assert (outcome.ok, len(link.requests)) == (True, 1)
    (request,) = link.requests
    assert (request.batch, request.cursors, request.epoch) == (None, {0: 0, 2: 1}, 1)
    assert (request.incarnation, request.now) == ("first", 1_790_000_000)
    assert request.most > 0


def test_one_request_sends_and_receives(laptop: Store, register: Register) -> None:
    mine = register(laptop, 3)
    link = Scripted(lambda request: accept(request, [other(1)], {2: 4}))
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.applied, outcome.received) == (True, 3, 1)
    assert (len(link.requests), link.requests[0].acked) == (1, 0)
    record = laptop.get("village_organisation", "ZZZZZZZZ-1")
    assert record is not None
    assert record.label() == "VO 1"
    assert set(laptop.states(mine).values()) == {State.ON_SERVER}
    assert laptop.pull.state().cursors == {2: 4}


def test_pages_are_fetched_until_none_is_left(laptop: Store) -> None:
    def page(number: int, *, more: bool) -> Callable[[SyncRequest], SyncAnswer]:
        return lambda request: accept(request, [other(number)], {2: number}, more=more)

    link = Scripted(page(1, more=True), page(2, more=True), page(3, more=False))
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.received) == (True, 3)
    assert [one.cursors for one in link.requests] == [{0: 0}, {0: 0, 2: 1}, {0: 0, 2: 2}]


def test_what_a_lost_connection_left_is_received_next_time(laptop: Store) -> None:
    first = Scripted(
        lambda one: accept(one, [other(1)], {2: 1}, more=True), *[ConnectionLost()] * ATTEMPTS
    )
    outcome = run(laptop, first)
    assert (outcome.ok, outcome.offline, outcome.received) == (False, True, 1)
    assert laptop.pull.state().more
    second = Scripted()
    assert run(laptop, second).ok
    assert second.requests[0].cursors == {0: 0, 2: 1}
    assert not laptop.pull.state().more


@pytest.mark.parametrize(("seq", "head"), [(2, HEAD), (1, HEAD), (0, HEAD)])
def test_heads_are_compared_before_anything_is_applied(
    laptop: Store, register: Register, seq: int, head: str
) -> None:
    register(laptop, 2)
    link = Scripted(
        lambda one: accept(one, [other(1)]).model_copy(update={"seq": seq, "head": head})
    )
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.waiting, outcome.received) == (False, 2, 0)
    assert "does not hold the same" in (outcome.session.error or "")
    assert laptop.get("village_organisation", "ZZZZZZZZ-1") is None
    assert laptop.pull.state().cursors == {}


def test_an_answer_without_a_version_for_every_change_is_refused(
    laptop: Store, register: Register
) -> None:
    register(laptop, 2)
    link = Scripted(lambda one: accept(one).model_copy(update={"versions": [1]}))
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.waiting) == (False, 2)


def test_a_server_that_makes_no_progress_ends_the_sync(laptop: Store) -> None:
    link = Scripted(*[lambda one: accept(one, [], {2: 1}, more=True)] * 20)
    outcome = run(laptop, link)
    assert not outcome.ok
    assert len(link.requests) < 5


def test_a_fork_is_logged_again_and_sent(laptop: Store, register: Register) -> None:
    register(laptop, 1)
    assert run(laptop, Scripted()).ok
    device = laptop.device
    assert device is not None
    register(laptop, 3)

    def forked(request: SyncRequest) -> SyncAnswer:
        """The server has another change 3 than the laptop."""
        head = laptop.outbox.head_before(device.origin, 3).hex()
        return SyncAnswer(
            seq=2,
            head=head,
            fork=3,
            versions=[1],
            page=Page(rows=[other(1)]),
            cursors={2: 9},
            epoch=1,
            incarnation="first",
            now=request.now,
        )

    link = Scripted(forked)
    outcome = run(laptop, link)
    assert outcome.ok, outcome.session.error
    assert (outcome.waiting, outcome.received) == (0, 0)
    assert link.requests[1].cursors == link.requests[0].cursors
    now = laptop.device
    assert now is not None
    assert now.origin != device.origin
    assert link.sent[0] == (device.origin, 2, 3)
    assert link.sent[1] == (now.origin, 1, 2)
    parent = next(one.parent for one in link.requests if one.origin == now.origin)
    assert parent is not None
    assert (parent.origin, parent.seq) == (device.origin, 2)
    assert laptop.counts()["village_organisation"] == 4


def test_a_fork_outside_the_batch_changes_nothing(laptop: Store, register: Register) -> None:
    register(laptop, 2)
    head = laptop.outbox.head_before(laptop.device.origin if laptop.device else "", 1).hex()
    link = Scripted(lambda _: SyncAnswer(seq=4, head=head, fork=5, incarnation="first"))
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.waiting) == (False, 2)


def test_an_older_copy_gets_a_new_origin(laptop: Store, register: Register) -> None:
    register(laptop, 2)
    assert run(laptop, Scripted()).ok
    before = laptop.device
    assert before is not None
    link = Scripted(lambda one: accept(one).model_copy(update={"seq": 5, "head": HEAD}))
    outcome = run(laptop, link)
    assert outcome.ok, outcome.session.error
    now = laptop.device
    assert now is not None
    assert now.origin != before.origin
    assert [one.origin for one in link.requests] == [before.origin, now.origin]
    parent = link.requests[1].parent
    assert parent is not None
    assert (parent.origin, parent.seq) == (before.origin, 2)
    assert len(Scripted().requests) == 0
    quiet = Scripted()
    assert run(laptop, quiet).ok
    assert [one.origin for one in quiet.requests] == [now.origin]


def test_a_page_for_an_older_copy_is_not_applied(laptop: Store, register: Register) -> None:
    register(laptop, 2)
    assert run(laptop, Scripted()).ok
    link = Scripted(
        lambda one: accept(one, [other(1)], {2: 9}).model_copy(update={"seq": 5, "head": HEAD})
    )
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.received) == (True, 0)
    assert laptop.get("village_organisation", "ZZZZZZZZ-1") is None
    assert link.requests[1].cursors == {0: 0, 2: 1}


def test_a_server_that_claims_to_know_more_of_every_log_ends_the_sync(laptop: Store) -> None:
    def more(request: SyncRequest) -> SyncAnswer:
        return accept(request).model_copy(update={"seq": request.last_seq + 9, "head": "ab" * 32})

    link = Scripted(*[more] * 9)
    outcome = run(laptop, link)
    assert outcome.session.error is not None
    assert "does not answer properly" in outcome.session.error
    assert len(link.requests) == 2


def test_a_restored_server_is_offered_every_log(laptop: Store, register: Register) -> None:
    register(laptop, 3)
    assert run(laptop, Scripted()).ok
    device = laptop.device
    assert device is not None
    lost = laptop.outbox.head_before(device.origin, 2).hex()

    def restored(request: SyncRequest) -> SyncAnswer:
        return accept(request, incarnation="second").model_copy(update={"seq": 1, "head": lost})

    link = Scripted(restored, *[lambda one: accept(one, incarnation="second")] * 3)
    outcome = run(laptop, link)
    assert outcome.ok, outcome.session.error
    assert link.sent == [(device.origin, 2, 2)]
    assert [one.incarnation for one in link.requests] == ["first", "second"]
    quiet = Scripted(lambda one: accept(one, incarnation="second"))
    assert run(laptop, quiet).ok
    assert len(quiet.requests) == 1


def test_a_log_that_another_server_acknowledged_is_offered_whole_where_it_differs(
    laptop: Store, register: Register
) -> None:
    """Another copy of this laptop has sent its own change 2 meanwhile."""
    register(laptop, 2)
    assert run(laptop, Scripted()).ok
    device = laptop.device
    assert device is not None
    first = laptop.outbox.head_before(device.origin, 2).hex()

    def differs(request: SyncRequest) -> SyncAnswer:
        return accept(request).model_copy(update={"seq": 2, "head": HEAD})

    def forks(request: SyncRequest) -> SyncAnswer:
        found = {"seq": 1, "head": first, "fork": 2}
        return accept(request).model_copy(update=found)

    link = Scripted(differs, forks)
    outcome = run(laptop, link)
    assert outcome.ok, outcome.session.error
    now = laptop.device
    assert now is not None
    assert link.sent == [(device.origin, 1, 2), (now.origin, 1, 1)]


def test_a_restored_server_that_lost_nothing_of_one_log_is_offered_the_others(
    laptop: Store, register: Register
) -> None:
    register(laptop, 2)
    older = Scripted(accept, lambda one: accept(one).model_copy(update={"seq": 5, "head": HEAD}))
    assert run(laptop, older).ok
    assert run(laptop, older).ok
    link = Scripted(*[lambda one: accept(one, incarnation="second")] * 3)
    assert run(laptop, link).ok
    assert len({one.origin for one in link.requests}) == 2


def test_a_server_that_lacks_part_of_one_log_is_offered_the_others(
    laptop: Store, register: Register
) -> None:
    old, now = branched(laptop, register)
    none = laptop.outbox.head_before(now, 1).hex()
    lost = Scripted(lambda one: accept(one).model_copy(update={"seq": 0, "head": none}))
    assert run(laptop, lost).ok
    assert {one.origin for one in lost.requests} == {old, now}


def test_a_parent_log_is_offered_again_from_where_the_server_lost_it(
    laptop: Store, register: Register
) -> None:
    old, now = branched(laptop, register)
    register(laptop, 1)
    head = laptop.outbox.head_before(old, 2).hex()
    link = Scripted(refuse_with(409, "parent", expected=2, head=head))
    outcome = run(laptop, link)
    assert outcome.ok, outcome.session.error
    assert link.sent == [(now, 2, 1), (old, 2, 1), (now, 1, 2)]


@pytest.mark.parametrize(("expected", "head"), [(2, HEAD), (3, None)])
def test_a_parent_log_that_differs_is_offered_whole(
    laptop: Store, register: Register, expected: int, head: str | None
) -> None:
    """Another copy of this laptop has sent its own work under that name: the server forks it."""
    old, now = branched(laptop, register)
    register(laptop, 1)
    link = Scripted(refuse_with(409, "parent", expected=expected, head=head))
    outcome = run(laptop, link)
    assert outcome.ok, outcome.session.error
    assert link.sent == [(now, 2, 1), (old, 1, 2), (now, 1, 2)]


@pytest.mark.parametrize("expected", [0, None])
def test_a_parent_log_of_which_nothing_is_said_is_not_offered_again(
    laptop: Store, register: Register, expected: int | None
) -> None:
    _, now = branched(laptop, register)
    register(laptop, 1)
    link = Scripted(refuse_with(409, "parent", expected=expected, head=None))
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.waiting) == (False, 1)
    assert outcome.session.error is not None
    assert outcome.session.error.startswith(ALTERED)
    assert link.sent == [(now, 2, 1)]


def test_only_changes_with_a_version_are_acknowledged(laptop: Store, register: Register) -> None:
    """An answer was lost: the server has more than the batch that is sent again."""
    register(laptop, 250)

    def ahead(request: SyncRequest) -> SyncAnswer:
        return accept(request).model_copy(
            update={"seq": request.last_seq, "head": request.head, "versions": [1] * 200}
        )

    link = Scripted(ahead)
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.applied) == (True, 250)
    assert [(first, many) for _, first, many in link.sent] == [(1, 200), (201, 50)]


@pytest.mark.parametrize("says_its_head", [True, False])
def test_a_server_that_lacks_earlier_changes_gets_them(
    laptop: Store, register: Register, says_its_head: bool
) -> None:
    register(laptop, 2)
    assert run(laptop, Scripted()).ok
    register(laptop, 1)
    device = laptop.device
    assert device is not None
    start = laptop.outbox.head_before(device.origin, 1).hex()
    head = start if says_its_head else None
    link = Scripted(refuse_with(409, "gap", expected=1, head=head))
    outcome = run(laptop, link)
    assert outcome.ok, outcome.session.error
    assert link.sent == [(device.origin, 3, 1), (device.origin, 1, 3)]


@pytest.mark.parametrize("expected", [0, 3, 99])
def test_an_impossible_gap_ends_the_sync(laptop: Store, register: Register, expected: int) -> None:
    """Only change 1 is acknowledged: a server cannot lack what was never sent to it."""
    register(laptop, 1)
    assert run(laptop, Scripted()).ok
    register(laptop, 2)
    link = Scripted(refuse_with(409, "gap", expected=expected))
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.waiting) == (False, 2)
    assert "does not know what is missing" in (outcome.session.error or "")
    assert len(link.requests) == 1


def test_a_new_area_is_pulled_from_the_start_and_the_old_epoch_declared_until_all_is_sent(
    laptop: Store, register: Register
) -> None:
    assert run(laptop, Scripted(lambda one: accept(one, [other(1)], {2: 9}))).ok
    register(laptop, 1)
    scope = Scope(role="operator", district=3, block=None)

    def moved(request: SyncRequest) -> SyncAnswer:
        answer = accept(request, [other(2, district=3)], {3: 7}, epoch=2, scope=scope)
        return answer if request.cursors else answer.model_copy(update={"more": False})

    link = Scripted(moved, moved)
    outcome = run(laptop, link)
    assert outcome.ok, outcome.session.error
    assert [one.cursors for one in link.requests] == [{0: 0, 2: 9}, {0: 0}]
    assert [one.epoch for one in link.requests] == [1, 1]
    assert laptop.pull.state().cursors == {3: 7}
    assert laptop.get("village_organisation", "ZZZZZZZZ-2") is not None
    assert laptop.get("village_organisation", "ZZZZZZZZ-1") is None
    following = Scripted(lambda one: accept(one, epoch=2))
    assert run(laptop, following).ok
    assert [one.epoch for one in following.requests] == [2]


def test_a_new_token_is_used_and_kept(laptop: Store) -> None:
    link = Scripted(lambda one: accept(one, cursors={2: 1}, more=True, token="b" * 43))
    assert run(laptop, link).ok
    assert (link.tokens, laptop.access.token()) == (["b" * 43], "b" * 43)


def test_an_unknown_new_token_falls_back_to_the_old_one(laptop: Store) -> None:
    link = Scripted(
        lambda one: accept(one, cursors={2: 1}, more=True, token="b" * 43),
        refuse_with(401, "unauthorised"),
        lambda one: accept(one, cursors={2: 2}, more=True),
        refuse_with(401, "unauthorised"),
    )
    outcome = run(laptop, link)
    assert (outcome.ok, laptop.access.token()) == (False, "a" * 43)
    assert link.tokens[:2] == ["b" * 43, "a" * 43]
    assert (outcome.session.error or "").startswith("The server does not know this laptop.")


def test_after_a_lost_connection_batches_are_smaller(laptop: Store, register: Register) -> None:
    register(laptop, 200)
    link, waits = Scripted(ConnectionLost(), ConnectionLost(), accept, Offline()), list[float]()
    outcome = run(laptop, link, waits)
    assert (outcome.ok, outcome.waiting) == (True, 0)
    assert [(first, many) for _, first, many in link.sent] == [
        (1, 200), (1, 100), (1, 50), (51, 100), (51, 50), (101, 100),
    ]  # fmt: skip
    assert len(waits) == 3
    assert waits[1] > waits[0] > 0


def test_a_connection_that_stays_broken_ends_the_sync(laptop: Store, register: Register) -> None:
    register(laptop, 5)
    link, waits = Scripted(*[ConnectionLost()] * 9), list[float]()
    outcome = run(laptop, link, waits)
    assert (outcome.offline, len(link.requests), len(waits)) == (True, ATTEMPTS, ATTEMPTS - 1)
    assert (
        outcome.session.error
        == "The connection dropped. 5 changes are not sent yet and are safe here."
    )
    assert laptop.outbox.counts()[State.SENT] == 5


@pytest.mark.parametrize(
    ("failure", "waited"),
    [
        (refuse_with(429, "busy", 20), 20),
        (refuse_with(503, "busy", 9), 9),
        (ServerRefusal(502, None), 0),
    ],
)
def test_a_busy_server_is_retried_after_the_time_it_asks(
    laptop: Store, failure: ServerRefusal, waited: int
) -> None:
    waits = list[float]()
    assert run(laptop, Scripted(failure), waits).ok
    assert len(waits) == 1
    assert waits[0] >= waited


@pytest.mark.parametrize(
    "failure",
    [
        refuse_with(503, "busy", LONGEST_WAIT + 1),
        refuse_with(403, "revoked"),
        ServerRefusal(200, None),
    ],
)
def test_lasting_refusals_end_the_sync_at_once(
    laptop: Store, register: Register, failure: ServerRefusal
) -> None:
    register(laptop, 1)
    link, waits = Scripted(failure), list[float]()
    outcome = run(laptop, link, waits)
    assert (outcome.ok, outcome.waiting, len(link.requests), waits) == (False, 1, 1, [])


def test_a_revoked_laptop_reads_that_it_was_removed(laptop: Store) -> None:
    outcome = run(laptop, Scripted(refuse_with(403, "revoked")))
    assert outcome.revoked
    assert (outcome.session.error or "").startswith(
        "This laptop was removed from the server. Ask your supervisor."
    )


def test_stop_while_waiting_ends_the_sync(laptop: Store) -> None:
    outcome = sync(laptop, transport=Scripted(refuse_with(503, "busy")), pause=lambda _: True)
    assert (outcome.ok, outcome.stopped) == (False, True)


def test_stop_ends_after_the_request_in_progress(laptop: Store, register: Register) -> None:
    register(laptop, 1)
    stop = threading.Event()

    def last(request: SyncRequest) -> SyncAnswer:
        stop.set()
        return accept(request, [other(1)], {2: 1}, more=True)

    outcome = sync(laptop, transport=Scripted(last), stop=stop)
    assert (outcome.stopped, outcome.waiting, outcome.received) == (True, 0, 1)


def test_batches_stay_within_their_bytes(laptop: Store) -> None:
    chance = random.Random(2)
    for _ in range(40):
        remarks = "".join(chance.choice("abcdefghijklmnop0123456789") for _ in range(1500))
        laptop.save([Edit(VillageOrganisation, {"name": "Noor", "remarks": remarks})], "Asha")
    link = Scripted()
    assert run(laptop, link).ok
    assert sum(many for _, _, many in link.sent) == 40
    assert len(link.sent) > 2
    assert max(link.measure(request) for request in link.requests) <= 16 * 1024


def test_a_page_has_space_for_the_rows_just_sent(laptop: Store, register: Register) -> None:
    register(laptop, 200)
    link = Scripted()
    assert run(laptop, link).ok
    assert link.requests[0].most >= 300


def test_a_sync_is_deterministic(laptop: Store, register: Register) -> None:
    waits = [list[float](), list[float]()]
    for each in waits:
        register(laptop, 1)
        run(laptop, Scripted(ConnectionLost(), ConnectionLost()), each)
    assert waits[0] == waits[1]


def test_an_answer_without_a_page_changes_no_row(laptop: Store) -> None:
    link = Scripted(lambda one: accept(one, cursors={}).model_copy(update={"page": None}))
    outcome = run(laptop, link)
    assert (outcome.ok, outcome.received) == (True, 0)
    assert accept(link.requests[0]).page == Page()
