"""A home of the whole territory: 150,000 artisans, 96,000 groups, 784,000 members, events."""

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from benchmarks.homes import KEPT, new_home
from fieldkit import reference
from fieldkit.records import kinds
from fieldkit.store import Store

Row = dict[str, object]
AS_ON = date(2026, 9, 26)
_AT_ONCE = 5000
ARTISANS, GROUPS, MEMBERS = 150_000, 96_000, 784_000


def home_of(scale: float = 1.0) -> Path:
    """Return the home, filled once; ``scale`` 0.1: with a tenth of the records."""
    home = KEPT / f"home-territory-{scale:g}"
    if not (home / "filled").exists():
        new_home(home)
        store = Store.open(home)
        with store._database.write() as connection:  # rows of a roster, without a log
            fill(connection, scale)
        store.close()
        (home / "filled").touch()
    return home


def fill(connection: Connection, scale: float) -> None:
    """Write made-up rows of the whole territory into the kind tables."""
    draw = random.Random(1)
    blocks = [(int(one.within or 0), int(one.code)) for one in reference.options("block")]
    for name, rows in _rows(draw, blocks, scale).items():
        table = kinds()[name].table()
        some: list[Row] = []
        for row in rows:
            some.append(row)
            if len(some) == _AT_ONCE:
                connection.execute(insert(table), some)
                some = []
        if some:
            connection.execute(insert(table), some)


