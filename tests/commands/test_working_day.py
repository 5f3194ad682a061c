"""Entries, their move to another block, the close of day, and the practice home, as commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldkit.day.entries import read_since
from fieldkit.records import Unfit, kinds
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Store

if TYPE_CHECKING:
    from tests.commands.conftest import Cli

NOW = 1_764_417_600  # 29 Nov 2025, 17:30 in India


def test_entries_move_to_another_block_and_back(cli: Cli, laptop: Path, tmp_path: Path) -> None:
    store = Store.open(laptop)
    artisan = kinds()["beneficiary"]
    for name in ("Zooni Akhter", "Tariq Lone"):
        store.save([Edit(artisan, {"name": name, "trade_code": "TAIL"})], "Asha")
    store.save([Edit(artisan, {"name": "Omar Mir", "trade_code": "TAIL"})], "Reyaz")
    store.use_operator("Asha")
    store.close()
    listed = cli("entries", "--json").json
    assert [one["label"] for one in listed] == ["Tariq Lone", "Zooni Akhter"]
    ids = [one["id"] for one in listed]

    def areas() -> set[int]:
        return {cli("show", one, "--json").json["record"]["block"] for one in ids}

    assert "2 entries would change" in cli("entries", "--move-to", "15", "--dry-run").text
    assert areas() == {16}
    assert cli("entries", "--move-to", "15").code == 0
    assert areas() == {15}
    assert "2 entries have the former value" in cli("entries", "--undo").text
    assert areas() == {16}
    assert cli("entries", "--undo").code == 2
    for wrong in (["--since", "tomorrow"], ["--since", "25:99"], ["--move-to", "99999"]):
        assert cli("entries", *wrong).code == 2
    closed = cli("close", "--paper", "beneficiary=3", "--json").json
    assert closed["kinds"] == [{"kind": "beneficiary", "entered": 2, "paper": 3}]
    assert closed["left"][0] == "Artisans: 1 on paper not entered."
    assert "1 on paper not entered" in cli("close").text  # the count of the paper is kept
    pdf = tmp_path / "close.pdf"
    assert cli("close", "-o", pdf).code == 0
    assert pdf.read_bytes().startswith(b"%PDF")
    assert cli("close", "--paper", "beneficiary=many").code == 2


def test_a_time_or_a_day_says_since_when(home: Path) -> None:
    assert NOW - read_since("10:30", NOW) == 7 * 3600
    assert read_since("1030", NOW) == read_since("10:30", NOW)
    assert NOW - read_since("9", NOW) == 8 * 3600 + 1800
    assert NOW - read_since("28 Nov 2025 5:30 pm", NOW) == 24 * 3600
    assert NOW - read_since("28 Nov 2025", NOW) == 17 * 3600 + 1800 + 24 * 3600
    for wrong in ("18:30", "30 Nov 2031", "soon", ""):
        with pytest.raises(Unfit):
            read_since(wrong, NOW)


def test_the_practice_home_stands_beside_the_real_one_and_begins_again(
    cli: Cli, laptop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldkit.commands.entry.practice._PEOPLE", 4)
    folder = laptop.with_name(f"{laptop.name}-practice")
    assert str(folder) in cli("practice").text
    made = Store.open(folder)
    assert made.practice
    assert made.counts()["beneficiary"] == 4
    assert made.device is not None
    assert (made.device.name, made.device.block) == ("Asha", 16)
    before = made.device.origin
    made.close()
    monkeypatch.setenv("FIELDKIT_HOME", str(folder))
    assert "never enrolled" in cli("enrol", "https://example.in", "1234").err
    assert cli("sync").code != 0
    monkeypatch.setenv("FIELDKIT_HOME", str(laptop))
    cli("practice")  # it is kept as it was
    again = Store.open(folder)
    assert again.device is not None
    assert again.device.origin == before
    again.close()
    assert cli("practice", "--again").code == 0
    fresh = Store.open(folder)
    assert fresh.device is not None
    assert fresh.device.origin != before
    fresh.close()
    (folder / DATABASE).write_bytes((laptop / DATABASE).read_bytes())  # real data in its place
    assert cli("practice").code == 2
    assert cli("practice", "--again").code == 2
    assert (folder / DATABASE).exists()
    real = Store.open(laptop)
    assert not real.practice
    assert real.counts()["beneficiary"] == 0
    real.close()
