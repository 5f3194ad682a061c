"""Each report says what plain SQL says over the exported files, for a district of sample data."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from fieldkit.cli import run
from fieldkit.records import kinds
from fieldkit.records.fields.dates import today
from fieldkit.reports import Area, period_of, reports
from fieldkit.store import Store

DONE = "('COMPLETED', 'CERTIFIED')"
PMV = "product IN ('PMV1', 'PMV2')"
CAME_TO_SANCTION = "state IN ('SANCTIONED', 'DISBURSED', 'CLOSED', 'NPA')"
DELIVERED = "state IN ('DELIVERED', 'DEFECTIVE', 'REPLACED')"
RELEASED = "state IN ('RELEASED', 'RECEIVED', 'REPAID')"
HERE = "status NOT IN ('INACTIVE', 'DEFUNCT', 'LEFT', 'DECEASED')"
TYPE_OF = "(SELECT training_type FROM training_batch b WHERE b.id = training_batch_id)"
KIND_OF = "(SELECT programme_kind FROM programme p WHERE p.id = programme_id)"

SQL: dict[str, dict[str, str]] = {
    "pmv_funnel": {
        "pmv_registrations": "SELECT count(*) FROM beneficiary WHERE status = 'S3_APPROVED'",
        "certificates": "SELECT count(*) FROM beneficiary WHERE certificate_on <> ''",
    },
    "toolkit_ageing": {
        "toolkits_delivered": f"SELECT count(*) FROM toolkit WHERE {DELIVERED}",
        "voucher_value": "SELECT sum(voucher_value) FROM toolkit WHERE voucher_value <> '' AND "
        "state NOT IN ('SELECTED', 'NOT_ELIGIBLE', 'ELIGIBLE')",
        "oldest": "SELECT julianday(:today) - julianday(min(selected_on)) FROM toolkit WHERE "
        f"NOT {DELIVERED} AND state NOT IN ('NOT_ELIGIBLE', 'ELIGIBLE') AND selected_on <> ''",
    },
    "orientation_coverage": {
        "not_oriented": f"SELECT count(*) FROM toolkit t WHERE {DELIVERED} AND NOT EXISTS "
        "(SELECT * FROM attendance a WHERE a.beneficiary_id = t.beneficiary_id AND "
        f"a.present = 'yes' AND {KIND_OF} = 'ORIENT')",
    },
    "credit_linkage": {
        "pmv_sanctioned": f"SELECT count(*) FROM loan WHERE {PMV} AND {CAME_TO_SANCTION}",
        "pmv_disbursed_amount": f"SELECT sum(disbursed_amount) FROM loan WHERE {PMV} AND "
        "state IN ('DISBURSED', 'CLOSED', 'NPA')",
        "pmv_linked": "SELECT count(DISTINCT beneficiary_id) FROM loan WHERE beneficiary_id <> '' "
        f"AND {PMV} AND {CAME_TO_SANCTION}",
    },
    "training": {
        "pmv_trained": f"SELECT count(*) FROM training_enrolment WHERE state IN {DONE} AND "
        f"beneficiary_id <> '' AND {TYPE_OF} IN ('BASIC', 'ADV')",
    },
    "stage3_daily": {
        "stage3_recommended": "SELECT count(*) FROM verification WHERE stage = '3' AND "
        "decision = 'APPROVED'",
        "cases_cleared": "SELECT coalesce(sum(cases_cleared), 0) FROM programme WHERE "
        "programme_kind = 'SLSC'",
    },
    "handholding_due": {
        "visits": "SELECT count(*) FROM visit WHERE visited_on <> ''",
        "queries": "SELECT count(*) FROM grievance",
    },
    "stories": {
        "stories": "SELECT count(*) FROM story",
        "workers_women": "SELECT coalesce(sum(workers_women), 0) FROM enterprise "
        "WHERE state = 'RUNNING'",
    },
    "shg_institutions": {
        "shgs": f"SELECT count(*) FROM self_help_group WHERE {HERE}",
        "households": "SELECT count(*) FROM (SELECT DISTINCT block, village, household_no FROM "
        f"member WHERE household_no <> '' AND village <> '' AND {HERE})",
    },
    "capitalisation": {
        "rf_groups": f"SELECT count(DISTINCT self_help_group_id) FROM fund_release WHERE {RELEASED}"
        " AND fund = 'RF' AND self_help_group_id <> '' AND member_id = ''",
        "cif_amount": f"SELECT coalesce(sum(amount), 0) FROM fund_release WHERE {RELEASED} AND "
        "fund = 'CIF' AND member_id = ''",
    },
    "bank_linkage": {
        "linkages": f"SELECT count(*) FROM group_loan WHERE {CAME_TO_SANCTION}",
        "bank_credit": "SELECT coalesce(sum(disbursed_amount), 0) FROM group_loan WHERE "
        "state IN ('DISBURSED', 'CLOSED', 'NPA')",
    },
    "women_credit": {
        "lalded_sanctioned": f"SELECT count(*) FROM loan WHERE product = 'LALDED' AND "
        f"{CAME_TO_SANCTION}",
        "svep_enterprises": "SELECT count(*) FROM enterprise WHERE programme = 'SVEP' AND "
        "state <> 'PLANNED'",
    },
    "lakhpati": {
        "income": "SELECT coalesce(sum(amount), 0) FROM income_entry",
        "women_with_income": "SELECT count(DISTINCT member_id) FROM income_entry "
        "WHERE amount <> ''",
    },
    "cadre": {
        "banking_correspondents": "SELECT count(DISTINCT member_id) FROM cadre WHERE "
        "role = 'CR01' AND state = 'ACTIVE'",
        "commission": "SELECT coalesce(sum(commission), 0) FROM cadre_month",
    },
    "market_access": {
        "saras_melas": "SELECT count(*) FROM market_event WHERE event_kind = 'SARAS'",
        "products_online": "SELECT count(*) FROM product WHERE delisted_on = '' AND "
        "platform IN ('AMAZON', 'FLIPKART', 'MEESHO')",
    },
    "social_security": {
        "insured": "SELECT count(DISTINCT member_id) FROM insurance_cover WHERE "
        "scheme IN ('PMJJBY', 'PMSBY') AND state = 'ACTIVE'",
    },
    "convergence": {
        "converged": "SELECT count(DISTINCT member_id) FROM convergence WHERE member_id <> ''",
        "mahila_kisans": "SELECT count(DISTINCT member_id) FROM farm_practice "
        "WHERE member_id <> ''",
    },
    "capacity_building": {
        "cmtcs": "SELECT count(*) FROM training_centre WHERE centre_kind = 'CMTC'",
        "finlit_sessions": "SELECT count(*) FROM training_batch WHERE training_type = 'FINLIT'",
    },
    "data_quality": {
        "artisans_no_mobile": "SELECT count(*) FROM beneficiary WHERE mobile = ''",
        "members_no_household": f"SELECT count(*) FROM member WHERE household_no = '' AND {HERE}",
        "same_portal_no": "SELECT count(*) FROM beneficiary WHERE portal_no IN (SELECT portal_no "
        "FROM beneficiary WHERE portal_no <> '' GROUP BY 1 HAVING count(*) > 1)",
    },
    "outreach": {
        "programmes": "SELECT count(*) FROM programme WHERE "
        "programme_kind IN ('ORIENT', 'AWARE', 'CREDITCAMP', 'SEMINAR')",
        "women": "SELECT coalesce(sum(women), 0) FROM programme WHERE "
        "programme_kind IN ('ORIENT', 'AWARE', 'CREDITCAMP', 'SEMINAR')",
    },
    "reviews": {
        "action_points": "SELECT count(*) FROM action_point",
        "review_meetings": "SELECT count(*) FROM programme WHERE programme_kind = 'REVIEW'",
    },
}
"""By report and column: what it is of everything dated up to today, as one would ask by hand."""


@pytest.fixture(scope="module")
def exported(block_home: Path, tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    """Every kind as exported, empty texts for what is not filled."""
    folder = tmp_path_factory.mktemp("exported")
    database = sqlite3.connect(":memory:")
    for name in kinds():
        file = folder / f"{name}.csv"
        assert run(["export", name, "-o", str(file)]) == 0
        with file.open(encoding="utf-8-sig", newline="") as lines:
            head, *rows = csv.reader(lines)
        columns = ", ".join(f"[{one}]" for one in head)
        database.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" * len(head))
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    return database


def questions() -> Iterator[tuple[str, str, str]]:
    for report, columns in SQL.items():
        for column, asked in columns.items():
            yield report, column, asked


def test_every_declared_report_is_compared() -> None:
    assert SQL.keys() == reports().keys() - {"scoreboard", "rankings"}


@pytest.mark.parametrize(("report", "column", "asked"), list(questions()))
def test_a_report_equals_plain_sql(
    block_store: Store, exported: sqlite3.Connection, report: str, column: str, asked: str
) -> None:
    area = Area(district=2)
    period = block_store.query(partial(period_of, area=area))
    found = reports()[report]
    table = block_store.query(partial(found.run, area=area, period=period, by=found.by[0]))
    place = [heading.name for heading in table.columns].index(column)
    (expected,) = exported.execute(
        asked, {"today": today().isoformat()} if ":today" in asked else {}
    ).fetchone()
    assert table.rows[-1].cells[place] == expected


@pytest.mark.parametrize("metric", ["pmv_registrations", "toolkits_delivered", "pmv_sanctioned"])
def test_the_scoreboard_and_the_rankings_agree_with_the_reports(
    block_store: Store, exported: sqlite3.Connection, metric: str
) -> None:
    asked = next(columns[metric] for columns in SQL.values() if metric in columns)
    (expected,) = exported.execute(asked).fetchone()
    area = Area(district=2)
    period = block_store.query(partial(period_of, area=area))
    board, league = reports()["scoreboard"], reports()["rankings"]
    table = block_store.query(partial(board.run, area=area, period=period, by=board.by[0]))
    columns = [heading.name for heading in table.columns]
    (line,) = [row for row in table.rows if row.cells[columns.index("code")] == metric]
    assert line.cells[columns.index("recorded")] == expected
    table = block_store.query(partial(league.run, area=area, period=period, by=league.by[0]))
    place = [heading.name for heading in table.columns].index(metric)
    assert sum(int(str(row.cells[place])) for row in table.rows) == expected
