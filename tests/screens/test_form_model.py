from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from fieldkit.records import Record, Value, kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.member import Member
from fieldkit.records.fields.base import blank
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.screens.form.entry.form_field import NOT_CHOSEN, UNKNOWN, Candidate
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.entry.saving import changes, confirm, draft_texts, refuse, unreadable
from fieldkit.screens.form.entry.terms import Act, Lookup
from fieldkit.screens.form.view import lines as form_view
from fieldkit.screens.look.text import fit
from fieldkit.screens.widgets.line_edit import FieldText, tame

ZOONI = Candidate("7KQ2M9XD-142", "Zooni Akhter", more="Nagam")
ZAINA = Candidate("7KQ2M9XD-143", "Zaina Begum", more="Wathoora")


def form(kind: type[Record] = Beneficiary, /, **texts: str) -> FormModel:
    return FormModel(kind, texts=texts, place={"district": 10, "block": None})


def press(model: FormModel, *parts: str) -> Act:
    act = Act.NONE
    for part in parts:
        for key in [part[1:-1]] if part.startswith("<") else part:
            act = model.press(key, key if len(key) == 1 else None)
    return act


def go(model: FormModel, name: str) -> None:
    while model.at != name:
        before = model.at
        press(model, "<down>")
        assert model.at != before


def picture(model: FormModel, width: int = 78, height: int = 19) -> list[str]:
    return [
        "".join(span.text for piece in line for span in fit(piece.text, piece.width))
        for line in form_view.lines(model, width, height)
    ]


# --- the path through a form ---


def test_enter_passes_over_what_is_filled_and_down_does_not() -> None:
    model = form()
    press(model, "Ghulam Bhat", "<enter>", "s", "<enter>", "Ahad", "<enter>")
    assert model.at == "born"
    press(model, "<up>")
    assert model.at == "gender"
    press(model, "<up>", "<up>", "<up>", "<enter>")
    assert model.at == "born"


def test_enter_stops_at_what_is_to_be_corrected() -> None:
    model = form(name="Zooni", relation="D", relation_name="Ab Gani 7", mobile="94190", born="1990")
    press(model, "<up>", "<up>", "<enter>")
    assert model.at == "relation_name"
    press(model, "<ctrl+u>", "Ab Gani", "<enter>")
    assert model.at == "mobile"


def test_a_text_uses_the_room_of_the_note_while_there_is_none() -> None:
    long = "Ghulam Mohammad Kakroo of the upper mohalla"
    model = form(name="Zooni Akhter", relation_name=long)
    assert any(long in line for line in picture(model))
    go(model, "relation_name")
    assert any(long in line for line in picture(model))
    press(model, "<end>", " 7")
    row = next(line for line in picture(model) if "A name cannot" in line)
    assert "…" in row
    press(model, "<up>")
    row = next(line for line in picture(model) if "A name cannot" in line)
    assert "Ghulam Mohammad" in row


def test_a_draft_leaves_out_digits_that_may_become_an_aadhaar_number() -> None:
    model = form()
    press(model, "99994105705")
    assert draft_texts(model, typing=True) == {"name": ""}
    assert draft_texts(model)["name"] == "99994105705"
    press(model, "<ctrl+u>", "Zooni")
    assert draft_texts(model, typing=True) == {"name": "Zooni"}


def test_a_field_that_does_not_apply_is_passed_over_by_every_key() -> None:
    model = form()
    go(model, "bars")
    press(model, "n", "<enter>")
    assert model.at == "ration_card"
    press(model, "<up>", "y", "<enter>")
    assert model.at == "bar_government"
    press(model, "<pagedown>")
    assert model.at == "ration_card"
    press(model, "<pageup>", "<pageup>", "<pageup>")
    assert model.at == "name"


def test_enter_on_the_last_field_stays_and_says_so() -> None:
    model = form()
    for name in model.fields:
        if model.applies(name):
            go(model, name)
    at = model.at
    press(model, "<enter>")
    assert model.at == at
    assert "Ctrl+S" in model.message.whole


# --- closed lists ---


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("gen", "GEN"),
        ("1", "GEN"),
        ("s", "SC"),
        ("other b", "OBC"),
        ("GENERAL", "GEN"),
        ("2", "OBC"),
    ],
)
def test_what_is_typed_into_a_closed_list_takes_the_marked_choice(typed: str, code: str) -> None:
    model = form()
    go(model, "category")
    press(model, typed, "<enter>")
    assert model.fields["category"].value == code
    assert model.at == "village"


