"""Events of a run: syncs, failures, copies, backups and restores."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation import people, sticks, supervising
from tests.simulation.devices import FileCopy, Laptop
from tests.simulation.files import connect, copy_file
from tests.simulation.former_device import former
from tests.simulation.hostile import HostileServer
from tests.simulation.liar import Liar
from tests.simulation.profiles import PLACES, area_name
from tests.simulation.rights import Place
from tests.simulation.transport import Faults

from fieldkit.protocol.wire.codec import CODINGS
from fieldkit.server.problems import Refusal
from fieldkit.settings import DATABASE
from fieldkit.store import Store
from fieldkit.sync.client import Outcome

if TYPE_CHECKING:
    from tests.simulation.world import World

DAY = 86_400
YEAR = 365 * DAY
HOURS = 2 * 3_600
"""Seconds that restoring the server takes."""
MOST_LAPTOPS = 6


def sync(world: World, laptop: Laptop, chance: random.Random) -> None:
    outcome = world.sync(laptop, _small(world, chance, Faults()))
    world.say(f"{laptop.name} syncs ({how(outcome)})")


def cut(world: World, laptop: Laptop, chance: random.Random) -> None:
    faults, number = Faults(), chance.randint(1, 4)
    what = chance.choice(["lost", "unanswered", "server dies", "server dies late", "twice", "down"])
    if what == "down":
        faults.down_from = number
    else:
        faults.by_request[number] = what
        if chance.random() < 0.5:
            faults.down_from = number + 1
    outcome = world.sync(laptop, _small(world, chance, faults))
    world.say(f"{laptop.name} syncs; at request {number}: {what} ({how(outcome)})")


def crash(world: World, laptop: Laptop, chance: random.Random) -> None:
    faults, number = Faults(), chance.randint(1, 4)
    if chance.random() < 0.4:
        what = chance.choice(["laptop dies", "laptop dies late"])
        faults.by_request[number] = what
    else:
        power_cut = laptop.power_cut
        laptop.open()
        power_cut.at, power_cut.after = chance.randint(1, 8), chance.random() < 0.5
        when = "after" if power_cut.after else "before"
        what = f"the laptop dies {when} its commit {power_cut.at}"
    outcome = world.sync(laptop, _small(world, chance, faults))
    laptop.power_cut.at = 0
    world.say(f"{laptop.name} syncs; at request {number}: {what} ({how(outcome)})")


def busy(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Another event happens during a request."""
    number, what = chance.randint(1, 3), chance.choice(["edit", "edit", "person", "sync"])
    others = [one for one in world.laptops if one is not laptop]
    other = chance.choice(others) if others and what == "sync" else laptop

    def meanwhile() -> None:
        world.say(f"while request {number} of {laptop.name} is under way:")
        if what == "sync":
            if other is not laptop:
                sync(world, other, chance)
        else:
            EVENTS[what](world, laptop, chance)

    faults = Faults({number: "meanwhile"}, meanwhile=meanwhile)
    outcome = world.sync(laptop, _small(world, chance, faults))
    world.say(f"{laptop.name} has synced ({how(outcome)})")


def _small(world: World, chance: random.Random, faults: Faults) -> Faults:
    faults.coding = chance.choice([None] * 9 + [*CODINGS])
    faults.most = chance.choice(world.profile.most)
    return faults


def old(world: World, _laptop: Laptop, chance: random.Random) -> None:
    """An old request arrives again."""
    if not world.sent:
        return
    number = chance.randrange(len(world.sent))
    device, request = world.sent[number]
    try:
        world.server.ask(device, request)
        said = "it is answered"
    except Refusal as refused:
        said = refused.problem.type
    world.say(f"request {number + 1} of the run (of {request.origin}) arrives again: {said}")


def clock(world: World, laptop: Laptop, chance: random.Random) -> None:
    away = random.Random(f"{chance.random()}/{world.clocks}")
    laptop.clock_offset += away.choice([-10 * YEAR, -YEAR, -3_600, 3_600, YEAR, 10 * YEAR])
    world.say(f"the clock of {laptop.name} jumps; it is {laptop.clock_offset} s clock_offset")


