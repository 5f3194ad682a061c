"""Slips, lists with numbers and blank forms, as commands print them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.papers.roster import roll_page
from fieldkit.papers.text import to_text
from fieldkit.records import kinds
from fieldkit.store import Edit, Store

if TYPE_CHECKING:
    from tests.commands.conftest import Cli

ACCOUNT = "0123456789012"


def saved(home: Path) -> dict[str, str]:
    """Save an artisan with everything private, and a training with two people on its list."""
    artisan, batch, enrolment = (
        kinds()[name] for name in ("beneficiary", "training_batch", "training_enrolment")
    )
    store = Store.open(home)
    values = {
        "name": "Ghulam Mohammad Bhat",
        "mobile": "9419011432",
        "aadhaar_last4": "0143",
        "account_no": ACCOUNT,
        "ifsc": "JAKA0KULGAM",
        "pan": "ABCPD1234E",
        "trade_code": "CARP",
        "remarks": "Escape \x1b[31m sequence",
    }
    first = store.save([Edit(artisan, values)], "Asha")[0].id
    second = store.save([Edit(artisan, {"name": "Zooni Akhter", "trade_code": "TAIL"})], "Asha")
    course = {"training_type": "BASIC", "course": "Carpentry", "place": "Chadoora"}
    course_id = store.save([Edit(batch, course)], "Asha")[0].id
    for one in (first, second[0].id):
        line = {"training_batch_id": course_id, "beneficiary_id": one, "state": "ENROLLED"}
        store.save([Edit(enrolment, line)], "Asha")
    store.close()
    return {"ghulam": first, "batch": course_id}


def test_papers_say_what_was_entered_and_nothing_private_in_full(
    cli: Cli, laptop: Path, tmp_path: Path
) -> None:
    ids = saved(laptop)
    text = cli("print", "slip", ids["ghulam"]).text
    assert text.startswith(f"{ids['ghulam']} Ghulam Mohammad Bhat\nArtisan, Block Chadoora, Budgam")
    assert "XXXX XXXX 0143" in text
    assert "ends in 9012" in text
    assert ACCOUNT not in text
    assert "ABCPD" not in text
    assert "\x1b" not in text
    assert "WHAT IS DUE" in text
    assert "before stage 1" in text
    page = tmp_path / "slip.html"
    assert cli("print", "slip", ids["ghulam"], "-o", page).code == 0
    assert ACCOUNT not in page.read_text()
    pdf = tmp_path / "slip.pdf"
    assert cli("print", "slip", "-o", pdf).code == 0  # of the record saved last
    assert pdf.read_bytes().startswith(b"%PDF")
    people = cli("print", "roster", ids["batch"]).text
    assert people.splitlines()[0].startswith("Carpentry, Chadoora")
    assert [line.split()[:3] for line in people.splitlines()[4:]] == [
        ["10", "Ghulam", "Mohammad"],  # the numbers by which their days are marked
        ["11", "Zooni", "Akhter"],
    ]
    with closing(Store.open(laptop)) as store:
        late = {"name": "Abdul Ahad", "trade_code": "CARP"}
        (person,) = store.save([Edit(kinds()["beneficiary"], late)], "Asha")
        line = {"training_batch_id": ids["batch"], "beneficiary_id": person.id, "state": "ENROLLED"}
        store.save([Edit(kinds()["training_enrolment"], line)], "Asha")
    again = cli("print", "roster", ids["batch"]).text
    assert [line.split()[:2] for line in again.splitlines()[4:]] == [
        ["10", "Ghulam"],
        ["11", "Zooni"],
        ["12", "Abdul"],  # who comes later gets the next number, whatever the name
    ]
    listed = cli("print", "roster", "beneficiary", "--where", "trade_code=TAIL").text
    assert "Zooni" in listed
    assert "Ghulam" not in listed
    store = Store.open(laptop)
    training = store.record(ids["batch"])
    assert training is not None
    rolls = roll_page(store, "Expected", training, [(10, ids["ghulam"]), (11, "7KQ2M9XD-9")])
    store.close()
    assert "10  Ghulam" in to_text(rolls).decode()  # with the numbers of the camp's own roll
    assert "1 on the list" in rolls.subtitle
    for wrong in (["roster", ids["ghulam"]], ["roster", "nobody"], ["slip", "7KQ2M9XD-9"]):
        ran = cli("print", *wrong)
        assert ran.code == 2
        assert ran.err
    assert cli("print", "slip", "-o", tmp_path / "slip.doc").code == 2


def test_a_blank_form_asks_every_field_in_the_order_of_the_form(cli: Cli, home: Path) -> None:
    for name, kind in kinds().items():
        lines = cli("print", "blank", name).text.splitlines()
        numbered = [line.split()[0] for line in lines if line[:1].isdigit()]
        assert numbered[: len(kind.asked_fields())] == [
            str(number) for number in range(1, len(kind.asked_fields()) + 1)
        ], name
        assert max(map(len, lines)) <= 78, name
    form = cli("print", "blank", "beneficiary").text
    assert "[ ] CARP Carpenter" in form
    assert "XXXX XXXX [ ][ ][ ][ ]\n" in form
    assert "if Any bar: yes" in form
    short = cli("print", "blank", "beneficiary", "--needed").text
    assert "Mobile" in short
    assert "Years in the trade" not in short
    assert not home.exists()  # it needs no installation
    html = cli("print", "blank", "toolkit", "--format", "html").text
    assert html.count("<i></i>") > 40