def test_an_empty_closed_list_is_left_empty() -> None:
    model = form()
    go(model, "category")
    press(model, "<enter>")
    assert model.fields["category"].value is None


def test_right_and_left_walk_the_choices() -> None:
    model = form()
    go(model, "category")
    press(model, "<right>", "<right>", "<right>", "<left>", "<enter>")
    assert model.fields["category"].value == "OBC"
    press(model, "<up>", "<right>", "<enter>")
    assert model.fields["category"].value == "SC"


def test_an_answered_list_is_typed_over() -> None:
    model = form()
    go(model, "category")
    press(model, "gen", "<enter>", "<up>", "obc", "<enter>")
    assert model.fields["category"].value == "OBC"


def test_what_is_on_no_list_is_said_and_does_not_hold_up() -> None:
    model = form()
    go(model, "category")
    press(model, "zzz", "<enter>")
    assert model.at == "village"
    assert "not on the list" in model.fields["category"].problem


# --- open lists and references ---


def test_what_was_typed_is_itself_a_choice_of_an_open_list() -> None:
    model = form()
    go(model, "village")
    press(model, "wath")
    wanted = model.needed_lookup()
    assert wanted == Lookup("village", "wath")
    model.supply(wanted, [Candidate("Wathoora", "Wathoora")])
    assert any("wath, as typed" in row for row in picture(model))
    press(model, "<enter>")
    assert model.values["village"] == "wath"
    press(model, "<up>")
    assert press(model, "<right>") is Act.LOOK_UP
    model.supply(wanted, [Candidate("Wathoora", "Wathoora")])
    press(model, "<right>", "<enter>")
    assert model.values["village"] == "Wathoora"


def test_results_for_another_text_change_nothing() -> None:
    model = form()
    go(model, "village")
    press(model, "wa")
    old = model.needed_lookup()
    assert old is not None
    press(model, "th")
    model.supply(old, [Candidate("Wadwan", "Wadwan")])
    assert [one.text for one in model.candidates()] == ["wath"]


def test_a_reference_waits_for_what_is_found_and_takes_the_likely_one() -> None:
    model = form(Toolkit)
    press(model, "zooni nagam")
    assert press(model, "<enter>") is Act.LOOK_UP
    assert model.at == "beneficiary_id"
    wanted = model.needed_lookup()
    assert wanted is not None
    model.supply(wanted, [replace(ZOONI, sure=True), ZAINA])
    press(model, "<enter>")
    assert model.values["beneficiary_id"] == ZOONI.text
    assert any(ZOONI.called in row for row in picture(model, 118))


def test_of_several_nobody_is_taken_until_one_is_marked() -> None:
    model = form(Toolkit)
    press(model, "z")
    wanted = model.needed_lookup()
    assert wanted is not None
    model.supply(wanted, [ZOONI, ZAINA])
    press(model, "<down>")
    assert model.values["beneficiary_id"] is None
    assert model.fields["beneficiary_id"].problem == NOT_CHOSEN
    press(model, "<up>")
    model.supply(wanted, [ZOONI, ZAINA])
    press(model, "<right>", "<right>", "<down>")
    assert model.values["beneficiary_id"] == ZAINA.text


def test_a_number_is_taken_as_it_is_and_named_when_it_is_known() -> None:
    model = form(Toolkit, beneficiary_id="7kq2m9xd-142")
    wanted = model.needed_lookup()
    assert wanted is not None
    model.supply(wanted, [ZOONI])
    assert model.names == {ZOONI.text: ZOONI.called}
    other = form(Toolkit, beneficiary_id=ZAINA.text)
    wanted = other.needed_lookup()
    assert wanted is not None
    other.supply(wanted, [])
    assert other.names == {ZAINA.text: UNKNOWN}


# --- filling, undoing, helping ---


def test_a_field_fills_others_until_they_are_typed_into() -> None:
    model = form()
    press(model, "Zooni", "<enter>", "d", "<enter>")
    assert model.values["gender"] == "F"
    press(model, "<up>", "s", "<enter>")
    assert model.values["gender"] == "M"
    press(model, "<up>")
    go(model, "gender")
    press(model, "transg", "<enter>")
    typed = model.values["gender"]
    go_back = ["<up>"] * 12
    press(model, *go_back, "<down>", "w", "<enter>")
    assert (model.values["relation"], model.values["gender"]) == ("WO", typed)


