"""The sync by stick, by its keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import open_sync, organisations

from fieldkit import stick
from fieldkit.screens.sync.stick_page import StickPage
from fieldkit.store import Closed, Store
from fieldkit.sync.bundle.stick import forward_file, write_to
from fieldkit.sync.client import sync

if TYPE_CHECKING:
    from tests.screens.conftest import At, Office


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("STICK")
    monkeypatch.setattr(stick, "sticks", lambda: [folder])
    return folder


async def test_work_goes_and_comes_by_stick(
    store: Store, other: Store, office: Office, opened_app: At, folder: Path
) -> None:
    office.enrol(store)
    office.enrol(other)
    assert sync(store).ok
    organisations(store, 3)
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("b")
        assert isinstance(hand.app.screen, StickPage)
        assert "Write 3 changes to" in hand.marked()
        assert "free" in hand.text()
        await hand.press("<enter>")
        (bundle,) = folder.glob("*.fkb")
        assert f"{bundle.name} is on the stick" in hand.text()
        forward_file(other, bundle)
        await hand.press("<escape>", "b")
        assert hand.marked().strip().startswith("Take the answer")
        await hand.press("<enter>")
        assert "The server has taken 3 changes, 0 returned" in hand.text()
    assert store.outbox.unsent() == 0


async def test_a_revoked_laptop_hears_of_it_from_the_answer(
    store: Store, other: Store, office: Office, opened_app: At, folder: Path
) -> None:
    office.enrol(other)
    office.enrol(store)
    organisations(store, 3)
    (bundle,) = [write_to(store, folder).path]
    office.revoke_newest()
    forward_file(other, bundle)
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("b")
        assert hand.marked().strip().startswith("Take the answer")
        await hand.press("<enter>")
        said = " ".join(hand.text().split())
        assert "nothing new can be saved on it. Ask your supervisor for a code" in said
        for path in folder.iterdir():
            path.unlink()
        await hand.press("<escape>", "b")
        assert "has nothing to carry or to take here" in " ".join(hand.text().split())
    with pytest.raises(Closed):
        organisations(store, 1)


async def test_another_laptops_bundle_is_handed_over(
    store: Store, other: Store, office: Office, opened_app: At, folder: Path
) -> None:
    office.enrol(store)
    office.enrol(other)
    organisations(other, 2)
    bundle = write_to(other, folder).path
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("b", str(bundle))  # the file is as good as its folder
        assert hand.marked().strip().startswith("Hand ")
        await hand.press("<enter>")
        assert "The server has taken the bundle" in hand.text()
    assert len(list(folder.glob("*.fka"))) == 1


async def test_a_stick_that_is_pulled_out_or_mistyped_is_named(
    store: Store, office: Office, opened_app: At, folder: Path
) -> None:
    office.enrol(store)
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("b")
        folder.rmdir()
        await hand.press("<enter>")
        assert "Put the stick in" in " ".join(hand.text().split())
        await hand.press("/nowhere")
        assert "There is no folder /nowhere" in hand.text()


async def test_a_path_with_a_person_who_has_no_home_is_no_crash(
    store: Store, office: Office, opened_app: At, folder: Path
) -> None:
    office.enrol(store)
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("b", "~nobody7")
        assert "There is no folder ~nobody7" in hand.text()
