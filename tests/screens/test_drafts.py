"""What was typed and not saved: whose it is, and that nothing of it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.screens.form import FormScreen
from fieldkit.screens.home import HomePage
from fieldkit.store import Draft, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At


async def test_a_draft_of_a_kind_unknown_here_is_shown_as_it_was_typed(
    at_desk: At, block: dict[str, str], store: Store
) -> None:
    remark = "came twice " * 20
    texts = {"insured_name": "Zooni Akhter", "note": f"[b]{remark}"}
    store.drafts.keep(Draft("craft_insurance", "Asha", texts=texts))
    async with at_desk() as hand:
        assert "> Unfinished: Zooni Akhter" in hand.text()
        assert "craft insurance" in hand.line("Unfinished")
        await hand.press("<enter>")
        assert "insured name" in hand.line("Zooni Akhter")
        assert "[b]came twice" in hand.line("note")
        assert " ".join(hand.text().split()).count("came twice") == 20
        await hand.press("<enter>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
    assert store.drafts.of("Asha")[0].texts == texts


async def test_texts_of_fields_that_are_gone_stay_through_typing_and_saving(
    at_desk: At, block: dict[str, str], store: Store
) -> None:
    texts = {"name": "Wular SHG", "bank_mitra": "Tariq 94190"}
    store.drafts.keep(Draft("self_help_group", "Asha", texts=texts))
    async with at_desk() as hand:
        await hand.press("<enter>")
        assert "bank mitra" in hand.line("Tariq 94190")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, FormScreen)
        await hand.press("Nagam", "<enter>", "<escape>", "<escape>")
        (kept,) = store.drafts.of("Asha")
        assert kept.texts == {**texts, "village": "Nagam"}
        await hand.press("<enter>", "<enter>", "<ctrl+s>")
        assert "Unfinished" not in hand.text()
        (kept,) = store.drafts.of("Asha")
        assert kept.texts == {"bank_mitra": "Tariq 94190"}
        group = store.get("self_help_group", kept.record_id or "")
        assert group is not None
        assert group.label() == "Wular SHG"
        await hand.press("<escape>", "<home>", "<enter>", "<enter>")
        form = hand.app.screen
        assert isinstance(form, FormScreen)
        assert "Typed before, not asked here: bank mitra: Tariq 94190" in hand.text()
        await hand.press("<ctrl+s>")
        assert store.drafts.of("Asha")[0].texts == {"bank_mitra": "Tariq 94190"}
