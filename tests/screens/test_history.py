from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan

from fieldkit.protocol.change import Op
from fieldkit.protocol.messages.sync import HistoryItem
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.screens.look.glyphs import RIGHT
from fieldkit.screens.look.text import words_of
from fieldkit.screens.records.changes import Made, change_line, with_before
from fieldkit.screens.records.history_page import HistoryPage
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.store import Edit, Store
from fieldkit.sync.client import sync
from fieldkit.sync.requests import history as asking
from fieldkit.sync.requests.history import History

if TYPE_CHECKING:
    from tests.screens.conftest import At, Office


@pytest.fixture
def person(store: Store, other: Store, office: Office) -> str:
    """An artisan entered here, changed on another laptop, and then here again."""
    district = next(office.unused)
    for laptop in (store, other):
        office.enrol(laptop, district)
    made = artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", "9419011432")
    assert sync(store).ok
    assert sync(other).ok
    other.save([Edit(Beneficiary, {"mobile": "7006155210"}, made)], "Reyaz")
    assert sync(other).ok
    assert sync(store).ok
    store.save([Edit(Beneficiary, {"village": "Nagam"}, made)], "Asha")
    assert sync(store).ok
    store.save([Edit(Beneficiary, {"village": "Chadoora"}, made)], "Asha")
    return made


def _told(text: str, *who: str) -> list[str]:
    """The lines of the changes, by who made them."""
    return [line for line in text.splitlines()[1:] if any(f"  {name}  " in line for name in who)]


async def test_what_others_did_stands_among_what_was_done_here(
    store: Store, other: Store, person: str, opened_app: At
) -> None:
    device = other.device
    assert device is not None
    async with opened_app(width=120) as hand:
        await hand.press("7006155210", "<enter>", "h")
        lines = _told(hand.text(), "Asha", "Reyaz")
        assert ["Reyaz" in line for line in lines] == [False, False, True, False]
        assert "not sent yet" in lines[0]
        assert "Changed" in lines[2]
        assert lines[2].endswith(f"laptop {device.origin}")
        assert "Entered" in lines[3]
        assert hand.line("Others' changes").split("  ")[-1] == "1 change"
        text = hand.text()
        assert f"Mobile  94190 11432 {RIGHT} 70061 55210" in text
        assert f"Village or ward  Wathoora {RIGHT} Nagam" in text
        assert f"Village or ward  Nagam {RIGHT} Chadoora" in text
        assert "Father or husband  Abdul Ahad Bhat" in text


async def test_without_a_line_only_what_was_done_here_stands(
    store: Store, block: dict[str, str], opened_app: At
) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    async with opened_app() as hand:
        await hand.press("9419011432", "<enter>", "h")
        assert hand.line("Others' changes").strip() == "Others' changes  no connection"
        assert len(_told(hand.text(), "Asha")) == 1


async def test_without_a_server_that_is_said(
    store: Store, block: dict[str, str], opened_app: At
) -> None:
    async with opened_app() as hand:
        await hand.press("9419011432", "<enter>", "h")
        assert "this laptop is not enrolled with a server yet" in hand.line("Others' changes")


