"""What happens to laptops, lines and the server."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation import people
from tests.simulation.devices import Kept, Laptop
from tests.simulation.drawing import PLACES, area_name
from tests.simulation.files import connect, image
from tests.simulation.model import Place
from tests.simulation.wire import Trouble

from fieldkit.protocol.wire.codec import CODINGS
from fieldkit.server.problems import Refusal
from fieldkit.settings import DATABASE
from fieldkit.store import Store
from fieldkit.sync.client import Outcome

if TYPE_CHECKING:
    from tests.simulation.world import World

YEAR = 365 * 86_400
HOURS = 2 * 3_600
"""How long it takes to put a server back."""
MOST_LAPTOPS = 6


def sync(world: World, laptop: Laptop, chance: random.Random) -> None:
    outcome = world.sync(laptop, _small(world, chance, Trouble()))
    world.say(f"{laptop.name} syncs ({how(outcome)})")


def cut(world: World, laptop: Laptop, chance: random.Random) -> None:
    trouble, number = Trouble(), chance.randint(1, 4)
    what = chance.choice(["lost", "unanswered", "server dies", "server dies late", "twice", "down"])
    if what == "down":
        trouble.down_from = number
    else:
        trouble.by_request[number] = what
        if chance.random() < 0.5:
            trouble.down_from = number + 1
    outcome = world.sync(laptop, _small(world, chance, trouble))
    world.say(f"{laptop.name} syncs; at request {number}: {what} ({how(outcome)})")


def crash(world: World, laptop: Laptop, chance: random.Random) -> None:
    trouble, number = Trouble(), chance.randint(1, 4)
    if chance.random() < 0.4:
        what = chance.choice(["laptop dies", "laptop dies late"])
        trouble.by_request[number] = what
    else:
        fuse = laptop.fuse
        laptop.wake()
        fuse.at, fuse.after = chance.randint(1, 8), chance.random() < 0.5
        what = f"the laptop dies {'after' if fuse.after else 'before'} its commit {fuse.at}"
    outcome = world.sync(laptop, _small(world, chance, trouble))
    laptop.fuse.at = 0
    world.say(f"{laptop.name} syncs; at request {number}: {what} ({how(outcome)})")


def busy(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Something happens while a request is under way."""
    number, what = chance.randint(1, 3), chance.choice(["edit", "edit", "person", "sync"])
    others = [one for one in world.laptops if one is not laptop]
    other = chance.choice(others) if others and what == "sync" else laptop

    def meanwhile() -> None:
        world.say(f"while request {number} of {laptop.name} is under way:")
        if what == "sync":
            if other is not laptop:
                sync(world, other, chance)
        else:
            DEEDS[what](world, laptop, chance)

    trouble = Trouble({number: "meanwhile"}, meanwhile=meanwhile)
    outcome = world.sync(laptop, _small(world, chance, trouble))
    world.say(f"{laptop.name} has synced ({how(outcome)})")


def _small(world: World, chance: random.Random, trouble: Trouble) -> Trouble:
    trouble.coding = chance.choice([None] * 9 + [*CODINGS])
    trouble.most = chance.choice(world.profile.most)
    return trouble


def old(world: World, _laptop: Laptop, chance: random.Random) -> None:
    """A request of long ago arrives once more."""
    if not world.sent:
        return
    number = chance.randrange(len(world.sent))
    device, request = world.sent[number]
    try:
        world.central.ask(device, request)
        said = "it is answered"
    except Refusal as refused:
        said = refused.problem.type
    world.say(f"request {number + 1} of the run (of {request.origin}) arrives again: {said}")


def clock(world: World, laptop: Laptop, chance: random.Random) -> None:
    away = random.Random(f"{chance.random()}/{world.clocks}")
    laptop.astray += away.choice([-10 * YEAR, -YEAR, -3_600, 3_600, YEAR, 10 * YEAR])
    world.say(f"the clock of {laptop.name} jumps; it is {laptop.astray} s astray")


