"""Where keys lead among lines and rows that scroll together."""

from __future__ import annotations

from fieldkit.screens.look.text import words_of
from fieldkit.screens.widgets.rows import Answer, Choice, all_lines
from fieldkit.screens.widgets.scrolling import View


def view(above: int, rows: int, after: int, height: int) -> View:
    answer = Answer(
        [Choice((f"row {n}",)) for n in range(rows)],
        above=tuple(f"above {n}" for n in range(above)),
        after=tuple(f"after {n}" for n in range(after)),
        scrolls=True,
    )
    return View(all_lines(answer, 0 if rows else None, 40), height, 0, 0 if rows else None)


def texts(one: View) -> list[str]:
    return [words_of(line.text).strip(" ▌") for line in one.shown]


def test_what_fits_is_shown_whole() -> None:
    assert texts(view(1, 1, 1, 5)) == ["above 0", "row 0", "after 0"]


def test_the_last_line_says_how_many_follow() -> None:
    assert texts(view(2, 2, 2, 4)) == ["above 0", "above 1", "row 0", "↓ 3 more lines"]


def test_down_marks_the_next_row_and_then_scrolls() -> None:
    one = view(2, 2, 4, 4).step(1)
    assert (one.mark, one.top) == (1, 1)
    assert one.sees_mark
    one = one.step(1).step(1)
    assert (one.mark, one.top) == (1, 3)
    assert texts(one.step(1)) == ["after 0", "after 1", "after 2", "after 3"]


def test_up_scrolls_back_to_the_mark_before_it_moves_it() -> None:
    one = view(2, 2, 6, 4).end(first=False)
    assert (one.mark, one.top, one.sees_mark) == (1, 6, False)
    for _ in range(3):
        one = one.step(-1)
    assert (one.mark, one.top) == (1, 3)
    one = one.step(-1).step(-1)
    assert (one.mark, one.top) == (0, 1)
    assert one.step(-1).step(-1).step(-1).top == 0


def test_a_row_below_the_screen_is_reached_by_scrolling() -> None:
    one = view(6, 2, 0, 4)
    assert not one.sees_mark
    assert one.with_mark_in_sight().sees_mark
    while not one.sees_mark:
        one = one.step(1)
    assert one.mark == 0


def test_a_jump_marks_a_row_in_sight() -> None:
    one = view(0, 20, 0, 5).jump(10)
    assert (one.mark, one.top) == (10, 10)
    assert one.jump(-10).mark == 3
    assert view(9, 0, 0, 4).jump(3).top == 3
    assert view(9, 0, 0, 4).end(first=False).top == 5