async def test_no_key_waits_for_the_server_and_the_mark_stays(
    store: Store, block: dict[str, str], opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answers = threading.Event(), threading.Event()
    far = HistoryItem(
        origin="7KQ2M9XD",
        seq=4,
        op="foretold",
        fields={"shoe_size": 42},
        at=(1 << 53) - 1,
        operator="Reyaz\x1b[2J [b]Mir[/b]",
        verdict="conflict",
        version=1,
    )

    def answer(*_: object, **__: object) -> History:
        asked.set()
        answers.wait(30)
        return History((far,), more=True)

    monkeypatch.setattr(asking, "history", answer)
    store.save([Edit(Beneficiary, {"village": "Nagam"}, block["ghulam"])], "Asha")
    async with opened_app(width=120) as hand:
        for key in ("9", "4", "1", "9", "0", "1", "1", "4", "3", "2", "enter", "h", "down"):
            await hand.pilot.press(key)
        await hand.app.keys_handled()
        page = hand.app.screen
        assert isinstance(page, HistoryPage)
        assert "asking the server ..." in hand.line("Others' changes")
        assert "Entered" in hand.marked()
        answers.set()
        await hand.settle()
        assert asked.is_set()
        assert "Entered" in hand.marked()
        theirs = hand.line("Reyaz")
        assert "Reyaz\u00b7[2J [b]Mir[/b]" in theirs
        assert "foretold" in theirs
        assert "shoe size  42" in hand.text()
        assert theirs.endswith("laptop 7KQ2M9XD, not used at first")
        assert "1 change; older ones are only on the server" in hand.line("Others' changes")


async def test_a_page_that_was_left_takes_no_answer(
    store: Store, block: dict[str, str], opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()

    def answer(*_: object, **__: object) -> History:
        answers.wait(30)
        return History()

    monkeypatch.setattr(asking, "history", answer)
    async with opened_app() as hand:
        await hand.press("9419011432", "<enter>")
        await hand.pilot.press("h")
        await hand.app.keys_handled()
        assert isinstance(hand.app.screen, HistoryPage)
        await hand.pilot.press("escape")
        await hand.app.keys_handled()
        assert isinstance(hand.app.screen, RecordPage)
        answers.set()
        await hand.settle()
        assert isinstance(hand.app.screen, RecordPage)


async def test_what_a_record_refers_to_is_called_by_name(
    block: dict[str, str], opened_app: At
) -> None:
    async with opened_app() as hand:
        await hand.app.navigator.open_record("member", block["zooni"])
        await hand.press("h")
        assert "Self-help group  Noor SHG" in hand.text()
        assert block["group"] not in hand.text()


async def test_z_restores_a_deleted_record(
    store: Store, block: dict[str, str], opened_app: At
) -> None:
    store.save([Edit(Beneficiary, {}, block["ghulam"], None, Op.DELETE)], "Asha")
    async with opened_app() as hand:
        await hand.app.navigator.open_record("beneficiary", block["ghulam"])
        await hand.settle()
        assert "deleted, not sent yet" in hand.text()
        assert "e edit" not in hand.text()
        await hand.press("h")
        assert "Deleted" in hand.marked()
        assert "z restore" in hand.text()
        await hand.press("z")
        assert "Restored: Ghulam Mohammad Bhat" in hand.text()
        assert "z restore" not in hand.text()
        await hand.press("<escape>")
        assert "e edit" in hand.text()
        assert store.where("beneficiary", name="Ghulam Mohammad Bhat")
        await hand.press("d", "d")
        await hand.app.navigator.open_record("beneficiary", block["ghulam"])
        await hand.settle()
        await hand.press("z")
        assert "Restored: Ghulam Mohammad Bhat" in hand.text()
        assert "e edit" in hand.text()


def test_a_value_before_is_said_only_where_it_is_known() -> None:
    def change(op: str, **fields: object) -> Made:
        return Made("7KQ2M9XD 1", op, fields, 1_700_000_000, "Asha", None, None)

    edits = [change("edit", mobile="9419011432"), change("edit", mobile=None, village="Nagam")]
    found = [fields for _, fields in with_before("beneficiary", edits, {})]
    assert [(one.label, one.before, one.after) for one in found[0]] == [
        ("Mobile", None, "94190 11432")
    ]
    assert [(one.before, one.after) for one in found[1]] == [("94190 11432", ""), (None, "Nagam")]
    whole = [change("create", name="Zooni"), *edits]
    (_, first), (_, second), _ = with_before("beneficiary", whole, {})
    assert [one.after for one in first] == ["Zooni"]
    assert [one.before for one in second] == [""]
    assert words_of(change_line(second[0])) == f"Mobile  empty {RIGHT} 94190 11432"
