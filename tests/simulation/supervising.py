"""Events of the loop between a supervisor and an author: sent back, corrected, accepted, undone."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.simulation.devices import Laptop
from tests.simulation.files import ShownRecord
from tests.simulation.model import CORRECTED, SENT_BACK, Json, Violation, plain
from tests.simulation.people import change, fields_of_edit, pick, say, settle
from tests.simulation.rights import SUPERVISORS

from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.declaration.sent_back import corrected_by_edit
from fieldkit.store import Edit, OpenConflict

if TYPE_CHECKING:
    from tests.simulation.world import World

REASONS = ("The name differs from the card", "No mobile", "Which village (old or new)?")


def send_back(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Send a record back, for the first time or again: its former correction is answered."""
    laptop = _one_that(world, laptop, chance, supervises=True)
    shown = (chance.random() < 0.3 and _pick_sent_back(laptop, chance)) or pick(laptop, chance)
    if not shown:
        return
    reason = chance.choice(REASONS)
    said = f"{laptop.name} sends {shown.key} back at version {shown.version}: {reason}"
    if tag := say(
        world,
        laptop,
        [shown],
        said,
        lambda tag: laptop.store.review.send_back(shown.id, reason, tag),
    ):
        _check_role(laptop)
        _check_shown(laptop, shown, sent_back=tag, corrected=None)


def correct(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Correct a record that was sent back: by an edit, or by saying what was done."""
    laptop = _one_that(world, laptop, chance, supervises=False, has_some=True)
    shown = _pick_sent_back(laptop, chance)
    if not shown:
        return
    if chance.random() < 0.3:
        said = f"{laptop.name} says what was done about {shown.key} at version {shown.version}"
        tag = say(
            world,
            laptop,
            [shown],
            said,
            lambda tag: laptop.store.review.mark_corrected(shown.id, "As on the card", tag),
        )
    else:
        tag, fields = world.tag(), fields_of_edit(chance, shown)
        record = laptop.store.get(shown.kind, shown.id)
        fields |= corrected_by_edit(record, fields, tag, laptop.store.now())
        tag = tag if change(world, laptop, shown, fields, tag) else ""
    if tag:
        _check_shown(laptop, shown, sent_back=shown.values[SENT_BACK], corrected=tag)


def accept(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Accept a record as it stands, or take a reason back before anything was corrected."""
    laptop = _one_that(world, laptop, chance, supervises=True, has_some=True)
    if shown := _pick_sent_back(laptop, chance):
        said = f"{laptop.name} accepts {shown.key} at version {shown.version}"
        if say(world, laptop, [shown], said, lambda tag: laptop.store.review.accept(shown.id, tag)):
            _check_role(laptop)
            _check_shown(laptop, shown, sent_back=None, corrected=None)


def undo(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Give both fields values that this laptop showed before, as undoing an act does."""
    laptop = _one_that(world, laptop, chance, supervises=True)
    of = laptop.past.shown
    known = [one for one in _live(laptop) if of.get(one.key, {}).get(SENT_BACK)]
    if _supervises(world, laptop) and known:
        shown = chance.choice(known)
        before: dict[str, Value] = {
            name: chance.choice([None, *_texts(laptop, shown, name)])
            for name in (SENT_BACK, CORRECTED)
        }
        change(world, laptop, shown, before, world.tag())


def forge(world: World, laptop: Laptop, chance: random.Random) -> None:
    """Send back, accept or settle a reason from a laptop that may not, as a program might."""
    if some := [one for one in world.laptops if not _supervises(world, one) and _reasons(one)]:
        laptop = chance.choice(some)
        settle(world, laptop, chance, _reasons(laptop)[0])
        return
    laptop = _one_that(world, laptop, chance, supervises=False)
    if _supervises(world, laptop):
        return
    tag = world.tag()
    value = chance.choice([None, f"Forged ({tag}, 05 Nov 2026 10:00)"])
    if chance.random() < 0.2:
        fields: dict[str, Value] = {"name": "Ghulam Bhat", "trade_code": "CARP"}
        if world.save(laptop, [Edit(Beneficiary, {**fields, SENT_BACK: value})], tag):
            world.say(f"{laptop.name} registers an artisan, {SENT_BACK} = {plain(value)} ({tag})")
    elif shown := _pick_sent_back(laptop, chance) or pick(laptop, chance):
        more = fields_of_edit(chance, shown) if chance.random() < 0.5 else {}
        change(world, laptop, shown, {SENT_BACK: value, **more}, tag)


def _reasons(laptop: Laptop) -> list[OpenConflict]:
    """Return the conflicts between two reasons, or a reason and its acceptance."""
    found = [one for one in laptop.store.review.conflicts() if one.field == SENT_BACK]
    return sorted(found, key=lambda one: one.id)


def _supervises(world: World, laptop: Laptop) -> bool:
    return world.server.roles[laptop.device] in SUPERVISORS


def _one_that(
    world: World,
    laptop: Laptop,
    chance: random.Random,
    *,
    supervises: bool,
    has_some: bool = False,
) -> Laptop:
    """Return a laptop that supervises or does not; at times one of which nobody expects the act.

    ``has_some``: it shows something that is sent back.
    """
    fit = [one for one in world.laptops if _supervises(world, one) is supervises]
    if has_some:
        fit = [one for one in fit if any(map(_is_sent_back, _live(one)))]
    return laptop if laptop in fit or not fit or chance.random() < 0.2 else chance.choice(fit)


def _is_sent_back(shown: ShownRecord) -> bool:
    return bool(shown.values.get(SENT_BACK))


def _live(laptop: Laptop) -> list[ShownRecord]:
    rows = (one for one in laptop.rows().values() if not one.deleted)
    return sorted(rows, key=lambda one: (len(one.key), one.key))


def _pick_sent_back(laptop: Laptop, chance: random.Random) -> ShownRecord | None:
    found = [one for one in _live(laptop) if _is_sent_back(one)]
    return chance.choice(found) if found else None


def _texts(laptop: Laptop, shown: ShownRecord, name: str) -> list[str]:
    """Return the texts that this laptop ever showed in a field, in an order without clocks."""
    texts = laptop.past.shown[shown.key].get(name, set()) - {plain(None)}
    return [one.strip('"') for one in sorted(texts)]


def _check_role(laptop: Laptop) -> None:
    scope = laptop.store.pull.state().scope
    if scope is None or scope.role not in SUPERVISORS:
        raise Violation(f"P3: {laptop.name} sends back or accepts, which its role may not")


def _check_shown(laptop: Laptop, shown: ShownRecord, **wanted: Json) -> None:
    """Raise unless each field is empty, or holds the text given, at the laptop that wrote it."""
    now = laptop.rows()[shown.id].values
    for name, text in wanted.items():
        if str(text) not in str(now.get(name)):
            raise Violation(
                f"P3: {laptop.name} shows {name} = {now.get(name)} of {shown.id}, wrote {text}"
            )
