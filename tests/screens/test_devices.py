"""Devices and late changes on a supervisor's laptop, by key."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import At, Office, organisations

from fieldkit.about.words import area_words
from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.supervision import LateAnswer, LateItem
from fieldkit.records import kinds
from fieldkit.reference import options
from fieldkit.review import devices
from fieldkit.screens.base.scheduler import Synced
from fieldkit.server.database.connection import connect, writing
from fieldkit.server.devices.scopes import change_scope, close_scopes
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, State, Store
from fieldkit.sync.client import enrol, sync
from fieldkit.sync.requests.supervision import fetch_devices, revoke
from fieldkit.sync.revoked import sync_or_hand_in as hand_in

if TYPE_CHECKING:
    from tests.screens.conftest import Hand


@pytest.fixture
def district(office: Office) -> int:
    """A district without devices."""
    return next(office.unused)


@pytest.fixture
def blocks(district: int) -> list[int]:
    return [int(one.code) for one in options("block") if one.within == district]


@pytest.fixture
def head(store: Store, office: Office, district: int) -> Store:
    """The laptop of the supervisor, on which keys are pressed."""
    enrol(store, office.url, code(office.database, "supervisor", district))
    return store


@pytest.fixture
def reyaz(other: Store, office: Office, blocks: list[int]) -> Store:
    """An operator's laptop in the first block, which has sent two groups."""
    enrol(other, office.url, code(office.database, block=blocks[0]))
    organisations(other, 2)
    assert sync(other).ok
    return other


async def open_devices(hand: Hand) -> None:
    await hand.press("/", "devices", "<enter>")


async def test_a_device_is_opened_given_an_area_and_a_code_and_revoked(
    opened_app: At, head: Store, reyaz: Store, office: Office, blocks: list[int]
) -> None:
    async with opened_app(width=100) as hand:
        await open_devices(hand)
        assert "As of" in hand.text()
        assert "operator" in hand.line("Reyaz")
        assert area_words(None, blocks[0]).removeprefix("Block ") in hand.line("Reyaz")
        await hand.press("<down>" if "Reyaz" not in hand.marked() else "", "<enter>")
        assert "2 changes" in hand.line("On the server")
        await hand.press("<down>", "<enter>")
        name = next(one.label for one in options("block") if one.code == blocks[1])
        await hand.press(f"block {name.lower()}", "<enter>")
        assert f"Give it Block {name}" in hand.text()
        await hand.press("<enter>")
        assert f"From its next sync it has: Block {name}" in " ".join(hand.text().split())
        assert sync(reyaz).ok
        scope = reyaz.pull.state().scope
        assert scope is not None
        assert scope.block == blocks[1]
        await hand.press("<up>", "<enter>")
        assert "Make a new code for Reyaz?" in hand.text()
        await hand.press("<enter>")
        assert "One-time code" in hand.text()
        shown = re.search(r"((?:[0-9A-Z]  ){5} +(?:[0-9A-Z]  ){4}[0-9A-Z])", hand.text())
        assert shown is not None
        enrol(reyaz, office.url, shown[0].replace(" ", ""))
        await hand.press("<escape>")
        assert "One-time code" not in hand.text()
        await hand.press("<down>", "<down>", "<enter>")
        assert "for good?" in hand.text()
        await hand.press("<enter>")
        assert "It was revoked: it cannot sync any more." in hand.text()
    assert not sync(reyaz).ok
    assert [one.own for one in fetch_devices(head).devices if one.revoked_at is None] == [True]


async def test_sealed_work_is_admitted_and_a_locked_laptop_gets_a_code(
    opened_app: At, head: Store, reyaz: Store
) -> None:
    organisations(reyaz, 3)
    (number,) = [one.id for one in fetch_devices(head).devices if not one.own]
    revoke(head, number)
    hand_in(reyaz)
    async with opened_app(width=100) as hand:
        await open_devices(hand)
        assert "3 changes handed in, sealed" in hand.text()
        await hand.press("<down>" if "Reyaz" not in hand.marked() else "", "<enter>")
        await hand.press("<enter>")
        assert "Admit? 3 changes handed in, sealed, since" in hand.text()
        await hand.press("<enter>")
        assert "3 changes are taken in." in hand.text()
        assert "Admit its sealed work" not in hand.text()
        await hand.press("<enter>")
        assert "passphrase?" not in hand.text(), "nothing is marked: its row is gone"
        await hand.press("<down>", "<enter>")
        assert "without the passphrase?" in hand.text()
        await hand.press("<enter>")
        assert "One-time code" in hand.text()
        assert "unlock --recover" in " ".join(hand.text().split())
    assert sync(head).ok
    assert len(head.page("village_organisation").records) == 5


@pytest.mark.usefixtures("head")
async def test_a_new_laptop_gets_a_code(opened_app: At) -> None:
    async with opened_app(width=100) as hand:
        await open_devices(hand)
        await hand.press("c", "administrator")
        assert "Nothing has that name" in hand.text(), "it is above the supervisor's own role"
        await hand.press("<escape>", "viewer", "<enter>", "<enter>")
        assert "Make a code: viewer" in hand.text()
        await hand.press("<enter>")
        assert "viewer" in hand.line("For")