def test_the_ifsc_fills_bank_and_branch() -> None:
    model = form()
    go(model, "ifsc")
    press(model, "jaka0chadoo", "<enter>")
    assert model.at == "account_no"
    assert "Chadoora" in str(model.values["bank_branch"])


def test_equals_repeats_the_last_value_and_behind_a_name_the_surname() -> None:
    model = form()
    press(model, "=")
    assert "Each record has its own here" in model.message.whole
    press(model, "Zooni Akhter")
    go(model, "relation_name")
    press(model, "Ab Gani=", "<enter>")
    assert model.values["relation_name"] == "Ab Gani Akhter"
    go(model, "village")
    press(model, "=")
    assert "nothing to repeat" in model.message.whole
    model.last = {"village": "Wathoora"}
    press(model, "=", "<enter>")
    assert model.values["village"] == "Wathoora"


def test_undo_brings_back_what_stood_in_the_field() -> None:
    model = form(name="Zooni Akhter")
    press(model, "<up>", "<up>", "<up>")
    model.go("name")
    press(model, "<ctrl+u>", "Zaina", "<ctrl+z>")
    assert model.current.text == "Zooni Akhter"
    press(model, "<ctrl+z>")
    assert "Nothing to undo" in model.message.whole


def test_help_loses_nothing() -> None:
    model = form()
    go(model, "trade_code")
    press(model, "?")
    assert model.help_open
    assert any("18 notified trades" in row for row in picture(model))
    press(model, "tail", "<enter>")
    assert not model.help_open
    assert model.values["trade_code"] == "TAIL"
    go(model, "ration_card")
    press(model, "AB?")
    assert not model.help_open
    assert model.current.text == "AB?"


def test_a_slash_in_an_empty_box_is_for_the_page() -> None:
    assert press(form(), "/") is Act.OTHER
    assert press(form(), "<f5>") is Act.OTHER


# --- what goes into a save and a draft ---


def test_a_save_holds_what_was_typed_and_applies() -> None:
    model = form()
    press(model, "Zooni", "<enter>")
    go(model, "bars")
    press(model, "y", "<enter>", "y", "<enter>")
    assert changes(model) == {"name": "Zooni", "bars": True, "bar_government": True}
    model.go("bars")
    press(model, "n", "<enter>")
    assert changes(model) == {"name": "Zooni", "bars": False}


def test_an_edit_holds_only_what_differs() -> None:
    record = Member(name="Zooni", gender="F", mobile="9419011432", education="UNKNOWN-1")
    model = FormModel(Member, record)
    assert changes(model) == {}
    assert not unreadable(model)
    press(model, "<end>", " Jan", "<down>")
    go(model, "mobile")
    press(model, "<ctrl+u>", "<down>")
    assert changes(model) == {"name": "Zooni Jan", "mobile": None}
    assert draft_texts(model) == {"name": "Zooni Jan", "mobile": ""}


def test_a_doubtful_value_is_asked_about_once() -> None:
    model = form()
    go(model, "account_no")
    press(model, "999941057058")
    press(model, "<ctrl+s>")
    refuse(model, unreadable(model))
    assert "Is that right? Ctrl+S again." in model.message.whole
    assert model.at == "account_no"
    assert not draft_texts(model)["account_no"]
    press(model, "<ctrl+s>")
    confirm(model)
    assert not unreadable(model)
    assert changes(model)["account_no"] == "999941057058"


def test_what_was_changed_after_the_question_is_asked_about_again() -> None:
    model = form()
    go(model, "account_no")
    press(model, "999941057058", "<ctrl+s>")
    refuse(model, unreadable(model))
    press(model, "<backspace>", "8", "<ctrl+s>")
    confirm(model)
    assert unreadable(model)


@pytest.mark.parametrize("field", ["name", "mobile", "village", "remarks", "ration_card", "pan"])
@pytest.mark.parametrize("number", ["999941057058", "9999 4105 7058", "९९९९४१०५७०५८"])
def test_no_aadhaar_number_comes_into_a_draft(field: str, number: str) -> None:
    model = form(Beneficiary, **{field: number})
    assert draft_texts(model)[field] == ""
    assert unreadable(model)


def test_a_date_keeps_its_year_in_a_draft() -> None:
    assert draft_texts(form(registered_on="2301 2026"))["registered_on"] == "23 Jan 2026"


# --- one line of text ---

