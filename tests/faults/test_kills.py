"""kill -9 of the server or of the laptop in the middle of a sync: nothing is lost or doubled."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from tests.faults.processes import Server, laptop
from tests.faults.stage import Stage, give_up

UP, DOWN = 1000, 1000
"""The range of bytes, each way, within which the process is killed."""


def _strike(stage: Stage, seed: int, knife: Callable[[], object]) -> Callable[[], None]:
    """Plan a kill at some byte, or some milliseconds later; return how long to wait for it."""
    chance = random.Random(seed)
    way, most = chance.choice([(stage.proxy.up, UP), (stage.proxy.down, DOWN)])
    timer = threading.Timer(chance.random() * 0.05 if seed % 2 else 0, knife)
    way.at(chance.randrange(most), timer.start)

    def fallen() -> None:
        if timer.ident is not None:
            timer.join()

    return fallen


def _kill_the_server(stage: Stage, seed: int) -> None:
    stage.put_back()
    with Server(stage.office.database) as server:
        stage.proxy.lead_to(server.url)
        fallen = _strike(stage, seed, server.kill)

        def start_again(_seconds: float) -> bool:
            fallen()
            server.start()
            return False

        stage.sync(give_up if seed % 3 else start_again)
        fallen()
        server.start()
        stage.finish()


def _kill_the_laptop(stage: Stage, seed: int) -> None:
    stage.put_back()
    program = laptop(stage.home, "sync")
    fallen = _strike(stage, seed, program.kill)
    program.communicate()
    fallen()
    stage.finish()


@pytest.mark.parametrize("seed", range(1))
def test_a_server_killed_in_a_sync_loses_and_doubles_nothing(stood: Stage, seed: int) -> None:
    _kill_the_server(stood, seed)


@pytest.mark.parametrize("seed", range(1))
def test_a_laptop_killed_in_a_sync_loses_and_doubles_nothing(stood: Stage, seed: int) -> None:
    _kill_the_laptop(stood, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_servers_killed_lose_and_double_nothing(stood: Stage, seed: int) -> None:
    _kill_the_server(stood, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_laptops_killed_lose_and_double_nothing(stood: Stage, seed: int) -> None:
    _kill_the_laptop(stood, seed)
