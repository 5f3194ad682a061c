"""One run: laptops, a server and people, all drawn from one seed, in a time of its own.

Each action draws from a stream of its own, so that a story can be told again without some of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.simulation.bench import REFUSED, Bench, Crash
from tests.simulation.devices import Central, Kept, Laptop
from tests.simulation.drawing import PLACES, Action, Profile, area_name, place_name, profile_of
from tests.simulation.files import Shown, image
from tests.simulation.mishaps import DEEDS, YEAR
from tests.simulation.model import DELETED, Expected, Place, Typed, Violation, plain, written_fields
from tests.simulation.properties import at_rest, looks_right, said_last
from tests.simulation.wire import Trouble, Wire

from fieldkit.protocol.messages import SyncRequest
from fieldkit.store import Draft, Edit, Refused
from fieldkit.sync import transfer_size
from fieldkit.sync.client import Outcome, sync

START = 1_795_000_000
"""17 November 2026, when every run begins."""
ROUNDS = 12
"""Syncs of every laptop within which all must be at rest."""


class World:
    """A run under way."""

    def __init__(
        self, bench: Bench, seed: int, profile: Profile | None = None, clocks: str = ""
    ) -> None:
        self.bench = bench
        self.seed = seed
        self.profile = profile or profile_of(seed)
        self.story: list[str] = []
        self.clocks = clocks
        self._tags = 0
        self._files = 0
        self.time = START
        self._run = bench.fresh()
        self.expected = Expected()
        self.central = Central(bench, self.expected, lambda: self.time)
        self.laptops: list[Laptop] = []
        self.sent: list[tuple[int, SyncRequest]] = []
        self.kept: list[Kept] = []
        self._who = ""
        self._settle_in()

    # Who is there

    def _settle_in(self) -> None:
        chance = random.Random(f"{self.seed}/laptops")
        for number in range(chance.randint(*self.profile.laptops)):
            district, block = chance.choice([*PLACES[:1] * 6, *PLACES])
            scope: Place = chance.choice(
                [(district, block), (district, block), (district, None), (None, None)]
            )
            if number == 0:
                scope = (None, None)
            role = "operator" if scope[1] else "supervisor"
            device = self.central.enrol(role, scope)
            laptop = self.laptop(f"laptop {number + 1}", device)
            image(self.bench.laptop_template, laptop.path)
            laptop.store.init("Asha", district, block)
            laptop.store.enrol(
                "https://server.example", "t" * 20, role, *scope, 1, self.central.incarnation()
            )
            self.laptops.append(laptop)
            where = place_name((district, block))
            self.say(f"{laptop.name} works in {where} and sees {area_name(scope)}")

    def laptop(self, name: str, device: int) -> Laptop:
        home = self.folder("home")
        chance = random.Random(f"{self.seed}/clock/{name}/{self.clocks}")
        astray = chance.choice([0, 0, 40, -700, 9_000, -20 * YEAR, 3 * YEAR])
        laptop = Laptop(self.bench, name, home, device, lambda: self.time, astray=astray)
        self.bench.places[laptop.path] = f"machine {home.name}"
        return laptop

    def folder(self, name: str) -> Path:
        """Name a folder that is not there yet."""
        self._files += 1
        return self._run / f"{name}-{self._files}"

    def say(self, line: str) -> None:
        self.story.append(line)

    def tag(self) -> str:
        """Name who types: never the same twice, so that each change is known again anywhere."""
        self._tags += 1
        return f"Asha {self._who}.{self._tags}"

    # Running

    def run(self, actions: Sequence[Action]) -> None:
        """Do the actions, heal everything, and hold the end against the properties."""
        for action in actions:
            self.do(action)
        self.heal()
        at_rest(self)

    def do(self, action: Action) -> None:
        chance = random.Random(f"{self.seed}/{action.stream}")
        self.time += chance.choice([1, 60, 3_600])
        self._who, self._tags = str(action.stream), 0
        laptop = self.laptops[action.who % len(self.laptops)]
        told = len(self.story)
        try:
            DEEDS[action.what](self, laptop, chance)
            looks_right(laptop, self.expected)
        except Exception:
            self.story.insert(told, f"{laptop.name}: {action.what}, and this is how it broke:")
            raise

    def heal(self) -> None:
        """Let every laptop sync over a line that holds, until nothing is left."""
        self.sent.clear()
        for _ in range(ROUNDS):
            before = self.central.accepted, self.central.sent
            outcomes = [(laptop, self.sync(laptop, Trouble())) for laptop in self.laptops]
            for laptop, outcome in outcomes:
                looks_right(laptop, self.expected)
                if outcome is None or not outcome.ok:
                    error = outcome.session.error if outcome else "crashed"
                    raise Violation(f"P4: {laptop.name} cannot sync any more: {error}")
            if before == (self.central.accepted, self.central.sent):
                return
        raise Violation(f"P7: after {ROUNDS} rounds of syncs something is still under way")

    def sync(self, laptop: Laptop, trouble: Trouble) -> Outcome | None:
        """Sync one laptop; None if it lost its power meanwhile."""
        wire = Wire(self.central, laptop.device, trouble, self._note_request)
        laptop.wake()
        try:
            with _sizes(trouble.most):
                return sync(
                    laptop.store,
                    transport=wire,
                    pause=lambda _seconds: False,
                    rng=random.Random(0),
                )
        except Crash:
            laptop.close()
            return None

    def _note_request(self, device: int, request: SyncRequest) -> None:
        self.sent.append((device, request))

    # Typing

    def save(
        self,
        laptop: Laptop,
        edits: Sequence[Edit],
        tag: str,
        *,
        opened: int | None = None,
        draft: Draft | None = None,
    ) -> bool:
        """Save as a person does and note what was saved; False if rules stood against it."""
        before = laptop.rows()
        left = replace(draft, texts={}) if draft else None
        edits = [replace(edit, confirmed=frozenset(edit.kind.fields())) for edit in edits]
        for edit in edits:
            if edit.id in before:
                shown = before[edit.id]
                if draft is None:
                    laptop.past.show(shown.key, shown.values)
        try:
            laptop.store.save(edits, tag, left=left)
        except Refused:
            return False
        self.note(laptop, tag, before, opened)
        for edit in edits:
            if edit.id is not None and edit.id in before:
                self._took_all(laptop, edit, before[edit.id])
        return True

    def note(
        self, laptop: Laptop, tag: str, before: dict[str, Shown], opened: int | None = None
    ) -> None:
        """Note what the laptop's log holds of a save, as typed; every later check starts here."""
        past = laptop.past
        for line in laptop.log():
            if line.operator != tag:
                continue
            was = before.get(line.record_id)
            key = was.key if was else f"{tag}/{line.mark.rpartition('/')[2]}"
            seen = past.shown.get(key, {})
            said = written_fields(line.fields, line.op, was.values if was else None)
            named = seen if said.get(DELETED) is True else said
            typed = Typed(
                line.mark,
                line.kind,
                key,
                line.op,
                said,
                line.base,
                frozenset(one.mark for one in past.typed),
                {name: frozenset(seen.get(name, ())) for name in named},
                laptop.name,
            )
            saw = opened if opened is not None else was.version if was else 0
            if line.op != "decide":  # whoever decides has seen what stands, own work over it or not
                saw = min([saw, *self._own_bases(laptop, key, said, was.version if was else 0)])
            alone = not any(one.key == key for one in past.typed)
            if line.base > saw or (alone and line.base != saw and was is not None):
                raise Violation(
                    f"P3: {laptop.name} saved {line.mark} on version {line.base}, "
                    f"its form had opened on {saw}"
                )
            past.typed.append(typed)
            if said.get("village") == REFUSED:
                self.expected.tampered.add(line.mark)
            self.expected.typed[line.mark] = typed

    @staticmethod
    def _own_bases(
        laptop: Laptop, key: str, said: Mapping[str, object], version: int
    ) -> Iterator[int]:
        """Give the bases of own changes of these fields that still lie over the server's row."""
        log = {line.mark: line for line in laptop.log()}
        for counts in said_last(laptop.past, log).values():
            for name, (typed, line) in counts.items():
                if typed.key != key or name not in said:
                    continue
                lies = line.verdict is None and (line.version or 0) > version
                if not line.acked or line.verdict == "rejected" or lies:
                    yield typed.base

    def _took_all(self, laptop: Laptop, edit: Edit, before: Shown) -> None:
        after = laptop.rows().get(before.id)
        for name, value in edit.fields.items():
            if after is None or plain(after.values.get(name)) != plain(value):
                raise Violation(f"P1: {laptop.name} saved {name} = {plain(value)}; it is not there")


@contextmanager
def _sizes(most: int) -> Iterator[None]:
    """Let batches and pages have at most so many changes and rows; 0: as many as usual."""
    names = ("MOST_CHANGES", "FEWEST", "FIRST_PAGE", "MOST_ROWS")
    usual = {name: getattr(transfer_size, name) for name in names}
    for name in names if most else ():
        setattr(transfer_size, name, most)
    try:
        yield
    finally:
        for name, value in usual.items():
            setattr(transfer_size, name, value)
