"""A laptop begins again with a server that has lost what it sent (rule 42)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.conftest import Turned, edit, save
from tests.store.office import KIND, OTHER
from tests.store.test_applying import FAR, NAMED, brings, of

from fieldkit.protocol.messages.finding import Verdict
from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.sync import Mark
from fieldkit.store import Answered, Outdated, ServerRow, SettledChange, Store

NEAR = f"{OTHER}-2"
UNKNOWN = ServerRow("home_visit", f"{OTHER}-3", 1, {"district": 2, "block": 16})
MARK = Mark(era="first", batches=7)


@pytest.fixture
def laptop(store: Store) -> Store:
    """A laptop that was sent three records of others, one of a kind that it does not know."""
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, marks=True)
    rows = [ServerRow(KIND, FAR, 3, NAMED), ServerRow(KIND, NEAR, 3, NAMED), UNKNOWN]
    store.pull.receive(answer(store, *rows))
    return store


def answer(store: Store, *rows: ServerRow, mark: Mark = MARK, more: bool = False) -> Answered:
    """Return an answer that acknowledges the whole log, with a page."""
    standing = store.outbox.log_position()
    assert standing is not None
    seqs = range(standing.acked_seq + 1, standing.last_seq + 1)
    return Answered(
        standing.origin,
        standing.last_seq,
        standing.head,
        dict.fromkeys(seqs, 50),
        rows=rows,
        cursors={2: 9},
        mark=mark,
        more=more,
    )


def test_the_mark_of_the_last_answer_is_kept(laptop: Store) -> None:
    assert laptop.pull.state().mark == MARK
    laptop.pull.receive(answer(laptop, mark=Mark(era="next", batches=9)))
    assert laptop.pull.state().mark == Mark(era="next", batches=9)
    laptop.pull.receive(brings(laptop))
    assert laptop.pull.state().mark == Mark(era="next", batches=9)


def test_it_pulls_from_the_start_and_removes_what_does_not_come_again(laptop: Store) -> None:
    laptop.pull.begin_again()
    state = laptop.pull.state()
    assert (state.cursors, state.mark, state.more) == ({}, None, True)
    assert not laptop.pull.settle()
    assert laptop.counts()[KIND] == 2
    laptop.pull.receive(answer(laptop, ServerRow(KIND, NEAR, 2, {**NAMED, "village": "Nagam"})))
    laptop.pull.settle()
    assert laptop.get(KIND, FAR) is None
    assert [record.id for record in laptop.page(KIND).records] == [NEAR]
    assert laptop.find("asha", [KIND])[0].id == NEAR
    assert laptop.check() == []
    laptop.pull.receive(answer(laptop, UNKNOWN, ServerRow(KIND, FAR, 60, NAMED)))
    laptop.pull.settle()
    assert laptop.counts()[KIND] == 2  # the laptop of its author has brought it back


def with_two_logs(laptop: Store) -> None:
    """Let the laptop have a log under a former name and one under its present name."""
    save(laptop)
    laptop.pull.receive(answer(laptop))
    laptop.pull.freeze(of(laptop))
    save(laptop)
    laptop.pull.receive(answer(laptop))


def test_nothing_is_removed_before_all_has_come(laptop: Store) -> None:
    with_two_logs(laptop)
    laptop.pull.begin_again()
    laptop.pull.receive(answer(laptop, more=True))
    laptop.pull.settle()
    assert laptop.get(KIND, FAR) is not None
    laptop.pull.receive(answer(laptop))
    laptop.pull.settle()
    assert laptop.get(KIND, FAR) is None


def test_nothing_is_removed_before_all_logs_are_compared(laptop: Store) -> None:
    with_two_logs(laptop)
    laptop.pull.begin_again()
    laptop.pull.receive(answer(laptop))
    laptop.pull.settle()
    assert laptop.get(KIND, FAR) is not None
    laptop.pull.receive(answer(laptop))
    laptop.pull.settle()
    assert laptop.get(KIND, FAR) is None


def test_own_work_that_the_server_lost_stays_and_is_sent_again(laptop: Store) -> None:
    own = save(laptop)
    edit(laptop, FAR, village="Nagam")
    laptop.pull.receive(answer(laptop))
    laptop.pull.begin_again()
    head = laptop.outbox.head_before(of(laptop), 1)
    laptop.pull.offer_again(of(laptop), 0)
    laptop.pull.receive(Answered(of(laptop), 0, head, cursors={2: 4}, mark=MARK))
    laptop.pull.settle()
    assert {own, FAR, NEAR} <= {record.id for record in laptop.page(KIND).records}
    rows = [ServerRow(KIND, own, 50, None), ServerRow(KIND, FAR, 51, {**NAMED, "village": "N"})]
    laptop.pull.receive(answer(laptop, *rows))
    laptop.pull.settle()
    assert {own, FAR} == {record.id for record in laptop.page(KIND).records}
    assert laptop.check() == []


def test_rejected_work_on_a_lost_record_stays_until_it_is_given_up(laptop: Store) -> None:
    edit(laptop, FAR, village="Nagam")
    verdict = Verdict(seq=1, verdict="rejected", reason="Not yours.")
    head = laptop.outbox.head_before(of(laptop), 2)
    laptop.pull.receive(Answered(of(laptop), 1, head, {1: None}, [verdict], mark=MARK))
    laptop.pull.begin_again()
    laptop.pull.receive(answer(laptop))
    laptop.pull.settle()
    shown = laptop.get(KIND, FAR)
    assert shown is not None
    assert shown.value("village") == "Nagam"
    laptop.withdraw(of(laptop), 1)
    assert laptop.get(KIND, FAR) is None


def test_a_restart_in_the_middle_of_another_begins_again(laptop: Store, clock: Turned) -> None:
    laptop.pull.begin_again()
    laptop.pull.receive(answer(laptop, ServerRow(KIND, FAR, 3, NAMED), more=True))
    laptop.pull.begin_again()
    laptop.pull.receive(answer(laptop, ServerRow(KIND, NEAR, 3, NAMED)))
    laptop.pull.settle()
    assert [record.id for record in laptop.page(KIND).records] == [NEAR]
    (notice,) = laptop.notices()
    assert "has lost what it had sent" in notice.text


def test_an_entry_that_left_the_area_is_shown_while_it_goes_again(laptop: Store) -> None:
    own = save(laptop)
    edit(laptop, own, village="Wathora")
    laptop.pull.receive(replace(answer(laptop), gone=[(KIND, own)]))
    assert laptop.get(KIND, own) is None
    laptop.pull.offer_again(of(laptop), 0)
    shown = laptop.get(KIND, own)
    assert shown is not None
    assert shown.value("village") == "Wathora"
    laptop.pull.receive(replace(answer(laptop), gone=[(KIND, own)]))
    assert laptop.get(KIND, own) is None
    assert laptop.check() == []


def test_a_verdict_changes_only_if_it_was_asked_for(laptop: Store) -> None:
    edit(laptop, FAR, village="Nagam")
    laptop.pull.receive(answer(laptop))
    left_out = Verdict(seq=1, verdict="rejected", rule="left_out")
    unasked = replace(answer(laptop), settled=[SettledChange(1, None, left_out)])
    laptop.pull.receive(unasked)
    assert laptop.outbox.returned() == []
    laptop.pull.receive(replace(unasked, asked_again=[1]))
    assert [one.change.seq for one in laptop.outbox.returned()] == [1]


def test_work_that_a_lying_server_took_is_shown_again_when_it_goes_again(laptop: Store) -> None:
    """It said that the edit made the version that it was made on."""
    edit(laptop, FAR, village="Nagam")
    laptop.pull.receive(replace(answer(laptop), versions={1: 3}))
    laptop.pull.offer_again(of(laptop), 0)
    shown = laptop.get(KIND, FAR)
    assert shown is not None
    assert shown.value("village") == "Nagam"


@pytest.mark.parametrize("verdict", ["late", "rejected", "conflict"])
def test_an_edit_alone_makes_no_record_of_one_that_has_left(laptop: Store, verdict: str) -> None:
    edit(laptop, FAR, village="Nagam")
    laptop.pull.receive(replace(answer(laptop), gone=[(KIND, FAR)]))
    laptop.pull.offer_again(of(laptop), 0)
    said = [Verdict(seq=1, verdict=verdict, rule=verdict, field="village")]
    laptop.pull.receive(replace(answer(laptop), versions={1: None}, verdicts=said))
    assert laptop.get(KIND, FAR) is None
    assert laptop.counts()[KIND] == 1
    assert laptop.check() == []


def test_a_late_change_settled_again_brings_no_record_back_that_has_left(laptop: Store) -> None:
    edit(laptop, FAR, village="Nagam")
    late = [Verdict(seq=1, verdict="late", rule="late")]
    laptop.pull.receive(replace(answer(laptop), versions={1: None}, verdicts=late))
    taken = replace(answer(laptop), settled=[SettledChange(1, 60, None)])
    laptop.pull.receive(replace(taken, gone=[(KIND, FAR)]))
    assert laptop.get(KIND, FAR) is None
    laptop.pull.begin_again()
    laptop.pull.receive(taken)
    assert laptop.get(KIND, FAR) is None
    assert laptop.check() == []


def test_it_goes_on_after_a_power_cut(laptop: Store, home: Path, clock: Turned) -> None:
    laptop.pull.begin_again()
    laptop.pull.receive(answer(laptop, ServerRow(KIND, NEAR, 3, NAMED)))
    laptop.close()
    again = Store.open(home, clock=clock)
    again.pull.settle()
    assert [record.id for record in again.page(KIND).records] == [NEAR]
    again.close()


def test_a_page_for_another_state_is_not_applied(laptop: Store) -> None:
    """Somebody gave the laptop another area while the answer was under way (rule 45)."""
    asked = laptop.pull.state()
    late = Answered(
        **{
            **{name: getattr(answer(laptop), name) for name in ("origin", "seq", "head")},
            "rows": [ServerRow(KIND, f"{OTHER}-9", 3, NAMED)],
            "cursors": {2: 30},
            "asked": asked,
        }
    )
    laptop.pull.change_scope(Scope(role="operator", district=3, block=None, epoch=2))
    with pytest.raises(Outdated):
        laptop.pull.receive(late)
    assert laptop.pull.state().cursors == {}
    assert laptop.get(KIND, f"{OTHER}-9") is None


def test_enrolling_again_leaves_it_to_the_mark_what_has_to_be_pulled(laptop: Store) -> None:
    laptop.access.enrol("https://y", "u" * 30, "operator", 2, 16, 1, "other", marks=True)
    assert laptop.pull.state().cursors == {2: 9}
    assert laptop.pull.state().mark == MARK
    laptop.access.enrol("https://z", "v" * 30, "operator", 2, 16, 1, "older")
    state = laptop.pull.state()
    assert (state.cursors, state.mark, state.incarnation) == ({}, None, "older")
    laptop.access.enrol("https://x", "v" * 30, "operator", 2, 16, 1, "third", marks=True)
    assert laptop.pull.state().cursors == {}


def test_the_first_mark_of_a_server_that_gave_none_compares_every_log(store: Store) -> None:
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "older")
    save(store)
    first = of(store)
    store.pull.receive(brings(store))
    store.pull.receive(replace(answer(store), mark=None))
    store.pull.freeze(first)
    store.pull.receive(replace(answer(store), mark=None))
    standing = store.outbox.log_position()
    assert standing is not None
    assert (standing.origin, standing.settled) == (of(store), True)
    store.pull.receive(answer(store))
    standing = store.outbox.log_position()
    assert standing is not None
    assert (standing.origin, standing.settled) == (first, False)
    store.pull.receive(answer(store))
    standing = store.outbox.log_position()
    assert standing is not None
    assert standing.settled
