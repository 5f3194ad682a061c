"""Rows of a picker laid out as lines: groups, columns of their own, what is in sight."""

from __future__ import annotations

from fieldkit.screens.look.text import words_of
from fieldkit.screens.widgets.rows import Answer, Choice, lay_out


def lines(
    answer: Answer, mark: int | None, height: int, top: int = 0, width: int = 60
) -> list[str]:
    found = lay_out(answer, mark, top, width, height).lines
    return [words_of((*line.before, *line.text)).rstrip() for line in found]


def test_rows_with_something_at_their_left_have_columns_of_their_own() -> None:
    rows = [
        Choice(("2", "to settle"), before="12 artisans        "),
        Choice(("Ghulam Mohammad Bhat", "15:05"), gap=("", "  4 groups"), head="LAST SAVED"),
        Choice(("Zooni", "14:40")),
    ]
    assert lines(Answer(rows, above=("TODAY",), after=("the end",)), 0, 20) == [
        "  TODAY",
        "12 artisans        ▌ 2  to settle",
        "",
        "    4 groups",
        "  LAST SAVED",
        "  Ghulam Mohammad Bhat  15:05",
        "  Zooni                 14:40",
        "  the end",
    ]


def test_a_group_that_goes_off_the_top_takes_its_lines_along() -> None:
    rows = [Choice((f"row {n}",), gap=("",) if n == 2 else ()) for n in range(6)]
    assert lines(Answer(rows), 0, 4) == ["▌ row 0", "  row 1", "", "  row 2"]
    assert lines(Answer(rows), 3, 4) == ["  row 1", "", "  row 2", "▌ row 3"]
    assert lines(Answer(rows), 5, 4) == ["  row 2", "  row 3", "  row 4", "▌ row 5"]


def test_the_last_rows_leave_no_empty_line_that_an_earlier_row_could_fill() -> None:
    rows = [Choice((f"row {n}",)) for n in range(4)]
    assert lines(Answer(rows), None, 3, top=3) == ["  row 1", "  row 2", "  row 3"]


def test_a_heading_stands_only_over_a_column_with_something_in_it() -> None:
    rows = [Choice(("Noor SHG", "", "Nagam"))]
    found = lines(Answer(rows, headings=("Name", "Father or husband", "Village")), None, 5)
    assert found == ["  NAME      VILLAGE", "  Noor SHG  Nagam"]


def test_on_a_narrow_screen_what_does_not_tell_rows_apart_stands_on_the_second_line() -> None:
    cells = ("Ghulam Mohammad Bhat", "s/o Abdul Ahad", "Nagam", "..1432", "Carpenter")
    answer = Answer([Choice(cells, below=("artisan", "7KQ2M9XD-142"))], headings=("", *"abcd"))
    assert lines(answer, 0, 5) == [
        "                        A               B      C",
        "▌ Ghulam Mohammad Bhat  s/o Abdul Ahad  Nagam  ..1432",
        "▌   artisan · Carpenter                       7KQ2M9XD-142",
    ]
    assert lines(answer, 0, 5, width=90)[1].endswith("..1432  Carpenter")
