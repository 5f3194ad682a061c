"""The steps of a made-up artisan: decisions, training, toolkit, loan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeAlias

from fieldkit.records.training.training_enrolment import stipend
from fieldkit.reference import options
from fieldkit.sample.people import Row, after

Entry: TypeAlias = tuple[str, Row]
"""The name of a kind and a row without id."""

STATUSES = {
    "DRAFT": 3, "SUBMITTED": 4, "S1_PENDING": 6, "S1_APPROVED": 2, "S1_REJECTED": 3,
    "S2_PENDING": 6, "S2_APPROVED": 2, "S2_REJECTED": 2, "S3_PENDING": 7, "S3_APPROVED": 61,
    "S3_REJECTED": 2, "WITHDRAWN": 2,
}  # fmt: skip
"""States of applications, in percent."""
_DECIDERS = {
    "1": "Sarpanch {}",
    "2": "District Implementation Committee",
    "3": "Screening Committee, MSME-DFO Jammu",
}
_REASONS = (
    "Not found working in the trade",
    "A member of the family is registered already",
    "Bank account is not linked to Aadhaar",
)
_TOOLKIT = {
    "SELECTED": 24, "VOUCHER_ISSUED": 11, "ORDERED": 8, "DISPATCHED": 7, "AT_POST_OFFICE": 5,
    "RETURNED": 2, "DELIVERED": 40, "DEFECTIVE": 2, "REPLACED": 1,
}  # fmt: skip
_DELIVERY = ("VOUCHER_ISSUED", "ORDERED", "DISPATCHED", "AT_POST_OFFICE", "DELIVERED", "DEFECTIVE")
_LOANS = {
    "SPONSORED": 20, "UNDER_PROCESS": 14, "SANCTIONED": 18, "DISBURSED": 43, "REJECTED": 5,
}  # fmt: skip
_TRAINING_DAYS = 6
_COURSES = {
    "BASIC": "Basic skill training",
    "SHG_CMTC": "Book-keeping and Panchasutra",
    "SHG_SKILL": "Food processing and packing",
}


@dataclass(frozen=True, slots=True)
class Trainee:
    """A person to train: the field that refers to them, and their id."""

    field: str
    id: str
    trade: str = ""
    village: str = ""


def decisions(
    random: Random, beneficiary_id: str, status: str, village: str, registered: date
) -> tuple[list[Row], date]:
    """Return the decisions that led to a status, and the day of the last one."""
    rows: list[Row] = []
    day = registered
    for stage in ("1", "2", "3"):
        decision = _decided(status, stage)
        if not decision:
            break
        received, day = day, after(random, day, 5, 30)
        row: Row = {
            "beneficiary_id": beneficiary_id,
            "stage": stage,
            "decision": decision,
            "received_on": received.isoformat(),
            "decided_on": day.isoformat(),
            "decided_by": _DECIDERS[stage].format(village),
        }
        if decision == "REJECTED":
            row["reason"] = random.choice(_REASONS)
        if stage != "1":
            row["meeting_no"] = f"{'DIC' if stage == '2' else 'SC'}-{day:%Y-%m}"
        rows.append(row)
    return rows, day


def _decided(status: str, stage: str) -> str:
    """Return the decision at a stage, "" if there is none, for the status of an application."""
    if not status.startswith("S") or status == "SUBMITTED":
        return ""
    reached, said = status[1], status[3:]
    if stage < reached:
        return "APPROVED"
    return said if stage == reached and said in {"APPROVED", "REJECTED"} else ""


def certificate(random: Random, number: int, district: int, approved: date) -> tuple[Row, date]:
    """Return the fields of certificate and card, and the day of their handover."""
    issued = after(random, approved, 2, 10)
    handed = after(random, issued, 1, 14)
    row: Row = {
        "certificate_no": f"PMVC{district:03d}{number:07d}",
        "certificate_on": issued.isoformat(),
        "card_no": f"PMVI{district:03d}{number:07d}",
        "card_on": issued.isoformat(),
        "card_handed_on": handed.isoformat(),
    }
    return row, handed


def training(
    number: int, centre_id: str, place: str, not_before: date, kind: str
) -> tuple[Row, list[date]]:
    """Return a training of artisans (BASIC: six days) or members (three days), and its days."""
    start = not_before + timedelta(days=7 - not_before.weekday())
    length = _TRAINING_DAYS if kind == "BASIC" else 3
    days = [start + timedelta(days=n) for n in range(length)]
    year = start.year - (start.month < 4)
    row: Row = {
        "training_type": kind,
        "course": _COURSES[kind],
        "starts_on": days[0].isoformat(),
        "ends_on": days[-1].isoformat(),
        "training_centre_id": centre_id,
        "place": place,
        "batch_no": f"B{start:%y%m}-{number:06d}",
        "hours": 40 if kind == "BASIC" else 18,
        "seats": 30,
        "financial_year": f"{year}-{(year + 1) % 100:02d}",
        "completed_on": days[-1].isoformat(),
    }
    return row, days


def attending(
    random: Random, batch_id: str, days: Sequence[date], trainee: Trainee, number: int
) -> tuple[list[Entry], bool]:
    """Return an enrolment with its attendance, and whether the training was completed."""
    state = random.choices(("CERTIFIED", "COMPLETED", "DROPPED", "FAILED"), (82, 9, 5, 4))[0]
    completed = state in {"CERTIFIED", "COMPLETED"}
    present_days = [
        random.random() < (0.95 if state != "DROPPED" or n < 2 else 0) for n in range(len(days))
    ]
    present_days[0] = True
    last = days[-1]
    row: Row = {
        "training_batch_id": batch_id,
        trainee.field: trainee.id,
        "state": state,
        "enrolled_on": (days[0] - timedelta(days=random.randint(1, 6))).isoformat(),
        "days_attended": sum(present_days),
    }
    if state == "DROPPED":
        row["dropped_reason"] = random.choice(("Work elsewhere", "Illness", "Family reasons"))
    else:
        row |= {
            "assessed_on": last.isoformat(),
            "assessment": "PASS" if completed else "FAIL",
            "completed_on": last.isoformat() if completed else None,
        }
    if state == "CERTIFIED":
        certified = after(random, last, 3, 20)
        row |= {"certificate_no": f"SKC{number:09d}", "certified_on": certified.isoformat()}
        if trainee.field == "beneficiary_id":
            row |= {
                "stipend_amount": stipend(sum(present_days)),
                "stipend_paid_on": after(random, certified, 1, 15).isoformat(),
                "stipend_reference": f"UTR{number:09d}",
            }
    marks: list[Entry] = [
        (
            "attendance",
            {
                "training_batch_id": batch_id,
                trainee.field: trainee.id,
                "on": day.isoformat(),
                "present": present,
            },
        )
        for day, present in zip(days, present_days, strict=True)
    ]
    return [("training_enrolment", row), *marks], completed


def toolkit(random: Random, artisan: Trainee, number: int, selected: date) -> Row:
    """Return an artisan's toolkit in a random state, with all steps before it."""
    state = random.choices(list(_TOOLKIT), list(_TOOLKIT.values()))[0]
    sets = [str(entry.code) for entry in options("toolkit") if entry.within == artisan.trade]
    row: Row = {
        "beneficiary_id": artisan.id,
        "state": state,
        "toolkit_code": random.choice(sets),
        "selected_on": selected.isoformat(),
    }
    day = selected
    for step in _steps(state):
        day = after(random, day, 3, 15)
        row |= _step(random, step, day, number, artisan.village)
    return row


