"""An operator's entries are typed again from the papers, and the error rate is kept."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.commands.conftest import Cli
from tests.commands.test_entering import put, records

from fieldkit.commands.review.error_rate import drawn, interval
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.fields.dates import today
from fieldkit.records.targets.entry_check import EntryCheck
from fieldkit.store import Edit, Store


def test_a_sample_is_asked_blind_and_the_error_rate_is_kept_by_field(
    laptop: Path, cli: Cli
) -> None:
    for n in range(10):
        put(laptop, name=f"Zooni {'abcdefghij'[n]}", mobile=f"941901143{n}", trade_code="CARP")
    ask = ("verify", "--operator", "Asha", "--field", "mobile", "--field", "trade_code")
    first = cli(*ask, "--percent", "20", piped=b"")
    again = cli(*ask, "--percent", "20", piped=b"")
    assert first.text == again.text
    assert "10 artisans by Asha" in first.text
    assert "of these 2, and type" in first.text
    assert "941901143" not in first.text
    ids = [line.partition(": ")[2] for line in first.text.splitlines() if line.startswith("Reco")]
    assert len(ids) == 1  # the input was closed at the first question
    assert records(laptop, EntryCheck) == []

    people = {one.id: one for one in records(laptop)}
    sampled = [one for one in people if f"  {one}  " in first.text]
    sampled.sort(key=lambda one: one != ids[0])  # in the order in which they are asked
    mobiles = [str(people[one].value("mobile")) for one in sampled]
    typed = [mobiles[0], "1", "9419099999", "2", "carpenter", "y"]
    ran = cli(*ask, "--percent", "20", piped="".join(f"{one}\n" for one in typed).encode())
    lines = ran.text.splitlines()
    assert f"  1 entered: {mobiles[1][:5]} {mobiles[1][5:]}" in lines
    assert any(line.startswith("Mobile: 2 checked, 1 wrong: 50.0% (95%") for line in lines)
    assert any(line.startswith("Trade: 2 checked, 0 wrong: 0.0%") for line in lines)
    corrected = {one.id: one for one in records(laptop)}[sampled[1]]
    assert corrected.value("mobile") == "9419099999"
    kept = [
        (one.value("record_field"), one.value("checked"), one.value("wrong"))
        for one in records(laptop, EntryCheck)
    ]
    assert sorted(kept) == [("mobile", 2, 1), ("trade_code", 2, 0)]
    report = cli("verify", "--operator", "Asha", "--report")
    assert "All fields: 4 checked, 1 wrong: 25.0%" in report.text
    assert cli("verify", "--operator", "Reyaz").code == 2
    assert cli("verify", "--operator", "Asha", "--field", "csc_id").code == 2


def test_a_months_sample_is_the_same_for_all_and_counted_by_operator(
    laptop: Path, cli: Cli
) -> None:
    month = today().isoformat()[:7]
    with closing(Store.open(laptop)) as store:
        for n in range(10):
            fields: dict[str, Value] = {
                "name": f"Zooni {'abcdefghij'[n]}",
                "mobile": f"941901143{n}",
                "trade_code": "CARP",
            }
            store.save([Edit(Beneficiary, fields)], "Asha" if n % 2 else "Javid")
    ask = ("verify", "--month", month, "--field", "mobile", "--percent", "40")
    whole = cli(*ask).text
    assert "10 artisans, 01 " in whole
    drawn_ids = {one.id for one in records(laptop) if f"  {one.id}  " in whole}
    assert len(drawn_ids) == 4
    by = {}
    for name in ("Asha", "Javid"):
        said = cli(*ask, "--operator", name).text
        by[name] = {one.id for one in records(laptop) if f"  {one.id}  " in said}
    assert by["Asha"] | by["Javid"] == drawn_ids  # one draw, whoever checks which part of it
    assert {one.created_by for one in records(laptop) if one.id in by["Asha"]} <= {"Asha"}

    ran = cli(*ask, piped=b"9419099999\n2\nn\n" * 4)
    assert "wrong: 100.0%" in ran.text
    report = cli("report", "entry_checks", "--by", "operator", "--json").json
    assert sum(row["values_checked"] for row in report["rows"] if row["operator"] != "Total") == 4
    assert cli("verify", "--month", "2026-13").code == 2
    assert cli("verify").code == 2


@given(st.sets(st.text(min_size=1, max_size=12), min_size=1), st.integers(1, 100), st.text())
def test_a_draw_is_a_share_and_the_same_every_time(ids: set[str], percent: int, seed: str) -> None:
    found = drawn(ids, percent, seed)
    assert set(found) <= ids
    assert (len(found) - 1) * 100 < len(ids) * percent <= len(found) * 100
    assert drawn(sorted(ids, reverse=True), percent, seed) == found


def test_the_interval_is_wilsons() -> None:
    assert [round(edge, 3) for edge in interval(1, 10)] == [0.018, 0.404]
    assert [round(edge, 3) for edge in interval(0, 20)] == [0.0, 0.161]
    assert interval(0, 0) == (0.0, 1.0)


def test_a_laptop_whose_checks_the_server_would_not_take_is_told_before(
    laptop: Path, cli: Cli
) -> None:
    put(laptop, name="Zooni", mobile="9419011430", trade_code="CARP")
    with closing(Store.open(laptop)) as store:
        store.access.enrol("http://127.0.0.1:9", "token", "registrar", 2, 16)
    refused = cli("verify", "--operator", "Asha", piped=b"")
    assert refused.code == 2
    assert "Only an operator or a supervisor may enter this" in refused.err
    assert cli("verify", "--operator", "Asha", "--report").code == 0
