"""Made-up self-help groups, their members and federations."""

from __future__ import annotations

from datetime import date
from random import Random

from fieldkit.sample.area import Area, Place
from fieldkit.sample.people import Person, Row, account, after, mobile, person

_GROUPS = (
    "Noor", "Khushboo", "Himalaya", "Zaffran", "Gulshan", "Roshni", "Umeed", "Chinar", "Sahara",
    "Shaheen", "Jyoti", "Bahar", "Tawi", "Mehak", "Ekta", "Pragati", "Sangam", "Lal Ded", "Azad",
    "Saraswati", "Muskan", "Aasha", "Tarakki", "Shama",
)  # fmt: skip
_FARMING = ("LV01", "LV03", "LV05", "LV07")
_OTHER_WORK = ("LV18", "LV19", "LV15", "LV16", "LV11")


def _community(random: Random, area: Area, place: Place, formed: date) -> Row:
    return {
        "village": place.name,
        "gram_panchayat": place.name,
        "formed_on": formed.isoformat(),
        **account(random, area),
        "account_opened_on": after(random, formed, 10, 60).isoformat(),
        "pin": place.pin,
        "promoted_by": "JKRLM",
        "meeting_frequency": "M",
        "last_meeting_on": date(2025, 9, random.randint(1, 25)).isoformat(),
        "last_meeting_no": random.randint(40, 400),
        "office_tenure": 24,
        "approval_status": random.choices(("APPROVED", "PENDING"), (9, 1))[0],
        "profile_percent": random.randint(70, 100),
        "status": "ACTIVE",
    }


def federation(random: Random, area: Area, number: int, *, cluster: bool) -> Row:
    """Return a cluster federation or a village organisation."""
    place = random.choice(area.villages)
    formed = date(2018 if cluster else 2019, random.randint(1, 12), random.randint(1, 28))
    officers = [person(random, area, number, gender="F", place=place) for _ in range(2)]
    row: Row = {
        "name": f"{random.choice(_GROUPS)} {'CLF' if cluster else 'VO'} {place.name}",
        **_community(random, area, place, formed),
        "code": f"{'CLF' if cluster else 'VO'}{area.block:04d}{number:06d}",
        "president": officers[0].name,
        "secretary": officers[1].name,
        "mobile": mobile(random),
        "committee_members": random.randint(8, 20),
        "financial_intermediation": random.random() < 0.6,
        "reg_status": "NONE",
    }
    if cluster:
        row |= {
            "reg_status": "REGISTERED",
            "registration_act": "COOP",
            "registration_no": f"JK-COOP-{number:06d}",
            "registered_on": after(random, formed, 100, 900).isoformat(),
        }
    return row


def group(random: Random, area: Area, number: int, place: Place) -> tuple[Row, date]:
    """Return a self-help group of a village, and the day it was formed."""
    formed = date(random.randint(2020, 2023), random.randint(1, 12), random.randint(1, 28))
    well_run = random.random() < 0.85
    row: Row = {
        "name": f"{random.choice(_GROUPS)} SHG {place.name}",
        **_community(random, area, place, formed),
        "code": f"SHG{area.block:04d}{number:06d}",
        "shg_kind": "REG",
        "meeting_frequency": random.choice(("W", "W", "F", "M")),
        "origin": "NEW",
        "grade": random.choice("AAAB") if well_run else "C",
        "meets": True,
        "saves": True,
        "lends": well_run,
        "repays": well_run,
        "keeps_books": well_run,
        "savings_frequency": "M",
        "savings_amount": random.choice((50, 100, 100, 200)),
        "livelihood_1": random.choice(_FARMING),
        "livelihood_2": random.choice(_OTHER_WORK),
        "loan_running": random.random() < 0.5,
    }
    return row, formed


def member(
    random: Random, area: Area, someone: Person, number: int, place: int, formed: date
) -> Row:
    """Return the member's row of a woman; the first three in a group hold its offices."""
    farms = random.random() < 0.7
    return {
        **someone.shared_fields(),
        "ration_card": someone.ration_card or None,
        "office": ("PRES", "SEC", "TREAS")[place] if place < 3 else "MEM",
        "joined_on": after(random, formed, 0, 20 if place < 3 else 300).isoformat(),
        "household_no": f"HH{area.block:04d}{number:07d}",
        "poverty_line": random.choice(("BPL", "BPL", "APL", "AAY")),
        "pip_category": random.choice(("POOR", "POOR", "POOREST", "MIDDLE")),
        **account(random, area),
        "account_seeded": random.random() < 0.9,
        "education": random.choice(("ILL", "LIT", "C05", "C08", "C10")),
        "livelihood_1": random.choice(_FARMING if farms else _OTHER_WORK),
        "mahila_kisan": farms,
        "lakhpati_status": random.choices(("NONE", "PLD", "LD"), (6, 3, 1))[0],
        "baseline_income": random.randrange(36_000, 96_000, 1_000),
        "pmjjby": random.random() < 0.5,
        "pmsby": random.random() < 0.6,
        "status": "ACTIVE",
        "member_code": f"MEM{area.block:04d}{number:07d}",
        "aadhaar_checked": True,
    }
