"""One run: laptops, a server and people, all drawn from one seed, with a simulated clock.

Each action has its own random stream, so that a run can be repeated without some of its actions.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.simulation.devices import FileCopy, Laptop, Server
from tests.simulation.events import EVENTS, YEAR
from tests.simulation.files import ShownRecord, copy_file
from tests.simulation.former_device import FormerDevice
from tests.simulation.harness import REFUSED, Crash, Harness
from tests.simulation.liar import Liar
from tests.simulation.model import (
    DELETED,
    MERGED,
    UNMERGED,
    TypedChange,
    Violation,
    named_person,
    plain,
    written_fields,
)
from tests.simulation.profiles import PLACES, Action, Profile, area_name, place_name, profile_of
from tests.simulation.properties import check_end, check_screen, latest_values
from tests.simulation.rights import Place
from tests.simulation.sticks import Sticks
from tests.simulation.transport import EnrolTransport, Faults, FaultyTransport

from fieldkit.protocol.messages.sync import SyncRequest
from fieldkit.store import Draft, Edit, Refused
from fieldkit.sync.client import Outcome, enrol, sync
from fieldkit.sync.exchange import transfer_size
from fieldkit.sync.sentences import ENROL_AGAIN

START = 1_795_000_000
"""17 November 2026: the start of every run."""
MOST_CODES = 3
"""How often a laptop may have to enrol again before all is sent."""
ROUNDS = 12
"""Syncs of every laptop after which nothing may be left to send or receive."""


class World:
    """The state of a run."""

    def __init__(
        self, harness: Harness, seed: int, profile: Profile | None = None, clocks: str = ""
    ) -> None:
        self.harness = harness
        self.seed = seed
        self.profile = profile or profile_of(seed)
        self.story: list[str] = []
        self.clocks = clocks
        self._tags = 0
        self._files = 0
        self.time = START
        self._run = harness.new_run()
        self.server = Server(harness, lambda: self.time)
        self.expected = self.server.expected
        self.laptops: list[Laptop] = []
        self.sent: list[tuple[int, SyncRequest]] = []
        self.kept: list[FileCopy] = []
        self.liar: Liar | None = None
        self.former: FormerDevice | None = None
        self.sticks = Sticks()
        self._who = ""
        self._enrol_laptops()

    # Who is there

    def _enrol_laptops(self) -> None:
        chance = random.Random(f"{self.seed}/laptops")
        for number in range(chance.randint(*self.profile.laptops)):
            district, block = chance.choice([*PLACES[:1] * 6, *PLACES])
            scope: Place = chance.choice(
                [(district, block), (district, block), (district, None), (None, None)]
            )
            if number == 0:
                scope = (None, None)
            role = "operator" if scope[1] else "supervisor" if number else "administrator"
            lower = random.Random(f"{self.seed}/roles/{number}")
            if number and lower.random() < self.profile.registrars:
                role = lower.choice(["registrar", "registrar", "registrar", "viewer"])
            device = self.server.enrol(role, scope)
            laptop = self.laptop(f"laptop {number + 1}", device)
            copy_file(self.harness.laptop_template, laptop.path)
            laptop.store.init("Asha", district, block)
            laptop.store.access.enrol(
                "https://server.example", "t" * 20, role, *scope, 1, marks=True
            )
            self.laptops.append(laptop)
            where = place_name((district, block))
            self.say(f"{laptop.name}, {role}, works in {where} and sees {area_name(scope)}")

    def laptop(self, name: str, device: int) -> Laptop:
        home = self.folder("home")
        chance = random.Random(f"{self.seed}/clock/{name}/{self.clocks}")
        clock_offset = chance.choice([0, 0, 40, -700, 9_000, -20 * YEAR, 3 * YEAR])
        laptop = Laptop(
            self.harness, name, home, device, lambda: self.time, clock_offset=clock_offset
        )
        self.harness.places[laptop.path] = f"machine {home.name}"
        return laptop

    def folder(self, name: str) -> Path:
        """Return the path of a new folder."""
        self._files += 1
        return self._run / f"{name}-{self._files}"

    def say(self, line: str) -> None:
        self.story.append(line)

    def tag(self) -> str:
        """Return a new operator name for each save, which identifies its changes."""
        self._tags += 1
        return f"Asha {self._who}.{self._tags}"

    # Running

    def run(self, actions: Sequence[Action]) -> None:
        """Do the actions, sync until nothing is left, and check the properties."""
        for action in actions:
            self.do(action)
        self.finish_syncs()
        check_end(self)

    def do(self, action: Action) -> None:
        chance = random.Random(f"{self.seed}/{action.stream}")
        self.time += chance.choice([1, 60, 3_600])
        self._who, self._tags = str(action.stream), 0
        laptop = self.laptops[action.who % len(self.laptops)]
        length = len(self.story)
        try:
            EVENTS[action.what](self, laptop, chance)
            check_screen(laptop, self.expected)
        except Exception:
            self.story.insert(length, f"{laptop.name}: {action.what}, and this is how it broke:")
            raise

    def finish_syncs(self) -> None:
        """Sync every laptop over a good connection until nothing is left."""
        self.sent.clear()
        for _ in range(ROUNDS):
            before = self.server.accepted, self.server.sent
            outcomes = [(laptop, self.sync(laptop, Faults())) for laptop in self.laptops]
            enrolled = [
                laptop for laptop, outcome in outcomes if self._enrols_if_asked(laptop, outcome)
            ]
            for laptop, outcome in outcomes:
                check_screen(laptop, self.expected)
                if laptop not in enrolled and (outcome is None or not outcome.ok):
                    error = outcome.session.error if outcome else "crashed"
                    raise Violation(f"P4: {laptop.name} cannot sync any more: {error}")
            if not enrolled and before == (self.server.accepted, self.server.sent):
                return
        raise Violation(f"P7: after {ROUNDS} rounds of syncs something is still under way")

    def _enrols_if_asked(self, laptop: Laptop, outcome: Outcome | None) -> bool:
        """Enrol a laptop again if its sync ended with that advice, a few times at most."""
        error = outcome.session.error if outcome else None
        if error is None or not error.startswith(ENROL_AGAIN) or laptop.enrolments >= MOST_CODES:
            return False
        laptop.enrolments += 1
        self.enrol_again(laptop)
        return True

    def enrol_again(self, laptop: Laptop) -> None:
        """Enrol a laptop by a new code, without the token of before: as another device."""
        role, scope = self.server.roles[laptop.device], self.server.area(laptop.device)
        link = EnrolTransport(self.server, role, scope)
        enrol(laptop.store, "https://server.example", "AAAAA-AAAAA", transport=link)
        laptop.device = len(self.server.terms)
        self.say(f"{laptop.name} enrols again, as device {laptop.device}")

    def sync(self, laptop: Laptop, faults: Faults) -> Outcome | None:
        """Sync one laptop; None if it lost power."""
        transport = FaultyTransport(self.server, laptop.device, faults, self._note_request)
        laptop.open()
        try:
            with _sizes(faults.most):
                return sync(
                    laptop.store,
                    transport=transport,
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
        """Save as a person does and note the changes; False if rules forbid it."""
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
        self, laptop: Laptop, tag: str, before: dict[str, ShownRecord], opened: int | None = None
    ) -> None:
        """Note the changes of a save as typed; all later checks are based on this."""
        past = laptop.past
        for line in laptop.log():
            if line.operator != tag:
                continue
            was = before.get(line.record_id)
            key = was.key if was else f"{tag}/{line.mark.rpartition('/')[2]}"
            seen = past.shown.get(key, {})
            said = written_fields(line.fields, line.op, was.values if was else None)
            whole = said.get(DELETED) is True or said.get(MERGED) is not None
            named = seen if whole else {*said, MERGED}
            lies = {*seen, *said} if said.get(MERGED) is not None else {*said, MERGED}
            typed = TypedChange(
                line.mark,
                line.kind,
                key,
                line.op,
                said,
                line.base,
                frozenset(one.mark for one in past.typed),
                {name: frozenset(seen.get(name, ())) for name in named},
                laptop.name,
                _people(said, laptop.rows()),
            )
            saw = opened if opened is not None else was.version if was else 0
            if (
                line.op != "decide"
            ):  # a decision is based on the server's row, whatever own work is applied over it
                saw = min([saw, *self._own_bases(laptop, key, lies, was.version if was else 0)])
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
    def _own_bases(laptop: Laptop, key: str, said: Collection[str], version: int) -> Iterator[int]:
        """Give the bases of own changes of these fields that still lie over the server's row."""
        log = {line.mark: line for line in laptop.log()}
        for counts in latest_values(laptop.past, log).values():
            for name, (typed, line) in counts.items():
                if typed.key != key or name not in said:
                    continue
                lies = line.verdict is None and (line.version or 0) > version
                if not line.acked or line.verdict in UNMERGED or lies:
                    yield typed.base

    def _took_all(self, laptop: Laptop, edit: Edit, before: ShownRecord) -> None:
        after = laptop.rows().get(before.id)
        for name, value in edit.fields.items():
            if after is None or plain(after.values.get(name)) != plain(value):
                raise Violation(f"P1: {laptop.name} saved {name} = {plain(value)}; it is not there")


def _people(said: Mapping[str, object], rows: Mapping[str, ShownRecord]) -> dict[str, str]:
    """Return the key of the person that each field names, where this file holds the record."""
    named = {name: person for name in said if (person := named_person(name, said[name]))}
    return {name: rows[person].key for name, person in named.items() if person in rows}


@contextmanager
def _sizes(most: int) -> Iterator[None]:
    """Limit batches and pages to so many changes and rows; 0: the program's limits."""
    names = ("MOST_CHANGES", "FEWEST", "FIRST_PAGE", "MOST_ROWS")
    usual = {name: getattr(transfer_size, name) for name in names}
    for name in names if most else ():
        setattr(transfer_size, name, most)
    try:
        yield
    finally:
        for name, value in usual.items():
            setattr(transfer_size, name, value)
