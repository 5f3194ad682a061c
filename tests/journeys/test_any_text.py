from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

from tests.journeys.hand import Hand, exported, pasted, run

from fieldkit.settings import DATABASE

TITLE = "\x1b]0;OWNED\x07"
CLEAR = "\x1b[2J\x1b[9;9HOWNED"
C1 = "\x9b31mOWNED"
INJECTED = [TITLE.encode(), CLEAR.encode(), C1.encode(), b"\x1b[2J\x1b[9;9H", "\u202e".encode()]
KEPT = {
    "markup": "[red]Zoona[/] [b]Bad[/b] [@click=app.quit]x[/]",
    "brackets": "[[[ ]]] \\[ $HOME `id` %s {x}",
    "family": "Famille \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f600 Lone",
    "devanagari": "\u091c\u093c\u0942\u0928\u0940 \u0905\u0916\u094d\u0924\u0930",
    "urdu": "\u0632\u0648\u0646\u06cc \u0627\u062e\u062a\u0631",
    "wide": "\u5f20\u4f1f\u5f20\u4f1f\u5f20\u4f1f",
}
"""Texts that may stand in a name; they come back as they went in."""
REFUSED = {
    "title": f"Ali{TITLE} Dar",
    "clear": f"Ali{CLEAR} Dar",
    "c1": f"Ali{C1} Dar",
    "null": "Ali\x00\x08\x08 Dar",
    "long": "N" * 10_000,
}
TURNED = "\u202eWani\u202c Bad\u200f"


def write_roster(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["Name", "Mobile No.", "Trade", "Village", "Remarks"])
        for place, text in enumerate([*KEPT.values(), *REFUSED.values(), TURNED]):
            table.writerow([text, f"94190300{place:02}", "Carpenter", "Nagam", text])


def test_any_text_from_a_spreadsheet_is_shown_safely_and_comes_back(home: Path) -> None:
    write_roster(home / "roster.csv")
    printed = run(home, "import", "beneficiary", home / "roster.csv", code=1)
    assert f"{len(KEPT) + 1} new" in printed
    assert f"{len(REFUSED)} rejected" in printed
    with (home / "roster-rejected.csv").open(encoding="utf-8-sig", newline="") as opened:
        next(opened)
        reasons = [row["reason"] for row in csv.DictReader(opened)]
    assert len(reasons) == len(REFUSED)
    assert all("cannot be shown" in reason or "Too long" in reason for reason in reasons)
    people = exported(home, "beneficiary")
    assert [one["name"] for one in people] == [*KEPT.values(), "Wani Bad"]
    assert [one["remarks"] for one in people][:-1] == list(KEPT.values())
    with Hand(home) as hand:
        hand.see("Wani Bad", f"{len(people)} artisans")
        hand.see_frame()
        for one in people:
            hand.do(f"94190300{one['mobile'][-2:]}", one["id"])
            hand.see_frame()
            if one not in people[::2]:
                hand.do("<esc>", "TODAY")
                continue
            hand.do("<enter>", "t training", one["id"][:6])
            hand.see_frame()
            hand.do("h", "History")
            hand.see_frame()
            hand.do("<esc>e", "Name as on Aadhaar")
            hand.see_frame()
            hand.do("<esc><esc>", "TODAY")
        hand.do("6<enter>artisans<enter>", "Artisans", "[red]Zoona[/]")
        hand.see_frame()
        hand.do("<esc><esc><esc>", "TODAY")
        hand.quit()
        assert not [bad for bad in INJECTED if bad in hand.painted]
    assert exported(home, "beneficiary") == people


def test_text_that_came_into_the_data_by_another_way_is_not_obeyed(home: Path) -> None:
    write_roster(home / "roster.csv")
    run(home, "import", "beneficiary", home / "roster.csv", code=1)
    hostile = f"Ali{TITLE}{CLEAR}{C1}\u202e" + "N" * 10_000
    connection = sqlite3.connect(home / DATABASE)
    connection.execute("UPDATE beneficiary SET name = ?, remarks = ?", (hostile, hostile))
    connection.commit()
    connection.close()
    with Hand(home) as hand:
        hand.see("Ali")
        hand.do("6<enter>artisans<enter>", "Artisans", "Ali")
        hand.see_frame()
        for typed, shown in [
            ("<enter>", "t training"),
            ("h", "History"),
            ("<esc>e", "Name as on Aadhaar"),
            ("<down><up>", "Name as on Aadhaar"),
            ("<esc><esc><esc><esc><esc>", "TODAY"),
        ]:
            hand.do(typed, shown)
            hand.see_frame()
        hand.quit()
        assert not [bad for bad in INJECTED if bad in hand.painted]


PASTED = [
    *((text, text) for text in KEPT.values()),
    ("One\r\nTwo\tThree", "One Two Three"),
    ("Bell\x07 Wani\x00\x08", "Bell Wani"),
    (TURNED, "Wani Bad"),
]
"""Texts, and what a form makes of them: what it shows is what it keeps."""


def test_any_text_pasted_into_a_form_is_shown_as_it_will_be_kept(home: Path) -> None:
    with Hand(home) as hand:
        hand.see("no records yet")
        hand.do("<ctrl+n>", "New artisan")
        for place, (text, _) in enumerate(PASTED):
            hand.press(pasted(text))
            hand.do("<enter>" + "<down>" * 8 + "tail<enter>", "Tailor")
            hand.see_frame()
            hand.do("<pgdn>" * 9, "> Remarks")
            hand.press(pasted(text))
            last = place == len(PASTED) - 1
            hand.do("<ctrl+s>" if last else "<ctrl+n>", "Saved: ", f"-{place + 1}")
            hand.see_frame()
        hand.quit()
        assert not [bad for bad in INJECTED if bad in hand.painted]
    found = [(one["name"], one["remarks"]) for one in exported(home, "beneficiary")]
    assert found == [(becomes, becomes) for _, becomes in PASTED]


def test_a_terminal_command_in_the_clipboard_is_not_obeyed(home: Path) -> None:
    with Hand(home) as hand:
        hand.see("no records yet")
        for typed in ("", "<esc><ctrl+n>", "<esc><esc>6<enter>artisans<enter>"):
            hand.do(typed, "fieldkit" if not typed else "New" if "n>" in typed else "Artisans")
            for text in (TITLE, CLEAR, C1):
                hand.press(pasted(f"Ali{text} Dar"))
            hand.see("Dar")
            hand.see_frame()
        hand.quit()
        assert not [bad for bad in INJECTED if bad in hand.painted]


def test_a_text_too_long_for_its_field_is_refused_beside_it(home: Path) -> None:
    with Hand(home) as hand:
        hand.see("no records yet")
        hand.do("<ctrl+n>", "New artisan")
        hand.paste("N" * 10_000, "NNNN")
        hand.do("<enter>", "Too long: at most")
        hand.see_frame()
        hand.do("<ctrl+s>", "Too long: at most")
        hand.do("<ctrl+u>Zooni<enter>", "Zooni")
        hand.quit()
    assert exported(home, "beneficiary") == []