texts = st.text(
    st.sampled_from("ab 9漢字नमस्ते\u0301\u200d👨👩غلام️\u202e\x1b\n\r\t\x00\u200b[]=?/"), max_size=40
)
editing = st.lists(
    st.sampled_from(["left", "right", "home", "end", "backspace", "delete", "ctrl+w", "ctrl+u"]),
    max_size=15,
)


@given(texts, editing, texts, st.integers(2, 30))
def test_a_box_always_shows_the_cursor_and_fits(
    text: str, keys: list[str], more: str, width: int
) -> None:
    box = FieldText()
    box.insert(text)
    for key in keys:
        if key in {"left", "right", "home", "end"}:
            box.move(key)
        else:
            box.delete(key)
        view = box.window(width)
        assert cell_len(view.text) == width
        assert 0 <= view.cells < width
        assert view.cursor <= len(view.text)
    box.insert(more)
    assert 0 <= box.cursor <= len(box.text)
    assert box.text == tame(box.text)


def test_a_joined_character_is_one_step_and_one_deletion() -> None:
    box = FieldText()
    box.put("a👨‍👩‍👧ते")
    box.move("left")
    box.move("left")
    assert box.cursor == 1
    box.delete("delete")
    assert box.text == "aते"


# --- anything goes ---

KEYS = (
    "enter down up tab left right home end backspace delete pageup pagedown f1 f2 f8 f10 "
    "ctrl+u ctrl+w ctrl+z ctrl+s ctrl+n escape"
)
every_key = st.one_of(
    st.sampled_from(KEYS.split(" ")),
    st.sampled_from("abyns129=?/ []नम漢\u0301\x1b\u202e"),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(kinds())), st.lists(every_key, max_size=60), st.booleans())
def test_no_row_of_keys_breaks_a_form(kind: str, keys: Iterable[str], found: bool) -> None:
    model = form(kinds()[kind])
    for key in keys:
        act = model.press(key, key if len(key) == 1 else None)
        wanted = model.needed_lookup()
        if wanted is not None and (found or act is Act.LOOK_UP):
            model.supply(wanted, [ZOONI, ZAINA] if found else [])
        if act in {Act.SAVE, Act.SAVE_NEXT}:
            confirm(model)
            if stops := unreadable(model):
                refuse(model, stops)
        assert model.applies(model.at)
        for width, height in ((78, 19), (30, 7)):
            rows = picture(model, width, height)
            assert len(rows) == height
            assert all(cell_len(row) == width for row in rows)
            column, line = form_view.cursor(model, width, height)
            assert column < width
            assert line < height


words = st.from_regex(r"[A-Z][a-z]{1,12}( [A-Z][a-z]{1,12})?", fullmatch=True)
names = words.filter(lambda name: not blank(name))
mobiles = st.from_regex(r"[6-9][0-9]{9}", fullmatch=True)
fours = st.from_regex(r"[0-9]{4}", fullmatch=True)
years = st.integers(1930, 2005).map(str)
trades = st.sampled_from(["CARP", "TAIL", "BLAK"])


@settings(max_examples=40, deadline=None)
@given(st.tuples(names, st.sampled_from("sdw"), names, years, mobiles, fours, names, trades))
def test_each_value_typed_with_enter_lands_in_its_own_field(values: tuple[str, ...]) -> None:
    name, relation, kin, born, mobile, four, village, trade = values
    model = form()
    for value in (name, relation, kin, born, mobile, four, "gen", village, trade, "n"):
        press(model, value, "<enter>")
    got: dict[str, Value] = model.values
    assert got["relation"] == {"s": "SO", "d": "DO", "w": "WO"}[relation]
    assert [got[n] for n in ("name", "relation_name", "born", "mobile", "aadhaar_last4")] == [
        name, kin, born, mobile, four,
    ]  # fmt: skip
    assert [got[n] for n in ("category", "village", "trade_code", "bars")] == [
        "GEN", village, trade, False,
    ]  # fmt: skip


def test_a_new_enrolment_carries_its_defaults() -> None:
    model = form(TrainingEnrolment)
    assert changes(model).get("state") == "ENROLLED"
    assert draft_texts(model) == {}


def test_a_note_too_long_for_its_column_is_told_whole() -> None:
    model = form()
    press(model, "Zooni Akhter")
    assert form_view.cut_note(model, 80) == ""
    model.current.finding = "a finding " * 6
    model.fresh = True
    assert form_view.cut_note(model, 80) == "a finding " * 6
    assert form_view.cut_note(model, 200) == ""