def rescope(world: World, laptop: Laptop, chance: random.Random) -> None:
    if laptop.device == 1:
        return  # the first laptop is the supervisor, who sees it all
    district, block = chance.choice(PLACES)
    scope: Place = chance.choice([(district, block), (district, None), (None, None)])
    if scope != world.central.scopes[laptop.device][-1]:
        world.central.rescope(laptop.device, scope)
        world.say(f"{laptop.name} is given another scope: {area_name(scope)}")


def backup(world: World, laptop: Laptop, chance: random.Random) -> None:
    target = world.folder("kept") / DATABASE
    laptop.wake()
    image(laptop.path, target)
    number = len(world.kept) + 1
    world.kept.append(Kept(number, laptop, target, laptop.past.copy()))
    world.say(f"{laptop.name} is backed up (copy {number})")


def _last_kept(world: World, laptop: Laptop, chance: random.Random) -> Kept | None:
    kept = [one for one in world.kept if one.of is laptop]
    return chance.choice(kept[-2:]) if kept else None


def restore(world: World, laptop: Laptop, chance: random.Random) -> None:
    if kept := _last_kept(world, laptop, chance):
        laptop.close()
        Store.restore(laptop.home, kept.path, clock=laptop.clock, connect=connect)
        laptop.past = kept.past.copy()
        world.say(f"{laptop.name} is restored from copy {kept.number}")


def reinstall(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Back up and restore at once: nothing is lost, the identity is another."""
    number = len(world.kept)
    backup(world, laptop, chance)
    laptop.close()
    Store.restore(laptop.home, world.kept[number].path, clock=laptop.clock, connect=connect)
    world.say(f"{laptop.name} is restored from that backup at once")


def rollback(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Put an older disk image back: the program is not told."""
    if kept := _last_kept(world, laptop, chance):
        laptop.close()
        image(kept.path, laptop.path)
        laptop.past = kept.past.copy()
        world.say(f"the disk of {laptop.name} is put back to copy {kept.number}, unnoticed")


def copy(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Copy a whole disk: nothing tells the copy that it is one."""
    if copy := _duplicate(world, laptop):
        world.bench.places[copy.path] = world.bench.places[laptop.path]
        world.say(f"the disk of {laptop.name} is copied to {copy.name}; both go on")


def carry(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Copy the folder to another machine, which the program notices."""
    if copy := _duplicate(world, laptop):
        world.say(f"the folder of {laptop.name} is copied to {copy.name}; both go on")


def _duplicate(world: World, laptop: Laptop) -> Laptop | None:
    if len(world.laptops) >= MOST_LAPTOPS:
        return None
    copy = world.laptop(f"laptop {len(world.laptops) + 1}", laptop.device)
    laptop.wake()
    image(laptop.path, copy.path)
    copy.past = laptop.past.copy()
    world.laptops.append(copy)
    return copy


def server_backup(world: World, _laptop: Laptop, _chance: random.Random) -> None:
    world.central.back_up()
    world.say("the server is backed up")


def server_restore(world: World, _laptop: Laptop, _chance: random.Random) -> None:
    if world.central.restore():
        world.time += HOURS
        world.sent.clear()  # no connection outlives the server: nothing is delivered hours later
        world.say("the server is restored from its backup")


def how(outcome: Outcome | None) -> str:
    """Say in a few words how a sync ended."""
    if outcome is None:
        return "the laptop lost its power"
    return "whole" if outcome.ok else str(outcome.session.error)


DEEDS: dict[str, Callable[[World, Laptop, random.Random], None]] = {
    "person": people.person,
    "faraway": people.faraway,
    "group": people.group,
    "edit": people.edit,
    "clear": people.clear,
    "unknown": people.unknown,
    "refused": people.refused,
    "move": people.move,
    "delete": people.delete,
    "open": people.open_form,
    "close": people.save_form,
    "decide": people.decide,
    "mend": people.mend,
    "withdraw": people.withdraw,
    "sync": sync,
    "cut": cut,
    "crash": crash,
    "busy": busy,
    "old": old,
    "clock": clock,
    "rescope": rescope,
    "backup": backup,
    "restore": restore,
    "reinstall": reinstall,
    "rollback": rollback,
    "copy": copy,
    "carry": carry,
    "server backup": server_backup,
    "server restore": server_restore,
}
"""By the names that profiles give them."""