async def test_the_list_follows_a_sync_and_an_act(
    opened_app: At, head: Store, other: Store, office: Office, blocks: list[int]
) -> None:
    async with opened_app(width=100) as hand:
        await open_devices(hand)
        assert "Reyaz" not in hand.text()
        enrol(other, office.url, code(office.database, block=blocks[0]))
        hand.app.screen.post_message(Synced(sync(head), "", asked=False))
        await hand.settle()
        assert "operator" in hand.line("Reyaz")
        await hand.press("<down>" if "Reyaz" not in hand.marked() else "", "<enter>")
        assert "0 changes" in hand.line("On the server")
        organisations(other, 2)
        assert sync(other).ok
        await hand.press("<escape>", "<enter>")
        assert "2 changes" in hand.line("On the server")


async def test_offline_the_list_of_before_is_shown_with_who_has_an_older_version(
    opened_app: At, head: Store, reyaz: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_devices(head)
    monkeypatch.setattr(devices, "__version__", "9.0")
    head.access.enrol("http://127.0.0.1:9", head.access.token() or "")
    async with opened_app(width=100) as hand:
        await open_devices(hand)
        assert "No connection." in hand.text()
        assert "Reyaz" in hand.text()
        assert "install 9.0 on it" in hand.text()
        await hand.press("<down>" if "Reyaz" not in hand.marked() else "", "<enter>")
        await hand.press("<down>", "<down>", "<enter>", "<enter>")
        assert "No connection." in hand.text()
    assert reyaz.access.token()


def late_item(seq: int, record: str, fields: dict[str, Json]) -> LateItem:
    """Return a late change of a group as the server lists it."""
    return LateItem(
        change=f"7KQ2M9XD/{seq}",
        verdict="late",
        device=1,
        received_at=1_790_000_000,
        op="edit",
        kind="village_organisation",
        record=record,
        fields=fields,
        at=1_790_000_000,
        operator="Reyaz",
    )


async def test_a_list_that_the_server_cut_short_says_so(opened_app: At, head: Store) -> None:
    found = fetch_devices(head)
    one = late_item(1, "7KQ2M9XD-1", {"village": "Nagam"})
    head.keep_answer(found.model_copy(update={"more": True}))
    head.keep_answer(LateAnswer(now=1_790_000_000, changes=[one], more=True))
    head.access.enrol("http://127.0.0.1:9", head.access.token() or "")
    async with opened_app(width=100) as hand:
        await open_devices(hand)
        assert "There are more than are listed." in hand.text()
        await hand.press("l")
        assert "There are more, which came later: decide these first." in hand.text()


@pytest.mark.usefixtures("head")
async def test_late_changes_are_taken_in_and_left(
    opened_app: At, reyaz: Store, office: Office, blocks: list[int], district: int
) -> None:
    engine, now = connect(f"sqlite:///{office.database}"), int(time.time())
    with writing(engine) as connection:
        number = connection.exec_driver_sql("SELECT max(id) FROM device").scalar_one()
        change_scope(connection, number, district, blocks[1], now)
        close_scopes(connection, number, now)
    engine.dispose()
    kind = kinds()["village_organisation"]
    first, second = reyaz.page(kind.kind()).records
    reyaz.save([Edit(kind, {"village": "Nagam"}, first.id)], "Reyaz")
    reyaz.save([Edit(kind, {"village": "Wathora"}, second.id)], "Reyaz")
    sync(reyaz)
    async with opened_app(width=100) as hand:
        await hand.press("/", "late changes", "<enter>")
        assert "Nagam" in hand.text()
        assert "Changed by Reyaz" in hand.text()
        await hand.press("t")
        assert "as if it had come in time?" in hand.text()
        await hand.press("t")
        assert "It is taken in." in hand.text()
        await hand.press("<down>", "l", "l")
        assert "It is returned to its author" in hand.text()
        assert "No late changes" in hand.text()
    sync(reyaz)
    counts = reyaz.outbox.counts()
    assert (counts[State.LATE], counts[State.REJECTED]) == (0, 1)


async def test_a_late_change_never_stands_above_the_values_of_another(
    opened_app: At, head: Store
) -> None:
    here = organisations(head, 1)[0]
    names = [*kinds()["village_organisation"].fields()]
    changes = [
        late_item(1, "7KQ2M9XD-1", dict.fromkeys(names[:20], "First")),
        late_item(2, here, {"village": "Second"}),
    ]
    head.keep_answer(LateAnswer(now=1_790_000_000, changes=changes))
    head.access.enrol("http://127.0.0.1:9", head.access.token() or "")
    async with opened_app() as hand:
        await hand.press("0", "<enter>", "<down>", "<enter>")
        assert here in hand.marked()
        assert "Second" in hand.text()
        await hand.press("<home>")
        assert "7KQ2M9XD-1" in hand.marked()
        assert "Second" not in hand.text()
