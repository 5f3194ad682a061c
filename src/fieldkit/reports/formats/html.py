"""A page as HTML: one file that any browser opens and prints, without script or other files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from fieldkit.reports.formats.page import (
    Bar,
    Bars,
    Blank,
    Blanks,
    Block,
    Grid,
    Page,
    Section,
    Text,
)

_STYLE = """
@page { size: A4%(sideways)s; margin: 11mm 12mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 8px; max-width: %(width)s; background: #fff; color: #1c1c1c;
  font: 10pt/1.25 "Noto Sans", "Segoe UI", "Helvetica Neue", Arial, "Noto Naskh Arabic",
  "Noto Sans Devanagari", sans-serif; -webkit-print-color-adjust: exact;
  print-color-adjust: exact; }
h1 { margin: 0; font-size: 1.7em; line-height: 1.2; color: #14532d; }
.sub { margin: 1px 0 6px; padding-bottom: 5px; border-bottom: 2px solid #14532d; color: #444; }
h2 { margin: 5px 0 1px; font-size: 1.08em; color: #14532d; }
.row { display: flex; gap: 18px; }
.row > section { flex: 1 1 0; min-width: 0; }
table { width: 100%%; border-collapse: collapse; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { padding: 1px 3px; text-align: left; vertical-align: top;
  border-bottom: 1px solid #dcdcdc; }
th { vertical-align: bottom; font-weight: 600; color: #333; border-bottom: 1px solid #888; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
p { overflow-wrap: anywhere; }
tr.strong td { font-weight: 600; border-top: 1px solid #888; }
td svg { display: block; margin: 1px 0 0; width: 100%%; }
.bars td { border: 0; padding: 1px 5px 1px 0; vertical-align: middle; }
.bars td.l { width: 38%%; } .bars td.n { width: 27%%; white-space: nowrap; }
.tall td { padding: 9px 3px 4px; border-bottom-color: #888; }
.blanks td { padding: 5px 3px 3px; border-bottom: 1px solid #888; }
.blanks td.l { width: 36%%; border-bottom-color: #dcdcdc; }
.blanks i { display: inline-block; width: 14px; height: 15px; margin: 0 1px;
  border: 1px solid #444; vertical-align: middle; }
.tick { display: inline-block; margin-right: 10px; } .tick i { width: 10px; height: 10px; }
.small, .note, .foot { margin: 1px 0; font-size: .82em; line-height: 1.2; color: #444; }
.foot { margin-top: 7px; padding-top: 3px; border-top: 1px solid #bbb; }
@media print { body { padding: 0; max-width: none; font-size: %(printed)s; } }
"""
_LONG_WORD = re.compile(r"\S{30}(?=\S)")
"""Where a word is broken that would make its column too wide."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def to_html(page: Page) -> bytes:
    """Return a page as a file."""
    return ("\n".join(_lines(page)) + "\n").encode()


def _lines(page: Page) -> Iterator[str]:
    style = _STYLE % {
        "sideways": " landscape" if page.sideways else "",
        "width": "297mm" if page.sideways or page.single else "210mm",
        "printed": "6.6pt" if page.single else "7.5pt" if page.sideways else "9pt",
    }
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(page.title)} - {escape(page.subtitle)}</title>"
    yield f"<style>{style}</style>\n</head>\n<body>"
    yield f"<h1>{escape(page.title)}</h1>"
    yield f'<p class="sub">{escape(page.subtitle)}</p>'
    for row in page.rows:
        yield '<div class="row">'
        for section in row:
            yield from _section(section)
        yield "</div>"
    if page.foot:
        yield f'<p class="foot">{escape(page.foot)}</p>'
    yield "</body>\n</html>"


def _section(section: Section) -> Iterator[str]:
    yield "<section>"
    if section.title:
        yield f"<h2>{escape(section.title)}</h2>"
    yield from _block(section.block)
    if section.note:
        yield f'<p class="note" dir="auto">{escape(section.note)}</p>'
    yield "</section>"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Grid):
        yield from _grid(block)
    elif isinstance(block, Bars):
        yield '<table class="bars">'
        yield from (_bar_row(bar) for bar in block.bars)
        yield "</table>"
    elif isinstance(block, Blanks):
        yield '<table class="blanks">'
        yield from map(_blank_row, block.blanks)
        yield "</table>"
    else:
        yield from (f'<p class="small" dir="auto">{escape(line)}</p>' for line in block.lines)


def _grid(grid: Grid) -> Iterator[str]:
    classes = [' class="n"' if right else "" for right in grid.right]
    kind = ' class="tall"' if grid.tall else ""
    yield f"<table{kind}>"
    if any(grid.headings):
        yield "<thead><tr>"
        for name, heading in zip(classes, grid.headings, strict=True):
            yield f"<th{name}>{escape(heading)}</th>"
        yield "</tr></thead>"
    yield "<tbody>"
    for row in grid.rows:
        cells = (
            f"<td{name or _direction(cell.text)}>{_cell(cell)}</td>"
            for name, cell in zip(classes, row, strict=True)
        )
        strong = ' class="strong"' if any(cell.strong for cell in row) else ""
        yield f"<tr{strong}>{''.join(cells)}</tr>"
    yield "</tbody>\n</table>"


def _direction(text: str) -> str:
    return "" if text.isascii() else ' dir="auto"'


def _cell(cell: Text) -> str:
    parts = _LONG_WORD.sub("\\g<0>\n", cell.text).split("\n")
    text = "<wbr>".join(escape(part) for part in parts)
    if cell.months:
        return text + _sparkline(cell.months)
    return text if cell.share is None else text + _bar(cell.share, 3)


def _bar_row(bar: Bar) -> str:
    return (
        f'<tr><td class="l"{_direction(bar.label)}>{escape(bar.label)}</td>'
        f'<td>{_bar(bar.share, 9)}</td><td class="n">{escape(bar.text)}</td></tr>'
    )


def _blank_row(blank: Blank) -> str:
    note = f'<div class="small">{escape(blank.note)}</div>' if blank.note else ""
    if blank.choices:
        ticks = (f'<span class="tick"><i></i> {escape(one)}</span>' for one in blank.choices)
        place = " ".join(ticks)
    else:
        place = "".join("<i></i>" if one == "_" else escape(one) for one in blank.boxes)
    return f'<tr><td class="l">{escape(blank.label)}{note}</td><td>{place}</td></tr>'


def _bar(share: float, height: int) -> str:
    long = round(100 * min(max(share, 0), 1), 1)
    return (
        f'<svg viewBox="0 0 100 {height}" height="{height}" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect width="100" height="{height}" fill="#e4e7e4"/>'
        f'<rect width="{long:g}" height="{height}" fill="#2f7d4f"/></svg>'
    )


def _sparkline(months: tuple[int, ...]) -> str:
    top, step = max(*months, 1), 96 / max(len(months) - 1, 1)
    points = " ".join(
        f"{2 + step * place:.1f},{12 - 10 * max(many, 0) / top:.1f}"
        for place, many in enumerate(months)
    )
    colour = "#2f7d4f" if any(months) else "#e4e7e4"
    return (
        '<svg viewBox="0 0 100 14" height="9" preserveAspectRatio="none" aria-hidden="true">'
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )
