"""Generate made-up records chunk by chunk, so that memory does not grow with their number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from fieldkit.protocol.identity import CROCKFORD, RecordId
from fieldkit.sample.area import Area, Place, area
from fieldkit.sample.groups import federation, group, member
from fieldkit.sample.journey import (
    STATUSES,
    Entry,
    Trainee,
    attending,
    certificate,
    decisions,
    loan,
    orientation,
    toolkit,
    training,
)
from fieldkit.sample.livelihoods import Livelihoods, Woman
from fieldkit.sample.office import office
from fieldkit.sample.outreach import Around, outreach
from fieldkit.sample.people import Person, Row, after, again, artisan, mobile, person

LAST_DAY = date(2025, 9, 26)
"""The latest date in the sample."""
_FIRST_DAY = date(2023, 10, 1)
_CHUNK = 40
_DAYS = 490
"""Days from the first registration to the last."""
_AGAIN, _TRAINED, _EQUIPPED, _LENT = 0.03, 0.87, 0.93, 0.45
_SAME_PHONE = 0.06
_AHEAD = frozenset({"expires_on", "planned_on", "next_visit_on", "due_on"})
"""Days that may lie after the record was entered."""
_CHUNKS_A_CLUSTER, _CHUNKS_AN_ORGANISATION, _CHUNKS_A_CENTRE = 40, 8, 25
_CHUNKS_A_COURSE = 5


def origin_of(seed: int, district: int, block: int) -> str:
    """Return the origin of the sample's ids: S and seven Crockford base32 characters."""
    drawn = hashlib.sha256(f"sample {seed} {district} {block}".encode()).digest()
    return "S" + "".join(CROCKFORD[byte % 32] for byte in drawn[:7])


