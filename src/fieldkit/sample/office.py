"""What the supervisor of a block enters: officers, coverage, targets, ranks, limits."""

from __future__ import annotations

import json
from base64 import b85encode
from collections.abc import Iterator
from datetime import date
from random import Random
from zlib import compress

from fieldkit.sample.area import Area
from fieldkit.sample.journey import Entry
from fieldkit.sample.outreach import Number
from fieldkit.sample.people import Row, mobile, person

_SOURCE = "made up, for practice"
_TARGETS = {
    "pmv_registrations": 1.0, "toolkits_selected": 0.9, "toolkits_delivered": 0.7,
    "pmv_trained": 0.8, "pmv_linked": 0.5,
}  # fmt: skip
"""The target of a figure, as a share of the artisans."""


def office(
    random: Random, area: Area, people: int, last_day: date, number: Number
) -> Iterator[Entry]:
    """Yield the records of a block's office, for ``people`` artisans."""
    rows = [
        *_officers(random, area),
        *_coverage(area),
        *_figures(people, last_day),
        ("entry_check", _check(people, last_day)),
    ]
    yield from (number(*row) for row in rows)


def _check(people: int, last_day: date) -> Row:
    checked = max(people // 20, 1)
    return {
        "operator": "Sample",
        "record_kind": "beneficiary",
        "record_field": "mobile",
        "entered_to": last_day.isoformat(),
        "percent": 5,
        "drawn": checked,
        "checked": checked,
        "wrong": checked // 20,
        "checked_on": last_day.isoformat(),
    }


def _officers(random: Random, area: Area) -> Iterator[Entry]:
    for at, (role, scheme) in enumerate((("NODAL", "PMV"), ("BPM", "UMEED"), ("CC", "UMEED"))):
        row: Row = {
            "officer": person(random, area, at).name,
            "role": role,
            "scheme": scheme,
            "mobile": mobile(random),
            "since": date(2024, 4, 1 + at).isoformat(),
        }
        yield "officer_assignment", row


def _coverage(area: Area) -> Iterator[Entry]:
    covered = (("UMEED", None, 2014), ("SVEP", None, 2021))
    clusters = [("CFC", place.name, 2025) for place in area.villages[:2]]
    for programme, cluster, year in (*covered, *clusters):
        row: Row = {
            "programme": programme,
            "cluster": cluster,
            "since": date(year, 4, 1).isoformat(),
            "source": _SOURCE,
        }
        yield "area_coverage", row


def _figures(people: int, last_day: date) -> Iterator[Entry]:
    year = last_day.year - (last_day.month < 4)
    as_on = last_day.isoformat()
    for metric, share in _TARGETS.items():
        low = float(round(people * share))
        target: Row = {
            "metric": metric,
            "target_kind": "TARGET",
            "scheme": "PMV",
            "low": low,
            "high": round(low * 1.15) * 1.0 if metric == "pmv_linked" else None,
            "unit": "persons",
            "deadline": date(year + 1, 3, 31).isoformat(),
            "source": _SOURCE,
        }
        yield "target", target
    rank: Row = {
        "metric": "pmv_trained",
        "rank": 3,
        "out_of": 17,
        "among": "BLOCKS",
        "as_on": as_on,
        "source": _SOURCE,
    }
    yield "ranking", rank
    limit: Row = {
        "limit_name": "TOOLKIT_VALUE",
        "amount": 15_000,
        "from_on": "2023-09-17",
        "source": _SOURCE,
    }
    yield "scheme_limit", limit
    kept: Row = {
        "name": "practice",
        "report": "pmv_funnel",
        "as_on": as_on,
        "taken_on": as_on,
        "content": _kept("pmv_funnel", as_on),
    }
    yield "snapshot", kept


def _kept(report: str, as_on: str) -> str:
    """Return the content of a snapshot without rows."""
    made = {
        "name": report,
        "title": "Made up, for practice",
        "as_on": as_on,
        "area": "Practice",
        "fy": None,
        "columns": [],
        "rows": [],
        "notes": [_SOURCE],
    }
    return b85encode(compress(json.dumps(made).encode(), 9)).decode("ascii")
