"""Merge by command: one person in lists, figures and files; the other number leads to them."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from tests.commands.conftest import Cli

from fieldkit.protocol.change import Op
from fieldkit.records import Value, kinds
from fieldkit.store import Edit, Store

KIND = "beneficiary"


@pytest.fixture
def pair(laptop: Path) -> tuple[str, str]:
    """Two records of one artisan; the second has the mobile, and a toolkit."""
    kind = kinds()[KIND]
    with closing(Store.open(laptop)) as store:
        names: dict[str, Value] = {
            "name": "Gulam Mohd Bhat",
            "trade_code": "CARP",
            "status": "SUBMITTED",
        }
        kept, twice = (
            saved.id
            for saved in store.save(
                [Edit(kind, names), Edit(kind, {**names, "mobile": "9419012345"})], "Asha"
            )
        )
        kit: dict[str, Value] = {
            "beneficiary_id": twice,
            "state": "SELECTED",
            "selected_on": date(2026, 2, 1),
        }
        store.save([Edit(kinds()["toolkit"], kit)], "Asha")
    return kept, twice


def artisans(cli: Cli) -> object:
    return cli("report", "pmv_funnel", "--json").json["rows"][0]["applied"]


def test_a_merge_makes_one_person_and_is_taken_back(cli: Cli, pair: tuple[str, str]) -> None:
    kept, twice = pair
    before = cli("status", "--json").json["records"][KIND]
    done = cli("merge", kept, twice.lower(), "--use", "mobile")
    assert done.code == 0
    assert f"Merged: Gulam Mohd Bhat, {twice} is the same person as" in done.text
    assert "Taken over: mobile." in done.text
    assert cli("status", "--json").json["records"][KIND] == before - 1
    shown = cli("show", twice)
    assert f"{twice} is the same person as Gulam Mohd Bhat, {kept}:" in shown.text
    assert f"Toolkit selected  under {twice}" in shown.text
    told = cli("show", twice, "--json").json
    assert told["record"]["id"] == kept
    assert told["record"]["mobile"] == "9419012345"
    assert told["also_entered_as"] == [twice]
    assert [one["id"] for one in cli("find", twice, "--json").json] == [kept]
    assert [one["id"] for one in cli("find", "gulam", "--json").json] == [kept]
    assert cli("unmerge", twice, "--json").json == {"id": twice, "was": kept}
    assert cli("status", "--json").json["records"][KIND] == before
    assert cli("show", twice, "--json").json["record"]["id"] == twice


def test_what_cannot_be_one_person_is_refused_with_a_sentence(
    cli: Cli, pair: tuple[str, str]
) -> None:
    kept, twice = pair
    for given in (
        ("merge", kept, kept),
        ("merge", kept, "7KQ2M9XD-999"),
        ("merge", kept, "Gulam"),
        ("merge", kept, twice, "--use", "moblie"),
        ("unmerge", kept),
    ):
        refused = cli(*given)
        assert refused.code == 2, given
        assert refused.err.endswith(".\n"), given
    assert cli("merge", kept, twice, "--json").json == {
        "kept": kept,
        "duplicate": twice,
        "used": [],
    }
    assert "merged into" in cli("merge", twice, kept).err


def test_files_say_who_is_the_same_and_never_set_it(
    cli: Cli, laptop: Path, pair: tuple[str, str]
) -> None:
    kept, twice = pair
    cli("merge", kept, twice)
    lines = cli("export", KIND, "--format", "jsonl").lines
    assert {one["id"]: one.get("merged_into") for one in lines} == {kept: None, twice: kept}
    file = laptop / "again.jsonl"
    file.write_text("\n".join(json.dumps({**one, "merged_into": None}) for one in lines))
    assert cli("import", KIND, file).code == 0
    file.write_text(json.dumps({"name": "Ali Dar", "trade_code": "CARP", "merged_into": kept}))
    assert cli("import", KIND, file).code == 0
    table = laptop / "table.csv"
    table.write_text(f"id,merged_into\n{twice},\n")
    cli("import", KIND, table)
    with closing(Store.open(laptop)) as store:
        assert store.merges.stands_for(KIND, [twice]) == {twice: kept}
        assert [one.value("merged_into") for one in store.page(KIND).records] == [None, None]
        store.save([Edit(kinds()[KIND], {}, kept, None, Op.DELETE)], "Asha")
        assert [one.id for one in store.page(KIND).records if one.id in pair] == [twice]


def test_a_laptop_that_may_not_merge_is_told_before_anything_is_written(
    laptop: Path, cli: Cli, pair: tuple[str, str]
) -> None:
    kept, twice = pair
    with closing(Store.open(laptop)) as store:
        store.merges.merge(KIND, kept, twice, "Asha")
        store.access.enrol("http://127.0.0.1:9", "token", "registrar", 2, 16)
        last = store.outbox.log_position()
        for command in (("unmerge", twice), ("merge", twice, kept)):
            ran = cli(*command)
            assert (ran.code, "Only an operator" in ran.err) == (2, True), command
            assert ran.err.endswith("Nothing was changed.\n")
        assert store.outbox.log_position() == last


def test_values_are_not_taken_over_where_nobody_would_see_them(
    cli: Cli, laptop: Path, pair: tuple[str, str]
) -> None:
    kept, twice = pair
    with closing(Store.open(laptop)) as store:
        named: dict[str, Value] = {"name": "G M Bhat", "trade_code": "CARP", "status": "SUBMITTED"}
        third = store.save([Edit(kinds()[KIND], {**named, "mobile": "9419012399"})], "Asha")
    cli("merge", kept, twice)
    refused = cli("merge", twice, third[0].id, "--use", "mobile")
    assert refused.code == 2
    assert f"Merge {third[0].id} into {kept}. Nothing was changed." in refused.err
    assert cli("merge", kept, third[0].id, "--use", "mobile").code == 0
    assert cli("show", twice, "--json").json["record"]["mobile"] == "9419012399"


def test_merged_records_are_not_noted_as_different(cli: Cli, pair: tuple[str, str]) -> None:
    kept, twice = pair
    cli("merge", kept, twice)
    for two in ((kept, twice), (twice, kept)):
        refused = cli("different", *two)
        assert refused.code == 2
        assert f"are merged. `fieldkit unmerge {twice}` takes that back." in refused.err
    cli("unmerge", twice)
    assert cli("different", kept, twice).code == 0
    refused = cli("merge", kept, twice)
    assert refused.code == 2
    assert f"`fieldkit different {kept} {twice} --undo` takes that back." in refused.err


def test_a_merge_into_a_record_that_was_deleted_since_is_taken_back(
    cli: Cli, laptop: Path, pair: tuple[str, str]
) -> None:
    kept, twice = pair
    cli("merge", kept, twice)
    with closing(Store.open(laptop)) as store:
        store.save([Edit(kinds()[KIND], {}, kept, op=Op.DELETE)], "Asha")
    decided = cli("decide", kept, "--stage", "1", "--as", "approve")
    assert "or not on this laptop. Nothing was changed." in decided.err
    assert cli("unmerge", twice, "--json").json == {"id": twice, "was": kept}


def test_a_laptop_that_only_reads_may_not_note_a_difference(
    laptop: Path, cli: Cli, pair: tuple[str, str]
) -> None:
    with closing(Store.open(laptop)) as store:
        store.access.enrol("http://127.0.0.1:9", "token", "viewer", 2, 16)
        last = store.outbox.log_position()
        ran = cli("different", *pair)
        assert ran.code == 2
        assert ran.err.endswith("Nothing was changed.\n")
        assert store.outbox.log_position() == last


def test_the_page_about_a_person_lists_exports_of_all_that_is_held(
    cli: Cli, pair: tuple[str, str], tmp_path: Path
) -> None:
    cli("export", "toolkit", "-o", tmp_path / "kits.csv")
    cli("export", "loan", "-o", tmp_path / "loans.csv")
    cli("merge", *pair)
    text = cli("person-data", pair[0]).text.partition("EXPORTS SINCE IT WAS ENTERED")[2]
    assert "toolkit" in text
    assert "loan" not in text


def test_the_page_about_a_person_says_in_words_from_whom_they_differ(
    cli: Cli, pair: tuple[str, str]
) -> None:
    cli("different", *pair)
    text = cli("person-data", pair[0]).text
    assert "different." not in text
    assert f"Not the same as {pair[1]}: yes" in text  # in the history
    assert f"Not the same as {pair[1]}  yes" in text
