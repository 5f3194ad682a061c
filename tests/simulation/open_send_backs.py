"""Checks that what was sent back is shown wherever it is held, and does not vanish unanswered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.simulation.devices import Laptop
from tests.simulation.files import ShownRecord
from tests.simulation.model import CORRECTED, SENT_BACK, Expected, Fate, Json, Violation, plain
from tests.simulation.rights import SUPERVISORS

from fieldkit.review.sent_back import counts, find, to_correct_here
from fieldkit.store import SentBack

if TYPE_CHECKING:
    from tests.simulation.world import World

_WHEN = re.compile(r", \d\d \w{3} \d{4} \d\d:\d\d\)$")


def without_time(value: Json) -> Json:
    """Return a note without its time, which is of the clock of a laptop."""
    return _WHEN.sub(")", value) if isinstance(value, str) else value


def check_list(laptop: Laptop) -> None:
    """What a laptop lists as sent back follows from its rows."""
    held = {
        key: shown
        for key, shown in laptop.rows().items()
        if shown.values.get(SENT_BACK) and not shown.deleted
    }
    found = find(laptop.store)
    _same(laptop, "lists as sent back", {one.id for one in found}, set(held))
    if not held:
        return  # then the counts and what is to be corrected are of nothing, too
    corrected = {key for key, shown in held.items() if shown.values.get(CORRECTED)}
    order = [one.id in corrected for one in found]
    if order != sorted(order, reverse=True):
        raise Violation(f"P3: {laptop.name} does not list first what was corrected")
    for one in found:
        _check_notes(laptop, one, held[one.id])
    entered = {line.record_id for line in laptop.log() if line.op == "create"}
    here = {one.id for one in to_correct_here(laptop.store)}
    _same(laptop, "asks to correct", here, (set(held) - corrected) & entered)
    counted = (len(held) - len(corrected), len(corrected))
    if counts(laptop.store) != counted:
        raise Violation(f"P3: {laptop.name} counts {counts(laptop.store)}, there are {counted}")


def _same(laptop: Laptop, what: str, found: set[str], wanted: set[str]) -> None:
    if stray := sorted(found ^ wanted):
        word = "wrongly" if stray[0] in found else "does not: it"
        raise Violation(f"P3: {laptop.name} {what}: {word} {stray[0]}")


def _check_notes(laptop: Laptop, one: SentBack, shown: ShownRecord) -> None:
    """The texts of both sides are those of the row."""
    notes = (one.note.shown, one.corrected.shown if one.corrected else None)
    values = (shown.values[SENT_BACK], shown.values.get(CORRECTED))
    if notes != values:
        raise Violation(f"P3: {laptop.name} reads {notes} of {one.id}, which has {values}")


def check_answered(world: World) -> None:
    """Each reason that the server took stands, is held, or was answered by a supervisor.

    Who answers it had seen it.
    """
    expected = world.expected
    for mark, fate in expected.state.fates.items():
        reason = expected.typed[mark].fields.get(SENT_BACK)
        if reason is None or fate.verdict not in ("applied", "conflict"):
            continue
        if not _is_open(expected, fate, reason) and not _is_answered(expected, mark, fate, reason):
            raise Violation(f"P3: {mark} sent {fate.record_id} back; that vanished unanswered")


def _is_open(expected: Expected, fate: Fate, reason: Json) -> bool:
    row = expected.state.rows[fate.record_id]
    held = [
        one.held
        for (record_id, name, _), one in expected.state.conflicts.items()
        if (record_id, name) == (fate.record_id, SENT_BACK)
    ]
    return plain(reason) in {plain(one) for one in (row.value(SENT_BACK), *held)}


def _is_answered(expected: Expected, mark: str, sent: Fate, reason: Json) -> bool:
    for other, fate in expected.state.fates.items():
        typed = expected.typed[other]
        answers = (
            fate.record_id == sent.record_id
            and fate.verdict in ("applied", "conflict")
            and SENT_BACK in typed.fields
            and expected.roles[expected.senders[other]] in SUPERVISORS
        )
        seen = mark in typed.prior or plain(reason) in typed.shown.get(SENT_BACK, ())
        if answers and seen and other != mark:
            return True
    return False
