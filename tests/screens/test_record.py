from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.records import Beneficiary
from fieldkit.screens.form import FormScreen
from fieldkit.screens.history import HistoryPage
from fieldkit.screens.home import HomePage
from fieldkit.screens.listing import ListPage
from fieldkit.screens.record import RecordPage
from fieldkit.screens.roll import RollPage
from fieldkit.screens.widgets.picker import Picker
from fieldkit.store import Edit, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At


async def test_a_persons_page_has_facts_due_timeline_and_states(
    at_desk: At, block: dict[str, str]
) -> None:
    async with at_desk() as hand:
        await hand.press("9419011432", "<enter>")
        text = hand.text()
        assert block["ghulam"] in text.splitlines()[0]
        assert "not sent yet" in text.splitlines()[0]
        assert "s/o Abdul Ahad Bhat   Wathoora   ..1432   Carpenter" in text
        assert "Due: " in text
        assert "toolkit, selected" in " ".join(text.split())
        assert "01 Feb 2026" in hand.line("Toolkit selected")
        assert "Asha" in hand.line("Toolkit selected")


async def test_letters_of_a_page_do_what_its_footer_says(
    at_desk: At, block: dict[str, str]
) -> None:
    async with at_desk() as hand:
        await hand.press("9419011432", "<enter>", "k")
        form = hand.app.screen
        assert isinstance(form, FormScreen)
        assert form.model is not None
        assert form.model.record is not None
        assert form.model.record.id == block["kit"]
        await hand.press("<escape>", "h")
        assert isinstance(hand.app.screen, HistoryPage)
        assert "entered:" in hand.text()
        await hand.press("<escape>", "e", "<escape>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)


async def test_a_group_of_twelve_is_typed_without_leaving_the_form(
    at_desk: At, block: dict[str, str], store: Store
) -> None:
    async with at_desk() as hand:
        await hand.press("2", "<enter>", "noor", "<enter>")
        page = hand.app.screen
        assert isinstance(page, RecordPage)
        await hand.press("m")
        for number in range(12):
            await hand.press(f"Haseena {'abcdefghijkl'[number]}", "<ctrl+n>")
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, RecordPage)
        members = store.where("member", self_help_group_id=block["group"])
        assert len(members) == 13
        assert "Haseena a" in hand.text().replace("A", "a")


async def test_people_are_enrolled_one_after_the_other_and_nobody_twice(
    at_desk: At, block: dict[str, str], store: Store
) -> None:
    async with at_desk() as hand:
        await hand.press("3", "<enter>", "<enter>", "a")
        assert isinstance(hand.app.screen, RollPage)
        await hand.press("9419011432", "<enter>", "<enter>", "9419017710", "<enter>")
        assert "2 on the list" in hand.text()
        assert "On the list: Tariq Lone" in hand.text()
        await hand.press("9419017710")
        assert "Tariq Lone  s/o" not in hand.text()
        await hand.press("<escape>", "<escape>")
        assert "Ghulam Mohammad Bhat  enrolment" in hand.text()
    lines = store.where("training_enrolment", training_batch_id=block["batch"])
    assert {line.value("beneficiary_id") for line in lines} == {block["ghulam"], block["tariq"]}
    assert {line.value("state") for line in lines} == {"ENROLLED"}


async def test_a_list_comes_page_by_page_and_typing_finds_within_it(
    at_desk: At, block: dict[str, str], store: Store
) -> None:
    store.load(
        [
            Edit(
                Beneficiary,
                {"name": f"Bashir {n:03}", "village": "Khag", "trade_code": "CARP"},
            )
            for n in range(150)
        ],
        "Asha",
    )
    async with at_desk() as hand:
        await hand.press("1", "<enter>")
        assert isinstance(hand.app.screen, ListPage)
        picker = hand.app.screen.query_one(Picker)
        assert "Artisans   152" in hand.text()
        assert len(picker.answer.rows) < 152
        await hand.press("<end>")
        first = len(picker.answer.rows)
        await hand.press("<end>", "<end>", "<end>")
        assert first < len(picker.answer.rows) == 152
        assert "Tariq Lone" in hand.text()
        await hand.press("zooni")
        assert "Zooni Akhter" not in hand.text()
        await hand.press("<escape>", "bashir", "<down>")
        assert "  > Bashir 0" in hand.text()


async def test_the_menu_goes_everywhere_and_its_words_too(
    at_desk: At, block: dict[str, str]
) -> None:
    async with at_desk() as hand:
        await hand.press("/", "member", "<enter>")
        assert "Members   1" in hand.text()
        await hand.press("<escape>", "<ctrl+p>", "he", "<enter>")
        assert "Help: keys" in hand.text()
        await hand.press("not sent")
        assert "waits for the next sync" in hand.text()
        await hand.press("<escape>", "<escape>", "?", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
        await hand.press("/", "quit", "<enter>")
        assert not hand.app.is_running


async def test_no_screen_breaks_on_hostile_text(at_desk: At, store: Store) -> None:
    store.load(
        [
            Edit(Beneficiary, {"name": "[red]x[/] [@click=quit]", "trade_code": "CARP"}),
            Edit(Beneficiary, {"name": "\x1b]0;x\x07 \u202e", "trade_code": "CARP"}),
            Edit(Beneficiary, {"name": "علی محمد 🙂 ग़ुलाम", "trade_code": "CARP"}),
            Edit(Beneficiary, {"name": "z" * 10_000, "trade_code": "CARP"}),
        ],
        "[bold]",
    )
    async with at_desk(40, 10) as hand:
        await hand.press("1", "<enter>")
        for _ in range(4):
            await hand.press("<enter>")
            assert "\x1b" not in hand.text()
            await hand.press("h", "<escape>", "<escape>", "<down>")
        assert isinstance(hand.app.screen, ListPage)