def rescope(world: World, laptop: Laptop, chance: random.Random) -> None:
    if laptop.device == 1:
        return  # the first laptop is the supervisor, who sees it all
    district, block = chance.choice(PLACES)
    scope: Place = chance.choice([(district, block), (district, None), (None, None)])
    if scope != world.server.area(laptop.device):
        world.server.change_scope(laptop.device, scope)
        world.say(f"{laptop.name} is given another scope: {area_name(scope)}")


def weeks(world: World, _laptop: Laptop, _chance: random.Random) -> None:
    """Days pass, so that ended scopes count no longer."""
    world.time += 20 * DAY
    world.say("twenty days pass")


def close(world: World, laptop: Laptop, _chance: random.Random) -> None:
    world.server.close_scopes(laptop.device)
    world.say(f"a supervisor closes the former scopes of {laptop.name}")


def take(world: World, _laptop: Laptop, chance: random.Random) -> None:
    """A supervisor takes a late change in."""
    _decide_late(world, chance, taken=True)


def leave(world: World, _laptop: Laptop, chance: random.Random) -> None:
    """A supervisor leaves a late change."""
    _decide_late(world, chance, taken=False)


def _decide_late(world: World, chance: random.Random, *, taken: bool) -> None:
    if late := list(world.expected.state.late):
        honest = [mark for mark in late if mark not in world.expected.guessing]
        mark = chance.choice(honest or late)
        world.server.decide(mark, taken=taken)
        word = "takes in" if taken else "leaves"
        world.say(f"a supervisor {word} {mark}: {world.expected.state.fates[mark].verdict}")


def backup(world: World, laptop: Laptop, chance: random.Random) -> None:
    target = world.folder("kept") / DATABASE
    laptop.open()
    copy_file(laptop.path, target)
    number = len(world.kept) + 1
    world.kept.append(FileCopy(number, laptop, target, laptop.past.copy()))
    world.say(f"{laptop.name} is backed up (copy {number})")


def _last_kept(world: World, laptop: Laptop, chance: random.Random) -> FileCopy | None:
    kept = [one for one in world.kept if one.of is laptop]
    return chance.choice(kept[-2:]) if kept else None


def restore(world: World, laptop: Laptop, chance: random.Random) -> None:
    if kept := _last_kept(world, laptop, chance):
        laptop.close()
        Store.restore(laptop.home, kept.path, clock=laptop.clock, connect=connect)
        laptop.past = kept.past.copy()
        world.say(f"{laptop.name} is restored from copy {kept.number}")


