"""Printing from pages: a slip, the people of a training, a list, a blank form."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import put

from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.store import Store

if TYPE_CHECKING:
    from tests.screens.conftest import At


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The export folder of a person without any Documents in their home."""
    home = tmp_path_factory.mktemp("person")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.delenv("FIELDKIT_HOME", raising=False)
    return home


async def test_p_prints_what_the_page_is_about(
    opened_app: At, store: Store, block: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    for one in ("ghulam", "tariq"):
        put(store, TrainingEnrolment, training_batch_id=block["batch"], beneficiary_id=block[one])

    def printed(ending: str) -> list[Path]:
        found = [*folder.rglob(f"*.{ending}"), *tmp_path.rglob(f"*.{ending}")]
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    async with opened_app(width=200) as hand:
        await hand.press("ghulam mohammad bhat", "<enter>", "p", "2")
        assert "Slip written to" in hand.text()
        assert "94190 11432" in printed("txt")[-1].read_text()
        await hand.press("<escape>", "/", "list: trainings", "<enter>", "<enter>", "p", "1")
        assert "People, with numbers written to" in " ".join(hand.text().split())
        assert printed("pdf")[-1].read_bytes().startswith(b"%PDF")
        await hand.press("<escape>", "<escape>", "/", "list: artisans", "<enter>", "p", "2")
        people = printed("txt")[-1].read_text()
        assert "Tariq Lone" in people
        assert "7710" in people
        assert "94190 17710" not in people
        await hand.press("p", "4")
        assert "CARP Carpenter" in printed("txt")[-1].read_text()


async def test_the_page_of_a_person_writes_all_that_is_held_about_them(
    opened_app: At, store: Store, block: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    async with opened_app(width=200) as hand:
        await hand.press("ghulam mohammad bhat", "<enter>", "/", "all that is held", "<enter>")
        assert "Paper with personal data" in hand.text()
        await hand.press("2")
        assert "without the server's part, written to" in " ".join(hand.text().split())
        (written,) = [*folder.rglob("*.txt"), *tmp_path.rglob("*.txt")]
        assert f"ARTISAN {block['ghulam']}" in written.read_text()
        assert written.stat().st_mode & 0o077 == (0 if os.name == "posix" else 0o066)
        (logged,) = store.each("export_log")
        assert (logged.value("way"), logged.value("exported_by")) == ("person-data", "Asha")