def sample(
    people: int, seed: int, district: int, block: int, *, of_office: bool = False
) -> Iterator[tuple[str, Row]]:
    """Yield (kind, row) of a block: exactly ``people`` artisans and the records around them.

    ``of_office``: also what only a supervisor may enter: officers, coverage, targets, limits.

    Rows hold values as an export does (ISO dates, codes), with ``id``. A record follows those it
    refers to. The same arguments give the same rows.

    Raises:
        ValueError: there is no such block in the district (LGD codes).
    """
    where = area(district, block)
    generator = _Generator(where, seed, origin_of(seed, district, block))
    chunks = -(-people // _CHUNK)
    for chunk in range(chunks):
        first_day = _FIRST_DAY + timedelta(days=_DAYS * chunk // max(chunks, 1))
        yield from generator.chunk(chunk, min(_CHUNK, people - chunk * _CHUNK), first_day)
    if of_office:
        yield from generator.office(people)


@dataclass(slots=True)
class _Artisan:
    """An approved artisan of the chunk being made."""

    person: Person
    trainee: Trainee
    ready: date
    """The first day on which training is possible."""


@dataclass(slots=True)
class _Generator:
    """Generates one chunk after another; keeps counters, and the records that new ones refer to."""

    area: Area
    seed: int
    origin: str
    number: int = 0
    people: int = 0
    parents: dict[str, str] = field(default_factory=dict)
    """Ids of the latest cluster federation, village organisation and centres."""
    random: Random = field(default_factory=Random)

    def chunk(self, chunk: int, people: int, first_day: date) -> Iterator[tuple[str, Row]]:
        """Yield up to forty artisans, their trainings, toolkits and loans, and one group."""
        self.random = Random(f"{self.seed} {self.area.district} {self.area.block} {chunk}")
        yield from self._parents(chunk)
        known: list[Person] = []
        approved: list[_Artisan] = []
        for _ in range(people):
            someone, status = self._someone(known)
            steps: list[Entry] = []
            beneficiary, made = self._register(someone, status, first_day, steps)
            yield beneficiary
            yield from (self._numbered(*step) for step in steps)
            if made:
                approved.append(made)
            known.append(someone)
        yield from self._train(approved)
        yield from self._group(chunk, approved, known)
        yield from outreach(
            Around(
                Random(f"{self.seed} {self.area.block} outreach {chunk}"),
                self.area,
                chunk,
                LAST_DAY,
                [one.trainee for one in approved],
                [one.ready for one in approved],
                self.parents["group"],
                self.parents["cluster"],
                self._numbered,
            )
        )

    def office(self, people: int) -> Iterator[tuple[str, Row]]:
        """Yield what the supervisor of the block enters, for ``people`` artisans."""
        random = Random(f"{self.seed} {self.area.block} office")
        yield from office(random, self.area, people, LAST_DAY, self._numbered)

    def _numbered(self, kind: str, row: Row) -> tuple[str, Row]:
        """Add id, place, author and time of entry to a row."""
        self.number += 1
        return kind, {
            "id": str(RecordId(self.origin, self.number)),
            "district": self.area.district,
            "block": self.area.block,
            "created_at": self._entered(row),
            "created_by": ("Asha", "Javid", "Nusrat")[self.number % 3],
            **{name: value for name, value in row.items() if value is not None},
        }

    def _entered(self, row: Row) -> str:
        """Return a time in office hours on the latest day in a row."""
        days = [
            str(value)
            for name, value in row.items()
            if value and (name == "on" or name.endswith("_on")) and name not in _AHEAD
        ]
        day = date.fromisoformat(max(days, default=_FIRST_DAY.isoformat()))
        moment = datetime(day.year, day.month, day.day, 4, 30, tzinfo=UTC)
        moment += timedelta(seconds=self.random.randrange(7 * 3600))
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    def _parent(self, name: str, kind: str, row: Row) -> tuple[str, Row]:
        entry = self._numbered(kind, row)
        self.parents[name] = str(entry[1]["id"])
        return entry

    def _parents(self, chunk: int) -> Iterator[tuple[str, Row]]:
        """Yield the federations and centres that start with this chunk."""
        random, where = self.random, self.area
        if chunk % _CHUNKS_A_CLUSTER == 0:
            cluster = federation(random, where, chunk, cluster=True)
            yield self._parent("cluster", "cluster_federation", cluster)
        if chunk % _CHUNKS_AN_ORGANISATION == 0:
            organisation = federation(random, where, chunk, cluster=False)
            organisation["cluster_federation_id"] = self.parents["cluster"]
            formed = date.fromisoformat(str(organisation["formed_on"]))
            organisation["joined_federation_on"] = after(random, formed, 10, 300).isoformat()
            yield self._parent("organisation", "village_organisation", organisation)
        if chunk % _CHUNKS_A_CENTRE == 0:
            for kind in ("PMKK", "CMTC"):
                yield self._parent(kind, "training_centre", self._centre(kind, chunk))

    def _centre(self, kind: str, chunk: int) -> Row:
        random, place = self.random, self.random.choice(self.area.villages)
        return {
            "name": f"{kind} {place.name}",
            "centre_kind": kind,
            "code": f"{kind}{self.area.block:04d}{chunk:05d}",
            "village": place.name,
            "functional_since": date(2021, random.randint(1, 12), 1).isoformat(),
            "capacity": random.choice((30, 60)),
            "cluster_federation_id": self.parents["cluster"] if kind == "CMTC" else None,
            "contact_name": person(random, self.area, chunk).name,
            "mobile": mobile(random),
        }

    def _new(self, *, gender: str = "", place: Place | None = None, community: str = "") -> Person:
        self.people += 1
        return person(
            self.random, self.area, self.people, gender=gender, place=place, community=community
        )

    def _someone(self, known: list[Person]) -> tuple[Person, str]:
        """Return a person to register, and the status of the application, at random."""
        random = self.random
        status = random.choices(list(STATUSES), list(STATUSES.values()))[0]
        if known and random.random() < _AGAIN:
            return again(random, random.choice(known)), status
        someone = self._new()
        relative = random.choice(known) if known else None
        if relative and random.random() < _SAME_PHONE:
            someone = replace(someone, mobile=relative.mobile, place=relative.place)
        if relative and status.endswith("REJECTED") and random.random() < 0.4:
            someone = replace(someone, ration_card=relative.ration_card, place=relative.place)
        return someone, status

    def _register(
        self, someone: Person, status: str, first_day: date, steps: list[Entry]
    ) -> tuple[tuple[str, Row], _Artisan | None]:
        """Return an artisan's row, and the approved artisan; append decisions to ``steps``."""
        random = self.random
        registered = after(random, first_day, 0, 20)
        number = self.number + 1
        row = artisan(random, self.area, someone, number, status, registered)
        own_id = str(RecordId(self.origin, number))
        village = str(row["village"])
        decided, last = decisions(random, own_id, status, village, registered)
        steps += [("verification", decision) for decision in decided]
        if status != "S3_APPROVED":
            return self._numbered("beneficiary", row), None
        papers, ready = certificate(random, number, self.area.district, last)
        trainee = Trainee("beneficiary_id", own_id, str(row["trade_code"]), village)
        return self._numbered("beneficiary", row | papers), _Artisan(someone, trainee, ready)

    def _train(self, approved: list[_Artisan]) -> Iterator[tuple[str, Row]]:
        """Yield a training for most approved artisans, then toolkits, loans and an orientation."""
        random = self.random
        trained = [one for one in approved if random.random() < _TRAINED]
        if not trained:
            return
        ready = max(one.ready for one in trained)
        place = random.choice(self.area.villages).name
        batch, days = training(self.number, self.parents["PMKK"], place, ready, "BASIC")
        entry = self._numbered("training_batch", batch)
        yield entry
        equipped: list[Trainee] = []
        for one in trained:
            rows, completed = attending(random, str(entry[1]["id"]), days, one.trainee, self.number)
            yield from (self._numbered(*row) for row in rows)
            if completed and random.random() < _EQUIPPED:
                kit = toolkit(random, one.trainee, self.number, days[1])
                yield self._numbered("toolkit", kit)
                equipped.append(one.trainee)
            if completed and random.random() < _LENT:
                branch = self.area.branch(random)
                lent = loan(random, one.trainee, branch, self.number, days[-1])
                yield self._numbered("loan", lent)
        yield from self._orient(equipped, place, after(random, days[-1], 7, 30))

    def _orient(
        self, equipped: list[Trainee], place: str, held_on: date
    ) -> Iterator[tuple[str, Row]]:
        """Yield the orientation programme for artisans with toolkits, and its attendance."""
        if not equipped:
            return
        programme = self._numbered(
            "programme",
            {
                "programme_kind": "ORIENT",
                "held_on": held_on.isoformat(),
                "place": place,
                "organiser": f"CSC {place}",
                "csc_id": f"CSC{self.area.block:04d}01",
                "topics": "Use and care of the toolkit, digital payments, the loan",
                "invited": len(equipped),
                "materials": "Leaflets, banner",
            },
        )
        yield programme
        for entry in orientation(self.random, str(programme[1]["id"]), held_on, equipped):
            yield self._numbered(*entry)

    def _group(
        self, chunk: int, approved: list[_Artisan], known: list[Person]
    ) -> Iterator[tuple[str, Row]]:
        """Yield one group and its members, sometimes with a training."""
        random = self.random
        place = random.choice(self.area.villages)
        row, formed = group(random, self.area, self.number, place)
        borrows = bool(row.pop("loan_running")) and row["grade"] == "A"
        well_run = bool(row["repays"])
        row["village_organisation_id"] = self.parents["organisation"]
        row["joined_federation_on"] = after(random, formed, 30, 400).isoformat()
        entry = self._parent("group", "self_help_group", row)
        yield entry
        women: list[Woman] = []
        trainees: list[Trainee] = []
        for at, (woman, beneficiary_id) in enumerate(self._women(approved, known, place)):
            row = member(random, self.area, woman, self.number, at, formed)
            row |= {"self_help_group_id": entry[1]["id"], "beneficiary_id": beneficiary_id}
            schemes = [one for one in ("PMJJBY", "PMSBY") if row.pop(one.lower())]
            status = str(row.pop("lakhpati_status"))
            made = self._numbered("member", row)
            yield made
            number = str(made[1]["id"])
            joined = date.fromisoformat(str(row["joined_on"]))
            farms = bool(row["mahila_kisan"])
            women.append(Woman(number, str(row.get("born") or ""), joined, farms, status, schemes))
            trainees.append(Trainee("member_id", number))
        if chunk % _CHUNKS_A_COURSE == 0:
            yield from self._course(chunk, trainees, place.name)
        yield from Livelihoods(
            Random(f"{self.seed} {self.area.block} livelihoods {chunk}"),
            self.area,
            LAST_DAY,
            self.number,
            str(entry[1]["id"]),
            formed,
            well_run,
            borrows,
            self.parents["organisation"],
            self.parents["cluster"],
            women,
            [one.trainee.id for one in approved],
            self._numbered,
        ).made()

    def _women(
        self, approved: list[_Artisan], known: list[Person], place: Place
    ) -> Iterator[tuple[Person, str | None]]:
        """Yield the women of a group; some are artisans, some are wives of artisans."""
        size = self.random.randint(10, 20)
        artisans = [one for one in approved if one.person.gender == "F" and one.person.ration_card][
            :3
        ]
        husbands = [man for man in known if man.gender == "M" and man.married and man.ration_card]
        for one in artisans:
            yield one.person, one.trainee.id
        for man in husbands[:4]:
            wife = self._new(gender="F", place=man.place, community=man.community)
            yield (
                replace(
                    wife,
                    relation="WO",
                    relation_name=man.name,
                    married=True,
                    mobile=man.mobile,
                    ration_card=man.ration_card,
                    category=man.category,
                ),
                None,
            )
        for _ in range(size - len(artisans) - len(husbands[:4])):
            yield self._new(gender="F", place=place), None

    def _course(self, chunk: int, members: list[Trainee], place: str) -> Iterator[tuple[str, Row]]:
        """Yield a training of a group's members."""
        random = self.random
        begin = date(2025, random.randint(1, 7), random.randint(1, 28))
        kind = ("SHG_CMTC", "SHG_SKILL")[chunk // _CHUNKS_A_COURSE % 2]
        row, days = training(self.number, self.parents["CMTC"], place, begin, kind)
        batch = self._numbered("training_batch", row)
        yield batch
        for one in members:
            rows, _ = attending(random, str(batch[1]["id"]), days, one, self.number)
            yield from (self._numbered(*entry) for entry in rows)
