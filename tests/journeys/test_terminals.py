from __future__ import annotations

import os
import re
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pytest
from tests.journeys.hand import Hand

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Edit, Store

TERMINALS: list[tuple[int, int, dict[str, str]]] = [
    (120, 40, {}),
    (80, 24, {"TERM": "xterm-16color", "COLORTERM": ""}),
    (80, 24, {"NO_COLOR": "1", "LC_ALL": "C", "LANG": "C"}),
    (60, 20, {}),
]


@pytest.mark.parametrize(("columns", "rows", "environment"), TERMINALS)
def test_the_main_screens_work_on_any_terminal(
    home: Path, columns: int, rows: int, environment: Mapping[str, str]
) -> None:
    store = Store.open(home)
    store.save(
        [
            Edit(Beneficiary, {"name": name, "mobile": f"941901143{last}", "trade_code": "CARP"})
            for last, name in enumerate(["Ghulam Mohammad Bhat", "Zooni Akhter", "Tariq Lone"])
        ],
        "Asha Jan",
    )
    store.close()
    with Hand(home, columns, rows, environment) as hand:
        walk = [
            ("", ("1 Register artisan", "TODAY", "3 artisans", "Ctrl+Q quit")),
            ("zuni akhtar", ("Zooni Akhter", "none of these")),
            ("<esc>6<enter>", ("Toolkits", "Enter open")),
            ("artisans<enter>", ("Artisans", "Tariq Lone", "Ctrl+N new")),
            ("<enter>", ("Ghulam Mohammad Bhat", "t training", "Esc")),
            ("h", ("History", "Entered")),
            ("<esc>e", ("Name as on Aadhaar", "Ctrl+S save")),
            ("<f1>", ("Needed: ", "Any key goes on")),
            ("<esc><esc><esc><esc><esc><esc>", ("TODAY",)),
            ("/", ("Menu",)),
            ("<esc><f5>", ("Sync", "Esc")),
            ("<esc>7<enter>", ("Import", "Esc")),
            ("<esc>?", ("Help", "Esc")),
            ("<esc><ctrl+n>", ("New artisan", "> Name as on Aadhaar")),
            ("rubeena jan<enter>d<enter>", ("rubeena jan", "D/o (daughter of)")),
            (
                "<down><down><down><down><down><down><down>tail<enter><ctrl+s>",
                ("Saved: Rubeena Jan",),
            ),
        ]
        for typed, shown in walk:
            hand.do(typed, *shown)
            hand.see_frame()
        hand.do("<esc>", "4 artisans")
        hand.quit()
        if environment.get("COLORTERM") == "":
            assert not re.search(rb"\x1b\[[0-9;]*[34]8;2;", bytes(hand.painted))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_it_ends_with_its_terminal_also_where_no_signal_says_so(home: Path) -> None:
    Store.open(home).close()
    # The shell leads the session and alone is sent the signal, as make is.
    script = f"trap '' HUP; {shlex.quote(sys.executable)} -m fieldkit; echo ended > {home}/ended"
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", script],
        env={**os.environ, "FIELDKIT_HOME": str(home), "TERM": "xterm"},
        dimensions=(24, 80),
        ignore_sighup=False,
        timeout=60,
    )
    child.expect("Your name|TODAY")
    os.close(child.child_fd)
    for _ in range(600):
        if (home / "ended").exists():
            break
        time.sleep(0.1)
    assert (home / "ended").exists()