def reinstall(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Back up and restore at once: nothing is lost, but the origin changes."""
    number = len(world.kept)
    backup(world, laptop, chance)
    laptop.close()
    Store.restore(laptop.home, world.kept[number].path, clock=laptop.clock, connect=connect)
    world.say(f"{laptop.name} is restored from that backup at once")


def rollback(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Put back an older disk image, without the program's knowledge."""
    if kept := _last_kept(world, laptop, chance):
        laptop.close()
        copy_file(kept.path, laptop.path)
        laptop.past = kept.past.copy()
        world.say(f"the disk of {laptop.name} is put back to copy {kept.number}, unnoticed")


def copy(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Copy a whole disk, so that the copy cannot know that it is one."""
    if copy := _duplicate(world, laptop):
        world.harness.places[copy.path] = world.harness.places[laptop.path]
        world.say(f"the disk of {laptop.name} is copied to {copy.name}; both go on")


def carry(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Copy the folder to another machine, which the program detects."""
    if copy := _duplicate(world, laptop):
        world.say(f"the folder of {laptop.name} is copied to {copy.name}; both go on")


def _duplicate(world: World, laptop: Laptop) -> Laptop | None:
    if len(world.laptops) >= MOST_LAPTOPS:
        return None
    copy = world.laptop(f"laptop {len(world.laptops) + 1}", laptop.device)
    laptop.open()
    copy_file(laptop.path, copy.path)
    copy.past = laptop.past.copy()
    world.laptops.append(copy)
    return copy


def enrol(world: World, laptop: Laptop, _chance: random.Random) -> None:
    """The token is lost, or the laptop is handed on."""
    world.enrol_again(laptop)


def clone(world: World, laptop: Laptop, _chance: random.Random) -> None:
    """Copy a whole disk, for a laptop with an enrolment of its own."""
    if copy := _duplicate(world, laptop):
        world.harness.places[copy.path] = world.harness.places[laptop.path]
        world.say(f"the disk of {laptop.name} is copied to {copy.name}; both go on")
        world.enrol_again(copy)


def lie(world: World, _laptop: Laptop, chance: random.Random) -> None:
    """A device sends what it should not, which must harm nobody else (rules 36 to 40)."""
    if world.liar is None:
        world.liar = Liar(world)
    world.say(world.liar.lie(chance))


def hostile(world: World, laptop: Laptop, chance: random.Random) -> None:
    """One sync meets a server that lies."""
    server = HostileServer(world, laptop, chance)
    faults = _small(world, chance, Faults())
    faults.hostile = server.answer
    outcome = world.sync(laptop, faults)
    lies = ", ".join(server.told) or "tells no lie"
    world.say(f"{laptop.name} syncs with a hostile server: it {lies} ({how(outcome)})")


def half_way(world: World, laptop: Laptop, chance: random.Random) -> None:
    """The server is restored between two pages of a download, which goes on at once or later."""
    if chance.random() < 0.5:
        server_backup(world, laptop, chance)
    others = [one for one in world.laptops if one is not laptop]
    for other in chance.sample(others, k=min(len(others), 2)):
        sync(world, other, chance)
    if chance.random() < 0.5:
        world.server.change_scope(laptop.device, world.server.area(laptop.device))
        world.say(f"{laptop.name} is given its area again, and receives it from the start")
    number, more = chance.randint(1, 6), others and chance.random() < 0.5
    author = chance.choice(others or [laptop])

    def meanwhile() -> None:
        world.say(f"after page {number} of {laptop.name}:")
        server_restore(world, laptop, chance)
        if more:
            sync(world, author, chance)

    faults = Faults({number: "meanwhile"}, meanwhile=meanwhile, most=chance.choice([1, 1, 2]))
    if chance.random() < 0.4:
        faults.down_from = number + 1
    outcome = world.sync(laptop, faults)
    world.say(f"{laptop.name} has synced, page by page ({how(outcome)})")


def server_backup(world: World, _laptop: Laptop, _chance: random.Random) -> None:
    world.server.back_up()
    world.say("the server is backed up")


def server_restore(world: World, _laptop: Laptop, _chance: random.Random) -> None:
    if world.server.restore():
        world.time += HOURS
        world.sent.clear()  # no request is delivered hours later
        world.say("the server is restored from its backup")


def how(outcome: Outcome | None) -> str:
    """Return in a few words how a sync ended."""
    if outcome is None:
        return "the laptop lost its power"
    return "whole" if outcome.ok else str(outcome.session.error)


EVENTS: dict[str, Callable[[World, Laptop, random.Random], None]] = {
    "person": people.person,
    "faraway": people.faraway,
    "group": people.group,
    "edit": people.edit,
    "clear": people.clear,
    "unknown": people.unknown,
    "refused": people.refused,
    "move": people.move,
    "of ut": people.of_ut,
    "edit of ut": people.edit_of_ut,
    "to ut": people.move_to_ut,
    "approve": people.approve,
    "merge": people.merge,
    "unmerge": people.unmerge,
    "different": people.different,
    "send back": supervising.send_back,
    "correct": supervising.correct,
    "accept": supervising.accept,
    "undo": supervising.undo,
    "forge": supervising.forge,
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
    "weeks": weeks,
    "close scopes": close,
    "take": take,
    "leave": leave,
    "former": former,
    "backup": backup,
    "restore": restore,
    "reinstall": reinstall,
    "rollback": rollback,
    "copy": copy,
    "carry": carry,
    "enrol": enrol,
    "clone": clone,
    "lie": lie,
    "hostile": hostile,
    "half way": half_way,
    "server backup": server_backup,
    "server restore": server_restore,
    **sticks.EVENTS,
}
"""The events by the names used in profiles."""
