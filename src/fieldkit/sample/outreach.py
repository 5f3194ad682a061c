"""Made-up visits, grievances, stories, reviews, markets and products around a chunk of people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeAlias

from fieldkit.sample.area import Area
from fieldkit.sample.journey import Entry, Trainee
from fieldkit.sample.people import Row, after, mobile, person

Number: TypeAlias = Callable[[str, Row], Entry]
"""Gives a row its id."""

_VISITED, _STORIES, _GRIEVANCES, _PRODUCTS, _PRODUCT_OF_ARTISAN = 0.35, 0.05, 0.08, 0.5, 0.04
_CHUNKS_A_CENTRE, _CHUNKS_A_REVIEW, _CHUNKS_A_FAIR, _CHUNKS_A_PRODUCER = 25, 10, 15, 30
_FINDINGS = (
    ("The toolkit is in use; orders come from the village only.", "Take photos for a listing."),
    ("The loan papers are with the branch since a month.", "Go to the branch with the officer."),
    ("Works at home; the new tools are not used yet.", "Two days with a master of the trade."),
)
_DIRECTIONS = (
    "Clear the cases pending at stage 2 for over 15 days",
    "Hold a credit camp with the branches of the block",
    "Hand over the toolkits that lie at the post office",
)
_GRIEVANCES_OF = {
    "TOOLKIT": "The toolkit has not come.",
    "TRAINING": "The stipend was not paid.",
    "LOAN": "The bank does not answer.",
}
_GOODS = ("Walnut oil", "Kangri", "Embroidered bag", "Apple jam", "Saffron", "Papier mache box")
_PLATFORMS = ("AMAZON", "FLIPKART", "MEESHO", "UHAAT", "SARAS")


@dataclass(slots=True)
class Around:
    """What a chunk of the sample holds that other records are about."""

    random: Random
    area: Area
    chunk: int
    last_day: date
    artisans: Sequence[Trainee]
    """The approved artisans, with the day from which each may be visited."""
    ready: Sequence[date]
    group: str
    """The id of the group."""
    cluster: str
    """The id of the cluster federation."""
    number: Number

    def later(self, day: date, least: int, most: int) -> date:
        """Return a day after another one, at most the last day of the sample."""
        return min(after(self.random, day, least, most), self.last_day)

    def day(self) -> date:
        """Return a day of the year before the last day."""
        return self.last_day - timedelta(days=self.random.randint(30, 360))


def outreach(around: Around) -> Iterator[Entry]:
    """Yield what happens around the people of a chunk."""
    yield from _of_the_block(around)
    random = around.random
    for artisan, ready in zip(around.artisans, around.ready, strict=True):
        yield from _of_an_artisan(around, artisan, ready)
    yield from _visits(around, "self_help_group_id", around.group, around.day())
    if random.random() < _PRODUCTS:
        yield _product(around, "self_help_group_id", around.group)


def _of_the_block(around: Around) -> Iterator[Entry]:
    """Yield what there is once for many people."""
    if around.chunk % _CHUNKS_A_CENTRE == 0:
        yield _service_centre(around)
    if around.chunk % _CHUNKS_A_REVIEW == 0:
        yield from _review(around)
    if around.chunk % _CHUNKS_A_FAIR == 0:
        yield from _markets(around)
    if around.chunk % _CHUNKS_A_PRODUCER == 0:
        yield from _producers(around)


def _of_an_artisan(around: Around, artisan: Trainee, ready: date) -> Iterator[Entry]:
    random = around.random
    if random.random() < _VISITED:
        yield from _visits(around, artisan.field, artisan.id, ready)
    if random.random() < _STORIES:
        yield _story(around, artisan)
    if random.random() < _GRIEVANCES:
        yield _grievance(around, artisan, ready)
    if random.random() < _PRODUCT_OF_ARTISAN:
        yield _product(around, "beneficiary_id", artisan.id)


def _service_centre(around: Around) -> Entry:
    random, area = around.random, around.area
    place = random.choice(area.villages).name
    row: Row = {
        "csc_id": f"CSC{area.block:04d}{1 + around.chunk // _CHUNKS_A_CENTRE:02d}",
        "vle_name": person(random, area, around.chunk).name,
        "name": f"CSC {place}",
        "village": place,
        "mobile": mobile(random),
        "opened_on": date(2021, random.randint(1, 12), 1).isoformat(),
        "status": "OPEN",
    }
    return around.number("common_service_centre", row)


def _visits(around: Around, field: str, about: str, ready: date) -> Iterator[Entry]:
    """Yield a visit, sometimes the one that follows, sometimes one that is planned."""
    random = around.random
    findings, action = random.choice(_FINDINGS)
    visited = around.later(ready, 10, 120)
    following = visited + timedelta(days=random.choice((30, 60, 90)))
    row: Row = {
        field: about,
        "state": "MADE",
        "purpose": "GROUP" if field == "self_help_group_id" else random.choice(_PURPOSES),
        "visited_on": visited.isoformat(),
        "outcome": "MET",
        "findings": findings,
        "action": action,
        "next_visit_on": following.isoformat() if random.random() < 0.7 else None,
    }
    yield around.number("visit", row)
    if following <= around.last_day and random.random() < 0.6:
        again: Row = {"visited_on": following.isoformat(), "next_visit_on": None}
        yield around.number("visit", row | again)
    elif random.random() < 0.1:
        planned = around.last_day + timedelta(days=random.randint(-10, 30))
        yield around.number(
            "visit", {field: about, "state": "PLANNED", "planned_on": planned.isoformat()}
        )


_PURPOSES = ("HANDHOLD", "MOTIVATE", "TOOLKIT", "CREDIT", "MARKET")
_STORY_STEPS = ("DRAFTED", "CONSENTED", "APPROVED", "PUBLISHED")


def _story(around: Around, artisan: Trainee) -> Entry:
    random = around.random
    reached = random.choices(range(4), (3, 2, 2, 3))[0]
    before = random.randrange(4_000, 12_000, 500)
    day = around.day()
    row: Row = {
        "headline": f"A trade that feeds the family: {artisan.village}, {around.chunk}",
        artisan.field: artisan.id,
        "state": _STORY_STEPS[reached],
        "drafted_on": day.isoformat(),
        "story": "With the tools and the training, orders come from three villages.",
        "income_before": before,
        "income_after": before + random.randrange(3_000, 15_000, 500),
        "jobs": random.randint(0, 3),
        "helped_by": "PMV",
    }
    steps: tuple[Row, ...] = (
        {"consent": True, "consent_on": "", "consent_how": "SIGNED"},
        {"approved_on": "", "approved_by": "District nodal officer"},
        {"published_on": "", "published_in": "Page of the district"},
    )
    for step in steps[:reached]:
        day = around.later(day, 3, 20)
        row |= {name: value or day.isoformat() for name, value in step.items()}
    return around.number("story", row)


def _grievance(around: Around, artisan: Trainee, ready: date) -> Entry:
    random = around.random
    subject = random.choice(list(_GRIEVANCES_OF))
    opened = around.later(ready, 20, 150)
    state = random.choices(("RECEIVED", "FORWARDED", "CLOSED"), (1, 1, 4))[0]
    row: Row = {
        "subject": subject,
        artisan.field: artisan.id,
        "channel": random.choice(("EMAIL", "PHONE", "OFFICE", "CAMP")),
        "opened_on": opened.isoformat(),
        "details": _GRIEVANCES_OF[subject],
        "state": state,
    }
    if state != "RECEIVED":
        opened = around.later(opened, 1, 5)
        row |= {"forwarded_on": opened.isoformat(), "forwarded_to": "MSME-DFO Jammu"}
    if state == "CLOSED":
        closed = around.later(opened, 2, 20)
        row |= {"closed_on": closed.isoformat(), "reply": "Taken up and settled."}
    return around.number("grievance", row)


def _review(around: Around) -> Iterator[Entry]:
    """Yield a review meeting and its directions, the last one not done yet."""
    held = around.day()
    meeting: Row = {
        "programme_kind": "REVIEW",
        "held_on": held.isoformat(),
        "place": around.random.choice(around.area.villages).name,
        "organiser": "District administration",
    }
    entry = around.number("programme", meeting)
    yield entry
    for at, direction in enumerate(_DIRECTIONS):
        due = held + timedelta(days=14 * (at + 1))
        row: Row = {
            "direction": direction,
            "programme_id": entry[1]["id"],
            "officer": ("General Manager, DIC", "Lead District Manager", "Block officer")[at],
            "scheme": "PMV",
            "given_on": held.isoformat(),
            "due_on": due.isoformat(),
            "state": "GIVEN",
        }
        if at < 2:
            done = around.later(held, 5, 40)
            row |= {"state": "DONE", "done_on": done.isoformat(), "action_taken": "Done as said."}
        yield around.number("action_point", row)


def _markets(around: Around) -> Iterator[Entry]:
    random, area = around.random, around.area
    for kind, stalls in (("SARAS", 40), ("EXHIB", 20), ("BSM", 10)):
        day, place = around.day(), random.choice(area.villages).name
        row: Row = {
            "event_kind": kind,
            "starts_on": day.isoformat(),
            "ends_on": (day + timedelta(days=random.randint(0, 9))).isoformat(),
            "place": place,
            "organiser": "JKRLM" if kind != "BSM" else "MSME-DFO Jammu",
            "stalls": stalls,
            "groups": stalls - random.randint(0, 5),
            "sales": random.randrange(50_000, 9_00_000, 1_000),
        }
        yield around.number("market_event", row)
    for kind, name in (("DHAAT", "District Haat"), ("UHAAT", "UMEED Women Haat")):
        opened, place = around.day(), random.choice(area.villages).name
        outlet: Row = {
            "name": f"{name} {place}",
            "outlet_kind": kind,
            "place": place,
            "opened_on": opened.isoformat(),
            "status": "OPEN",
            "cluster_federation_id": around.cluster,
            "stalls": random.randint(6, 20),
            "groups": random.randint(6, 30),
            "sales": random.randrange(20_000, 5_00_000, 1_000),
            "sales_as_on": around.last_day.isoformat(),
        }
        yield around.number("outlet", outlet)


def _producers(around: Around) -> Iterator[Entry]:
    random, area = around.random, around.area
    place = random.choice(area.villages).name
    registered = date(2022, random.randint(1, 12), random.randint(1, 28))
    row: Row = {
        "name": f"{place} Farmer Producer Company",
        "organisation_kind": "FPO",
        "village": place,
        "formed_on": (registered - timedelta(days=90)).isoformat(),
        "registered_on": registered.isoformat(),
        "registration_no": f"U01JK{area.block:04d}{around.chunk:04d}",
        "livelihood": "LV03",
        "cluster_federation_id": around.cluster,
    }
    entry = around.number("producer_organisation", row)
    yield entry
    members = random.randint(150, 300)
    for fy in ("2023-24", "2024-25"):
        members += random.randint(10, 60)
        year: Row = {
            "producer_organisation_id": entry[1]["id"],
            "fy": fy,
            "as_on": f"20{fy[-2:]}-03-31",
            "members": members,
            "loan": random.choice((None, 5_00_000, 10_00_000)),
            "turnover": random.randrange(5_00_000, 90_00_000, 10_000),
            "produce": "Apples",
            "quantity": random.randint(200, 4_000),
            "unit": "QTL",
        }
        yield around.number("producer_year", year)


def _product(around: Around, field: str, owner: str) -> Entry:
    random = around.random
    row: Row = {
        "name": random.choice(_GOODS),
        field: owner,
        "platform": random.choice(_PLATFORMS),
        "listed_on": around.day().isoformat(),
        "price": random.randrange(100, 3_000, 50),
        "sales": random.randrange(0, 2_00_000, 500),
        "sales_as_on": around.last_day.isoformat(),
    }
    return around.number("product", row)
