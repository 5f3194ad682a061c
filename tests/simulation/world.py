"""One run: laptops, a server and people, all drawn from one seed, in a time of its own.

Each action draws from a stream of its own, so that a story can be told again without some of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.simulation.devices import (
    REFUSED,
    START,
    Bench,
    Central,
    Crash,
    Laptop,
    Shown,
    Trouble,
    Wire,
    connect,
    image,
)
from tests.simulation.model import DELETED, Expected, Past, Place, Typed, Violation, claims, plain
from tests.simulation.properties import at_rest, looks_right

from fieldkit.records import Beneficiary, Member, Op, Record, SelfHelpGroup, Value
from fieldkit.server.problems import Refusal
from fieldkit.settings import DATABASE
from fieldkit.store import Draft, Edit, Refused, Store
from fieldkit.sync import pace
from fieldkit.sync.client import Outcome, sync
from fieldkit.sync.codec import CODINGS
from fieldkit.sync.messages import SyncRequest

YEAR = 365 * 86_400
PLACES: tuple[tuple[int, int], ...] = ((2, 16), (2, 17), (2, 18), (3, 22), (3, 24))
"""Districts and blocks of the run."""
HOT: dict[str, tuple[Value, ...]] = {
    "remarks": ("came", "left", "came again"),
    "village": ("Nagam", "Wathora", "Lasjan"),
    "mobile": ("9419000001", "9419000002", "9419000003"),
}
"""Fields that many edit, and the few values they take: so people meet, and write the same."""
UNKNOWN = ("shoe_size", "blood_group")
KIND: dict[str, type[Record]] = {kind.kind(): kind for kind in (Beneficiary, SelfHelpGroup, Member)}
ROUNDS = 12
MOST_LAPTOPS = 6


@dataclass(frozen=True)
class Action:
    """Something that happens: what, at which laptop, and the stream its details are drawn from."""

    what: str
    who: int
    stream: int


@dataclass(frozen=True)
class Profile:
    """A sort of run: how many laptops, and how often what happens."""

    name: str
    weights: dict[str, int]
    laptops: tuple[int, int] = (2, 4)
    actions: tuple[int, int] = (14, 34)
    calm: bool = False
    """Whether lines mostly hold."""


_WORK = {"person": 6, "group": 2, "edit": 14, "clear": 2, "unknown": 2, "delete": 2}
_FORMS = {"open": 4, "close": 4}
_SYNC = {"sync": 13, "cut": 4, "crash": 2, "old": 2, "busy": 3, "clock": 1}
PROFILES: tuple[Profile, ...] = (
    Profile("office", _WORK | _FORMS | _SYNC | {"decide": 3, "move": 2, "mend": 1}),
    Profile(
        "conflicts",
        _WORK | _FORMS | _SYNC | {"person": 2, "edit": 26, "delete": 4, "decide": 12},
        calm=True,
    ),
    Profile("copies", _WORK | _FORMS | _SYNC | {"copy": 6, "carry": 1, "decide": 2}, (1, 3)),
    Profile(
        "restores",
        _WORK | _FORMS | _SYNC | {"backup": 5, "restore": 3, "rollback": 3, "reinstall": 4},
    ),
    Profile(
        "moves",
        _WORK | _SYNC | {"person": 8, "move": 12, "rescope": 3, "sync": 18, "delete": 1},
        (3, 5),
    ),
    Profile(
        "rejections",
        _WORK
        | _SYNC
        | {
            "faraway": 5,
            "refused": 8,
            "edit": 22,
            "mend": 5,
            "withdraw": 3,
            "move": 3,
            "rescope": 4,
        },
    ),
    Profile("cuts", _WORK | _SYNC | {"cut": 14, "crash": 12, "old": 8, "busy": 8}),
    Profile(
        "lost server",
        _WORK | _FORMS | _SYNC | {"server backup": 3, "server restore": 2, "decide": 2},
    ),
    Profile(
        "all",
        _WORK
        | _FORMS
        | _SYNC
        | {"copy": 1, "rollback": 1, "carry": 1, "backup": 1, "restore": 1}
        | {"reinstall": 1}
        | {
            "move": 3,
            "rescope": 1,
            "decide": 4,
            "faraway": 1,
            "refused": 1,
            "mend": 1,
            "withdraw": 1,
        },
        (3, 5),
        (24, 48),
    ),
)


def profile_of(seed: int) -> Profile:
    return PROFILES[seed % len(PROFILES)]


def drawn(seed: int, profile: Profile | None = None) -> list[Action]:
    """Draw the actions of a run."""
    profile = profile or profile_of(seed)
    chance = random.Random(f"{seed}/actions")
    names = sorted(profile.weights)
    weights = [profile.weights[name] for name in names]
    many = chance.randint(*profile.actions)
    # Some people are known everywhere before anything happens to them.
    first = [("person", 0), ("person", 1), ("sync", 0), ("sync", 1), ("sync", 2)]
    drawn = [(what, chance.randrange(60)) for what in chance.choices(names, weights, k=many)]
    return [Action(what, who, stream) for stream, (what, who) in enumerate([*first, *drawn])]


@dataclass(frozen=True)
class Kept:
    """A copy of a laptop's file, and what it had gone through."""

    number: int
    of: Laptop
    path: Path
    past: Past


