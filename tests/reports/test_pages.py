"""Reports and the review note as pages: HTML and PDF."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.cli import run
from fieldkit.reports.formats.page import (
    LACKING,
    Bar,
    Bars,
    Grid,
    Lines,
    Page,
    Section,
    Text,
    with_letters,
)
from fieldkit.reports.formats.pdf import to_pdf
from fieldkit.reports.formats.widths import column_widths, words, wrapped

BLOCK = ("--block", "16", "--as-on", "2025-09-26")
DIRECTION = '<script>alert("1")</script> & clear <b>stage 2</b>'
URDU, HINDI, EMOJI = "ٹول کٹ محمد یوسف بٹ کو دیں", "गुलाम मोहम्मद क्षत्रिय", "दे दो 🧰🚚"
VOID = {"meta", "wbr", "rect", "polyline"}
Call = Callable[..., bytes]


class Outline(HTMLParser):
    """Reads a page: its texts, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data.replace("\u00a0", " "))


def outline(content: bytes) -> Outline:
    found = Outline()
    found.feed(content.decode())
    assert found.open == []
    return found


def pages(content: bytes) -> int:
    assert content.startswith(b"%PDF-")
    return len(re.findall(rb"/Type /Page\b(?!s)", content))


@pytest.fixture
def call(
    block_home: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Call:
    monkeypatch.setenv("FIELDKIT_HOME", str(block_home))

    def call(*arguments: str | Path, code: int = 0) -> bytes:
        capfdbinary.readouterr()
        assert run([str(one) for one in arguments]) == code
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return out or err

    return call


@pytest.fixture
def with_points(tmp_path: Path, call: Call) -> None:
    """Directions with markup and in other scripts."""
    common = {"district": 2, "block": 16, "given_on": "2025-09-01", "state": "GIVEN"}
    points = (
        {"direction": DIRECTION, "officer": "<i>BDO</i>", "due_on": "2025-09-10"},
        {"direction": URDU, "officer": HINDI, "due_on": "2025-10-10"},
        {"direction": EMOJI, "officer": "General Manager", "due_on": "2025-10-20"},
    )
    rows = [common | point | {"id": f"S0P0NTS0-{n}"} for n, point in enumerate(points, start=1)]
    file = tmp_path / "points.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    call("import", "action_point", file)


def test_every_report_is_a_page_of_its_own(call: Call) -> None:
    for one in json.loads(call("report", "list", "--json")):
        content = call("report", one["name"], *BLOCK, "--format", "html")
        read = outline(content)
        assert {"script", "link", "img", "iframe"}.isdisjoint(read.tags)
        assert not re.search(rb"(?i)https?:|src=|url\(|@import", content)
        assert one["title"] in read.texts or one["name"] == "rankings"
        assert any("as on 26 Sep 2025" in text for text in read.texts)


def test_a_page_shows_what_the_table_shows(call: Call) -> None:
    table = json.loads(call("report", "credit_linkage", *BLOCK, "--json"))
    read = outline(call("report", "credit_linkage", *BLOCK, "--format", "html"))
    (row,) = table["rows"]
    assert str(row["pmv_sanctioned"]) in read.texts
    lakh = f"Rs {row['pmv_sanctioned_amount'] / 100_000:.2f} lakh"
    assert lakh in read.texts
    assert any(
        text.startswith("Loans disbursed: loans with state: Disbursed or later")
        for text in read.texts
    )


@pytest.mark.usefixtures("with_points")
def test_the_note_has_its_parts_and_no_markup_of_others(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "note.html"
    call("report", "review_note", *BLOCK, "-o", file)
    content = file.read_bytes()
    read = outline(content)
    assert "Review note: Block Chadoora, Budgam" in read.texts
    for heading in ("Figures", "What waits", "What is due", "Action points of reviews",
                    "What is counted", "Reported", "In all"):  # fmt: skip
        assert heading in read.texts
    assert {"script", "i"}.isdisjoint(read.tags)
    assert DIRECTION in read.texts
    assert "open, 16 days late" in read.texts
    assert URDU in read.texts
    assert HINDI in read.texts
    assert content == call("report", "review_note", *BLOCK)


def test_reported_stands_beside_recorded_with_its_source(call: Call) -> None:
    read = outline(call("report", "review_note", "--as-on", "2025-09-26"))
    row = read.texts.index("PMV successful registrations")
    cells = [text for text in read.texts[row : row + 14] if text.strip()]
    board = json.loads(call("report", "scoreboard", "--as-on", "2025-09-26", "--json"))
    recorded = board["rows"][0]["recorded"]
    assert str(recorded) in cells[1 : cells.index("1,54,881")]
    assert cells[cells.index("1,54,881") + 1] == "26 Sep 2025 [1]"
    assert f"{154_881 + recorded:,}" not in cells
    assert any("Reported by [1] Review of PM Vishwakarma, 26 Sep 2025" in one for one in read.texts)


@pytest.mark.usefixtures("with_points")
def test_the_note_is_one_page_of_pdf_and_the_same_each_time(call: Call, tmp_path: Path) -> None:
    made = []
    for name in ("first.pdf", "second.PDF"):
        call("report", "review_note", *BLOCK, "-o", tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    assert pages(made[0]) == 1
    assert made[0] == made[1]
    # Letters of all scripts can be copied from the file as what they are.
    for letter in ("ٹ", "म", "R"):
        assert f"<{ord(letter):04X}>".encode() in made[0].upper()


def test_long_reports_take_as_many_pages_as_they_need(call: Call) -> None:
    assert pages(call("report", "scoreboard", "--format", "pdf")) > 1
    assert pages(call("report", "pmv_funnel", *BLOCK, "--format", "pdf")) == 1


def test_a_snapshot_is_printed_as_it_was(call: Call) -> None:
    call("snapshot", "take", "toolkit_ageing", *BLOCK, "--name", "September")
    shown = outline(call("snapshot", "show", "September", "--format", "html"))
    assert "District Budgam" not in shown.texts
    assert "Block Chadoora, Budgam, as on 26 Sep 2025" in shown.texts


def test_what_the_note_cannot_be_is_said(call: Call) -> None:
    assert b"review_note" in call("report", "list")
    assert b"--format html or --format pdf" in call(
        "report", "review_note", "--format", "csv", code=2
    )
    assert b"has no --by" in call("report", "review_note", "--by", "bank", code=2)


def test_without_the_library_the_rest_goes_on(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("fpdf", "uharfbuzz", "PIL"):
        monkeypatch.setitem(sys.modules, module, None)
    for name in ("review_note", "pmv_funnel"):
        assert b"needs fieldkit-jk[pdf]" in call("report", name, "--format", "pdf", code=2)
    assert call("report", "review_note", *BLOCK).startswith(b"<!DOCTYPE html>")


def test_characters_without_letters_are_marked_and_said() -> None:
    page = _page("tool \U0001f9f0 कि")
    letters = set(map(ord, "abcdefghijklmnopqrstuvwxyz कि"))
    marked = list(with_letters(page, letters).texts())
    assert f"tool {LACKING} कि" in marked
    assert any(text.startswith("1 different characters") for text in marked)
    assert with_letters(page, letters | {0x1F9F0}) == page
    assert pages(to_pdf(page)) == 1


def test_a_long_table_repeats_its_headings_and_a_long_word_is_broken() -> None:
    rows = [[Text("x" * 400), Text(str(number))] for number in range(120)]
    page = Page("t", "s", date(2026, 1, 1), [[Section("", Grid(["a", "b"], [False, True], rows))]])
    assert pages(to_pdf(page)) > 2


def _page(text: str) -> Page:
    grid = Grid(
        ["a"],
        [False],
        [
            [
                Text(text, 0.5),
            ]
        ],
    )
    sections = [[Section("b", grid), Section("c", Bars([Bar("d", "e", 2.0)]))]]
    return Page("t", "s", date(2026, 1, 1), [*sections, [Section("f", Lines([text]))]])


def wide(text: str) -> float:
    return float(len(text))


@given(st.text(st.sampled_from("ab \u00a0"), max_size=60), st.integers(1, 20))
def test_lines_hold_all_words_and_are_no_wider_than_allowed(text: str, width: int) -> None:
    lines = list(wrapped(text, width, wide))
    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(words(text))


@given(st.lists(st.lists(st.text("ab ", max_size=12), min_size=1), min_size=1, max_size=6))
def test_columns_fill_the_page_and_break_no_word_they_need_not(cells: list[list[str]]) -> None:
    widths, fits = column_widths(cells, 40, wide, 1)
    assert sum(widths) == pytest.approx(40)
    longest = [
        max((len(word) for text in column for word in words(text)), default=0) + 1
        for column in cells
    ]
    assert fits == (sum(longest) <= 40)
    if fits:
        assert all(width >= least - 1e-9 for width, least in zip(widths, longest, strict=True))