def _rows(  # noqa: C901 - one small generator a kind
    draw: random.Random, blocks: list[tuple[int, int]], scale: float
) -> Mapping[str, Iterator[Row]]:
    artisans, groups, members = (int(many * scale) for many in (ARTISANS, GROUPS, MEMBERS))

    def common(kind: str, number: int) -> Row:
        district, block = blocks[number % len(blocks)]
        return {
            "id": f"{kind}-{number}",
            "district": district,
            "block": block,
            "deleted": False,
            "version": 1,
            "extra": {},
            "created_at": 1_700_000_000,
            "updated_at": 1_700_000_000,
        }

    def day(latest: int = 900) -> date:
        return AS_ON - timedelta(days=draw.randrange(latest))

    def person(number: int) -> Row:
        return {
            "name": f"Made Up {number}",
            "relation": "DO",
            "relation_name": f"Of Somebody {number}",
            "gender": "F",
            "born": "1990",
            "mobile": f"9{number:09}",
            "aadhaar_last4": "1234",
            "village": f"Village {number % 40}",
            "ifsc": "JAKA0KANIRA",
            "category": "GEN",
            "account_no": f"{number:016}",
            "bank_name": "Jammu and Kashmir Bank",
            "bank_branch": "Somewhere in the valley",
            "education": "C10",
            "religion": "ISLAM",
        }

    def beneficiary() -> Iterator[Row]:
        for n in range(artisans):
            yield {
                **common("A", n),
                **person(n),
                "trade_code": "CARP",
                "status": "S3_APPROVED",
                "registered_on": day(),
                "certificate_on": day(),
                "portal_no": f"PM{n:09}",
            }

    def toolkit() -> Iterator[Row]:
        for n in range(artisans * 14 // 15):
            state = "DELIVERED" if n % 2 else "SELECTED"
            yield {
                **common("K", n),
                "beneficiary_id": f"A-{n}",
                "state": state,
                "selected_on": day(),
                "delivered_on": day() if n % 2 else None,
                "toolkit_code": "TK-CARP",
            }

    def verification() -> Iterator[Row]:
        for n in range(artisans * 3):
            yield {
                **common("V", n),
                "beneficiary_id": f"A-{n // 3}",
                "stage": str(n % 3 + 1),
                "decision": "APPROVED",
                "decided_on": day(),
                "received_on": day(),
            }

    def loan() -> Iterator[Row]:
        for n in range(artisans // 8):
            yield {
                **common("L", n),
                "beneficiary_id": f"A-{n}",
                "product": "PMV1",
                "state": "DISBURSED" if n % 2 else "SANCTIONED",
                "applied_on": day(),
                "sanctioned_on": day(),
                "sanctioned_amount": 80_000,
                "applied_amount": 100_000,
                "disbursed_on": day(),
                "disbursed_amount": 80_000 if n % 2 else None,
                "ifsc": "JAKA0KANIRA",
            }

    def batch() -> Iterator[Row]:
        for n in range(artisans // 30):
            yield {**common("B", n), "training_type": "BASIC", "starts_on": day(), "seats": 30}

    def enrolment() -> Iterator[Row]:
        for n in range(artisans * 9 // 10):
            yield {
                **common("E", n),
                "beneficiary_id": f"A-{n}",
                "training_batch_id": f"B-{n // 30}",
                "state": "CERTIFIED",
                "enrolled_on": day(),
                "completed_on": day(),
                "days_attended": 6,
                "stipend_amount": 3000,
            }

    def programme() -> Iterator[Row]:
        for n in range(artisans // 60):
            yield {
                **common("P", n),
                "programme_kind": "ORIENT",
                "held_on": day(),
                "invited": 40,
            }

    def attendance() -> Iterator[Row]:
        for n in range(artisans * 2 // 5):
            yield {
                **common("T", n),
                "beneficiary_id": f"A-{n}",
                "programme_id": f"P-{n // 60}",
                "on": day(),
                "present": True,
            }

    def group() -> Iterator[Row]:
        for n in range(groups):
            yield {
                **common("G", n),
                "name": f"Group {n}",
                "village": f"Village {n % 40}",
                "formed_on": day(3000),
                "status": "ACTIVE",
                "village_organisation_id": f"O-{n // 12}",
                "account_no": f"{n:016}",
                "ifsc": "JAKA0KANIRA",
                "code": f"{n:012}",
            }

    def member() -> Iterator[Row]:
        for n in range(members):
            row = common("M", n // 8 * 8 % max(groups, 1))
            yield {
                **row,
                "id": f"M-{n}",
                **person(n),
                "self_help_group_id": f"G-{n % groups}",
                "joined_on": day(3000),
                "household_no": f"H{n // 11 % 200}",
                "status": "ACTIVE",
                "member_code": f"{n:014}",
                "livelihood_1": "LV05",
                "marital_status": "MARRIED",
            }

    def release() -> Iterator[Row]:
        for n in range(groups * 3 // 2):
            yield {
                **common("F", n),
                "self_help_group_id": f"G-{n % groups}",
                "fund": "RF" if n % 2 else "CIF",
                "state": "RELEASED",
                "released_on": day(),
                "amount": 15_000 if n % 2 else 60_000,
                "utr": f"UTR{n:012}",
            }

    def group_loan() -> Iterator[Row]:
        for n in range(groups * 7 // 10):
            yield {
                **common("R", n),
                "self_help_group_id": f"G-{n}",
                "state": "DISBURSED",
                "dose_no": n % 4 + 1,
                "facility": "TL",
                "applied_on": day(),
                "sanctioned_on": day(),
                "amount": 150_000,
                "disbursed_on": day(),
                "disbursed_amount": 150_000,
                "ifsc": "JAKA0KANIRA",
            }

    def income() -> Iterator[Row]:
        for n in range(members * 3 // 10):
            yield {
                **common("I", n),
                "member_id": f"M-{n // 2}",
                "period_from": day(),
                "period_to": day(400),
                "amount": draw.randrange(150_000),
                "activity": ("LV05", "LV01")[n % 2],
                "sector": "LIVE",
            }

    def cover() -> Iterator[Row]:
        for n in range(members * 23 // 100):
            yield {
                **common("N", n),
                "member_id": f"M-{n}",
                "scheme": "PMJJBY",
                "state": "ACTIVE",
                "enrolled_on": day(),
                "renewal_due": date(2027, 6, 1),
            }

    def practice() -> Iterator[Row]:
        for n in range(members * 65 // 100):
            yield {
                **common("W", n),
                "member_id": f"M-{n}",
                "component": "CROP",
                "adopted_on": day(),
            }

    def benefit() -> Iterator[Row]:
        for n in range(members // 5):
            yield {
                **common("C", n),
                "member_id": f"M-{n}",
                "department": "AGRI",
                "given_on": day(),
                "amount": 10_000,
            }

    return {
        "beneficiary": beneficiary(),
        "toolkit": toolkit(),
        "verification": verification(),
        "loan": loan(),
        "training_batch": batch(),
        "training_enrolment": enrolment(),
        "programme": programme(),
        "attendance": attendance(),
        "self_help_group": group(),
        "member": member(),
        "fund_release": release(),
        "group_loan": group_loan(),
        "income_entry": income(),
        "insurance_cover": cover(),
        "farm_practice": practice(),
        "convergence": benefit(),
    }
