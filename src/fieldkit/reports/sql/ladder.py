"""The income ladder of members as SQL: what :mod:`fieldkit.records.community.lakhpati` says."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    SelectBase,
    Table,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.types import String

from fieldkit.records import kinds
from fieldkit.records.community.lakhpati import (
    INTERVENTIONS,
    LAKHPATI,
    MILLIONAIRE,
    MONTHS,
    POTENTIAL,
    RELEASED,
)
from fieldkit.records.fields.dates import months_after
from fieldkit.reports.sql.aliases import alias
from fieldkit.reports.sql.same_person import together_with, with_same

RUNG = "rung"
"""The name under which conditions find a member's rung: MD, LD, PLD, NONE, or nothing known."""
_ASSESSED = ("MD", "LD", "PLD")
_CODE = 4
"""The longest code of an assessment: NONE."""


def rungs(
    on: date, name: str, only: Select[tuple[object, ...]] | None = None, *, merged: bool = False
) -> CTE:
    """Return ``member_id`` and ``rung`` of all with an income entry up to a day.

    ``only``: the members asked about; ``merged``: some are the same person as others. Each part is
    computed once and then looked up: as a subquery SQLite would do it for each member.
    """
    entry = kinds()["income_entry"].table()
    first = months_after(on, -MONTHS)
    counts = and_(
        entry.c.period_to > first,
        entry.c.period_to <= on,
        or_(entry.c.baseline.is_(None), entry.c.baseline.is_(False)),
    )
    standing = _standing(entry, counts, on, only, merged=merged).cte(f"{name}_standing")
    standing = standing.prefix_with("MATERIALIZED")
    member = alias(kinds()["member"].table(), "standing_member")
    there = and_(member.c.id == standing.c.member_id, member.c.deleted.is_(False))
    rows = standing.join(member, there)
    group = member.c.self_help_group_id
    released = _given_cif("member_id", on)
    given: SelectBase = released
    if merged:
        given = with_same(given, kinds()["member"], lambda number: number.in_(released))
    potential = and_(
        member.c.joined_on <= months_after(on, -POTENTIAL.months_in_group),
        standing.c.activities >= POTENTIAL.activities,
        or_(
            standing.c.member_id.in_(given),
            group.in_(_given_cif("self_help_group_id", on)),
        ),
        or_(*(_has(kind, standing.c.member_id, merged=merged) for kind in INTERVENTIONS)),
    )
    end = func.length(standing.c.assessed) - literal_column(str(_CODE - 1))
    assessed = func.ltrim(func.substr(standing.c.assessed, end))
    rung = _rung(standing.c.income, assessed, potential, on)
    found = select(standing.c.member_id, rung.label(RUNG)).select_from(rows)
    return found.cte(name).prefix_with("MATERIALIZED")


def _standing(
    entry: Table,
    counts: ColumnElement[bool],
    on: date,
    only: Select[tuple[object, ...]] | None,
    *,
    merged: bool,
) -> SelectBase:
    """Return what the entries of each member come to.

    Those of people with several numbers are looked up by these and added up together: all others
    are read in the order of the index, as if there were no such people.
    """
    own = entry.c.member_id
    if not merged:
        return _summed(entry, own, counts, on, only)
    several = together_with(kinds()["member"])
    numbers = select(several.c.number)
    joined = entry.join(several, several.c.number == own)
    return union_all(
        _summed(entry, own, counts, on, only, own.not_in(numbers)),
        _summed(joined, several.c.by, counts, on, only),
    )


def _summed(
    rows: FromClause,
    number: ColumnElement[str],
    counts: ColumnElement[bool],
    on: date,
    only: Select[tuple[object, ...]] | None,
    *more: ColumnElement[bool],
) -> Select[str, int, int, str]:
    """Return income, activities and the last assessment by the number of a member."""
    entry = kinds()["income_entry"].table().c
    day = func.coalesce(cast(entry.period_to, String), date.min.isoformat())
    # Of two assessments of one day that of the later number counts. The code ends the text.
    rated = day + literal(" ") + entry.id + literal(" " * _CODE) + entry.assessed
    return (
        select(
            number.label("member_id"),
            func.sum(case((counts, entry.amount))).label("income"),
            func.count(case((counts, entry.activity)).distinct()).label("activities"),
            func.max(case((entry.assessed.is_not(None), rated))).label("assessed"),
        )
        .select_from(rows)
        .where(
            entry.deleted.is_(False),
            entry.member_id.is_not(None),
            or_(entry.period_to.is_(None), entry.period_to <= on),
            *([number.in_(only)] if only is not None else []),
            *more,
        )
        .group_by(number)
    )


def _rung(
    income: ColumnElement[int],
    assessed: ColumnElement[str],
    potential: ColumnElement[bool],
    on: date,
) -> ColumnElement[str]:
    rated = assessed.in_(_ASSESSED)
    low = case((potential, "PLD"), else_="NONE")
    return case(
        (and_(income.is_(None), rated), assessed),
        (income.is_(None), low),
        (income >= _limit("MILLIONAIRE", MILLIONAIRE, on), "MD"),
        (income >= _limit("LAKHPATI_INCOME", LAKHPATI, on), "LD"),
        (or_(potential, rated), "PLD"),
        else_="NONE",
    )


def _limit(name: str, usual: int, on: date) -> ColumnElement[int]:
    """Return a limit of the whole territory as in force on a day, the usual value if none is."""
    limit = kinds()["scheme_limit"].table()
    latest = (
        select(limit.c.amount)
        .where(
            limit.c.deleted.is_(False),
            limit.c.limit_name == name,
            limit.c.district == 0,
            limit.c.amount.is_not(None),
            or_(limit.c.from_on.is_(None), limit.c.from_on <= on),
        )
        .order_by(limit.c.from_on.is_(None), limit.c.from_on.desc(), limit.c.id.desc())
        .limit(1)
    )
    return func.coalesce(latest.scalar_subquery(), usual)


def _has(kind: str, member: ColumnElement[str], *, merged: bool) -> ColumnElement[bool]:
    """Return the condition that a member has a record of a kind; an index leads to it."""
    columns = kinds()[kind].table().c

    def is_named(number: ColumnElement[str]) -> ColumnElement[bool]:
        return exists().where(columns.member_id == number, columns.deleted.is_(False))

    if not merged:
        return is_named(member)
    several = together_with(kinds()["member"])
    of_others = select(several.c.by).where(is_named(several.c.number))
    return or_(is_named(member), member.in_(of_others))


def _given_cif(to: str, on: date) -> Select[tuple[object, ...]]:
    """Return the members or groups to whom CIF was released up to a day."""
    release = kinds()["fund_release"].table()
    column = release.c[to]
    return select(column).where(
        release.c.deleted.is_(False),
        release.c.fund == "CIF",
        release.c.state.in_(RELEASED),
        or_(release.c.released_on.is_(None), release.c.released_on <= on),
        column.is_not(None),
    )
