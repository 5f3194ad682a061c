"""Entering records by plain questions: lines in, lines out, one after another."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.commands.conftest import Cli, Ran
from tests.scan.cards import digits, payload

from fieldkit.records import Record, Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Draft, Edit, Store


def typed(cli: Cli, *lines: str, to: tuple[str, ...] = ("beneficiary",)) -> Ran:
    """Answer the questions of a kind with these lines, then close the input."""
    return cli("enter", *to, piped="".join(f"{line}\n" for line in lines).encode())


def records(home: Path, kind: type[Record] = Beneficiary) -> list[Record]:
    store = Store.open(home)
    try:
        return list(store.each(kind.kind()))
    finally:
        store.close()


def drafts(home: Path) -> list[Draft]:
    store = Store.open(home)
    try:
        return store.drafts.of("Asha")
    finally:
        store.close()


def put(home: Path, **fields: Value) -> str:
    store = Store.open(home)
    try:
        return store.save([Edit(Beneficiary, fields)], "Asha")[0].id
    finally:
        store.close()


def test_a_record_is_asked_needed_fields_first_and_saved_after_a_question(
    laptop: Path, cli: Cli
) -> None:
    ran = typed(
        cli,
        *("Zooni Akhter", "carp"),  # what is needed comes first
        *("2", "Abdul Gani", "", "2301 1984"),  # d/o by its number fills woman
        *("94190 1143", "9419011432"),  # one digit is missing: asked again
        *("?", ".", "?", "y", "n"),
    )
    assert ran.code == 0
    lines = ran.text.splitlines()
    needed, person = lines.index("Section: Needed"), lines.index("Section: Person")
    assert needed < lines.index("Trade, needed") < person < lines.index("Man or woman")
    assert "  Now: Woman. Enter keeps it." in lines
    assert lines.count("Mobile, before stage 1") == 2
    assert "9 digits: 1 missing." in lines
    assert "  How to type it: 0143. Never more than the last four digits." in lines
    assert "  Trade: Carpenter (Suthar/Badhai)" in lines
    (saved,) = records(laptop)
    assert (saved.label(), saved.value("gender")) == ("Zooni Akhter", "F")
    assert (saved.value("born"), saved.value("mobile")) == ("1984-01-23", "9419011432")
    assert f"Saved: Zooni Akhter, {saved.id}." in lines
    assert drafts(laptop) == []


def test_a_closed_input_keeps_what_was_typed_and_the_next_run_goes_on_with_it(
    laptop: Path, cli: Cli
) -> None:
    number = "2345 6789 0124"
    ran = typed(cli, "Zooni Akhter", "carp", "/village", "Nagam", "/remarks", f"{number}\x1b[31m")
    assert ran.code == 1
    assert "kept as unfinished" in ran.text
    assert "\x1b" not in ran.text
    (draft,) = drafts(laptop)
    filled = {name: text for name, text in draft.texts.items() if text}
    assert filled == {"name": "Zooni Akhter", "trade_code": "carp", "village": "Nagam"}
    ran = typed(cli, "1", ".", "y", "n")
    assert "  1 Zooni Akhter, Nagam, carp" in ran.text.splitlines()
    assert (records(laptop)[0].value("village"), drafts(laptop)) == ("Nagam", [])


def test_what_stops_a_save_is_said_and_asked_next(laptop: Path, cli: Cli) -> None:
    ran = typed(
        cli, "Zooni Akhter", ".", "carp", "<", "cobb", "/born", "2019", ".", "1990", ".", "y"
    )
    assert "Trade is needed" in ran.text
    assert "18" in ran.text  # too young
    (saved,) = records(laptop)
    assert (saved.value("trade_code"), saved.value("born")) == ("COBB", "1990")


def test_the_same_person_is_asked_about_in_words_and_becomes_a_correction(
    laptop: Path, cli: Cli
) -> None:
    known = put(
        laptop, name="Zooni Akhter", mobile="9419011432", trade_code="CARP", village="Wathoora"
    )
    new = ("Zuni Akhtar", "carp", "/mobile", "9419011432", "0143", ".")
    ran = typed(cli, *new, "s", ".", "y")
    assert "Type s if it is the same person, d if it is somebody else." in ran.text
    (corrected,) = records(laptop)
    assert (corrected.id, corrected.value("aadhaar_last4")) == (known, "0143")
    assert (corrected.label(), corrected.value("village")) == ("Zuni Akhtar", "Wathoora")
    assert drafts(laptop) == []
    typed(cli, *new, "d", "y", "n")
    other = next(one for one in records(laptop) if one.id != known)
    with closing(Store.open(laptop)) as store:
        assert store.look_alikes(other) == []  # nobody is asked about the two again


def test_a_card_is_scanned_and_an_account_typed_twice(laptop: Path, cli: Cli) -> None:
    bank = ("/ifsc", "JAKA0CHADOO", "chadoo", "40123456789", "40123456798", "2")
    ran = typed(cli, "9" * 500, digits(payload()), "carp", *bank, ".", "y", "n")
    assert "This is not the code of an Aadhaar card" in ran.text
    assert "fields filled from the card. Not verified" in ran.text
    assert "IFSC once more, or Enter to leave it as it is" in ran.text
    (saved,) = records(laptop)
    assert (saved.label(), saved.value("relation_name")) == ("Zooni Akhter", "Abdul Gani Lone")
    assert (saved.value("aadhaar_last4"), saved.value("ifsc")) == ("0143", "JAKA0CHADOO")
    assert saved.value("account_no") == "40123456798"


def test_a_record_is_corrected_and_its_reference_found_by_name(laptop: Path, cli: Cli) -> None:
    ids = [put(laptop, name="Zooni Akhter", trade_code="CARP", village=v) for v in ("Wat", "Nag")]
    ran = typed(cli, "-", "/village", "Nagam", ".", "y", to=("beneficiary", "--record", ids[1]))
    assert "Name as on Aadhaar is needed" in ran.text
    typed(cli, "1", "Zooni Jan", ".", "y", to=("beneficiary", "--record", ids[1]))
    assert (records(laptop)[1].label(), records(laptop)[1].value("village")) == (
        "Zooni Jan",
        "Nagam",
    )
    ran = typed(cli, "zooni", "2", "", ".", "y", "n", to=("toolkit",))
    assert "  1 Zooni " in ran.text
    assert typed(cli, to=("toolkit", "--record", ids[0])).code == 2


def test_it_runs_without_a_terminal_and_without_the_screens(laptop: Path) -> None:
    program = (
        "import sys; from fieldkit.cli import run; run(['enter', 'self_help_group']);"
        "assert not any(name.partition('.')[0] == 'textual' for name in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input=b"Noor SHG\n\xff\xfe\n",
        capture_output=True,
        timeout=60,
        check=True,
        env={**os.environ, "FIELDKIT_HOME": str(laptop), "TERM": "dumb"},
    )
    assert b"\x1b" not in ran.stdout
    assert [draft.texts["name"] for draft in drafts(laptop)] == ["Noor SHG"]


@pytest.mark.parametrize("kind", ["fund_release", "target", "member", "attendance"])
def test_every_kind_of_field_can_be_skipped_to_the_end(laptop: Path, cli: Cli, kind: str) -> None:
    ran = typed(cli, *[""] * 200, to=(kind,))
    assert "Every question was asked." in ran.text
    assert ran.code == 0
