"""What groups and members of the sample receive, borrow, earn and do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from fieldkit.records.community.insurance_cover import AGES
from fieldkit.records.fields.dates import ages, months_after
from fieldkit.reference import sector_of
from fieldkit.sample.area import Area
from fieldkit.sample.people import Row, after

Numbered = Callable[[str, Row], tuple[str, Row]]
"""Adds number, place and author to a row of a kind."""
_Made = Iterator[tuple[str, Row]]

_PRACTICES = {
    "CROP": ("Vermicompost", "Organic manure", "Mulching", "High-density apple"),
    "LIVESTOCK": ("Azolla as fodder", "Deworming", "Backyard poultry", "Vaccination"),
}
_BENEFITS = {
    "HORT": "Plants for a high-density orchard",
    "AGRI": "Vegetable seed and tools",
    "ANIMAL": "Two dairy cows",
    "SHEEP": "A unit of ten sheep",
}
_ROLES = ("CR01", "CR01", "CR02", "CR14", "CR18", "CR28")
_SUPPORT = ("FORMAL", "DIGFIN", "BSM", "QUALITY", "ECOM")
_LOANS = {"SPONSORED": 12, "UNDER_PROCESS": 6, "SANCTIONED": 10, "DISBURSED": 62, "CLOSED": 10}

_LAL_DED = {"SPONSORED": 45, "UNDER_PROCESS": 25, "SANCTIONED": 10, "DISBURSED": 20}


@dataclass(frozen=True, slots=True)
class Woman:
    """A member of the group, as far as what she has and earns depends on it."""

    id: str
    born: str
    joined: date
    farms: bool
    status: str
    """Her rung of the Lakhpati ladder."""
    schemes: Sequence[str]
    """The insurance schemes she has joined."""


@dataclass(frozen=True, slots=True)
class Livelihoods:
    """One group of the sample, and what is made around it."""

    random: Random
    area: Area
    last_day: date
    number: int
    """Of the group, for numbers on papers."""
    group: str
    formed: date
    well_run: bool
    borrows: bool
    organisation: str
    cluster: str
    women: Sequence[Woman]
    artisans: Sequence[str]
    """Approved artisans: some set up an enterprise."""
    numbered: Numbered

    def made(self) -> _Made:
        """Yield the records of the group, its members and some artisans."""
        yield from self._funds()
        if self.borrows:
            yield from self._loans()
        for at, woman in enumerate(self.women):
            yield from self._cover(woman)
            yield from self._income(woman)
            yield from self._farming(woman)
            if at == 1:
                yield from self._cadre(woman)
            if at in {2, 5}:
                yield from self._enterprise(woman, at)
        for at, artisan in enumerate(self.artisans[:4]):
            yield from self._workshop(artisan, at)
        if self.well_run:
            for woman in self.women[3:8:2]:
                yield self.numbered("loan", self._lal_ded(woman))

    def _on(self, day: date) -> str:
        return min(day, self.last_day).isoformat()

    def _funds(self) -> _Made:
        """The Revolving Fund for most groups, then the Community Investment Fund for many."""
        random = self.random
        if not self.well_run:
            return
        given = after(random, months_after(self.formed, 4), 0, 120)
        row: Row = {"fund": "RF", "self_help_group_id": self.group}
        if random.random() < 0.12:
            asked = self.last_day - timedelta(days=random.randint(5, 80))
            yield self.numbered(
                "fund_release", row | {"state": "PROPOSED", "proposed_on": asked.isoformat()}
            )
            return
        row |= {"state": "RELEASED", "released_on": self._on(given), "amount": 15_000}
        yield self.numbered("fund_release", row | {"utr": f"RFUTR{self.number:08d}"})
        if random.random() < 0.75:
            planned = after(random, given, 60, 300)
            if planned < self.last_day:
                yield self.numbered("fund_release", self._investment(planned))

    def _investment(self, planned: date) -> Row:
        random = self.random
        return {
            "fund": "CIF",
            "self_help_group_id": self.group,
            "village_organisation_id": self.organisation,
            "cluster_federation_id": self.cluster,
            "state": "RELEASED",
            "mcp_on": planned.isoformat(),
            "released_on": self._on(after(random, planned, 5, 60)),
            "amount": random.choice((40_000, 50_000, 60_000, 80_000)),
            "utr": f"CIFUTR{self.number:07d}",
        }

    def _loans(self) -> _Made:
        """Bank linkage: dose 1, and dose 2 once that is repaid."""
        random, day = self.random, after(self.random, months_after(self.formed, 8), 0, 200)
        state = random.choices(list(_LOANS), list(_LOANS.values()))[0]
        yield self.numbered("group_loan", self._loan(1, state, day, 1_50_000))
        if state == "CLOSED":
            again = after(random, day, 400, 500)
            if again < self.last_day:
                yield self.numbered("group_loan", self._loan(2, "DISBURSED", again, 3_00_000))

    def _loan(self, dose: int, state: str, applied: date, amount: int) -> Row:
        random = self.random
        row: Row = {
            "self_help_group_id": self.group,
            "dose_no": dose,
            "facility": "TL",
            "state": state,
            "application_no": f"SHGL{dose}{self.number:08d}",
            "applied_on": self._on(applied),
            "applied_amount": amount,
            "ifsc": self.area.branch(random),
        }
        day = applied
        steps = {"SANCTIONED": 1, "DISBURSED": 2, "CLOSED": 3}.get(state, 0)
        if steps > 0:
            day = after(random, day, 10, 60)
            row |= {"sanctioned_on": self._on(day), "amount": amount}
        if steps > 1:
            day = after(random, day, 3, 25)
            row |= {"disbursed_on": self._on(day), "disbursed_amount": amount}
        if steps > 2:
            row |= {"closed_on": self._on(after(random, day, 300, 390))}
        return row

    def _lal_ded(self, woman: Woman) -> Row:
        """A Lal Ded loan of a member: most wait for the bank."""
        random = self.random
        state = random.choices(list(_LAL_DED), list(_LAL_DED.values()))[0]
        amount = random.choice((75_000, 1_00_000, 1_25_000, 1_50_000))
        day = self.last_day - timedelta(days=random.randint(90, 500))
        row: Row = {
            "product": "LALDED",
            "member_id": woman.id,
            "self_help_group_id": self.group,
            "state": state,
            "application_no": f"LALDED{woman.id.rpartition('-')[2]:0>8}",
            "applied_on": day.isoformat(),
            "applied_amount": amount,
            "purpose": random.choice(("A dairy cow", "A sewing machine", "Stock of the shop")),
            "ifsc": self.area.branch(random),
        }
        if state in {"SANCTIONED", "DISBURSED"}:
            day = after(random, day, 10, 60)
            row |= {"sanctioned_on": day.isoformat(), "sanctioned_amount": amount}
        if state == "DISBURSED":
            paid = after(random, day, 3, 25)
            row |= {"disbursed_on": paid.isoformat(), "disbursed_amount": amount}
        return row

    def _cover(self, woman: Woman) -> _Made:
        """What she joined, renewed until next June or lapsed."""
        random = self.random
        for scheme in woman.schemes:
            year = random.choice((2023, 2024, 2025))
            enrolled = max(date(year, 6, random.randint(1, 28)), woman.joined)
            least, most = AGES[scheme]
            if enrolled > self.last_day or not woman.born:
                continue
            lowest, highest = ages(woman.born, enrolled)
            if lowest < least or highest > most:
                continue
            row: Row = {
                "member_id": woman.id,
                "scheme": scheme,
                "state": "ACTIVE",
                "enrolled_on": enrolled.isoformat(),
                "renewal_due": date(2026, 6, 1).isoformat(),
                "ifsc": self.area.branch(random),
            }
            if enrolled < date(2025, 6, 1):
                renewed = random.random() < 0.8
                row |= (
                    {"renewed_on": "2025-05-28"} if renewed and enrolled < date(2025, 5, 28) else {}
                )
                row["renewal_due"] = date(2025, 6, 1).isoformat()
            yield self.numbered("insurance_cover", row)

    def _income(self, woman: Woman) -> _Made:
        """Two seasons of income for those on the ladder, enough for their rung."""
        random = self.random
        if woman.status == "NONE":
            return
        rich = woman.status == "LD" and random.random() < 0.02
        least = 5_50_000 if rich else {"LD": 55_000, "PLD": 25_000}[woman.status]
        work = ("LV05", "LV18") if woman.farms else ("LV18", "LV15")
        seasons = ((date(2024, 10, 1), date(2025, 3, 31)), (date(2025, 4, 1), date(2025, 8, 31)))
        for activity, (first, last) in zip(work, seasons, strict=True):
            yield self.numbered(
                "income_entry",
                {
                    "member_id": woman.id,
                    "activity": activity,
                    "sector": sector_of(activity),
                    "period_from": first.isoformat(),
                    "period_to": last.isoformat(),
                    "amount": least + random.randrange(0, 20_000, 500),
                },
            )

    def _farming(self, woman: Woman) -> _Made:
        """Practices of Mahila Kisans, and benefits of other departments."""
        random = self.random
        if woman.farms and random.random() < 0.5:
            component = random.choice(("CROP", "CROP", "LIVESTOCK"))
            yield self.numbered(
                "farm_practice",
                {
                    "member_id": woman.id,
                    "component": component,
                    "practice": random.choice(_PRACTICES[component]),
                    "adopted_on": self._on(after(random, woman.joined, 60, 600)),
                },
            )
        if random.random() < 0.12:
            department = random.choice(list(_BENEFITS))
            yield self.numbered(
                "convergence",
                {
                    "member_id": woman.id,
                    "department": department,
                    "scheme": "HADP",
                    "benefit": _BENEFITS[department],
                    "amount": random.randrange(10_000, 90_000, 5_000),
                    "given_on": self._on(after(random, woman.joined, 100, 700)),
                },
            )

    def _cadre(self, woman: Woman) -> _Made:
        """One woman of each group works for the programme; some for a bank, month by month."""
        random, role = self.random, self.random.choice(_ROLES)
        since = min(after(random, woman.joined, 100, 500), date(2025, 2, 28))
        row: Row = {"member_id": woman.id, "role": role, "state": "ACTIVE"}
        row |= {"since": since.isoformat(), "households": random.randint(20, 120)}
        if role in {"CR01", "CR02"}:
            row["ifsc"] = self.area.branch(random)
        entry = self.numbered("cadre", row)
        yield entry
        for month in range(4, 9) if role == "CR01" else ():
            many = random.randint(40, 400)
            yield self.numbered(
                "cadre_month",
                {
                    "cadre_id": entry[1]["id"],
                    "month": date(2025, month, 1).isoformat(),
                    "transactions": many,
                    "amount": many * 1_500,
                    "commission": many * random.randint(6, 14),
                },
            )

    def _enterprise(self, woman: Woman, at: int) -> _Made:
        """Village enterprises of some members; those of SVEP have a loan of its fund."""
        random = self.random
        programme, activity = ("SVEP", "LV17") if at == 2 else ("MED", "LV18")
        if random.random() < 0.4:
            return
        started = after(random, woman.joined, 100, 600)
        row: Row = {"programme": programme, "member_id": woman.id, "activity": activity}
        row |= {"sector": sector_of(activity), "state": "RUNNING", "started_on": self._on(started)}
        row |= {"workers_women": random.randint(1, 3), "workers_men": random.randint(0, 1)}
        entry = self.numbered("enterprise", row)
        yield entry
        if programme == "SVEP":
            yield self.numbered(
                "fund_release",
                {
                    "fund": "CEF",
                    "enterprise_id": entry[1]["id"],
                    "cluster_federation_id": self.cluster,
                    "state": "RELEASED",
                    "released_on": self._on(after(random, started, 5, 60)),
                    "amount": random.choice((25_000, 40_000, 50_000)),
                },
            )

    def _workshop(self, artisan: str, at: int) -> _Made:
        """Enterprises of artisans, some of them registered, with support taken."""
        random = self.random
        if random.random() < 0.5:
            return
        started = after(random, date(2024, 9, 1), 0, 300)
        row: Row = {"programme": "PMV", "beneficiary_id": artisan, "state": "RUNNING"}
        row |= {"started_on": started.isoformat(), "workers_women": random.randint(0, 1)}
        row |= {"workers_men": random.randint(1, 3)}
        if random.random() < 0.6:
            number = (self.number * 4 + at) % 10_000_000
            row |= {"udyam": f"UDYAM-JK-{self.area.district:02d}-{number:07d}"}
            row |= {"udyam_class": "MICRO"}
        if random.random() < 0.08:
            row |= {"iec_no": f"JK{self.number * 4 + at:08d}", "iec_on": self._on(started)}
        entry = self.numbered("enterprise", row)
        yield entry
        if random.random() < 0.5:
            yield self.numbered(
                "support",
                {
                    "enterprise_id": entry[1]["id"],
                    "programme": random.choice(("RAMP", "PMV")),
                    "support_kind": random.choice(_SUPPORT),
                    "given_on": self._on(after(random, started, 10, 120)),
                },
            )
