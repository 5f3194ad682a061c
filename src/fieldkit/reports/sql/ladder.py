"""The income ladder of members as SQL: what :mod:`fieldkit.records.community.lakhpati` says."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
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

RUNG = "rung"
"""The name under which conditions find a member's rung: MD, LD, PLD, NONE, or nothing known."""
_ASSESSED = ("MD", "LD", "PLD")
_CODE = 4
"""The longest code of an assessment: NONE."""


def rungs(on: date, name: str, only: Select[tuple[object, ...]] | None = None) -> CTE:
    """Return ``member_id`` and ``rung`` of all with an income entry up to a day.

    ``only``: the members asked about. Each part is computed once and then looked up: as a subquery
    SQLite would do it for each member.
    """
    entry = kinds()["income_entry"].table()
    first = months_after(on, -MONTHS)
    counts = and_(
        entry.c.period_to > first,
        entry.c.period_to <= on,
        or_(entry.c.baseline.is_(None), entry.c.baseline.is_(False)),
    )
    day = func.coalesce(cast(entry.c.period_to, String), date.min.isoformat())
    # Of two assessments of one day that of the later number counts. The code ends the text.
    rated = day + literal(" ") + entry.c.id + literal(" " * _CODE) + entry.c.assessed
    standing = (
        select(
            entry.c.member_id.label("member_id"),
            func.sum(case((counts, entry.c.amount))).label("income"),
            func.count(case((counts, entry.c.activity)).distinct()).label("activities"),
            func.max(case((entry.c.assessed.is_not(None), rated))).label("assessed"),
        )
        .where(
            entry.c.deleted.is_(False),
            entry.c.member_id.is_not(None),
            or_(entry.c.period_to.is_(None), entry.c.period_to <= on),
            *([entry.c.member_id.in_(only)] if only is not None else []),
        )
        .group_by(entry.c.member_id)
        .cte(f"{name}_standing")
        .prefix_with("MATERIALIZED")
    )
    member = alias(kinds()["member"].table(), "standing_member")
    there = and_(member.c.id == standing.c.member_id, member.c.deleted.is_(False))
    rows = standing.join(member, there)
    group = member.c.self_help_group_id
    potential = and_(
        member.c.joined_on <= months_after(on, -POTENTIAL.months_in_group),
        standing.c.activities >= POTENTIAL.activities,
        or_(
            standing.c.member_id.in_(_given_cif("member_id", on)),
            group.in_(_given_cif("self_help_group_id", on)),
        ),
        or_(*(_has(kind, standing.c.member_id) for kind in INTERVENTIONS)),
    )
    end = func.length(standing.c.assessed) - literal_column(str(_CODE - 1))
    assessed = func.ltrim(func.substr(standing.c.assessed, end))
    rung = _rung(standing.c.income, assessed, potential, on)
    found = select(standing.c.member_id, rung.label(RUNG)).select_from(rows)
    return found.cte(name).prefix_with("MATERIALIZED")


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


def _has(kind: str, member: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a member has a record of a kind; an index leads to it."""
    table = kinds()[kind].table()
    return exists().where(table.c.member_id == member, table.c.deleted.is_(False))


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
