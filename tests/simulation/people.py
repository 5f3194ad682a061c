"""Events of people at a laptop: entering, editing, deciding conflicts, correcting rejections."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from tests.simulation.devices import Laptop
from tests.simulation.files import LogLine, ShownRecord
from tests.simulation.harness import REFUSED
from tests.simulation.model import DIFFERENT, MERGED, Violation, number_of, plain
from tests.simulation.profiles import PLACES, place_name
from tests.simulation.rights import WHOLE_UT

from fieldkit.protocol.change import Op
from fieldkit.records import Record, Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.declaration.sent_back import corrected_by_edit
from fieldkit.store import Draft, Edit, Keep, OpenConflict, Refused, StoreError

if TYPE_CHECKING:
    from tests.simulation.world import World

HOT: dict[str, tuple[Value, ...]] = {
    "remarks": ("came", "left", "came again"),
    "village": ("Nagam", "Wathora", "Lasjan"),
    "mobile": ("9419000001", "9419000002", "9419000003"),
}
"""Fields that everyone edits, with few values, so that edits often conflict or are equal."""
UNKNOWN = ("shoe_size", "blood_group")
KIND: dict[str, type[Record]] = {kind.kind(): kind for kind in (Beneficiary, SelfHelpGroup, Member)}


def pick(laptop: Laptop, chance: random.Random) -> ShownRecord | None:
    """Pick a record that is not deleted, mostly the one that everybody edits."""
    rows = sorted(
        (one for one in laptop.rows().values() if not one.deleted),
        key=lambda one: (len(one.key), one.key),
    )
    if not rows:
        return None
    return rows[0] if chance.random() < 0.6 else chance.choice(rows)


def fields_of_edit(chance: random.Random, shown: ShownRecord) -> dict[str, Value]:
    hot = ["remarks"] if shown.kind == "self_help_group" else sorted(HOT)
    names = chance.sample(hot, k=min(len(hot), chance.choice([1, 1, 2])))
    return {name: chance.choice(HOT[name]) for name in names}


def person(world: World, laptop: Laptop, chance: random.Random) -> None:
    tag = world.tag()
    fields = {"name": "Ghulam Bhat", "trade_code": "CARP", "village": "Nagam"}
    if world.save(laptop, [Edit(Beneficiary, fields)], tag):
        world.say(f"{laptop.name} registers an artisan ({tag})")


def faraway(world: World, laptop: Laptop, chance: random.Random) -> None:
    tag, (district, block) = world.tag(), chance.choice(PLACES)
    fields: dict[str, Value] = {
        "name": "Ali Dar",
        "trade_code": "CARP",
        "district": district,
        "block": block,
    }
    if world.save(laptop, [Edit(Beneficiary, fields)], tag):
        world.say(f"{laptop.name} registers an artisan of {place_name((district, block))} ({tag})")


def group(world: World, laptop: Laptop, chance: random.Random) -> None:
    tag, group = world.tag(), laptop.store.new_id()
    members = [
        Edit(Member, {"name": f"Zoona {name}", "self_help_group_id": group})
        for name in ("Bano", "Jan")[: chance.randint(1, 2)]
    ]
    if world.save(laptop, [Edit(SelfHelpGroup, {"name": "Noor"}, id=group), *members], tag):
        world.say(f"{laptop.name} enters a group with {len(members)} members ({tag})")


def edit(world: World, laptop: Laptop, chance: random.Random) -> None:
    if shown := pick(laptop, chance):
        change(world, laptop, shown, fields_of_edit(chance, shown))


def clear(world: World, laptop: Laptop, chance: random.Random) -> None:
    if shown := pick(laptop, chance):
        change(world, laptop, shown, {chance.choice(["remarks"]): None})


def unknown(world: World, laptop: Laptop, chance: random.Random) -> None:
    if shown := pick(laptop, chance):
        change(world, laptop, shown, {chance.choice(UNKNOWN): chance.randint(1, 3)})


def refused(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Type a value that the server rejects."""
    shown = pick(laptop, chance)
    if shown and shown.kind != "self_help_group":
        fields: dict[str, Value] = {"village": REFUSED}
        if chance.random() < 0.5:
            fields["remarks"] = chance.choice(HOT["remarks"])
        change(world, laptop, shown, fields)


def move(world: World, laptop: Laptop, chance: random.Random) -> None:
    district, block = chance.choice(PLACES)
    if shown := pick(laptop, chance):
        change(world, laptop, shown, {"district": district, "block": block})


