"""Colours can be read, signs fit their cells, and text is cut where a person would cut it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color
from wcwidth import wcwidth

from fieldkit.screens.look import glyphs
from fieldkit.screens.look.charts import Fact, Step, bar, card, progress_line, sparkline, steps
from fieldkit.screens.look.chosen import chosen_look, fitting_look, keep_look
from fieldkit.screens.look.differing import from_difference
from fieldkit.screens.look.look import Look, style_of
from fieldkit.screens.look.palette import (
    CHINAR_DARK,
    CHINAR_LIGHT,
    HIGH_CONTRAST,
    PALETTES,
    PLAIN,
    Palette,
)
from fieldkit.screens.look.parts import crumbs, frame, key_line, keys, rare
from fieldkit.screens.look.text import (
    Span,
    apart,
    cut,
    fit,
    width_of,
    words_of,
    wrapped,
    wrapped_before,
)

SURFACES = ("page", "panel", "field", "selected")
COLOURED = [one for one in PALETTES.values() if one is not PLAIN]


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2."""
    triplet = Color.parse(colour).triplet
    assert triplet is not None
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (part / 255 for part in triplet)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", COLOURED, ids=lambda one: one.name)
def test_text_can_be_read_on_every_surface(palette: Palette) -> None:
    for surface in SURFACES:
        ground = getattr(palette, surface)
        assert contrast(palette.text, ground) >= 7, surface
        for name in ("dim", "accent", "ok", "warn", "bad", "info"):
            assert contrast(getattr(palette, name), ground) >= 4.5, (surface, name)
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    assert contrast(palette.on_accent, palette.warn) >= 4.5
    assert contrast(palette.page, palette.dim) >= 4.5
    assert contrast(palette.page, palette.text) >= 7


def test_plain_uses_only_the_sixteen_colours() -> None:
    for name in ("accent", "on_accent", "ok", "warn", "bad", "info"):
        assert (Color.parse(getattr(PLAIN, name)).number or 0) < 16
    assert style_of(PLAIN, "strong", "selected").reverse
    assert style_of(PLAIN, "mine").underline
    assert style_of(PLAIN, "theirs").underline


def translated(name: str) -> str:
    return glyphs.ALL.translate(glyphs.SETS[name][1])


@pytest.mark.parametrize("name", glyphs.SETS)
def test_every_sign_takes_one_cell(name: str) -> None:
    assert [wcwidth(sign) for sign in translated(name)] == [1] * len(glyphs.ALL)
    assert [cell_len(sign) for sign in translated(name)] == [1] * len(glyphs.ALL)


def test_the_sets_keep_within_what_their_terminals_have() -> None:
    assert set(translated("classic")) <= WGL4
    assert translated("ascii").isascii()


@pytest.mark.parametrize("name", glyphs.SETS)
def test_states_have_different_signs(name: str) -> None:
    states = "".join(
        (glyphs.SENT, glyphs.OPEN, glyphs.SETTLE, glyphs.CORRECT, glyphs.UNFINISHED, glyphs.DUE)
    )
    assert len(set(states.translate(glyphs.SETS[name][1]))) == len(states)


