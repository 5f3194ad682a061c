"""A note on a field: typed in the form, kept in the draft, saved as a field, shown and synced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.screens.conftest import artisan
from tests.screens.test_form_model import form, go, press

from fieldkit.cli import run
from fieldkit.protocol.note import LONGEST_NOTE, note_field
from fieldkit.screens.form.entry.saving import changes, draft_texts
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.home.home_page import HomePage
from fieldkit.store import Edit, Store
from fieldkit.sync.client import sync

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from tests.screens.conftest import At, Office

NOTE = note_field("mobile")
WORDS = "Number of the neighbour"


async def test_a_note_is_kept_in_the_draft_and_with_the_record_shown_and_undone(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.app.navigator.open_form("beneficiary", record_id=block["ghulam"])
        await hand.settle()
        page = hand.app.screen
        assert isinstance(page, FormPage)
        assert page.model is not None
        await page.form.go_to("mobile")
        await hand.press("<ctrl+p>", "/note", "<enter>")
        assert "Note on Mobile" in hand.line("Note on Mobile")
        assert "Enter keep the note" in hand.text()
        await hand.press(WORDS, "<enter>")
        assert page.model.at == "mobile"
        assert f"¶ {WORDS[:12]}" in hand.line("94190 11432")
        await hand.press("<escape>")
        (draft,) = store.drafts.of("Asha")
        assert draft.texts == {NOTE: WORDS}
        await hand.app.navigator.open_draft(draft)
        await hand.settle()
        assert f"¶ {WORDS[:12]}" in hand.line("Mobile")
        await hand.press("<ctrl+s>")
        record = store.get("beneficiary", block["ghulam"])
        assert record is not None
        assert (record.extra, record.value("mobile")) == ({NOTE: WORDS}, "9419011432")
        await hand.app.navigator.open_record("beneficiary", block["ghulam"])
        await hand.settle()
        assert f"¶ Mobile  {WORDS}" in hand.text()
        await hand.press("g")
        assert "¶" in hand.line("94190 11432")
        await hand.press("h")
        assert f"Note on Mobile  empty → {WORDS}" in hand.text()
        await hand.press("<escape>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
        await hand.press("<ctrl+z>", "<ctrl+z>")
        assert "Undone: " in hand.text()
    record = store.get("beneficiary", block["ghulam"])
    assert record is not None
    assert not (record.extra or {}).get(NOTE)


def test_a_note_is_one_line_within_bounds_and_holds_no_aadhaar_number() -> None:
    model = form(name="Zooni Jan")
    go(model, "mobile")
    model.noting.begin()
    press(model, "2341 2341 2346", "<enter>")
    assert model.noting.box is not None
    assert "Aadhaar" in model.message.text
    press(model, "<escape>")
    assert (model.notes, model.at) == ({}, "mobile")
    model.noting.begin()
    model.paste("two\nlines\x1b[31m " + "x" * 300)
    press(model, "<enter>")
    assert model.notes["mobile"].startswith("two lines[31m xx")
    assert len(model.notes["mobile"]) <= LONGEST_NOTE
    model.noting.begin()
    press(model, "<ctrl+u>", "ok", "9" * 40, "<enter>")  # a card is scanned by mistake
    assert model.notes["mobile"].startswith("two lines")
    press(model, "94190")
    assert model.current.text == "94190"
    model.noting.begin()
    press(model, "<ctrl+u>", "<ctrl+s>")
    assert NOTE not in changes(model)
    assert NOTE not in draft_texts(model)


def test_notes_merge_like_any_field_and_are_exported_where_asked(
    store: Store,
    other: Store,
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    district = next(office.unused)
    for each in (store, other):
        office.enrol(each, district)
    number = artisan(store, "Zooni Jan", "Ali Lone", "9419011432")
    for each in (store, other):
        sync(each)
    known = store.get("beneficiary", number)
    assert known is not None
    base = known.version
    kind = type(known)
    store.save([Edit(kind, {NOTE: WORDS}, number, base)], "Asha")
    other.save([Edit(kind, {note_field("village"): "Near the mosque"}, number, base)], "Reyaz")
    for each in (store, other, store):
        sync(each)
    both = {NOTE: WORDS, note_field("village"): "Near the mosque"}
    for each in (store, other):
        record = each.get("beneficiary", number)
        assert record is not None
        assert record.extra == both
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path))
    file = tmp_path / "out.csv"
    assert run(["export", "beneficiary", "-o", str(file), "--notes"]) == 0
    assert f"Mobile: {WORDS}; Village or ward: Near the mosque" in file.read_text("utf-8")
    assert run(["export", "beneficiary", "-o", str(file)]) == 0
    assert WORDS not in file.read_text("utf-8")