def of_ut(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Enter a record of the whole UT, as only an administrator may."""
    tag = world.tag()
    fields: dict[str, Value] = {"name": "Noor", "district": WHOLE_UT, "block": None}
    if world.save(laptop, [Edit(SelfHelpGroup, fields)], tag):
        world.say(f"{laptop.name} enters a group of the whole UT ({tag})")


def edit_of_ut(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Change a record of the whole UT, which every laptop shows."""
    rows = sorted(
        (
            one
            for one in laptop.rows().values()
            if not one.deleted and one.values.get("district") == WHOLE_UT
        ),
        key=lambda one: (len(one.key), one.key),
    )
    if rows:
        shown = chance.choice(rows)
        change(world, laptop, shown, fields_of_edit(chance, shown))


def move_to_ut(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Make a record the whole UT's."""
    if shown := pick(laptop, chance):
        change(world, laptop, shown, {"district": WHOLE_UT, "block": None})


def approve(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Write how far an application has come: registrars may only say that it was made."""
    shown = pick(laptop, chance)
    if shown and shown.kind == "beneficiary":
        change(world, laptop, shown, {"status": chance.choice(["SUBMITTED", "S1_APPROVED"])})


def change(
    world: World, laptop: Laptop, shown: ShownRecord, fields: dict[str, Value], tag: str = ""
) -> bool:
    """Save an edit; False if rules forbid it."""
    tag = tag or world.tag()
    if saved := world.save(laptop, [Edit(KIND[shown.kind], fields, id=shown.id)], tag):
        said = ", ".join(f"{name} = {plain(value)}" for name, value in fields.items())
        world.say(f"{laptop.name} sets {said} of {shown.key} at version {shown.version} ({tag})")
    return saved


def _two(laptop: Laptop, chance: random.Random) -> tuple[ShownRecord, ShownRecord] | None:
    """Pick two records of one kind of people, none deleted; mostly one that everybody edits."""
    one = pick(laptop, chance)
    others = [
        other
        for other in laptop.rows().values()
        if one and other.kind == one.kind != "self_help_group" and other.id != one.id
        if not other.deleted
    ]
    if one is None or not others:
        return None
    # Few of them, so that the same two are often meant.
    others.sort(key=lambda other: (len(other.key), other.key))
    pair = [one, chance.choice(others[:3])]
    chance.shuffle(pair)
    return pair[0], pair[1]


def merge(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Say that two records are the same person; the one kept may take values of the other."""
    if not (pair := _two(laptop, chance)):
        return
    kept, other = pair
    # The marks of two changes of one save differ by the numbers of their records.
    two = number_of(kept.id) != number_of(other.id)
    use = ["remarks"] if two and chance.random() < 0.5 else []
    said = f"{laptop.name} merges {other.key} at version {other.version} into {kept.key}"
    say(
        world,
        laptop,
        pair,
        said,
        lambda tag: laptop.store.merges.merge(kept.kind, kept.id, other.id, tag, use),
    )


def unmerge(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Take a merge back."""
    rows = sorted(laptop.rows().values(), key=lambda one: (len(one.key), one.key))
    if merged := [one for one in rows if one.values.get(MERGED) and not one.deleted]:
        one = chance.choice(merged)
        said = f"{laptop.name} says that {one.key} at version {one.version} is apart"
        say(
            world,
            laptop,
            [one],
            said,
            lambda tag: laptop.store.merges.unmerge(one.kind, one.id, tag),
        )


def different(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Say that two records are different people, or take that back."""
    if not (pair := _two(laptop, chance)):
        return
    one, other = pair
    told_apart = any(
        first.values.get(f"{DIFFERENT}{second.id}")
        for first, second in ((one, other), (other, one))
    )
    merges = laptop.store.merges
    act = merges.take_back_different if told_apart else merges.say_different
    word = "may be the same" if told_apart else "differ"
    said = f"{laptop.name} says that {one.key} and {other.key} {word}"
    say(world, laptop, pair, said, lambda tag: act(one.kind, one.id, other.id, tag))


def say(
    world: World,
    laptop: Laptop,
    about: Sequence[ShownRecord],
    said: str,
    act: Callable[[str], object],
) -> str:
    """Do what a person says of records that the screen shows, and note it as typed.

    Return its tag; empty if it was refused.
    """
    tag, before = world.tag(), laptop.rows()
    for shown in about:
        laptop.past.show(shown.key, shown.values)
    try:
        act(tag)
    except (Refused, StoreError):
        return ""
    world.note(laptop, tag, before)
    world.say(f"{said} ({tag})")
    return tag


def delete(world: World, laptop: Laptop, chance: random.Random) -> None:
    tag = world.tag()
    if shown := pick(laptop, chance):
        edit = Edit(KIND[shown.kind], {}, id=shown.id, op=Op.DELETE)
        if world.save(laptop, [edit], tag):
            world.say(f"{laptop.name} deletes {shown.key} at version {shown.version} ({tag})")
            _note_ended(laptop, shown, tag)


def _note_ended(laptop: Laptop, shown: ShownRecord, tag: str) -> None:
    """Note a deletion without a log entry: it gives up a record that no server accepted."""
    lines = [line for line in laptop.log() if line.record_id == shown.id]
    if any(line.operator == tag for line in lines):
        return
    if shown.version or any(line.verdict != "rejected" for line in lines):
        raise Violation(f"P2: the deletion of {shown.key} was not logged, though a server has it")
    if shown.id in laptop.rows():
        raise Violation(f"P3: {laptop.name} deleted {shown.key}, and shows it all the same")
    laptop.past.withdrawn |= {line.mark for line in lines}


def open_form(world: World, laptop: Laptop, chance: random.Random) -> None:
    if shown := pick(laptop, chance):
        texts = {name: str(value) for name, value in fields_of_edit(chance, shown).items()}
        laptop.store.drafts.keep(
            Draft(shown.kind, world.tag(), None, shown.id, shown.version, texts)
        )
        laptop.past.show(shown.key, shown.values)
        world.say(f"{laptop.name} opens a form on {shown.key} at version {shown.version}")


def save_form(world: World, laptop: Laptop, chance: random.Random) -> None:
    drafts = sorted(laptop.store.drafts.of(), key=lambda one: one.id or 0)
    if not drafts:
        return
    draft = chance.choice(drafts)
    shown = laptop.rows().get(draft.record_id or "")
    if shown is None or shown.deleted:
        return
    tag, fields = world.tag(), dict[str, Value](draft.texts)
    record = laptop.store.get(shown.kind, shown.id)
    fields |= corrected_by_edit(record, fields, tag, laptop.store.now())
    edit = Edit(KIND[draft.kind], fields, id=draft.record_id, base=draft.base)
    if world.save(laptop, [edit], tag, opened=draft.base or 0, draft=draft):
        said = ", ".join(f"{name} = {plain(value)}" for name, value in fields.items())
        world.say(f"{laptop.name} saves that form on {shown.key}: {said} ({tag})")


def decide(world: World, laptop: Laptop, chance: random.Random) -> None:
    if found := sorted(laptop.store.review.conflicts(), key=lambda one: one.id):
        settle(world, laptop, chance, chance.choice(found))


def settle(world: World, laptop: Laptop, chance: random.Random, conflict: OpenConflict) -> None:
    """Decide a conflict as its screen shows it."""
    tag, before = world.tag(), laptop.rows()
    keep: Keep | str = chance.choice([Keep.MINE, Keep.THEIRS])
    if conflict.field in HOT and chance.random() < 0.3:
        keep = str(chance.choice(HOT[conflict.field]))
    shown = before.get(conflict.record_id)
    if shown is None:
        raise Violation(f"P3: {conflict.id} is a conflict of a record that is not here")
    laptop.past.show(shown.key, shown.values)
    seen = laptop.past.shown[shown.key].setdefault(conflict.field, set())
    seen |= {plain(conflict.stands), plain(conflict.held)}
    try:
        laptop.store.review.resolve(conflict.id, keep, tag)
    except Refused:
        return
    world.note(laptop, tag, before, conflict.version)
    world.say(
        f"{laptop.name} decides {conflict.field} of {shown.key}: {keep} "
        f"(stands {plain(conflict.stands)}, held {plain(conflict.held)}) ({tag})"
    )


def mend(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Correct a rejected change: choose an accepted village, or this laptop's own place."""
    rejected = [line for line in laptop.log() if line.verdict == "rejected"]
    device = laptop.store.device
    if not rejected or device is None:
        return
    line = chance.choice(rejected)
    shown = laptop.rows().get(line.record_id)
    if shown is None or shown.deleted:
        return
    if shown.values.get("village") == REFUSED:
        change(world, laptop, shown, {"village": chance.choice(HOT["village"])})
    else:
        change(world, laptop, shown, {"district": device.district, "block": device.block})


def _with_entry(laptop: Laptop, given_up: LogLine) -> set[str]:
    """Return the changes given up with a record's creation: all until it is created again."""
    log = [line for line in laptop.log() if line.record_id == given_up.record_id]
    later = log[log.index(given_up) + 1 :] if given_up.op == "create" else []
    return {line.mark for line in takewhile(lambda line: line.op != "create", later)}


def withdraw(world: World, laptop: Laptop, chance: random.Random) -> None:
    rejected = [
        line
        for line in laptop.log()
        if line.verdict == "rejected" and line.mark not in laptop.past.withdrawn
    ]
    if rejected:
        line = chance.choice(rejected)
        laptop.store.withdraw(line.origin, line.seq)
        laptop.past.withdrawn |= {line.mark, *_with_entry(laptop, line)}
        world.say(f"{laptop.name} gives up the rejected {line.mark}")
