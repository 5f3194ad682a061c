"""Search in two stages: words as typed, then names by their sound; rank the hits in memory.

No query orders by FTS rank, which is slow (p95 of 266 ms against 1.5 ms on 800,000 rows).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from fieldkit.plain_text import plain
from fieldkit.search.sound import alike, distinctive_sounds, sounds, words

ENOUGH = 20
"""With this many hits by spelling, the search by sound is skipped."""
_CANDIDATES = 100
LONGEST = 100
"""Typed characters that are used; the rest is ignored."""
_LAST_DIGITS = 4
"""So many last digits of a mobile tell people apart, if only one has them."""
_STRONG = 0.82
"""Likeness from which the best hit is preselected, before "none of these: new"."""

RELATION = re.compile(r"(?i)(?<!\w)([sdwc])\s?[/.]?\s?o\.?(?!\w)")
"""A mark between a name and that of the father or husband: s/o, D/O, wo."""

Row: TypeAlias = tuple[int, str, str, str, str, str, "str | None", str]
"""The row's number, and the attributes of a :class:`Candidate`."""
Execute: TypeAlias = Callable[[str, Mapping[str, str]], Iterable[Row]]
"""Runs SQL with named parameters and returns the rows."""


@dataclass(frozen=True, slots=True)
class Query:
    """The parts of the typed text: digits select candidates, names filter them."""

    names: tuple[str, ...]
    digits: tuple[str, ...]
    whole_mobile: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record from the search index, with its folded words."""

    kind: str
    id: str
    name: str
    kin: str
    place: str
    digits: str | None
    """The mobile, reversed."""
    shown: str
    """JSON list of label, relation, place and title, for display."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate and how well it matches the typed text."""

    candidate: Candidate
    score: float
    """0..1."""
    strong: bool
    """Whether it is likely enough to be preselected."""


def read_query(typed: str) -> Query:
    """Split the typed text; groups of digits are joined if they form a mobile number."""
    typed = plain(typed[:LONGEST]).strip()
    typed = typed[:1] + RELATION.sub(" ", typed[1:])  # a name may begin so
    joined = re.sub(r"(?<=\d)[\s-]+(?=\d)", "", typed)
    mobile = re.search(r"(?<!\d)(?:\+?91|0)?([6-9]\d{9})(?!\d)", joined)
    found = words(joined if mobile else typed)
    digits = [mobile[1]] if mobile else [word for word in found if word.isdigit()]
    names = [word for word in found if not any(c.isdigit() for c in word)]
    return Query(tuple(names), tuple(digits), whole_mobile=bool(mobile))


def look(
    execute: Execute,
    typed: str,
    wanted: Sequence[str] | None = None,
    candidates_each: int = _CANDIDATES,
) -> list[Ranked]:
    """Return the records that could be meant, the likeliest first; ``wanted`` narrows the kinds.

    ``candidates_each``: how many each query gives; on a slow disk each costs a read.
    """
    query = read_query(typed)
    candidates: dict[int, Candidate] = {}
    whole = 0
    among, values = "", {}
    if wanted is not None:
        among, values = (
            "AND f.kind IN (SELECT value FROM json_each(:kinds))",
            {"kinds": json.dumps(list(wanted))},
        )
    for stage, (source, condition, value) in enumerate(_stages(query)):
        if len(candidates) >= ENOUGH or (query.whole_mobile and candidates):
            break
        rows = list(
            execute(
                "SELECT f.rowid, f.kind, f.record_id, f.name, f.kin, f.place, f.digits, f.shown "
                f"FROM {source} WHERE {condition} {among} LIMIT {candidates_each}",
                {"value": value, **values},
            )
        )
        if whole == stage and len(rows) < candidates_each:
            whole += 1
        for row in rows:
            candidates.setdefault(row[0], Candidate(*row[1:]))
    sure = _named_alone(query, list(candidates.values()), whole)
    ranked = [rank(query, one) for one in candidates.values()]
    ranked = [replace(one, strong=one.strong or one.candidate is sure) for one in ranked]
    return sorted(ranked, key=lambda one: (one.candidate is not sure, -one.score, one.candidate.id))


