"""What was typed and not saved: whose it is, and that nothing of it is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual import events

from fieldkit.app import FieldkitApp
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.lists.list_page import ListPage
from fieldkit.store import Draft, Store, StoreError
from fieldkit.store.write import drafts
from fieldkit.store.write.drafts import Drafts

if TYPE_CHECKING:
    from tests.screens.conftest import At


def _full(*_given: object) -> Draft:
    raise StoreError("The disk is full.")


@pytest.mark.parametrize("number", [None, "7KQ2M9XD-12"])
async def test_a_draft_of_a_kind_unknown_here_is_shown_as_it_was_typed(
    opened_app: At, block: dict[str, str], store: Store, number: str | None
) -> None:
    remark = "came twice " * 20
    texts = {"insured_name": "Zooni Akhter", "note": f"[b]{remark}"}
    store.drafts.keep(Draft("craft_insurance", "Asha", None, number, 4, texts))
    async with opened_app() as hand:
        marked = " ".join(hand.marked().split())
        assert marked.startswith("◌ Zooni Akhter craft insurance")
        assert marked.endswith("unfinished")
        await hand.press("<enter>")
        assert "This version has no form for it." in hand.text()
        assert "not on this laptop" not in hand.text()
        assert "insured name" in hand.line("Zooni Akhter")
        assert "[b]came twice" in hand.line("note")
        assert " ".join(hand.text().split()).count("came twice") == 20
        await hand.press("<enter>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
    assert store.drafts.of("Asha")[0].texts == texts


async def test_a_draft_of_a_record_that_left_says_so_and_can_be_entered_as_a_new_one(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    texts = {"name": "Zooni Akhter", "trade_code": "Carpenter", "mobile": "9419011999"}
    store.drafts.keep(Draft("beneficiary", "Asha", None, "7KQ2M9XD-12", 4, texts))
    async with opened_app() as hand:
        await hand.press("<enter>")
        assert "7KQ2M9XD-12   not on this laptop" in hand.text().splitlines()[0]
        assert "in another area now, or was discarded" in " ".join(hand.text().split())
        assert "9419011999" in hand.line("Mobile")
        assert "New artisan" not in hand.text()
        await hand.press("<escape>")
        assert store.drafts.of("Asha")[0].texts == texts
        await hand.press("<enter>", "<enter>")
        assert "New artisan" in hand.text().splitlines()[0]
        await hand.press("<ctrl+s>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
    (hit,) = store.find("9419011999")
    assert store.record("7KQ2M9XD-12") is None
    assert hit.label == "Zooni Akhter"
    assert store.drafts.of("Asha") == []


async def test_a_record_that_left_opens_no_form_under_its_number(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.app.navigator.open_form("beneficiary", record_id="7KQ2M9XD-12")
        await hand.settle()
        assert "7KQ2M9XD-12" in hand.text().splitlines()[0]
        assert "no longer on this laptop" in hand.text()
        await hand.press("Zooni", "<ctrl+s>")
        assert "New artisan" not in hand.text()
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, HomePage)
    assert store.record("7KQ2M9XD-12") is None


async def test_texts_of_fields_that_are_gone_stay_through_typing_and_saving(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    texts = {"name": "Wular SHG", "bank_mitra": "Tariq 94190"}
    store.drafts.keep(Draft("self_help_group", "Asha", texts=texts))
    async with opened_app() as hand:
        await hand.press("<enter>")
        assert "bank mitra" in hand.line("Tariq 94190")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, FormPage)
        await hand.press("Nagam", "<enter>", "<escape>", "<escape>")
        (kept,) = store.drafts.of("Asha")
        assert kept.texts == {**texts, "village": "Nagam"}
        await hand.press("<enter>", "<enter>", "<ctrl+s>")
        assert "◌" not in hand.text()
        (kept,) = store.drafts.of("Asha")
        assert kept.texts == {"bank_mitra": "Tariq 94190"}
        group = store.get("self_help_group", kept.record_id or "")
        assert group is not None
        assert group.label() == "Wular SHG"
        await hand.press("<escape>", "<enter>", "<enter>")
        form = hand.app.screen
        assert isinstance(form, FormPage)
        assert "Typed before, not asked here: bank mitra: Tariq 94190" in hand.text()
        await hand.press("<ctrl+s>")
        assert store.drafts.of("Asha")[0].texts == {"bank_mitra": "Tariq 94190"}


async def test_a_record_is_saved_once_though_the_rest_of_its_draft_could_not_be_kept(
    opened_app: At, block: dict[str, str], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"name": "Wular SHG", "village": "Nagam", "bank_mitra": "Tariq 94190"}
    store.drafts.keep(Draft("self_help_group", "Asha", texts=texts))
    many = store.counts()["self_help_group"]
    async with opened_app() as hand:
        await hand.press("<enter>", "<enter>")
        with monkeypatch.context() as patch:
            patch.setattr(drafts, "_written", _full)
            await hand.press("<ctrl+s>")
        assert "The disk is full." in hand.text()
        assert isinstance(hand.app.screen, FormPage)
        assert store.counts()["self_help_group"] == many
        await hand.press("<ctrl+s>")
        assert not isinstance(hand.app.screen, FormPage)
    assert store.counts()["self_help_group"] == many + 1
    assert store.drafts.of("Asha")[0].texts == {"bank_mitra": "Tariq 94190"}


async def test_what_is_saved_is_told_though_no_next_form_can_be_opened(
    opened_app: At, block: dict[str, str], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: object) -> None:
        raise StoreError("Another program is using the data file.")

    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan SHG")
        monkeypatch.setattr("fieldkit.screens.form.form_page.start", busy)
        await hand.press("<ctrl+n>")
        assert isinstance(hand.app.screen, ListPage)
        (saved,) = store.last_saved(1)
        said = f"Saved: Gulshan SHG, {saved.id}. Another program is using the data file."
        assert said in " ".join(hand.text().split())


@pytest.mark.parametrize("keys", [("<ctrl+q>",), ("<ctrl+p>", "quit", "<enter>")])
async def test_quitting_in_the_middle_of_a_word_keeps_it(
    opened_app: At, block: dict[str, str], store: Store, keys: tuple[str, ...]
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan S", *keys)
        assert not hand.app.is_running
    (kept,) = store.drafts.of("Asha")
    assert kept.texts == {"name": "Gulshan S"}


async def test_quitting_is_asked_for_twice_if_what_was_typed_cannot_be_written(
    opened_app: At, block: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan")
        monkeypatch.setattr(Drafts, "keep", _full)
        await hand.press(" SHG", "<ctrl+q>")
        assert hand.app.is_running
        assert "The disk is full. Press Ctrl+Q again to quit" in hand.text()
        await hand.press("<ctrl+q>")
        assert not hand.app.is_running


async def test_escape_leaves_only_when_asked_twice_if_what_was_typed_cannot_be_written(
    opened_app: At, block: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan")
        monkeypatch.setattr(Drafts, "keep", _full)
        await hand.press(" SHG", "<escape>")
        assert isinstance(hand.app.screen, FormPage)
        assert "The disk is full. Esc again leaves without what was typed." in hand.text()
        assert "Gulshan SHG" in hand.text()
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, ListPage)


async def test_a_fault_keeps_what_is_typed(tmp_path: Path, block: dict[str, str]) -> None:
    class Broken(FieldkitApp):
        async def action_sync(self) -> None:
            self.screen.call_next(self.end_badly)
            raise ValueError("broken")

        async def end_badly(self) -> None:
            raise LookupError

    app = Broken(tmp_path)

    async def type_and_break() -> None:
        async with app.run_test() as pilot:
            for key in ("2", "enter", "ctrl+n", *"Gulshan", "f5"):
                app.post_message(events.Key(key, key if len(key) == 1 else None))
            while not app.fault:
                await pilot.pause()

    with pytest.raises(ValueError, match="broken"):
        await type_and_break()
    kept = await app.ask(lambda store: store.drafts.of("Asha"))
    assert {"name": "Gulshan"} in [draft.texts for draft in kept]
    app.close_store()
    (log,) = (tmp_path / "logs").iterdir()
    assert "ValueError" in log.read_text("utf-8"), "the first fault, not what followed from it"


async def test_a_closed_window_keeps_what_is_typed(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan")
        hand.app.end_soon()
        await hand.pilot.pause()
    assert {"name": "Gulshan"} in [draft.texts for draft in store.drafts.of("Asha")]


async def test_another_operator_leaves_the_form_to_who_began_it(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan S", "<ctrl+o>", "Reyaz", "<enter>")
        assert isinstance(hand.app.screen, ListPage)
        assert "Reyaz" in hand.text().splitlines()[0]
        await hand.press("<ctrl+n>", "Wular SHG", "<ctrl+s>")
        saved = store.last_saved(1, "Reyaz")
        assert [record.label() for record in saved] == ["Wular SHG"]
        (kept,) = store.drafts.of("Asha")
        assert kept.texts == {"name": "Gulshan S"}
        assert store.drafts.of("Reyaz") == []
        await hand.press("<ctrl+o>", "Asha", "<enter>", "<escape>", "<escape>", "<escape>")
        assert hand.marked().startswith(" ◌ Gulshan S")


async def test_the_same_operator_goes_on_with_the_form(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan", "<ctrl+o>", "1", " SHG", "<ctrl+s>")
        assert store.last_saved(1)[0].label() == "Gulshan SHG"
