from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan
from textual import events

from fieldkit.screens.find.matched import hit_cells
from fieldkit.screens.find.search import texts_from
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.look.text import text_of, words_of
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.widgets.picker import Picker
from fieldkit.store import Store

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand


def typed_into_form(hand: Hand) -> dict[str, str]:
    form = hand.app.screen
    assert isinstance(form, FormPage)
    assert form.model is not None
    return {name: one.text for name, one in form.model.fields.items() if one.text}


async def test_a_misspelt_name_and_father_finds_and_enter_opens(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("gulam mohd bhat abdul ahad", "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert hand.app.screen.record_id == block["ghulam"]


async def test_only_where_nobody_is_alike_new_is_marked_and_what_was_typed_is_carried(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("tariq")
        assert "none of these: register Tariq" in hand.text()
        assert hand.marked() == ""
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, HomePage)
        assert "Down marks one" in hand.text()
        await hand.press(" hamal s/o ab ahad chadoora 9906012345 0143")
        assert "egister Tariq Hamal" in hand.marked()
        assert "Down marks one" not in hand.text()  # it was said of another text
        await hand.press("<enter>")
        assert typed_into_form(hand) == {
            "name": "Tariq Hamal",
            "relation": "s",
            "relation_name": "Ab Ahad",
            "gender": "M",
            "mobile": "9906012345",
            "aadhaar_last4": "0143",
            "village": "Chadoora",
        }


async def test_enter_at_once_waits_for_the_results_of_what_is_typed(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("9419017710", "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert hand.app.screen.record_id == block["tariq"]


async def test_what_is_typed_after_enter_goes_into_the_form(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("nasreen mir", "<ctrl+n>", "d", "<enter>", "habib mir", "<enter>")
        typed = typed_into_form(hand)
        assert typed["name"] == "Nasreen Mir"
        assert typed["relation_name"].casefold() == "habib mir"
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, HomePage)
        assert hand.app.screen.query_one(Picker).typed.text == ""
        assert "◌ Nasreen Mir" in hand.text()


async def test_a_record_number_opens_the_record(opened_app: At, block: dict[str, str]) -> None:
    async with opened_app() as hand:
        await hand.press(block["tariq"].lower(), "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert hand.app.screen.record_id == block["tariq"]


async def test_pasted_text_is_one_line_and_hostile_text_is_only_shown(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        hand.app.post_message(events.Paste("[red]x[/]\n\x1b[31m\u202eعلی 🙂 " + "z" * 10_000))
        await hand.settle()
        await hand.press("<home>")
        assert "[red]x[/] ·[31mعلی 🙂 zzz" in hand.text()
        assert "\x1b" not in hand.text()
        await hand.press("<enter>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)


async def test_a_click_opens_the_row(opened_app: At, block: dict[str, str]) -> None:
    async with opened_app() as hand:
        await hand.press("tariq")
        row = next(i for i, line in enumerate(hand.text().splitlines()) if "Tariq Lone" in line)
        await hand.pilot.click(offset=(10, row))
        await hand.settle()
        assert isinstance(hand.app.screen, RecordPage)


async def test_the_end_leaves_nothing_waiting_for_keys(opened_app: At) -> None:
    async with opened_app() as hand:
        await hand.press("a")
    await asyncio.sleep(0)
    waiting = [repr(task.get_coro()) for task in asyncio.all_tasks()]
    assert not [one for one in waiting if "_deliver_keys" in one]


async def test_a_number_takes_a_hit_only_once_the_mark_was_moved(
    opened_app: At, store: Store
) -> None:
    for number, father in enumerate(("Ali", "Ahad", "Bashir"), 1):
        artisan(store, "Ghulam Bhat", f"{father} Bhat", f"941901143{number}")
    async with opened_app() as hand:
        await hand.press("ghulam bhat")
        rows = [line for line in hand.text().splitlines() if "Ghulam Bhat" in line]
        assert [row[0] for row in rows[:3]] == ["1", "2", "3"]
        assert "1-3" not in hand.text()
        await hand.press("<enter>")
        assert "its number opens it." in hand.text()
        await hand.press(" 1432")  # digits behind letters are last digits
        assert isinstance(hand.app.screen, HomePage)
        assert hand.app.screen.picker.typed.text == "ghulam bhat 1432"
        await hand.press("<ctrl+u>", "ghulam bhat", "<down>")
        assert "1-3 that one" in hand.text()
        await hand.press("<down>", "4", "<backspace>")  # nobody has this number: it is typed
        assert isinstance(hand.app.screen, HomePage)
        assert "1-3" not in hand.text()
        third = hand.line("3 Ghulam").split("s/o ")[1].split()[0]
        await hand.press("<down>", "3")
        assert isinstance(hand.app.screen, RecordPage)
        assert f"s/o {third} Bhat" in hand.text()
        await hand.press("<escape>", "9419", "<down>", "3")  # of digits alone nothing is a number
        assert isinstance(hand.app.screen, HomePage)
        assert hand.app.screen.picker.typed.text == "94193"


async def test_up_from_none_of_these_reaches_the_last_hit(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("tar", "<up>")
        assert hand.marked().startswith(" + none of these")
        await hand.press("<up>")
        assert hand.marked().startswith(" Tariq Lone")
        await hand.press("<down>", "<down>")
        assert hand.marked().startswith(" Tariq Lone")


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("gulam mohd bhat", {"name": "Gulam Mohd Bhat"}),
        ("gulam 1432", {"name": "Gulam"}),
        ("+91 94190 11432", {"mobile": "9419011432"}),
        ("94190 11432 gulam", {"mobile": "9419011432", "name": "Gulam"}),
        ("९४१९०११४३२", {"mobile": "9419011432"}),
        ("McTavish", {"name": "McTavish"}),
        ("zooni w/o gh nabi", {"name": "Zooni", "relation": "w", "relation_name": "Gh Nabi"}),
        (
            "gulam 9419011432 0143",
            {"name": "Gulam", "mobile": "9419011432", "aadhaar_last4": "0143"},
        ),
        ("2345 6789 0123", {}),
        ("So Wani", {"name": "So Wani"}),
        ("7KQ2M9XD-142", {}),
        ("", {}),
    ],
)
def test_what_is_carried_into_the_form(typed: str, texts: dict[str, str]) -> None:
    assert texts_from("beneficiary", typed) == texts


async def test_drafts_belong_to_their_operator_and_change_takes_two_keys(
    opened_app: At, store: Store, tmp_path: Path
) -> None:
    store.use_operator("Reyaz")
    store.use_operator("Asha")
    async with opened_app() as hand:
        await hand.press("zooni", "<ctrl+n>", "d", "<enter>", "<escape>")
        assert "◌ Zooni" in hand.text()
        await hand.press("<ctrl+o>", "2")
        assert isinstance(hand.app.screen, HomePage)
        assert hand.app.operator == "Reyaz"
        assert "◌" not in hand.text()
        await hand.press("<ctrl+o>", "2")
        assert hand.app.operator == "Asha"
        await hand.press("<enter>")
        assert typed_into_form(hand)["name"] == "Zooni"


async def test_a_new_operator_is_typed(opened_app: At, store: Store) -> None:
    async with opened_app() as hand:
        await hand.press("<ctrl+o>", "Mehnaz", "<enter>")
        assert hand.app.operator == "Mehnaz"
        assert store.operators()[0] == "Mehnaz"


@pytest.mark.parametrize(
    ("typed", "accented"),
    [
        ("ghul", ["Ghul"]),
        ("gulam mohd", ["Ghulam", "Mohammad"]),
        ("bhat", ["Bhat", "Bhat"]),
        ("1432", ["1432"]),
        ("432", ["432"]),
        ("94190 11432", ["1432"]),
        ("ghulam nag", ["Ghulam", "Nag"]),
        ("zooni", []),
    ],
)
def test_what_matched_stands_out(typed: str, accented: list[str]) -> None:
    cells = ("Ghulam Mohammad Bhat", "s/o Abdul Ahad Bhat", "Nagam", "..1432", "Carpenter")
    found = [text_of(cell) for cell in hit_cells(cells, typed)]
    assert [span.text for cell in found for span in cell if span.style == "match"] == accented
    assert [words_of(cell) for cell in found] == [one.replace("..", "··") for one in cells]


async def test_hits_stand_under_headings_and_are_counted(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("ghulam")
        assert "1 alike ─╮" in hand.text()
        heads = hand.text().splitlines()[5].split("  ")
        assert [one.strip() for one in heads if one.strip()] == [
            *("NAME", "FATHER OR HUSBAND", "VILLAGE", "MOBILE", "TRADE"),
        ]
        assert "○ artisan" in hand.text()
