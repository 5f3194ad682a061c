"""Sticks as a third path: bundles written, carried, applied, and their answers taken.

They are lost, doubled, old, out of order or altered, while laptops also sync over a line, are
copied and restored, and the server is restored.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest.mock import patch

from sqlalchemy import Connection, Engine
from tests.simulation.devices import Laptop
from tests.simulation.harness import Crash
from tests.simulation.model import Violation

from fieldkit.keys.sealing import new_signing_pair
from fieldkit.protocol.bundle import write_answer
from fieldkit.protocol.messages.sync import SyncAnswer, SyncRequest
from fieldkit.server.database.statements import insert_missing_rows
from fieldkit.server.database.tables import DEVICE_KEY
from fieldkit.server.devices.keys import server_keys
from fieldkit.server.ingest.bundles import bundle as ingest
from fieldkit.server.ingest.bundles.carried import signer
from fieldkit.server.problems import Refusal
from fieldkit.server.scope import Device
from fieldkit.stick import NotCarried
from fieldkit.store import DeviceKeys
from fieldkit.sync.bundle import taking, writing

if TYPE_CHECKING:
    from tests.simulation.world import World

_RECENT = 4
"""The bundles or answers of which one is chosen most often."""


@dataclass
class Sticks:
    """The files that lie on sticks; what was carried stays there."""

    bundles: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    signers: dict[bytes, int] = field(default_factory=dict)
    """The device of each public key, which a restored server may have lost."""


def write(world: World, laptop: Laptop, chance: random.Random) -> None:
    """A laptop writes a bundle, or loses power while it does."""
    laptop.open()
    _give_keys(world, laptop)
    many = chance.choice(world.profile.most)
    with _dying(laptop, chance) as died, _sizes(many):
        world.sticks.bundles.append(writing.write_bundle(laptop.store).data)
    what = "loses power writing" if died else f"writes bundle {len(world.sticks.bundles)}"
    world.say(f"{laptop.name} {what} ({many or 'all'} at once)")


def apply(world: World, _laptop: Laptop, chance: random.Random) -> None:
    """Somebody brings one of the bundles to the server: perhaps an old one, or one altered."""
    if not world.sticks.bundles:
        return
    number = _choose(len(world.sticks.bundles), chance)
    data = world.sticks.bundles[number]
    if chance.random() < 0.1:
        _refuse_altered(world, data, chance)
    try:
        world.sticks.answers.append(_apply(world, data, chance))
        said = f"answer {len(world.sticks.answers)}"
    except Refusal as refused:
        said = refused.problem.title
    except Crash:
        world.harness.server.dispose()
        said = "the server loses power"
    world.say(f"bundle {number + 1} comes to the server: {said}")


def take(world: World, laptop: Laptop, chance: random.Random) -> None:
    """A laptop takes one of the answers that it can open, perhaps again, or out of order."""
    laptop.open()
    answers = [one for one in enumerate(world.sticks.answers) if _is_for(laptop, one[1])]
    if not answers:
        return
    number, data = answers[_choose(len(answers), chance)]
    with _dying(laptop, chance) as died:
        found = taking.take_answer(laptop.store, data)
        world.say(f"{laptop.name} takes answer {number + 1} ({_in_words(found)})")
    if died:
        world.say(f"{laptop.name} loses power taking answer {number + 1}")


def round_trip(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Write, apply and take at once, as somebody does who drives to the server and back."""
    laptop.open()
    _give_keys(world, laptop)
    with _sizes(chance.choice(world.profile.most)):
        data = writing.write_bundle(laptop.store).data
    world.sticks.bundles.append(data)
    try:
        world.sticks.answers.append(_apply(world, data))
    except Refusal as refused:
        world.say(f"{laptop.name} writes a bundle, refused: {refused.problem.title}")
        return
    found = taking.take_answer(laptop.store, world.sticks.answers[-1])
    numbers = f"bundle {len(world.sticks.bundles)}, answer {len(world.sticks.answers)}"
    world.say(f"{laptop.name} syncs by stick ({numbers}: {_in_words(found)})")


def _in_words(found: taking.Taken) -> str:
    said = [f"{found.acknowledged} acknowledged, {found.received} received"]
    said += ["outdated"] * found.outdated + [found.trouble] * bool(found.trouble)
    return ", ".join(said)


def _choose(many: int, chance: random.Random) -> int:
    """Choose the last one most often, then one of the last few, seldom any."""
    least = chance.choice([many - 1, many - 1, many - 1, many - 2, many - _RECENT, 0])
    return chance.randrange(max(least, 0), many)


def _give_keys(world: World, laptop: Laptop) -> None:
    """Exchange keys as at an enrolment."""
    with world.harness.server.begin() as connection:
        own = server_keys(connection)
        if laptop.store.access.keys() is None:
            signing = new_signing_pair()
            keys = DeviceKeys(signing, own.sealing.public, own.signing.public)
            laptop.store.access.keep_keys(keys)
            world.sticks.signers[signing.public] = laptop.device
        _know_signers(world, connection)


def _know_signers(world: World, connection: Connection) -> None:
    rows = [
        {"device": device, "key": key, "at": world.time}
        for key, device in world.sticks.signers.items()
    ]
    insert_missing_rows(connection, DEVICE_KEY, rows)


def _apply(world: World, data: bytes, chance: random.Random | None = None) -> bytes:
    """Let the program apply a bundle, and check all that it does; return the answer."""
    server = world.server
    with server.harness.server.begin() as connection:
        _know_signers(world, connection)
        keys = server_keys(connection)
        bundle = ingest.opened(keys, data)
        device = signer(connection, bundle).seen.device

    def ask(_engine: Engine, sender: Device, request: SyncRequest, _now: int) -> SyncAnswer:
        return server.ask(sender.id, request)

    cut = server.harness.server_power_cut
    if chance and chance.random() < 0.1:
        cut.at, cut.after = chance.randint(1, 4), chance.random() < 0.5
    try:
        parts = ingest.answer_requests(
            server.harness.server, server.sender(device.id), bundle, world.time, ask
        )
    finally:
        cut.at = 0
    return write_answer(bundle, parts, keys.signing)


def _refuse_altered(world: World, data: bytes, chance: random.Random) -> None:
    place = chance.randrange(len(data))
    altered = data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
    try:
        _apply(world, altered)
    except Refusal:
        return
    raise Violation(f"P8: a bundle altered at byte {place} was taken")


def _is_for(laptop: Laptop, data: bytes) -> bool:
    try:
        taking._opened(laptop.store, data)
    except NotCarried:
        return False
    return True


@contextmanager
def _dying(laptop: Laptop, chance: random.Random) -> Iterator[list[str]]:
    """Cut the laptop's power at one of its commits, now and then; yield a sign of it."""
    died: list[str] = []
    cut = laptop.power_cut
    if chance.random() < 0.15:
        cut.at, cut.after = chance.randint(1, 4), chance.random() < 0.5
    try:
        yield died
    except Crash:
        laptop.close()
        died.append("died")
    finally:
        laptop.power_cut.at = 0


@contextmanager
def _sizes(most: int) -> Iterator[None]:
    """Limit batches and pages to so many changes and rows; 0: the program's limits."""
    with ExitStack() as patches:
        for name in ("MOST_CHANGES", "MOST_ROWS") if most else ():
            patches.enter_context(patch.object(writing, name, most))
        if most:
            patches.enter_context(patch.object(ingest, "MOST_ROWS", most))
        yield


EVENTS: dict[str, Callable[[World, Laptop, random.Random], None]] = {
    "write stick": write,
    "apply stick": apply,
    "take stick": take,
    "by stick": round_trip,
}
