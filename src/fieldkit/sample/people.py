"""Made-up people, and the artisan's record of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TypeAlias

from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.reference import name_variants
from fieldkit.sample.area import Area, Place, given_names, second_names, surnames

Row: TypeAlias = dict[str, Value]

RELIGION = {
    "kashmiri_muslim": "MUS",
    "gujjar_bakarwal": "MUS",
    "dogra_hindu": "HIN",
    "kashmiri_pandit": "HIN",
    "sikh": "SIK",
}
_CATEGORIES = {
    "gujjar_bakarwal": (("ST1", 85), ("GEN", 15)),
    "dogra_hindu": (("GEN", 45), ("SC", 30), ("OBC", 25)),
}
_TRADES = {
    "TAIL": 34, "CARP": 13, "MASN": 13, "BARB": 7, "BLAK": 5, "BASK": 5, "COBB": 4, "WASH": 4,
    "GOLD": 4, "POTT": 4, "HAMM": 2, "SCUL": 2, "LOCK": 1, "GARL": 1, "DOLL": 1, "FNET": 1,
    "BOAT": 1, "ARMR": 1,
}  # fmt: skip
_OF_WOMEN = {"TAIL": 80, "BASK": 8, "DOLL": 4, "GARL": 3, "POTT": 3, "WASH": 2}
_EDUCATION = {"ILL": 22, "LIT": 12, "C05": 12, "C08": 20, "C10": 18, "C12": 10, "BAC": 6}
_PURPOSES = ("Tools and machine", "Raw material", "Rent of a shop", "Working capital")
_OLDEST, _YOUNGEST = 1958, 2004


@dataclass(frozen=True, slots=True)
class Person:
    """The facts of a person that are the same in every list."""

    name: str
    relation: str
    relation_name: str
    gender: str
    born: str
    mobile: str
    aadhaar_last4: str
    community: str
    category: str
    place: Place
    ration_card: str
    married: bool

    def shared_fields(self) -> Row:
        """Return the fields that artisans and members share."""
        return {
            "name": self.name,
            "relation": self.relation,
            "relation_name": self.relation_name,
            "gender": self.gender,
            "born": self.born,
            "mobile": self.mobile,
            "aadhaar_last4": self.aadhaar_last4,
            "category": self.category,
            "village": self.place.name,
            "ration_card": self.ration_card,
            "marital_status": "M" if self.married else "U",
            "religion": RELIGION[self.community],
        }


def person(
    random: Random,
    area: Area,
    number: int,
    *,
    gender: str = "",
    place: Place | None = None,
    community: str = "",
) -> Person:
    """Make up the person with this number, which gives a distinct Aadhaar ending and birthday."""
    gender = gender or random.choices("FM", (55, 45))[0]
    community = community or area.community(random)
    family = random.choice(surnames(community))
    married = random.random() < 0.75
    relation = "SO" if gender == "M" else "WO" if married else "DO"
    own = random.choice(given_names(community, gender))
    seconds = second_names(community)
    last = random.choice(seconds) if gender == "F" and seconds and random.random() < 0.6 else family
    categories = _CATEGORIES.get(community, (("GEN", 70), ("OBC", 30)))
    return Person(
        name=_joined(own, last),
        relation=relation,
        relation_name=_joined(random.choice(given_names(community, "M")), family),
        gender=gender,
        born=_born(random, number),
        mobile=mobile(random),
        aadhaar_last4=f"{number * 3571 % 10_000:04d}",
        community=community,
        category=random.choices([c for c, _ in categories], [share for _, share in categories])[0],
        place=place or random.choice(area.villages),
        ration_card=f"JK{area.district:03d}{number * 7_919 % 10**8:08d}",
        married=married,
    )


def _joined(given: str, last: str) -> str:
    """Join a given and a last name, without repeating the last name."""
    return given if given.split()[-1] == last else f"{given} {last}"


def _born(random: Random, number: int) -> str:
    """Return a random birth date; people with the same last four digits differ in the day."""
    year = random.randint(_OLDEST, _YOUNGEST)
    if random.random() < 0.05 and number < 10_000:
        return str(year)
    day = 1 + (number * 11 + number // 10_000) % 28
    return date(year, random.randint(1, 12), day).isoformat()


def mobile(random: Random) -> str:
    """Return a random mobile number."""
    return f"{random.choice('6789')}{random.randrange(10**9):09d}"


def again(random: Random, known: Person) -> Person:
    """Return the same person as another clerk wrote them: other spelling, fewer facts."""
    spelled = " ".join(_spelled(random, word) for word in known.name.split())
    if spelled == known.name:
        words = known.name.split()
        spelled = " ".join([*words[1:], words[0]]) if len(words) > 1 else f"{words[0]} Jan"
    return replace(
        known,
        name=spelled,
        relation_name=" ".join(_spelled(random, word) for word in known.relation_name.split()),
        mobile=known.mobile if random.random() < 0.7 else mobile(random),
        ration_card="",
    )


def _spelled(random: Random, word: str) -> str:
    others = _spellings().get(word)
    return random.choice(others) if others and random.random() < 0.7 else word


@cache
def _spellings() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for variant in name_variants():
        if variant.same and " " not in variant.first + variant.second:
            found.setdefault(variant.first, []).append(variant.second)
            if variant.kind != "abbreviation":
                found.setdefault(variant.second, []).append(variant.first)
    return {word: tuple(others) for word, others in found.items()}


def account(random: Random, area: Area) -> Row:
    """Make up an account at a branch of the district."""
    ifsc = area.branch(random)
    digits = 16 if ifsc.startswith("JAKA") else random.choice((11, 14, 15))
    number = f"0{random.randrange(10 ** (digits - 1)):0{digits - 1}d}"
    return {
        "ifsc": ifsc,
        "account_no": number,
        **Beneficiary.derive({"ifsc": ifsc}),
        "account_type": "SB",
    }


def artisan(random: Random, area: Area, someone: Person, number: int, status: str, on: date) -> Row:
    """Return the artisan's row, with most fields filled, as in real registers."""
    trades = _OF_WOMEN if someone.gender == "F" else _TRADES
    married = someone.married
    row: Row = {
        **someone.shared_fields(),
        "ration_card": someone.ration_card or None,
        "trade_code": random.choices(list(trades), list(trades.values()))[0],
        "bars": False,
        "pin": someone.place.pin,
        "tehsil": random.choice(area.tehsils),
        "address": f"{random.choice(('H. No.', 'Near Jamia,', 'Mohalla', 'Lane'))} "
        f"{random.randint(1, 180)}, {someone.place.name}",
        **account(random, area),
        "account_seeded": random.random() < 0.9,
        "status": status,
        "registered_on": on.isoformat(),
        "csc": f"CSC {someone.place.name}",
        "csc_id": f"CSC{area.block:04d}{random.randint(1, 40):02d}",
        "portal_no": f"PMV{area.district:03d}{number:07d}" if status != "DRAFT" else None,
        "education": random.choices(list(_EDUCATION), list(_EDUCATION.values()))[0],
        "disabled": random.random() < 0.02,
        "minority": someone.community != "dogra_hindu",
        "learned_from": random.choice(("FAMILY", "FAMILY", "GURU", "INSTITUTE", "SELF")),
        "years_in_trade": random.randint(1, 30),
        "monthly_income": random.randrange(3_000, 18_000, 500),
        "wants_training": random.random() < 0.95,
        **_wishes(random, someone),
    }
    row["disability"] = random.choice(("LOCO", "VIS", "HEAR")) if row["disabled"] else None
    if random.random() < 0.15 and area.towns:
        row |= {"ulb": random.choice(area.towns), "village": f"Ward {random.randint(1, 17)}"}
    else:
        row["gram_panchayat"] = someone.place.name
    return row if married or random.random() < 0.9 else row | {"marital_status": "W"}


def _wishes(random: Random, someone: Person) -> Row:
    row: Row = {"wants_credit": random.random() < 0.6, "digital_payments": random.random() < 0.4}
    if row["wants_credit"]:
        row |= {
            "wished_amount": random.choice((50_000, 100_000)),
            "loan_purpose": random.choice(_PURPOSES),
        }
    if row["digital_payments"]:
        row["upi"] = f"{someone.mobile}@{random.choice(('ybl', 'oksbi', 'jkb'))}"
    return row


def after(random: Random, day: date, least: int, most: int) -> date:
    """Return a day some days later."""
    return day + timedelta(days=random.randint(least, most))
