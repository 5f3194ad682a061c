"""Connections are cut at a byte, answers lost, requests repeated: nothing is lost or doubled."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import pytest
from tests.faults.conftest import BATCH
from tests.faults.proxy import Fault
from tests.faults.stage import SENT, Stage, at_once, give_up

Direction = Literal["up", "down"]


def _length(stage: Stage, direction: Direction) -> int:
    """Return the bytes of a sync without faults."""
    stage.put_back()
    assert stage.sync().ok
    length: int = getattr(stage.proxy, direction).passed
    return length


def _cut(stage: Stage, direction: Direction, offset: int) -> None:
    """Cut once; every other time the program also ends and a new one continues."""
    stage.put_back()
    getattr(stage.proxy, direction).at(offset, Fault.CUT)
    outcome = stage.sync(give_up if offset % 2 else at_once)
    assert outcome.ok or offset % 2
    stage.finish()
    sent = Counter(stage.delivered())
    assert set(sent) == set(range(1, SENT + 1))
    assert sum(sent.values()) - SENT <= BATCH, f"cut at {offset} {direction}: {sent}"


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_cut_at_some_bytes_loses_and_doubles_nothing(stood: Stage, direction: Direction) -> None:
    length = _length(stood, direction)
    for offset in {0, length // 3, length * 2 // 3, length - 1, length}:
        _cut(stood, direction, offset)


@pytest.mark.torture
@pytest.mark.parametrize("part", range(20))
@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_cut_at_any_byte_loses_and_doubles_nothing(
    on_sqlite: Stage, direction: Direction, part: int
) -> None:
    for offset in range(part, _length(on_sqlite, direction) + 1, 20):
        _cut(on_sqlite, direction, offset)


def test_an_answer_lost_at_any_request_loses_and_doubles_nothing(stood: Stage) -> None:
    assert stood.sync().ok
    for number in range(1, len(stood.proxy.requests) + 1):
        stood.put_back()
        stood.proxy.lose = {number}
        stood.sync(give_up if number % 2 else at_once)
        stood.finish()
        assert len(stood.delivered()) - SENT <= BATCH


def test_every_answer_lost_once_loses_and_doubles_nothing(stood: Stage) -> None:
    stood.proxy.lose = set(range(1, 100, 2))
    stood.finish()


@pytest.mark.parametrize("when", ["alongside", "after"])
def test_every_request_delivered_twice_doubles_nothing(
    stood: Stage, when: Literal["alongside", "after"]
) -> None:
    stood.proxy.repeat = when
    assert stood.sync().ok
    stood.finish()


def test_requests_delivered_again_at_the_end_double_nothing(stood: Stage) -> None:
    assert stood.sync().ok
    for number in range(len(stood.proxy.requests), 0, -1):
        assert b" 200 " in stood.proxy.deliver_again(number).partition(b"\r\n")[0]
    stood.finish()
