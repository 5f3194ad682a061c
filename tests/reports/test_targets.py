"""Targets and published figures: imported, listed, on the scoreboard, kept in snapshots."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fieldkit.cli import run
from fieldkit.reports.formats.words import in_words, rupees
from fieldkit.reports.published import published

Json = dict[str, object]
HEADINGS = "metric,scheme,area,period,target,achievement,unit,kind,note,source"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "home"))
    assert run(["init", "--name", "Asha", "--district", "2", "--block", "16"]) == 0
    return tmp_path


Call = Callable[..., str]


@pytest.fixture
def call(home: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run(list(arguments)) == code
        return capsys.readouterr().out

    return call


def line_of(table: Mapping[str, object], code: str, fy: str | None = None) -> Json:
    rows = table["rows"]
    assert isinstance(rows, list)
    (found,) = [row for row in rows if row["code"] == code and row["fy"] == fy]
    assert isinstance(found, dict)
    return found


def test_the_scoreboard_shows_what_was_published_beside_what_is_recorded(call: Call) -> None:
    call("target", "import")
    board = json.loads(call("report", "scoreboard", "--json"))
    registered = line_of(board, "pmv_registrations")
    assert (registered["reported"], registered["recorded"]) == (154_881, 0)
    assert registered["reported_as_on"] == "2025-09-26"
    assert line_of(board, "toolkits_delivered")["reported"] == 64_936
    assert line_of(board, "capitalisation")["reported"] == 5_288_600_000
    assert line_of(board, "capitalisation")["reported_as_on"] == "undated"
    linked = line_of(board, "pmv_linked")
    assert (linked["target"], linked["target_high"]) == (70_000, 80_000)
    linkages = line_of(board, "linkages")
    assert (linkages["target"], linkages["deadline"]) == (75_000, "2025-10-31")
    assert line_of(board, "svep_funds_used")["reported"] == 99.3
    text = call("report", "scoreboard")
    for figure in ("1,54,881", "64,936", "Rs 528.86 crore", "31 Oct 2025", "99.3%"):
        assert figure in text
    assert "Self-help groups: also reported 94,000 (undated; Review of UMEED, undated)." in text


def test_published_figures_are_shown_before_they_are_imported(call: Call) -> None:
    before = json.loads(call("report", "scoreboard", "--json"))
    call("target", "import")
    after = json.loads(call("report", "scoreboard", "--json"))
    assert before["rows"] == after["rows"]
    assert "`fieldkit target import` records them" in before["notes"][-1]


def test_the_same_figures_are_imported_once(call: Call) -> None:
    many = len(list(published()))
    assert call("target", "import").startswith(f"{many} saved, 0 same as before, 0 rejected.")
    assert call("target", "import").startswith(f"0 saved, {many} same as before, 0 rejected.")
    assert len(json.loads(call("target", "list", "--json"))) < many


def test_good_rows_load_and_bad_ones_come_back_with_reasons(call: Call, home: Path) -> None:
    file = home / "targets.csv"
    rows = (
        "toolkits delivered,PM Vishwakarma,Budgam,FY 2026-27,900,,toolkits,target,,letter 1",
        "flying carpets,PM Vishwakarma,Budgam,FY 2026-27,900,,toolkits,target,,letter 1",
        "toolkits delivered,PM Vishwakarma,Atlantis,FY 2026-27,900,,toolkits,target,,letter 1",
        "toolkits delivered,PM Vishwakarma,Budgam,FY 2026-27,many,,toolkits,target,,letter 1",
        "toolkits delivered,PM Vishwakarma,Budgam,FY 2026-27,80-70,,toolkits,target,,letter 1",
        "toolkits delivered,PM Vishwakarma,Budgam,,5,,toolkits,wish,,letter 1",
    )
    file.write_text("\n".join([HEADINGS, *rows]), encoding="utf-8")
    found = json.loads(call("target", "import", str(file), "--json", code=1))
    assert (found["saved"], found["rejected"]) == (1, 5)
    with Path(found["rejects_file"]).open(encoding="utf-8-sig") as rejected:
        reasons = [row["reason"] for row in csv.DictReader(rejected)]
    assert [reason.partition(":")[0] for reason in reasons] == [
        "metric",
        "area",
        "target",
        "target",
        "kind",
    ]
    board = json.loads(call("report", "scoreboard", "--district", "2", "--json"))
    line = line_of(board, "toolkits_delivered", "2026-27")
    assert (line["target"], line["recorded_fy"], line["gap"], line["achieved"]) == (900, 0, 900, 0)


def test_targets_are_compared_with_what_is_given_to_the_areas_below(call: Call, home: Path) -> None:
    file = home / "targets.csv"
    rows = [
        f"toolkits delivered,PM Vishwakarma,{area},FY 2026-27,{many},,toolkits,target,,letter"
        for area, many in (("J&K UT", 1000), ("Kashmir", 600), ("Jammu", 350), ("Budgam", 100))
    ]
    file.write_text("\n".join([HEADINGS, *rows]), encoding="utf-8")
    call("target", "import", str(file))

    def given(*area: str) -> tuple[object, object]:
        board = json.loads(call("report", "scoreboard", *area, "--json"))
        line = line_of(board, "toolkits_delivered", "2026-27")
        return line["allotted"], line["not_allotted"]

    assert given() == (950, 50)
    assert given("--division", "Kashmir") == (100, 500)
    assert given("--district", "2") == (None, None)


def test_an_opening_figure_stands_for_what_came_before(call: Call, home: Path) -> None:
    targets, groups = home / "targets.csv", home / "self_help_group.jsonl"
    opening = "Self Help Groups,UMEED/NRLM,Budgam,as on 2025-03-31,,50,groups,opening,,register"
    targets.write_text(f"{HEADINGS}\n{opening}", encoding="utf-8")
    call("target", "import", str(targets))
    rows = [
        {"name": f"Group {day}", "district": 2, "block": 16, "formed_on": day}
        for day in ("2025-03-31", "2025-04-01", "2026-06-01")
    ]
    groups.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    call("import", "self_help_group", str(groups))
    board = json.loads(call("report", "scoreboard", "--district", "2", "--json"))
    line = line_of(board, "shgs")
    assert (line["opening"], line["recorded"], line["with_opening"]) == (50, 3, 52)
    assert line["recorded_fy"] == 1


def test_a_snapshot_prints_the_same_for_ever(call: Call, home: Path) -> None:
    call("target", "import")
    for form in ("table", "json", "csv"):
        name = f"Review {form}"
        before = call("report", "scoreboard", "--format", form)
        call("snapshot", "take", "scoreboard", "--name", name)
        assert call("snapshot", "show", name, "--format", form) == before
    group = {"name": "Umeed", "district": 2, "block": 16, "formed_on": "2026-05-01"}
    file = home / "self_help_group.jsonl"
    file.write_text(json.dumps(group), encoding="utf-8")
    call("import", "self_help_group", str(file))
    assert call("report", "scoreboard", "--format", "csv") != before
    assert call("snapshot", "show", "Review csv", "--format", "csv") == before
    kept = json.loads(call("snapshot", "list", "--json"))
    assert [one["name"] for one in kept] == ["Review table", "Review json", "Review csv"]
    call("snapshot", "take", "scoreboard", "--name", "Review csv", code=2)
    call("snapshot", "show", "Review 9", code=2)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (154_881, "persons", "1,54,881"),
        (5_288_600_000, "Rs", "Rs 528.86 crore"),
        (29_126_600_000, "Rs", "Rs 2,912.66 crore"),
        (25_300_000, "Rs", "Rs 2.53 crore"),
        (250_000, "Rs", "Rs 2.50 lakh"),
        (15_000, "Rs", "Rs 15,000"),
        (45.7, "percent", "45.7%"),
        (100.0, "percent", "100%"),
        (None, "Rs", ""),
    ],
)
def test_figures_read_as_reviews_write_them(value: float | None, unit: str, words: str) -> None:
    assert in_words(value, unit) == words
    assert rupees(-250_000) == "-Rs 2.50 lakh"


def test_a_snapshot_has_a_name_that_can_be_read(call: Call) -> None:
    call("snapshot", "take", "lakhpati", "--name", "\x1b[31mReview", code=2)
    call("snapshot", "take", "lakhpati", "--name", "x" * 500, code=2)
    call("snapshot", "take", "lakhpati", "--name", "  ")
    (kept,) = json.loads(call("snapshot", "list", "--json"))
    assert kept["name"].startswith("lakhpati J&K UT ")


def test_a_snapshot_belongs_to_the_area_of_its_report(call: Call) -> None:
    for n, area in enumerate(([], ["--division", "Jammu"], ["--district", "2"], ["--block", "16"])):
        call("snapshot", "take", "lakhpati", "--name", str(n), *area)
    kept = json.loads(call("snapshot", "list", "--json"))
    places = {(one["name"], one["district"], one["block"], one["division"]) for one in kept}
    assert places == {
        ("0", 0, None, None),
        ("1", 0, None, "JAMMU"),
        ("2", 2, None, None),
        ("3", 2, 16, None),
    }


def test_a_report_that_is_too_long_to_be_kept_says_so(
    call: Call, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, letters = home / "programme.jsonl", str.maketrans("0123456789", "ghijklmnop")
    rows = [
        {
            "district": 2,
            "block": 16,
            "programme_kind": "AWARE",
            "held_on": "2026-05-01",
            "place": hashlib.sha256(str(n).encode()).hexdigest().translate(letters),
        }
        for n in range(900)
    ]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    call("import", "programme", str(file))
    assert run(["snapshot", "take", "outreach", "--by", "place"]) == 2
    assert "too many rows to be kept (901)" in capsys.readouterr().err
    assert call("snapshot", "list").startswith("There are no snapshots.")


@pytest.mark.parametrize("content", ["z85:", "z85:no such text", "{}", "[]", "", "z85:c$@"])
def test_a_snapshot_that_cannot_be_read_is_reported_in_a_sentence(
    call: Call, home: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"district": 2, "block": 16, "name": "Odd", "report": "lakhpati", "content": content}
    file = home / "snapshot.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    call("import", "snapshot", str(file))
    assert run(["snapshot", "show", "Odd"]) == 2
    assert "was kept by a newer fieldkit" in capsys.readouterr().err