class World:
    """A run under way."""

    def __init__(
        self, bench: Bench, seed: int, profile: Profile | None = None, clocks: str = ""
    ) -> None:
        self.bench = bench
        self.seed = seed
        self.profile = profile or profile_of(seed)
        self.story: list[str] = []
        self._clocks = clocks
        self._tags = 0
        self._files = 0
        self._time = START
        self._run = bench.fresh()
        self.expected = Expected()
        self.central = Central(bench, self.expected, lambda: self._time)
        self.laptops: list[Laptop] = []
        self._sent: list[tuple[int, SyncRequest]] = []
        self._kept: list[Kept] = []
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
            laptop = self._laptop(f"laptop {number + 1}", device)
            image(self.bench.laptop_template, laptop.path)
            laptop.store.init("Asha", district, block)
            laptop.store.enrol(
                "https://server.example", "t" * 20, role, *scope, 1, self.central.incarnation()
            )
            self.laptops.append(laptop)
            self.say(f"{laptop.name} works in {_place((district, block))} and sees {_area(scope)}")

    def _laptop(self, name: str, device: int) -> Laptop:
        self._files += 1
        home = self._run / f"home-{self._files}"
        chance = random.Random(f"{self.seed}/clock/{name}/{self._clocks}")
        astray = chance.choice([0, 0, 40, -700, 9_000, -20 * YEAR, 3 * YEAR])
        laptop = Laptop(self.bench, name, home, device, lambda: self._time, astray=astray)
        self.bench.places[laptop.path] = f"machine {self._files}"
        return laptop

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
        self._time += chance.choice([1, 60, 3_600])
        self._who, self._tags = str(action.stream), 0
        laptop = self.laptops[action.who % len(self.laptops)]
        deed: Callable[[Laptop, random.Random], None] = getattr(
            self, "_" + action.what.replace(" ", "_")
        )
        told = len(self.story)
        try:
            deed(laptop, chance)
            looks_right(laptop, self.expected)
        except Exception:
            self.story.insert(told, f"{laptop.name}: {action.what}, and this is how it broke:")
            raise

    def heal(self) -> None:
        """Let every laptop sync over a line that holds, until nothing is left."""
        self._sent.clear()
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
                    link=wire,
                    pause=lambda _seconds: False,
                    chance=random.Random(0),
                )
        except Crash:
            laptop.close()
            return None

    def _note_request(self, device: int, request: SyncRequest) -> None:
        self._sent.append((device, request))

    # Typing

    def save(
        self,
        laptop: Laptop,
        edits: Sequence[Edit],
        tag: str,
        *,
        opened: int | None = None,
        draft: int | None = None,
    ) -> bool:
        """Save as a person does and note what was saved; False if rules stood against it."""
        before = laptop.rows()
        edits = [replace(edit, confirmed=frozenset(edit.kind.asks())) for edit in edits]
        for edit in edits:
            if edit.id in before:
                shown = before[edit.id]
                if draft is None:
                    laptop.past.show(shown.key, shown.values)
        try:
            laptop.store.save(edits, tag, draft=draft)
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
            said = claims(line.fields, line.op, was.values if was else None)
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
        last: dict[str, Typed] = {}
        for typed in laptop.past.typed:
            if typed.key == key and typed.mark not in laptop.past.withdrawn:
                last |= {name: typed for name in typed.fields if name in said}
        for typed in last.values():
            line = log[typed.mark]
            lies = line.verdict is None and (line.version or 0) > version
            if not line.acked or line.verdict == "rejected" or lies:
                yield typed.base

    def _took_all(self, laptop: Laptop, edit: Edit, before: Shown) -> None:
        after = laptop.rows().get(before.id)
        for name, value in edit.fields.items():
            if after is None or plain(after.values.get(name)) != plain(value):
                raise Violation(f"P1: {laptop.name} saved {name} = {plain(value)}; it is not there")

    def _pick(self, laptop: Laptop, chance: random.Random, *, live: bool = True) -> Shown | None:
        """Pick a record on the screen, mostly one of the few that everybody edits."""
        rows = sorted(
            (one for one in laptop.rows().values() if not (live and one.deleted)),
            key=lambda one: (len(one.key), one.key),
        )
        if not rows:
            return None
        return rows[0] if chance.random() < 0.6 else chance.choice(rows)

    def _fields(self, chance: random.Random, shown: Shown) -> dict[str, Value]:
        hot = ["remarks"] if shown.kind == "self_help_group" else sorted(HOT)
        names = chance.sample(hot, k=min(len(hot), chance.choice([1, 1, 2])))
        return {name: chance.choice(HOT[name]) for name in names}

    def _person(self, laptop: Laptop, chance: random.Random) -> None:
        tag = self.tag()
        fields = {"name": "Ghulam Bhat", "trade_code": "CARP", "village": "Nagam"}
        if self.save(laptop, [Edit(Beneficiary, fields)], tag):
            self.say(f"{laptop.name} registers an artisan ({tag})")

    def _faraway(self, laptop: Laptop, chance: random.Random) -> None:
        tag, (district, block) = self.tag(), chance.choice(PLACES)
        fields: dict[str, Value] = {
            "name": "Ali Dar",
            "trade_code": "CARP",
            "district": district,
            "block": block,
        }
        if self.save(laptop, [Edit(Beneficiary, fields)], tag):
            self.say(f"{laptop.name} registers an artisan of {_place((district, block))} ({tag})")

    def _group(self, laptop: Laptop, chance: random.Random) -> None:
        tag, group = self.tag(), laptop.store.new_id()
        members = [
            Edit(Member, {"name": f"Zoona {name}", "self_help_group_id": group})
            for name in ("Bano", "Jan")[: chance.randint(1, 2)]
        ]
        if self.save(laptop, [Edit(SelfHelpGroup, {"name": "Noor"}, id=group), *members], tag):
            self.say(f"{laptop.name} enters a group with {len(members)} members ({tag})")

    def _edit(self, laptop: Laptop, chance: random.Random) -> None:
        if shown := self._pick(laptop, chance):
            self._change(laptop, shown, self._fields(chance, shown))

    def _clear(self, laptop: Laptop, chance: random.Random) -> None:
        if shown := self._pick(laptop, chance):
            self._change(laptop, shown, {chance.choice(["remarks"]): None})

    def _unknown(self, laptop: Laptop, chance: random.Random) -> None:
        if shown := self._pick(laptop, chance):
            self._change(laptop, shown, {chance.choice(UNKNOWN): chance.randint(1, 3)})

    def _refused(self, laptop: Laptop, chance: random.Random) -> None:
        """Type a value that the server will not take."""
        shown = self._pick(laptop, chance)
        if shown and shown.kind != "self_help_group":
            fields: dict[str, Value] = {"village": REFUSED}
            if chance.random() < 0.5:
                fields["remarks"] = chance.choice(HOT["remarks"])
            self._change(laptop, shown, fields)

    def _move(self, laptop: Laptop, chance: random.Random) -> None:
        district, block = chance.choice(PLACES)
        if shown := self._pick(laptop, chance):
            self._change(laptop, shown, {"district": district, "block": block})

    def _change(self, laptop: Laptop, shown: Shown, fields: dict[str, Value]) -> None:
        tag = self.tag()
        if self.save(laptop, [Edit(KIND[shown.kind], fields, id=shown.id)], tag):
            said = ", ".join(f"{name} = {plain(value)}" for name, value in fields.items())
            self.say(f"{laptop.name} sets {said} of {shown.key} at version {shown.version} ({tag})")

    def _delete(self, laptop: Laptop, chance: random.Random) -> None:
        tag = self.tag()
        if shown := self._pick(laptop, chance):
            edit = Edit(KIND[shown.kind], {}, id=shown.id, op=Op.DELETE)
            if self.save(laptop, [edit], tag):
                self.say(f"{laptop.name} deletes {shown.key} at version {shown.version} ({tag})")

    def _open(self, laptop: Laptop, chance: random.Random) -> None:
        if shown := self._pick(laptop, chance):
            texts = {name: str(value) for name, value in self._fields(chance, shown).items()}
            laptop.store.drafts.keep(
                Draft(shown.kind, self.tag(), None, shown.id, shown.version, texts)
            )
            laptop.past.show(shown.key, shown.values)
            self.say(f"{laptop.name} opens a form on {shown.key} at version {shown.version}")

    def _close(self, laptop: Laptop, chance: random.Random) -> None:
        drafts = sorted(laptop.store.drafts.of(), key=lambda one: one.id or 0)
        if not drafts:
            return
        draft = chance.choice(drafts)
        shown = laptop.rows().get(draft.record_id or "")
        if shown is None or shown.deleted:
            return
        tag, fields = self.tag(), dict(draft.texts)
        edit = Edit(KIND[draft.kind], fields, id=draft.record_id, base=draft.base)
        if self.save(laptop, [edit], tag, opened=draft.base or 0, draft=draft.id):
            said = ", ".join(f"{name} = {plain(value)}" for name, value in fields.items())
            self.say(f"{laptop.name} saves that form on {shown.key}: {said} ({tag})")

    # Deciding, mending, giving up

    def _decide(self, laptop: Laptop, chance: random.Random) -> None:
        found = sorted(laptop.store.conflicts(), key=lambda one: one.id)
        if not found:
            return
        conflict, tag, before = chance.choice(found), self.tag(), laptop.rows()
        keep = chance.choice(["mine", "theirs"])
        if conflict.field in HOT and chance.random() < 0.3:
            keep = str(chance.choice(HOT[conflict.field]))
        shown = before.get(conflict.record_id)
        if shown is None:
            raise Violation(f"P3: {conflict.id} is a conflict of a record that is not here")
        laptop.past.show(shown.key, shown.values)
        seen = laptop.past.shown[shown.key].setdefault(conflict.field, set())
        seen |= {plain(conflict.stands), plain(conflict.held)}
        try:
            laptop.store.resolve(conflict.id, keep, tag)
        except Refused:
            return
        self.note(laptop, tag, before, conflict.version)
        self.say(
            f"{laptop.name} decides {conflict.field} of {shown.key}: {keep} "
            f"(stands {plain(conflict.stands)}, held {plain(conflict.held)}) ({tag})"
        )

    def _mend(self, laptop: Laptop, chance: random.Random) -> None:
        """Bring a record whose creation was rejected, or a rejected edit, to the own place."""
        rejected = [line for line in laptop.log() if line.verdict == "rejected"]
        device = laptop.store.device
        if not rejected or device is None:
            return
        line = chance.choice(rejected)
        shown = laptop.rows().get(line.record_id)
        if shown is None or shown.deleted:
            return
        if shown.values.get("village") == REFUSED:
            self._change(laptop, shown, {"village": chance.choice(HOT["village"])})
        else:
            self._change(laptop, shown, {"district": device.district, "block": device.block})

    def _withdraw(self, laptop: Laptop, chance: random.Random) -> None:
        rejected = [
            line
            for line in laptop.log()
            if line.verdict == "rejected" and line.mark not in laptop.past.withdrawn
        ]
        if rejected:
            line = chance.choice(rejected)
            laptop.store.withdraw(line.origin, line.seq)
            laptop.past.withdrawn.add(line.mark)
            self.say(f"{laptop.name} gives up the rejected {line.mark}")

    # Syncing

    def _sync(self, laptop: Laptop, chance: random.Random) -> None:
        outcome = self.sync(laptop, self._small(chance, Trouble()))
        self.say(f"{laptop.name} syncs ({_how(outcome)})")

    def _cut(self, laptop: Laptop, chance: random.Random) -> None:
        trouble, number = Trouble(), chance.randint(1, 4)
        what = chance.choice(
            ["lost", "unanswered", "server dies", "server dies late", "twice", "down"]
        )
        if what == "down":
            trouble.down_from = number
        else:
            trouble.by_request[number] = what
            if chance.random() < 0.5:
                trouble.down_from = number + 1
        outcome = self.sync(laptop, self._small(chance, trouble))
        self.say(f"{laptop.name} syncs; at request {number}: {what} ({_how(outcome)})")

    def _crash(self, laptop: Laptop, chance: random.Random) -> None:
        trouble, number = Trouble(), chance.randint(1, 4)
        if chance.random() < 0.4:
            what = chance.choice(["laptop dies", "laptop dies late"])
            trouble.by_request[number] = what
        else:
            fuse = laptop.fuse
            laptop.wake()
            fuse.at, fuse.after = chance.randint(1, 8), chance.random() < 0.5
            what = f"the laptop dies {'after' if fuse.after else 'before'} its commit {fuse.at}"
        outcome = self.sync(laptop, self._small(chance, trouble))
        laptop.fuse.at = 0
        self.say(f"{laptop.name} syncs; at request {number}: {what} ({_how(outcome)})")

    def _busy(self, laptop: Laptop, chance: random.Random) -> None:
        """Something happens while a request is under way."""
        number, what = chance.randint(1, 3), chance.choice(["edit", "edit", "person", "sync"])
        others = [one for one in self.laptops if one is not laptop]
        other = chance.choice(others) if others and what == "sync" else laptop

        def meanwhile() -> None:
            self.say(f"while request {number} of {laptop.name} is under way:")
            if what == "sync":
                if other is not laptop:
                    self._sync(other, chance)
            else:
                getattr(self, "_" + what)(laptop, chance)

        trouble = Trouble({number: "meanwhile"}, meanwhile=meanwhile)
        outcome = self.sync(laptop, self._small(chance, trouble))
        self.say(f"{laptop.name} has synced ({_how(outcome)})")

    def _small(self, chance: random.Random, trouble: Trouble) -> Trouble:
        trouble.coding = chance.choice([None] * 9 + [*CODINGS])
        trouble.most = chance.choice([0, 1, 2, 3])
        return trouble

    def _old(self, _laptop: Laptop, chance: random.Random) -> None:
        """A request of long ago arrives once more."""
        if not self._sent:
            return
        number = chance.randrange(len(self._sent))
        device, request = self._sent[number]
        try:
            self.central.ask(device, request)
            said = "it is answered"
        except Refusal as refused:
            said = refused.problem.type
        self.say(f"request {number + 1} of the run (of {request.origin}) arrives again: {said}")

    def _clock(self, laptop: Laptop, chance: random.Random) -> None:
        away = random.Random(f"{chance.random()}/{self._clocks}")
        laptop.astray += away.choice([-10 * YEAR, -YEAR, -3_600, 3_600, YEAR, 10 * YEAR])
        self.say(f"the clock of {laptop.name} jumps; it is {laptop.astray} s astray")

    # Scope

    def _rescope(self, laptop: Laptop, chance: random.Random) -> None:
        if laptop.device == 1:
            return  # the first laptop is the supervisor, who sees it all
        district, block = chance.choice(PLACES)
        scope: Place = chance.choice([(district, block), (district, None), (None, None)])
        if scope != self.central.scopes[laptop.device][-1]:
            self.central.rescope(laptop.device, scope)
            self.say(f"{laptop.name} is given another scope: {_area(scope)}")

    # Copies and backups

    def _backup(self, laptop: Laptop, chance: random.Random) -> None:
        self._files += 1
        target = self._run / f"kept-{self._files}" / DATABASE
        laptop.wake()
        image(laptop.path, target)
        number = len(self._kept) + 1
        self._kept.append(Kept(number, laptop, target, laptop.past.copy()))
        self.say(f"{laptop.name} is backed up (copy {number})")

    def _last_kept(self, laptop: Laptop, chance: random.Random) -> Kept | None:
        kept = [one for one in self._kept if one.of is laptop]
        return chance.choice(kept[-2:]) if kept else None

    def _restore(self, laptop: Laptop, chance: random.Random) -> None:
        if kept := self._last_kept(laptop, chance):
            laptop.close()
            Store.restore(laptop.home, kept.path, clock=laptop.clock, connect=connect)
            laptop.past = kept.past.copy()
            self.say(f"{laptop.name} is restored from copy {kept.number}")

    def _reinstall(self, laptop: Laptop, chance: random.Random) -> None:
        """Back up and restore at once: nothing is lost, the identity is another."""
        number = len(self._kept)
        self._backup(laptop, chance)
        laptop.close()
        Store.restore(laptop.home, self._kept[number].path, clock=laptop.clock, connect=connect)
        self.say(f"{laptop.name} is restored from that backup at once")

    def _rollback(self, laptop: Laptop, chance: random.Random) -> None:
        """Put an older disk image back: the program is not told."""
        if kept := self._last_kept(laptop, chance):
            laptop.close()
            image(kept.path, laptop.path)
            laptop.past = kept.past.copy()
            self.say(f"the disk of {laptop.name} is put back to copy {kept.number}, unnoticed")

    def _copy(self, laptop: Laptop, chance: random.Random) -> None:
        """Copy a whole disk: nothing tells the copy that it is one."""
        if copy := self._duplicate(laptop):
            self.bench.places[copy.path] = self.bench.places[laptop.path]
            self.say(f"the disk of {laptop.name} is copied to {copy.name}; both go on")

    def _carry(self, laptop: Laptop, chance: random.Random) -> None:
        """Copy the folder to another machine, which the program notices."""
        if copy := self._duplicate(laptop):
            self.say(f"the folder of {laptop.name} is copied to {copy.name}; both go on")

    def _duplicate(self, laptop: Laptop) -> Laptop | None:
        if len(self.laptops) >= MOST_LAPTOPS:
            return None
        copy = self._laptop(f"laptop {len(self.laptops) + 1}", laptop.device)
        laptop.wake()
        image(laptop.path, copy.path)
        copy.past = laptop.past.copy()
        self.laptops.append(copy)
        return copy

    def _server_backup(self, _laptop: Laptop, _chance: random.Random) -> None:
        self.central.back_up()
        self.say("the server is backed up")

    def _server_restore(self, _laptop: Laptop, _chance: random.Random) -> None:
        if self.central.restore():
            self.say("the server is restored from its backup")


@contextmanager
def _sizes(most: int) -> Iterator[None]:
    """Let batches and pages have at most so many changes and rows; 0: as many as usual."""
    names = ("MOST_CHANGES", "FEWEST", "FIRST_PAGE", "MOST_ROWS")
    usual = {name: getattr(pace, name) for name in names}
    for name in names if most else ():
        setattr(pace, name, most)
    try:
        yield
    finally:
        for name, value in usual.items():
            setattr(pace, name, value)


def _how(outcome: Outcome | None) -> str:
    if outcome is None:
        return "the laptop lost its power"
    return "whole" if outcome.ok else str(outcome.session.error)


def _place(place: Place) -> str:
    return f"block {place[1]} of district {place[0]}"


def _area(scope: Place) -> str:
    if scope[0] is None:
        return "everything"
    return f"district {scope[0]}" if scope[1] is None else _place(scope)
