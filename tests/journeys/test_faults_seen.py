from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.journeys.hand import Hand, exported, run

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Store


def fill(home: Path, *names: str) -> None:
    store = Store.open(home)
    store.save([Edit(Beneficiary, {"name": n, "trade_code": "TAIL"}) for n in names], "Asha Jan")
    store.close()


def said(hand: Hand) -> str:
    """Return what stands on the screen as one line."""
    return " ".join("".join(hand.lines).split())


def test_a_second_one_on_the_same_home_is_refused_and_the_first_goes_on(home: Path) -> None:
    with Hand(home) as first:
        first.see("no records yet")
        with Hand(home) as second:
            assert second.left() == 2
            assert said(second) == (
                "fieldkit is already open on this folder. Use that window, or quit it first."
            )
        first.do("zooni akhter<ctrl+n>", "New artisan", "Zooni Akhter")
        first.do("<down>" * 8 + "tail<enter><ctrl+s>", "Saved: Zooni Akhter")
        first.quit()
    assert [one["name"] for one in exported(home, "beneficiary")] == ["Zooni Akhter"]


def test_a_home_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with Hand(tmp_path / "file" / "home") as hand:
        assert hand.left() == 2
        sentence = said(hand)
    assert sentence.startswith("The folder ")
    assert sentence.endswith(
        "cannot be written: a part of its path is not a folder; check the name."
    )
    assert (tmp_path / "file").read_text() == "kept"


def test_a_data_file_full_of_garbage_is_told_and_left_alone(home: Path) -> None:
    (home / DATABASE).write_bytes(b"\xa5garbage" * 4000)
    with Hand(home) as hand:
        hand.see(
            "fieldkit cannot open its data", "The data file is damaged or is not a fieldkit file"
        )
        hand.do("zooni<enter>", "backup with `fieldkit restore`")
        hand.quit()
    assert (home / DATABASE).read_bytes() == b"\xa5garbage" * 4000


def test_a_damaged_page_is_told_and_what_is_readable_stays(home: Path) -> None:
    store = Store.open(home)
    text = "x" * 900
    store.load(
        [
            Edit(Beneficiary, {"name": f"Person {n * 'a'}", "trade_code": "TAIL", "remarks": text})
            for n in range(1, 90)
        ],
        "Asha Jan",
    )
    store.close()
    content = bytearray((home / DATABASE).read_bytes())
    page = 4096
    for at in range(0, len(content), page):
        if content[at] == 13 and content[at : at + page].count(b"xxxx") > 100:
            content[at : at + 12] = b"\x00" * 12
    (home / DATABASE).write_bytes(content)
    with Hand(home) as hand:
        hand.see("Find or new")
        hand.do("1<enter>", "Part of the data file is damaged")
        assert "Traceback" not in hand.screen
        hand.quit()


# The limit makes the kernel refuse writes, as a full disk does, until it is taken away.
LIMITED = """
import resource, signal, sys
from pathlib import Path
from fieldkit.app import run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def fill(*_):
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
def free(*_):
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
signal.signal(signal.SIGUSR1, fill)
signal.signal(signal.SIGUSR2, free)
sys.exit(run(Path(sys.argv[1])))
"""


def test_a_full_disk_is_told_and_the_form_is_saved_when_there_is_room(home: Path) -> None:
    fill(home, "Zooni Akhter")
    with Hand(home, command=(sys.executable, "-c", LIMITED, str(home))) as hand:
        hand.see("1 artisan")
        hand.do("rubeena jan<ctrl+n>", "New artisan")
        hand.do("<down>" * 8 + "tail<enter>", "Tailor")
        hand.settle()
        hand.signal(signal.SIGUSR1)
        hand.do("<ctrl+s>", "nothing more can be saved")
        assert "Rubeena Jan" in hand.screen
        hand.signal(signal.SIGUSR2)
        hand.do("<ctrl+s>", "Saved: Rubeena Jan")
        hand.quit()
    assert [one["name"] for one in exported(home, "beneficiary")] == ["Zooni Akhter", "Rubeena Jan"]
    assert run(home, "check")


def test_a_wrong_clock_is_told_on_home_and_work_goes_on(home: Path) -> None:
    fill(home, "Zooni Akhter")
    connection = sqlite3.connect(home / DATABASE)
    later = int(time.time()) + 400 * 86_400
    connection.execute("UPDATE change SET at = ?", (later,))
    connection.commit()
    connection.close()
    with Hand(home) as hand:
        hand.see("This laptop's clock says", "cannot be right", "Zooni Akhter")
        hand.do("rubeena jan<ctrl+n>", "New artisan")
        hand.do("<down>" * 8 + "tail<enter><ctrl+s>", "Saved: Rubeena Jan")
        hand.quit()
    assert len(exported(home, "beneficiary")) == 2


def test_the_program_ends_in_plain_words_if_its_own_code_is_at_fault(home: Path) -> None:
    broken = (
        "import sys; from pathlib import Path; from fieldkit.app import run; "
        "from fieldkit.screens.navigation import Navigation; Navigation.open_list = None; "
        "sys.exit(run(Path(sys.argv[1])))"
    )
    with Hand(home, command=(sys.executable, "-c", broken, str(home))) as hand:
        hand.see("no records yet")
        hand.do("6<enter>")
        hand.see("Lists")
        hand.do("<enter>")
        assert hand.left() == 1
        assert "fieldkit stopped because of an error in the program" in said(hand)
    (log,) = (home / "logs").iterdir()
    assert "lists_page.py" in log.read_text(encoding="utf-8")


def test_bytes_that_are_no_text_lose_nothing_that_was_typed(home: Path) -> None:
    """A terminal set to Latin-1, or noise on the line, sends such bytes."""
    with Hand(home) as hand:
        hand.see("no records yet")
        hand.do("zooni<ctrl+n>", "New artisan")
        hand.press("\udce9\udcff\udcfe\udc80 bhat")
        hand.do("<down>", "bhat")
        hand.do("<esc>", "unfinished")
        hand.quit()


def test_without_a_terminal_a_sentence_says_so(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fieldkit"],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "FIELDKIT_HOME": str(home)},
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fieldkit needs a terminal.")
    assert len(done.stderr.splitlines()) == 1