def _named_alone(query: Query, candidates: Sequence[Candidate], whole: int) -> Candidate | None:
    """Return the only record whose whole name, or at least last four digits, was typed.

    A name counts as spelt; if nobody has it so, by its sound. ``whole``: how many of the queries
    gave all there is; without that nobody is known to be the only one.
    """
    by_digits = len([number for number in query.digits if len(number) >= 2])
    named = list(candidates) if whole >= by_digits else []
    if query.names:
        spelt = [one for one in named if one.name.split() == [*query.names]]
        named = spelt if whole > by_digits else []
        if not spelt and whole == len([*_stages(query)]):
            heard = sounds(" ".join(query.names))
            named = [one for one in candidates if sounds(one.name) == heard]
    if query.digits:
        ends = tuple(number[::-1] for number in query.digits if len(number) >= _LAST_DIGITS)
        named = [one for one in named if (one.digits or "").startswith(ends)]
    return named[0] if len(named) == 1 else None


def _stages(query: Query) -> Iterator[tuple[str, str, str]]:
    """Yield (tables, condition, value) of the queries to try, the most precise first."""
    by_word = "findable_words w JOIN findable f ON f.rowid = w.rowid"
    by_sound = "findable_sounds w JOIN findable f ON f.rowid = w.rowid"
    for digits in query.digits:
        if len(digits) >= 2:
            yield "findable f", "f.digits >= :value AND f.digits < :value || ':'", digits[::-1]
    if query.names:
        spelt = _all_of(query.names)
        heard = sounds(" ".join(query.names)).split()
        yield by_word, "findable_words MATCH :value", f"name : ({spelt})"
        yield by_word, "findable_words MATCH :value", spelt
        yield by_sound, "findable_sounds MATCH :value", f"name_sound : ({_all_of(heard)})"
        yield by_sound, "findable_sounds MATCH :value", _all_of(heard)
        distinctive = distinctive_sounds(" ".join(query.names)).split()
        if 1 < len(distinctive) < len(heard):
            yield by_sound, "findable_sounds MATCH :value", _all_of(distinctive)


def _all_of(beginnings: Sequence[str]) -> str:
    return " ".join(f'"{beginning}"*' for beginning in beginnings)


def rank(query: Query, candidate: Candidate) -> Ranked:
    """Score a candidate by its name, then its kin and place; matching digits count most."""
    name, kin, place = (part.split() for part in (candidate.name, candidate.kin, candidate.place))
    own = [_best(word, name) for word in query.names]
    other = [max(0.9 * _best(word, kin), 0.9 * _best(word, place)) for word in query.names]
    likeness = [max(pair) for pair in zip(own, other, strict=True)]
    score = sum(likeness) / len(likeness) if likeness else 0.0
    digits = candidate.digits or ""
    matched = [number for number in query.digits if digits.startswith(number[::-1])]
    distinct = any(o > n for n, o in zip(own, other, strict=True)) and max(own) > _STRONG
    if query.digits:
        score = (score + len(matched) / len(query.digits)) / (2 if likeness else 1)
        distinct = len(matched) == len(query.digits) and (
            query.whole_mobile or (len(matched[0]) >= 4 and bool(own) and max(own) > _STRONG)
        )
    covered = sum(own) / max(len(name), len(own), 1)
    return Ranked(
        candidate,
        min(score * 0.95 + covered * 0.05, 1.0),
        strong=distinct and min([*likeness, score]) > _STRONG,
    )


@lru_cache(maxsize=20_000)
def _likeness(typed: str, word: str) -> float:
    """Return how well a word, perhaps half typed, fits a word of a name, 0 to 1."""
    if word == typed:
        return 1.0
    if word.startswith(typed):
        return 0.9 + 0.1 * len(typed) / len(word)
    return min(alike(typed, word), 0.97)


def _best(typed: str, found: Sequence[str]) -> float:
    return max((_likeness(typed, word) for word in found), default=0.0)
