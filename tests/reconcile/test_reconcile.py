"""A portal's list against the records here: what comes of each row, and of what is accepted."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from threading import Event

import pytest
import xlwt
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.reconcile.conftest import AS_OF, Compare, artisan, differing, missing, put, rows

from fieldkit.day.correction import undo as undo_correction
from fieldkit.interruption import Interrupted
from fieldkit.protocol.change import Op
from fieldkit.reconcile import acts
from fieldkit.reconcile.comparison import Counts, reconcile
from fieldkit.reconcile.rest import write_rest
from fieldkit.reconcile.rows import Outcome
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.artisans.verification import Verification
from fieldkit.records.credit.loan import Loan
from fieldkit.store import Edit, Store

HEAD = "Application ID,Name,S/o,Mobile,Trade,Village,Registration Date"
KITS = "Application ID,Beneficiary Name,Father Name,Mobile,Toolkit Status,Date of Delivery"
KITS += ",Tracking No."
GHULAM = "PMV1001,ghulam  mohammad BHAT,Abdul Ahad Bhat,9419011439,Mason,Wathoora,02-04-2026"
ALI = "PMV1002,Ali Lone,Rashid Lone,9419011433,Carpenter,Wathoora,03-05-2026"
ZOONI = "PMV1003,Zooni Akhter,Gani,9419011444,Tailor,Nagam,10-05-2026"


def counts(**many: int) -> Counts:
    return Counts(*[0] * len(Counts._fields))._replace(**many)


@pytest.fixture
def ghulam(store: Store) -> str:
    return artisan(
        store,
        "Ghulam Mohammad Bhat",
        "Abdul Ahad Bhat",
        mobile="9419011432",
        portal_no="PMV1001",
        registered_on=date(2026, 4, 2),
    )


@pytest.fixture
def ali(store: Store) -> str:
    """An artisan whose portal number nobody has entered."""
    return artisan(
        store, "Ali Lone", "Rashid Lone", mobile="9419011433", registered_on=date(2026, 5, 2)
    )


def test_registrations_are_compared_decided_and_then_the_same(
    store: Store, compare: Compare, ghulam: str, ali: str
) -> None:
    artisan(store, "Only Here", "Nazir", portal_no="PMV9", registered_on=date(2026, 5, 9))
    artisan(store, "Before The List", "Nazir", portal_no="PMV8", registered_on=date(2026, 3, 9))
    artisan(store, "Elsewhere", "Nazir", portal_no="PMV7", registered_on=date(2026, 5, 9), block=17)
    artisan(store, "Not Registered", "Nazir")
    bad = "PMV1004,[red]Bad[/],Gani,94190,Tailor,Nagam,10-05-2026"
    found = compare("beneficiary", HEAD, GHULAM, ALI, ZOONI, bad)
    assert found.counts() == counts(differs=1, uncertain=1, portal_only=1, field_only=2, rejected=1)
    assert differing(found) == {"Ghulam Mohammad Bhat": ["mobile", "trade_code"]}
    assert missing(found) == ["Ali Lone", "Only Here"]
    assert found.loaded.reasons == [(5, "Mobile: 5 digits: 5 missing.")]
    assert found.loaded.rejects_file is not None
    assert "[red]Bad[/]" in found.loaded.rejects_file.read_text("utf-8")

    row = rows(found, Outcome.UNCERTAIN)[0]
    assert [number for _, number in row.candidates] == [ali]
    act = acts.confirm(store, found, row, *row.candidates[0])
    assert acts.save(store, found, act, "Asha") == 1
    record = store.get("beneficiary", ali)
    assert record is not None
    assert record.value("portal_no") == "PMV1002"
    assert differing(found)["Ali Lone"] == ["registered_on"]

    assert acts.keep(store, found, acts.some_rows(found, Outcome.DIFFERS), ["trade_code"]) == 1
    chosen = acts.accept(store, found, acts.some_rows(found, Outcome.DIFFERS))
    made = acts.create(store, found, acts.some_rows(found, Outcome.PORTAL_ONLY))
    assert acts.save(store, found, acts.together(chosen, made), "Asha") == 3
    left = counts(same=2, kept=1, field_only=1, rejected=1)
    assert found.counts() == left
    operators = {one.change.operator for one in store.outbox.of(ali)}
    assert operators == {"Asha", "Asha (portal, 26 Sep 2026)"}

    again = compare("beneficiary", HEAD, GHULAM, ALI, ZOONI, bad)
    assert again.counts() == left
    assert [d.field for row in rows(again, Outcome.KEPT) for d in row.kept] == ["trade_code"]
    acts.ask_again(store, again, rows(again, Outcome.KEPT)[0])
    assert differing(again) == {"Ghulam Mohammad Bhat": ["trade_code"]}


def test_an_act_is_undone_in_one_act(store: Store, compare: Compare, ghulam: str) -> None:
    found = compare("beneficiary", HEAD, GHULAM, ZOONI)
    before = found.counts()
    act = acts.together(
        acts.accept(store, found, acts.some_rows(found, Outcome.DIFFERS)),
        acts.create(store, found, acts.some_rows(found, Outcome.PORTAL_ONLY)),
    )
    assert acts.save(store, found, act, "Asha") == 2
    assert found.counts() == counts(same=2)
    assert acts.undo(store, found, act, "Asha").many == 2
    assert found.counts() == before
    assert undo_correction(store, "Asha").many == 0
    assert store.counts()["beneficiary"] == 1


def test_nobody_is_guessed(store: Store, compare: Compare) -> None:
    for _ in range(2):
        artisan(store, "Ali Lone", "Rashid Lone", mobile="9419011433")
    twins = [artisan(store, name, "Gani", portal_no="PMV2000") for name in ("Hasan", "Husain")]
    found = compare("beneficiary", HEAD, ALI, "PMV2000,Hasan,Gani,,Mason,Nagam,")
    ali, hasan = rows(found, Outcome.UNCERTAIN)
    assert len(ali.candidates) == 2
    assert {number for _, number in hasan.candidates} == {*twins}
    acts.deny(store, found, ali)
    assert [row.number for row in rows(found, Outcome.PORTAL_ONLY)] == [ali.number]


def test_one_whom_another_row_means_for_certain_is_not_proposed(
    compare: Compare, ghulam: str
) -> None:
    alike = ",Ghulam Mohammad Bhat,Abdul Ahad Bhat,9419011432,Carpenter,Wathoora,"
    found = compare("beneficiary", HEAD, alike, GHULAM)
    assert found.counts() == counts(differs=1, portal_only=1)


def test_rows_about_one_record_must_agree(store: Store, compare: Compare, ghulam: str) -> None:
    other = GHULAM.replace("Mason", "Tailor")
    new = ZOONI.replace("Nagam", "Wathoora")
    found = compare("beneficiary", HEAD, GHULAM, GHULAM, other, ZOONI, new)
    assert found.counts() == counts(differs=1, repeated=1, uncertain=2, portal_only=1)
    assert {row.why for row in rows(found, Outcome.UNCERTAIN)} == {
        f"Row {n} of the list is about the same record. Correct the list." for n in (2, 5)
    }


def test_deliveries_are_found_by_the_person(
    store: Store, compare: Compare, ghulam: str, ali: str
) -> None:
    kit = put(store, Toolkit, beneficiary_id=ghulam, state="SELECTED", selected_on=date(2026, 2, 1))
    found = compare(
        "toolkit",
        KITS,
        "PMV1001,Ghulam M Bhat,,,Delivered,05-06-2026,EK123456789IN",
        "PMV1002,Ali Lone,Rashid Lone,9419011433,Delivered,06-06-2026,EK123456790IN",
        "PMV7777,Nobody At All,Nazir,,Delivered,06-06-2026,EK123456791IN",
    )
    assert found.counts() == counts(differs=1, uncertain=1, portal_only=1)
    assert rows(found, Outcome.DIFFERS)[0].record == kit
    row = rows(found, Outcome.UNCERTAIN)[0]
    assert row.candidates == [("beneficiary", ali)]
    assert acts.save(store, found, acts.confirm(store, found, row, *row.candidates[0]), "Asha") == 1
    made = acts.create(store, found, acts.some_rows(found, Outcome.PORTAL_ONLY))
    assert [one.reason for one in made.preview.refused] == [
        "The person or group it is about is not entered here. Enter them first."
    ]
    acts.save(store, found, made, "Asha")
    acts.save(store, found, acts.accept(store, found, rows(found, Outcome.DIFFERS)), "Asha")
    assert found.counts() == counts(same=2, portal_only=1)
    assert [one.value("state") for one in store.where("toolkit", barcode="EK123456790IN")] == [
        "DELIVERED"
    ]


def test_stages_are_told_apart_by_stage_and_date(
    store: Store, compare: Compare, ghulam: str
) -> None:
    def decided(stage: str, decision: str, day: date) -> None:
        put(
            store,
            Verification,
            beneficiary_id=ghulam,
            stage=stage,
            decision=decision,
            decided_on=day,
        )

    decided("1", "RETURNED", date(2026, 4, 1))
    decided("1", "APPROVED", date(2026, 4, 10))
    decided("2", "APPROVED", date(2026, 5, 10))
    head = "Application No,Name of Beneficiary,Stage,Decision,Date of Decision"
    found = compare(
        "verification",
        head,
        "PMV1001,Ghulam,1,Approved,10/04/2026",
        "PMV1001,Ghulam,2,Approved,11/05/2026",
        "PMV1001,Ghulam,3,Approved,21/06/2026",
    )
    assert found.counts() == counts(same=1, differs=1, portal_only=1)
    assert differing(found) == {"Ghulam Mohammad Bhat": ["decided_on"]}
    unclear = compare("verification", head, "PMV1001,Ghulam,2,Rejected,21/06/2026")
    assert unclear.counts().uncertain == 1
    unclear = compare("verification", head.replace("Stage", "X"), "PMV1001,G,,Approved,21/06/2026")
    assert rows(unclear, Outcome.UNCERTAIN)[0].why == "The list does not say: Stage."


def test_loans_are_found_by_their_own_number_or_product(
    store: Store, compare: Compare, ghulam: str
) -> None:
    put(
        store,
        Loan,
        beneficiary_id=ghulam,
        product="PMV1",
        state="SPONSORED",
        applied_on=date(2026, 5, 1),
        applied_amount=100000,
    )
    found = compare(
        "loan",
        "Beneficiary Registration No,Application ID,Scheme,Status,Sponsored On,Amount Applied",
        'PMV1001,LN7700,PMV1,SPONSORED,01-05-2026,"1,00,000"',
    )
    assert differing(found) == {"Ghulam Mohammad Bhat": ["application_no"]}
    acts.save(store, found, acts.accept(store, found, rows(found, Outcome.DIFFERS)), "Asha")
    later = compare(
        "loan", "Application ID,Status,Date of Sanction", "LN7700,Sanctioned,02-06-2026"
    )
    assert differing(later) == {"Ghulam Mohammad Bhat": ["state", "sanctioned_on"]}


def _table(path: Path, form: str) -> None:
    lines = [HEAD.split(","), GHULAM.split(","), ZOONI.split(",")]
    if form == "xls":
        old = xlwt.Workbook()
        sheet = old.add_sheet("List")
        for down, line in enumerate(lines):
            for across, cell in enumerate(line):
                sheet.write(down, across, cell)
        old.save(str(path))
        return
    if form == "xlsx":
        book = Workbook()
        for line in lines:
            book.worksheets[0].append(line)
        book.save(path)
        return
    cells = ("".join(f"<td>{cell}</td>" for cell in line) for line in lines)
    page = "".join(f"<tr>{row}</tr>" for row in cells)
    text = f"<html><body><table>{page}</table></body></html>" if form == "html" else ""
    path.write_text(text or "\n".join(map(",".join, lines)), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.csv", "csv"), ("[b]x[b] =1+1.xlsx", "xlsx"), ("portal.xls", "html"), ("old.xls", "xls")],
)
def test_lists_of_every_form_are_read(
    compare: Compare, ghulam: str, tmp_path: Path, name: str, form: str
) -> None:
    path = tmp_path / name
    _table(path, form)
    found = compare("beneficiary", path=path)
    assert found.counts() == counts(differs=1, portal_only=1)


def test_what_is_left_is_written_without_formulas(
    store: Store, compare: Compare, ghulam: str, tmp_path: Path
) -> None:
    artisan(store, "Only Here", "Nazir", portal_no="PMV9", registered_on=date(2026, 5, 9))
    line = ZOONI.replace("Nagam", "=HYPERLINK(1)").replace("Zooni", "[red]Zooni")
    found = compare("beneficiary", HEAD, GHULAM, line)
    assert write_rest(store, found, tmp_path / "rest.csv", "Asha") == 4
    (logged,) = store.each("export_log")
    assert [logged.value(name) for name in ("exported_by", "way", "record_kind", "records")] == [
        "Asha",
        "export",
        "beneficiary",
        2,
    ]
    text = (tmp_path / "rest.csv").read_text("utf-8-sig")
    assert text.startswith("This file holds personal data.")
    assert "differs,2," in text
    assert "Mobile,94190 11432,94190 11439," in text
    assert "only in the field,,ID,Only Here".replace("ID", rows_id(text, "Only Here")) in text
    assert "[red]Zooni Akhter" in text
    assert write_rest(store, found, tmp_path / "rest.xlsx", "Asha") == 4


def rows_id(text: str, name: str) -> str:
    return next(line.split(",")[2] for line in text.splitlines() if name in line)


def test_empty_cells_and_other_spellings_say_nothing(
    compare: Compare, ghulam: str, ali: str
) -> None:
    spelled = "PMV 1001, GHULAM MOHAMMAD bhat ,abdul ahad BHAT,+91 94190-11432,Carpenter,,"
    found = compare("beneficiary", HEAD, spelled)
    assert found.counts() == counts(same=1, field_only=1)


def test_a_laptop_is_told_what_it_may_not_save(store: Store, compare: Compare, ghulam: str) -> None:
    found = compare("beneficiary", HEAD + ",Status", GHULAM + ",S3_APPROVED")
    store.access.enrol("https://office.example", "token", "registrar", 2, 16)
    act = acts.accept(store, found, rows(found, Outcome.DIFFERS))
    assert not act.preview.changes
    assert "operator" in act.preview.refused[0].reason
    store.access.enrol("https://office.example", "token", "operator", 2, 17)
    act = acts.accept(store, found, rows(found, Outcome.DIFFERS))
    assert "outside the area of this laptop" in act.preview.refused[0].reason


def test_a_stopped_comparison_leaves_nothing(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "portal.csv"
    path.write_text("\n".join([HEAD, ZOONI]), encoding="utf-8")
    left = store.home / "reconcile-of-a-power-cut"
    left.mkdir()
    os.utime(left, (0, 0))
    stop = Event()
    stop.set()
    with pytest.raises(Interrupted):
        reconcile(store, "beneficiary", path, as_of=AS_OF, stop=stop)
    assert not [one for one in store.home.iterdir() if one.name.startswith("reconcile-")]
    assert store.counts()["beneficiary"] == 0


NAMES = st.sampled_from(["Ghulam Nabi", "Zooni Akhter", "Ali Lone", "Rehana", "Ab Rashid"])
LINE = st.tuples(
    st.sampled_from(["", "PMV1111", "PMV1222", "PMV1333"]),
    NAMES,
    st.sampled_from(["", "Gani", "Nazir Bhat"]),
    st.sampled_from(["", "9419011433", "9419011444"]),
    st.sampled_from(["Mason", "Tailor", "carpenter"]),
    st.sampled_from(["", "Nagam", "wathoora"]),
    st.sampled_from(["", "01-05-2026", "13/06/2026"]),
)
HELD = st.lists(
    st.tuples(
        NAMES, st.sampled_from(["PMV1111", "PMV1222", None]), st.sampled_from(["CARP", "TAIL"])
    ),
    max_size=3,
)


@settings(
    max_examples=8,
    phases=[Phase.generate],
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=st.lists(LINE, min_size=1, max_size=5), held=HELD)
def test_what_is_accepted_is_the_same_when_the_list_comes_again(
    store: Store, compare: Compare, lines: list[tuple[str, ...]], held: list[tuple[str, str, str]]
) -> None:
    for record in list(store.each("beneficiary")):
        store.save([Edit(Beneficiary, {}, record.id, op=Op.DELETE)], "Asha")
    for name, number, trade in held:
        artisan(store, name, "Gani", portal_no=number, trade_code=trade)
    table = [HEAD, *(",".join(line) for line in lines)]
    found = compare("beneficiary", *table)
    for row in rows(found, Outcome.UNCERTAIN):
        acts.deny(store, found, row)
    act = acts.together(
        acts.accept(store, found, acts.some_rows(found, Outcome.DIFFERS)),
        acts.create(store, found, acts.some_rows(found, Outcome.PORTAL_ONLY)),
    )
    assert not act.preview.refused
    acts.save(store, found, act, "Asha")
    seen = found.counts()
    assert (seen.differs, seen.portal_only) == (0, 0)
    before = store.counts()["beneficiary"]
    again = compare("beneficiary", *table)
    assert again.counts() == seen
    assert (again.counts().same + seen.repeated + seen.uncertain) == len(lines)
    assert store.counts()["beneficiary"] == before


def test_an_undo_leaves_new_records_that_were_used_since(
    store: Store, compare: Compare, ghulam: str
) -> None:
    nazir = "PMV1004,Nazir Dar,Gani,9419011445,Mason,Nagam,11-05-2026"
    habib = "PMV1005,Habib Wani,Gani,9419011446,Mason,Nagam,12-05-2026"
    found = compare("beneficiary", HEAD, ZOONI, nazir, habib)
    act = acts.create(store, found, acts.some_rows(found, Outcome.PORTAL_ONLY))
    assert acts.save(store, found, act, "Asha") == 3
    zooni, nazir, habib = (one.id for one in act.preview.changes)
    put(store, Loan, beneficiary_id=zooni, product="PMV1", state="SPONSORED")
    store.review.send_back(nazir, "Ask for the ration card", "Reyaz")
    undone = acts.undo(store, found, act, "Asha")
    assert (undone.many, undone.since) == (1, 2)
    here = {one.id for one in store.each("beneficiary")}
    assert here == {ghulam, zooni, nazir}


def test_the_official_number_of_a_merged_record_does_not_replace_the_kept_ones(
    store: Store, compare: Compare, ghulam: str
) -> None:
    twice = artisan(store, "Gulam Bhat", "Abdul Ahad Bhat", portal_no="PMV1009")
    store.merges.merge("beneficiary", ghulam, twice, "Asha")
    found = compare("beneficiary", HEAD, GHULAM.replace("PMV1001", "PMV1009"))
    assert differing(found) == {"Ghulam Mohammad Bhat": ["mobile", "trade_code"]}
    assert missing(found) == []
    store.merges.unmerge("beneficiary", twice, "Asha")
    assert "Gulam Bhat" in differing(compare("beneficiary", HEAD, GHULAM.replace("1001", "1009")))
