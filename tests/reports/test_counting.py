"""What counts and what does not: records that are gone, of another day, or said twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from fieldkit.cli import run
from fieldkit.records.fields.dates import today

Json = dict[str, object]
Report = Callable[..., list[Json]]
HEADINGS = "metric,scheme,area,period,target,achievement,unit,kind,note,source"
GROUP, WOMAN = "7KQ2M9XD-1", "7KQ2M9XD-2"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "home"))
    assert run(["init", "--name", "Asha", "--district", "2", "--block", "16"]) == 0
    return tmp_path


@pytest.fixture
def ask(home: Path, capsys: pytest.CaptureFixture[str]) -> Report:
    def ask(name: str, *options: str) -> list[Json]:
        capsys.readouterr()
        assert run(["report", name, "--json", *options]) == 0
        rows: list[Json] = json.loads(capsys.readouterr().out)["rows"]
        return rows

    return ask


def load(home: Path, kind: str, *rows: Mapping[str, object]) -> None:
    file = home / f"{kind}.jsonl"
    place = {"district": 2, "block": 16}
    file.write_text("\n".join(json.dumps({**place, **row}) for row in rows), encoding="utf-8")
    assert run(["import", kind, str(file)]) == 0


def targets(home: Path, *rows: str) -> None:
    file = home / "targets.csv"
    file.write_text("\n".join([HEADINGS, *rows]), encoding="utf-8")
    assert run(["target", "import", str(file)]) == 0


def member(home: Path, **more: object) -> None:
    load(home, "self_help_group", {"id": GROUP, "name": "Umeed", "formed_on": "2020-01-01"})
    fields = {"id": WOMAN, "name": "Fatima Jan", "self_help_group_id": GROUP}
    load(home, "member", {**fields, "joined_on": "2020-02-01", **more})


def line_of(rows: list[Json], code: str, fy: str | None = None) -> Json:
    (found,) = [row for row in rows if row["code"] == code and row["fy"] == fy]
    return found


def test_a_limit_of_a_day_to_come_does_not_count_yet(home: Path, ask: Report) -> None:
    member(home)
    income = {"member_id": WOMAN, "activity": "DAIRY", "amount": 100_000}
    day = today().isoformat()
    load(home, "income_entry", {**income, "period_from": day, "period_to": day})
    limit = {"district": 0, "block": None, "limit_name": "LAKHPATI_INCOME", "source": "letter"}
    later = (today() + timedelta(days=30)).isoformat()
    load(home, "scheme_limit", {**limit, "amount": 200_000, "from_on": later})
    assert ask("lakhpati")[0]["lakhpati_didis"] == 1
    load(home, "scheme_limit", {**limit, "amount": 150_000, "from_on": day})
    assert ask("lakhpati")[0]["lakhpati_didis"] == 0


def test_only_a_fund_that_was_released_makes_a_potential_didi(home: Path, ask: Report) -> None:
    member(home)
    day = today().isoformat()
    income = {"member_id": WOMAN, "amount": 10, "period_from": day, "period_to": day}
    load(home, "income_entry", {**income, "activity": "DAIRY"}, {**income, "activity": "POULTRY"})
    load(
        home,
        "support",
        {"member_id": WOMAN, "support_kind": "FORMAL", "programme": "RAMP", "given_on": day},
    )
    fund = {"id": "7KQ2M9XD-9", "fund": "CIF", "self_help_group_id": GROUP, "amount": 60_000}
    load(home, "fund_release", {**fund, "state": "PROPOSED", "proposed_on": day})
    assert ask("lakhpati")[0]["pld_identified"] == 0
    load(home, "fund_release", {**fund, "state": "RELEASED", "released_on": day})
    assert ask("lakhpati")[0]["pld_identified"] == 1


def test_members_of_a_producer_organisation_count_once(home: Path, ask: Report) -> None:
    first, second = "7KQ2M9XD-3", "7KQ2M9XD-4"
    load(home, "producer_organisation", {"id": first, "name": "A"}, {"id": second, "name": "B"})
    of_first = {"producer_organisation_id": first}
    load(
        home,
        "producer_year",
        {**of_first, "fy": "2023-24", "members": 300, "turnover": 5, "as_on": "2024-03-31"},
        {**of_first, "fy": "2024-25", "members": 320, "turnover": 7, "produce": "Apple"},
        {**of_first, "fy": "2024-25", "members": 320, "turnover": 2, "produce": "Walnut"},
        {"producer_organisation_id": second, "fy": "2023-24", "members": 40},
    )
    (row,) = ask("convergence")
    assert (row["fpo_members"], row["fpo_turnover"]) == (360, 14)
    (row,) = ask("convergence", "--as-on", "2024-04-30")
    assert row["fpo_members"] == 300


def test_a_member_is_in_a_household_or_counted_apart(home: Path, ask: Report) -> None:
    member(home, village="Wagoora", household_no="12")
    more = {"self_help_group_id": GROUP, "joined_on": "2021-01-01"}
    load(
        home,
        "member",
        {**more, "name": "Haseena", "village": "Wagoora", "household_no": "12"},
        {**more, "name": "Rubeena", "household_no": "13"},
        {**more, "name": "Shameema", "village": "Wagoora"},
    )
    (row,) = ask("shg_institutions")
    assert (row["members"], row["households"], row["household_unknown"]) == (4, 1, 2)


def test_a_visit_that_was_called_off_is_no_visit(home: Path, ask: Report) -> None:
    member(home)
    visit = {"id": "7KQ2M9XD-5", "member_id": WOMAN, "visited_on": "2026-05-01"}
    load(home, "visit", {**visit, "state": "MADE"})
    assert ask("handholding_due")[0]["visits"] == 1
    load(home, "visit", {**visit, "state": "CANCELLED"})
    assert ask("handholding_due")[0]["visits"] == 0


def test_an_average_is_of_those_that_have_an_amount(home: Path, ask: Report) -> None:
    story = {"drafted_on": "2026-05-01", "state": "DRAFT", "beneficiary_id": "7KQ2M9XD-6"}
    load(home, "beneficiary", {"id": "7KQ2M9XD-6", "name": "Ali Bhat", "trade_code": "CARP"})
    load(
        home,
        "story",
        {**story, "headline": "One", "income_before": 4000, "income_after": 9000},
        {**story, "headline": "Two", "income_before": 6000},
        {**story, "headline": "Three"},
    )
    (row,) = ask("stories")
    assert (row["average_before"], row["average_after"]) == (5000, 9000)


def test_columns_that_a_dimension_does_not_split_stay_empty(home: Path, ask: Report) -> None:
    load(home, "market_event", {"name": "Mela", "event_kind": "SARAS", "starts_on": "2026-05-01"})
    load(home, "outlet", {"name": "Haat", "outlet_kind": "DHAAT", "opened_on": "2026-05-01"})
    row, total = ask("market_access", "--by", "event")
    assert (row["saras_melas"], row["district_haats"]) == (1, None)
    assert (total["saras_melas"], total["district_haats"]) == (1, 1)


def test_what_is_published_later_is_not_known_before(home: Path, ask: Report) -> None:
    of = "Self Help Groups,UMEED/NRLM,Budgam,as on {},,{},groups,{},,register"
    targets(home, of.format("2025-03-31", 50, "opening"), of.format("2026-03-31", 70, "opening"))
    targets(home, of.format("2026-03-31", 75, "achievement"))
    load(home, "self_help_group", {"name": "A", "formed_on": "2025-06-01"})
    line = line_of(ask("scoreboard", "--district", "2"), "shgs")
    assert (line["opening"], line["with_opening"], line["reported"]) == (70, 70, 75)
    line = line_of(ask("scoreboard", "--district", "2", "--as-on", "2025-12-31"), "shgs")
    assert (line["opening"], line["with_opening"], line["reported"]) == (50, 51, None)
    line = line_of(ask("scoreboard", "--district", "2", "--as-on", "2025-01-31"), "shgs")
    assert (line["opening"], line["with_opening"]) == (None, None)


def test_openings_of_some_districts_are_none_of_the_division(home: Path, ask: Report) -> None:
    targets(home, "Self Help Groups,,Budgam,as on 2025-03-31,,50,groups,opening,,register")
    other = {"district": 1, "block": None, "name": "Of Anantnag", "formed_on": "2024-01-01"}
    load(home, "self_help_group", other, {"name": "A", "formed_on": "2025-06-01"})
    line = line_of(ask("scoreboard", "--division", "Kashmir"), "shgs")
    assert (line["recorded"], line["opening"], line["with_opening"]) == (2, None, None)


def test_what_is_given_on_is_counted_once_for_an_area(home: Path, ask: Report) -> None:
    of = "toolkits delivered,,{},FY 2026-27,{},,toolkits,target,,{}"
    targets(
        home,
        of.format("Kashmir", 600, "letter 1"),
        of.format("Budgam", 100, "letter 1"),
        of.format("Budgam", 120, "letter 2"),
        of.format("Anantnag", 200, "letter 2"),
    )
    line = line_of(ask("scoreboard", "--division", "Kashmir"), "toolkits_delivered", "2026-27")
    assert (line["allotted"], line["not_allotted"]) == (300, 300)


def due(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    assert run(["due", "--json"]) == 0
    return [one["what"] for one in json.loads(capsys.readouterr().out)]


def test_nothing_is_due_about_those_who_are_gone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    member(home)
    cover = {"member_id": WOMAN, "scheme": "OTHER", "state": "ACTIVE", "enrolled_on": "2026-01-05"}
    ahead = (today() + timedelta(days=5)).isoformat()
    load(home, "insurance_cover", {**cover, "renewal_due": ahead})
    income = {"member_id": WOMAN, "activity": "DAIRY", "amount": 10}
    load(home, "income_entry", {**income, "period_from": "2025-01-01", "period_to": "2025-03-31"})
    assert {"income_entry", "renewal_ahead"} <= set(due(capsys))
    member(home, status="DECEASED")
    assert not {"income_entry", "renewal_ahead"} & set(due(capsys))


def test_a_visit_made_later_ends_the_wait_one_called_off_does_not(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    member(home)
    visit = {"id": "7KQ2M9XD-7", "member_id": WOMAN, "state": "MADE", "visited_on": "2026-05-01"}
    load(home, "visit", {**visit, "next_visit_on": "2026-06-01"})
    later = {**visit, "id": "7KQ2M9XD-8", "visited_on": "2026-06-02"}
    load(home, "visit", {**later, "state": "CANCELLED"})
    assert due(capsys).count("visit_made") == 1
    load(home, "visit", {**later, "state": "FOLLOWED"})
    assert due(capsys).count("visit_made") == 0


def test_an_index_of_an_older_version_is_replaced(home: Path, ask: Report) -> None:
    (file,) = (home / "home").glob("*.sqlite3")
    with sqlite3.connect(file) as database:
        database.execute("CREATE INDEX counts_toolkit_00000000 ON toolkit (district)")
    ask("toolkit_ageing")
    found = "SELECT name FROM sqlite_master WHERE name LIKE 'counts\\_toolkit\\_%' ESCAPE '\\'"
    with sqlite3.connect(file) as database:
        ((name,),) = database.execute(found)
    assert name != "counts_toolkit_00000000"
