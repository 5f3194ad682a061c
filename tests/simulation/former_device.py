"""A device that lies about its area: it declares an old epoch, and guesses bases and numbers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.simulation.devices import Laptop
from tests.simulation.files import ShownRecord, mark_of
from tests.simulation.model import TypedChange, written_fields
from tests.simulation.people import HOT
from tests.simulation.profiles import PLACES
from tests.simulation.rights import holds

from fieldkit.protocol.change import Change, Json, Op, first_head
from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.messages.sync import Batch, SyncRequest, Unsettled

if TYPE_CHECKING:
    from tests.simulation.world import World


class FormerDevice:
    """A log of its own, whose every request is made by hand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.device = world.server.enrol("operator", PLACES[0])
        self.origin = new_origin()
        self.heads = [first_head(self.origin)]
        self.marks: list[str] = []

    def send(self, kind: str, record_id: str, op: Op, fields: dict[str, Json], base: int) -> str:
        """Send one change under the first epoch; return its verdict."""
        world, tag, seq = self.world, self.world.tag(), len(self.heads)
        change = Change(seq, kind, record_id, op, fields, base or None, world.time, tag)
        mark = mark_of(tag, kind, record_id)
        key = self._key(record_id) or mark
        said = written_fields(dict(fields), str(op))
        prior = frozenset(self.marks)
        world.expected.guessing.add(mark)
        world.expected.typed[mark] = TypedChange(
            mark, kind, key, str(op), said, base, prior, {}, "the former device"
        )
        batch = Batch(first=seq, before=self.heads[-1].hex(), changes=[change.as_json()])
        self.heads.append(change.head(self.heads[-1]))
        self.marks.append(mark)
        request = SyncRequest(
            origin=self.origin,
            last_seq=seq,
            head=self.heads[-1].hex(),
            batch=batch,
            epoch=1,
            codes=True,
            unsettled=Unsettled(),
        )
        answer = world.server.ask(self.device, request)
        return answer.verdicts[0].verdict if answer.verdicts else "applied"

    def _key(self, record_id: str) -> str | None:
        shown = self.world.server.rows().get(record_id)
        return shown.key if shown else None


def former(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Write a record of the former area, one that is not there yet, or a new one there."""
    if world.former is None:
        world.former = FormerDevice(world)
        world.say("a device enrols for the first block")
        return
    if len(world.server.terms[world.former.device]) == 1 and chance.random() < 0.7:
        world.server.change_scope(world.former.device, PLACES[-1])
        world.say("that device is given another scope, and does not say that it knows")
        return
    what = chance.choice(["edit", "edit", "edit", "delete", "create", "ahead"])
    if what == "ahead":
        _edit_in_advance(world, world.former, laptop, chance)
    elif what == "create":
        district, block = PLACES[0]
        fields: dict[str, Json] = {"name": "Nobody", "district": district, "block": block}
        number = f"{world.former.origin}-{len(world.former.heads)}"
        verdict = world.former.send("beneficiary", number, Op.CREATE, fields, 0)
        world.say(f"the former device enters {number} in its former area ({verdict})")
    elif target := _target(world, chance):
        base = chance.choice([target.version, target.version, max(target.version - 1, 0)])
        op, changed = (Op.DELETE, {}) if what == "delete" else (Op.EDIT, _fields(chance, target))
        verdict = world.former.send(target.kind, target.id, op, changed, base)
        world.say(f"the former device says {what} of {target.key} on version {base} ({verdict})")


def _target(world: World, chance: random.Random) -> ShownRecord | None:
    rows = [one for one in world.server.rows().values() if not one.deleted]
    inside = [
        one
        for one in rows
        if holds(PLACES[0], world.expected.state.rows[one.id].place) or chance.random() < 0.3
    ]
    return chance.choice(sorted(inside, key=lambda one: one.key)) if inside else None


def _fields(chance: random.Random, target: ShownRecord) -> dict[str, Json]:
    name = "remarks" if target.kind == "self_help_group" else chance.choice(sorted(HOT))
    value = chance.choice(HOT[name])
    assert isinstance(value, str)
    return {name: value}


def _edit_in_advance(
    world: World, device: FormerDevice, laptop: Laptop, chance: random.Random
) -> None:
    """Edit the number that a laptop gives out next, or the one after it."""
    here = laptop.store.device
    assert here is not None
    last = laptop.look.all("SELECT counter FROM device")[0]["counter"]
    number = f"{here.origin}-{last + chance.randint(1, 2)}"
    if number in world.server.rows():
        return
    changed: dict[str, Json] = {"remarks": "taken in advance", "name": "Somebody else"}
    verdict = device.send("beneficiary", number, Op.EDIT, changed, chance.choice([0, 0, 1 << 50]))
    world.say(
        f"the former device edits {number}, which {laptop.name} has yet to give out ({verdict})"
    )