def _steps(state: str) -> Sequence[str]:
    if state == "SELECTED":
        return ()
    if state == "RETURNED":
        return (*_DELIVERY[: _DELIVERY.index("DELIVERED")], state)
    if state == "REPLACED":
        return (*_DELIVERY, state)
    return _DELIVERY[: _DELIVERY.index(state) + 1]


def _step(random: Random, step: str, day: date, number: int, village: str) -> Row:
    on = day.isoformat()
    rows: dict[str, Row] = {
        "VOUCHER_ISSUED": {
            "voucher_no": f"ERUPI{number:09d}",
            "voucher_value": 15_000,
            "issued_on": on,
            "expires_on": (day + timedelta(days=180)).isoformat(),
        },
        "ORDERED": {"ordered_on": on, "redeemed_on": on, "supplier": "NSIC"},
        "DISPATCHED": {
            "dispatched_on": on,
            "warehouse": random.choice(("DEL", "DEL", "KOL")),
            "barcode": f"E{random.choice('ABCDE')}{number:09d}IN",
        },
        "AT_POST_OFFICE": {"at_post_office_on": on, "post_office": f"{village} BO"},
        "RETURNED": {"returned_on": on, "delivery_remark": random.choice(("ABSENT", "LOCKED"))},
        "DELIVERED": {
            "delivered_on": on,
            "delivery_remark": "DELIVERED",
            "received_by": "SELF",
            "condition": "GOOD",
        },
        "DEFECTIVE": {
            "complaint": "Items missing",
            "complained_on": on,
            "condition": "SHORT",
            "delivery_remark": None,
        },
        "REPLACED": {"replaced_on": on},
    }
    return rows[step]


def loan(random: Random, artisan: Trainee, ifsc: str, number: int, trained: date) -> Row:
    """Return an artisan's first tranche in a random state."""
    state = random.choices(list(_LOANS), list(_LOANS.values()))[0]
    amount = random.choice((50_000, 75_000, 1_00_000, 1_00_000))
    day = after(random, trained, 5, 30)
    row: Row = {
        "product": "PMV1",
        "beneficiary_id": artisan.id,
        "state": state,
        "application_no": f"PMVL{number:08d}",
        "applied_on": day.isoformat(),
        "applied_amount": amount,
        "ifsc": ifsc,
    }
    if state == "REJECTED":
        return row | {"turned_down": "No answer from the applicant"}
    if state in {"SANCTIONED", "DISBURSED"}:
        day = after(random, day, 7, 40)
        row |= {"sanctioned_on": day.isoformat(), "sanctioned_amount": amount}
    if state == "DISBURSED":
        day = after(random, day, 3, 20)
        row |= {"disbursed_on": day.isoformat(), "disbursed_amount": amount}
    return row


def orientation(
    random: Random, programme_id: str, held_on: date, artisans: Sequence[Trainee]
) -> Iterator[Entry]:
    """Yield the attendance of the artisans invited to an orientation programme."""
    for artisan in artisans:
        row: Row = {
            "programme_id": programme_id,
            "beneficiary_id": artisan.id,
            "on": held_on.isoformat(),
            "present": random.random() < 0.8,
        }
        yield "attendance", row