def test_the_set_follows_the_terminal() -> None:
    assert glyphs.fitting_set({"LANG": "en_IN.UTF-8"}, "linux") == "full"
    assert glyphs.fitting_set({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "linux") == "ascii"
    assert glyphs.fitting_set({"LC_ALL": "POSIX"}, "linux") == "ascii"
    assert glyphs.fitting_set({"LANG": "en_IN.UTF-8", "TERM": "linux"}, "linux") == "classic"
    assert glyphs.fitting_set({}, "win32") == "classic"
    assert glyphs.fitting_set({"WT_SESSION": "x"}, "win32") == "full"


# --- what an operator chose ---

FITTING = fitting_look({"LANG": "en_IN.UTF-8"}, "linux", colours=True)


def test_each_operator_keeps_their_look(tmp_path: Path) -> None:
    assert chosen_look(tmp_path, "Asha", FITTING) == Look(CHINAR_DARK, "full")
    keep_look(tmp_path, "Asha", theme="chinar-light")
    keep_look(tmp_path, "Reyaz", theme="high-contrast", glyphs="ascii")
    keep_look(tmp_path, "Asha", glyphs="classic")
    assert chosen_look(tmp_path, "Asha", FITTING) == Look(CHINAR_LIGHT, "classic")
    assert chosen_look(tmp_path, "Reyaz", FITTING) == Look(HIGH_CONTRAST, "ascii")
    assert chosen_look(tmp_path, "", FITTING) == Look(CHINAR_LIGHT, "classic")


def test_another_operator_begins_with_what_fits(tmp_path: Path) -> None:
    keep_look(tmp_path, "Asha", theme="chinar-light")
    assert chosen_look(tmp_path, "Zahida", FITTING) == FITTING


def test_a_terminal_of_16_colours_keeps_them(tmp_path: Path) -> None:
    keep_look(tmp_path, "Asha", theme="chinar-light")
    plain = fitting_look({"LANG": "en_IN.UTF-8"}, "linux", colours=False)
    assert chosen_look(tmp_path, "Asha", plain).palette is PLAIN


def test_a_spoiled_file_counts_as_no_choice(tmp_path: Path) -> None:
    (tmp_path / "look.txt").write_bytes(b"\xff\xfe no tabs\nmauve\tnone\tAsha\n")
    assert chosen_look(tmp_path, "Asha", FITTING) == FITTING


# --- text ---

words = st.text(st.sampled_from("abc dé نام  "), max_size=40)
spans = st.lists(st.builds(Span, words, st.sampled_from(("text", "dim", "accent"))), max_size=4)


@given(spans.map(tuple), st.integers(0, 60))
def test_text_is_cut_to_its_width(text: tuple[Span, ...], width: int) -> None:
    assert width_of(cut(text, width)) <= width
    assert width_of(fit(text, width)) == width
    assert width_of(fit(text, width, right=True)) == width


@given(spans.map(tuple), st.integers(2, 40))
def test_a_cut_keeps_whole_words_where_it_can(text: tuple[Span, ...], width: int) -> None:
    whole, found = words_of(text), words_of(cut(text, width))
    if found == whole or not found.endswith(glyphs.MORE):
        return
    kept = found.removesuffix(glyphs.MORE)
    assert whole.startswith(kept)
    word = whole[len(kept) :].split(" ", 1)[0]
    middle = bool(word.strip(" ,;")) and not kept.endswith((" ", ",", ";"))
    begun = cell_len(kept[: kept.rfind(" ") + 1])
    assert not middle or begun * 3 < width, "a word was cut though there was another end"


@given(words, st.integers(3, 40), st.integers(1, 4))
def test_wrapped_text_loses_only_what_is_cut(text: str, width: int, most: int) -> None:
    lines = [words_of(line) for line in wrapped(text, width, most)]
    assert len(lines) <= most
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    if not any(glyphs.MORE in line for line in lines):
        assert "".join(lines).split() == text.split()


def test_names_are_cut_at_the_end_of_a_word() -> None:
    assert words_of(cut("Abdul Aziz Qureshi", 16)) == "Abdul Aziz…"
    assert words_of(cut("Abdul Aziz Qureshi", 18)) == "Abdul Aziz Qureshi"
    assert words_of(cut("Chandrashekhar", 6)) == "Chand…"
    assert words_of(cut("Tailor     ", 8)) == "Tailor  "
    assert words_of(cut("○ Chandrashekhar", 12)) == "○ Chandrash…"


def test_two_ends_keep_apart() -> None:
    assert words_of(apart("Gulam Mohd Bhat", "Ctrl+N", 30)) == "Gulam Mohd Bhat         Ctrl+N"
    assert words_of(apart("Gulam Mohd Bhat", "Ctrl+N", 20)) == "Gulam Mohd…   Ctrl+N"


def test_control_signs_never_reach_the_terminal() -> None:
    drawn = Look().strip((Span("a\x1b[31mb\x07"),), 20).text
    assert not any(unicodedata.category(sign) == "Cc" for sign in drawn)


# --- parts ---


def test_keys_that_do_not_fit_go_the_rare_ones_first_and_the_way_out_never() -> None:
    offered = [*keys("Enter open", "Ctrl+N register"), rare("h history"), *keys("Esc back")]
    assert words_of(key_line(offered, 80)).strip() == (
        "Enter open  Ctrl+N register  h history  Esc back"
    )
    assert words_of(key_line(offered, 42)).strip() == "Enter open  Ctrl+N register  Esc back"
    assert words_of(key_line(offered, 24)).strip() == "Enter open  Esc back"
    assert words_of(key_line(offered, 10)).strip() == "Esc back"


def test_the_bar_keeps_where_you_are() -> None:
    line = words_of(crumbs(["Artisans", "Ghulam Mohammad Bhat"], ["Asha", "● online"], 44))
    assert "Ghulam Mohammad Bhat" in line
    assert "● online" in line
    assert "Artisans" not in line
    assert width_of(line) == 44


def test_the_bar_leaves_out_what_every_page_says_before_what_this_one_says() -> None:
    chips, status = ["1 to settle", "2 to check"], ["Asha", "3 not sent", "online"]
    assert words_of(crumbs(["Review"], chips, 80, status)).endswith(
        "1 to settle  2 to check  Asha  3 not sent  online "
    )
    assert words_of(crumbs(["Review"], chips, 46, status)).endswith(
        "to settle  2 to check  online "
    )
    assert words_of(crumbs(["Review"], chips, 38, status)).endswith("1 to settle  2 to check ")
    assert words_of(crumbs(["Review"], chips, 26, status)).endswith("1 to settle ")


def test_of_two_long_values_the_part_that_differs_is_shown() -> None:
    begins = "Came to the camp at Wathoora with his brother"
    assert from_difference(f"{begins} again", f"{begins}, alone", 20) == (
        "…brother again",
        "…brother, alone",
    )
    assert from_difference("short", "shore", 20) == ("short", "shore")
    assert from_difference("Came", begins, 20) == ("Came", begins)


def test_a_frame_is_closed_at_every_width() -> None:
    for width in range(8, 60):
        lines = frame("Find or new", "name, mobile, village", ["gulam"], width)
        assert {width_of(line) for line in lines} == {width}, width


def test_a_bar_is_as_long_as_its_share() -> None:
    assert words_of(bar(0.0, 8)) == "░" * 8
    assert words_of(bar(0.5, 8)) == "████░░░░"
    assert words_of(bar(1.7, 8)) == "█" * 8
    assert words_of(bar(0.55, 10)) == "█████▌░░░░"
    assert words_of(progress_line(0.25, 8)) == "━━──────"


def test_a_sparkline_shows_the_least_above_nothing() -> None:
    assert words_of(sparkline([0, 1, 50, 100])) == "▁▁▄█"
    assert [span.style for span in sparkline([0, 1])] == ["line", "accent"]
    assert words_of(sparkline([])) == ""


def test_steps_far_from_the_present_one_lose_their_words() -> None:
    found = [Step("registered", done=True), Step("stage 1", done=True), Step("toolkit")]
    assert words_of(steps(found, 80)) == "● registered ─ ● stage 1 ─ ○ toolkit"
    assert words_of(steps(found, 30)) == "● ─ ● stage 1 ─ ○ toolkit"


def test_steps_that_begin_alike_say_their_first_word_once() -> None:
    found = [Step("registered", done=True), *(Step(f"stage {n}", done=n == 1) for n in (1, 2, 3))]
    assert words_of(steps(found, 80)) == "● registered ─ ● stage 1 ─ ○ 2 ─ ○ 3"


def test_a_card_has_two_facts_on_a_line_where_both_are_short() -> None:
    facts = [
        Fact("Mobile", "94190 11432"),
        Fact("Born", "23 Jan 1984"),
        Fact("Place", "House 163, near the old bridge, Wathoora"),
        Fact("Trade", "Tailor"),
    ]
    assert [words_of(line).rstrip() for line in card(facts, 60)] == [
        "Mobile  94190 11432               Born  23 Jan 1984",
        " Place  House 163, near the old bridge, Wathoora",
        " Trade  Tailor",
    ]
    narrow = [words_of(line) for line in card(facts[:2], 24)]
    assert narrow == ["Mobile  94190 11432", "  Born  23 Jan 1984"]


_WGL4_RANGES = (
    "0020-007E 00A0-017F 0192 01FA-01FF 02C6-02C7 02C9 02D8-02DD 0384-038A 038C 038E-03A1 "
    "03A3-03CE 0400-045F 0490-0491 1E80-1E85 1EF2-1EF3 2013-2015 2017-201E 2020-2022 2026 2030 "
    "2032-2033 2039-203A 203C 203E 2044 207F 20A3-20A4 20A7 20AC 2105 2113 2116 2122 2126 212E "
    "215B-215E 2190-2195 21A8 2202 2206 220F 2211-2212 2215 2219-221A 221E-221F 2229 222B 2248 "
    "2260-2261 2264-2265 2302 2310 2320-2321 2500 2502 250C 2510 2514 2518 251C 2524 252C 2534 "
    "253C 2550-256C 2580 2584 2588 258C 2590-2593 25A0-25A1 25AA-25AC 25B2 25BA 25BC 25C4 "
    "25CA-25CB 25CF 25D8-25D9 25E6 263A-263C 2640 2642 2660 2663 2665-2666 266A-266B FB01-FB02"
)
WGL4 = {
    chr(code)
    for part in _WGL4_RANGES.split()
    for code in range(int(part[:4], 16), int(part[-4:], 16) + 1)
}
"""The signs of Windows Glyph List 4, which every font of the old console has."""


def test_a_word_in_two_styles_is_not_broken_between_them() -> None:
    number = (Span("94190 "), Span("114"), Span("33", "accent"))
    assert wrapped(number, 9, 2) == [(Span("94190 "),), (Span("114"), Span("33", "accent"))]


def test_a_word_wider_than_a_line_goes_on_in_the_next() -> None:
    path = (Span("In "), Span("/home/asha/Documents/rejected.csv", "strong"))
    lines = [words_of(line) for line in wrapped(path, 16, 5)]
    assert lines == ["In ", "/home/asha/Docum", "ents/rejected.cs", "v"]


@given(st.text(max_size=200), st.integers(20, 80))
def test_what_to_press_is_never_cut(text: str, width: int) -> None:
    then = "Ctrl+S again."
    lines = [words_of(line) for line in wrapped_before(text, then, width, 2)]
    assert 1 <= len(lines) <= 2
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    assert then in " ".join(" ".join(lines).split())


def test_a_text_with_room_for_what_to_press_is_whole() -> None:
    lines = wrapped_before("Mobile: the same on 6 others.", "Ctrl+S again.", 30, 2)
    assert [words_of(line) for line in lines] == ["Mobile: the same on 6 others. ", "Ctrl+S again."]
