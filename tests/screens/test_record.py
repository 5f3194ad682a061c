from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.screens.conftest import put

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.outreach.attendance import Attendance
from fieldkit.records.outreach.programme import Programme
from fieldkit.records.training.training_batch import TrainingBatch
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.screens.attendance.days_page import DaysPage
from fieldkit.screens.attendance.roster_page import RosterPage
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.form.form_widget import Form
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.lists.list_page import ListPage
from fieldkit.screens.look.glyphs import CORRECT, CRUMB, CURSOR, DUE, OPEN, SENT
from fieldkit.screens.records.history_page import HistoryPage
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.records.timeline import fold_days
from fieldkit.store import Answered, Edit, Event, State, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At


async def test_a_persons_page_has_facts_due_timeline_and_states(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("9419011432", "<enter>")
        assert f"Artisans {CRUMB} Ghulam Mohammad Bhat" in hand.text().splitlines()[0]
        assert f"{OPEN} not sent yet" in hand.text().splitlines()[0]
        assert block["ghulam"] in hand.line("Ghulam Mohammad Bhat  s/o Abdul Ahad Bhat, 42, man")
        assert "Carpenter  Wathoora, Chadoora  94190 11432  Submitted" in hand.text()
        assert f"{SENT} registered" in hand.text()
        assert f"{OPEN} toolkit" in hand.text()
        assert hand.line("DUE ").strip().startswith(f"DUE  {DUE} Toolkit selected; next: voucher")
        kit = next(line for line in hand.text().splitlines() if "01 Feb 2026" in line)
        assert f"{SENT} Toolkit selected" in kit
        assert "Asha" in kit
        assert kit.endswith(OPEN)


async def test_a_new_record_begins_on_the_page_of_one_of_its_kind_and_takes_the_next_keys(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        for kind, number in (("beneficiary", "ghulam"), ("self_help_group", "group")):
            await hand.app.navigator.open_record(kind, block[number])
            await hand.settle()
            await hand.press("<ctrl+n>", "kvd")
            form = hand.app.screen
            assert isinstance(form, FormPage)
            assert form.model is not None
            assert (form.model.kind.kind(), form.model.record) == (kind, None)
            assert form.model.fields["name"].text == "kvd"


async def test_letters_of_a_page_do_what_its_footer_says(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("9419011432", "<enter>", "k")
        form = hand.app.screen
        assert isinstance(form, FormPage)
        assert form.model is not None
        assert form.model.record is not None
        assert form.model.record.id == block["kit"]
        await hand.press("<escape>", "h")
        assert isinstance(hand.app.screen, HistoryPage)
        assert "Entered" in hand.text()
        await hand.press("<escape>", "e", "<escape>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)


async def test_the_page_of_a_record_that_left_offers_no_steps(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.app.navigator.open_record("beneficiary", block["tariq"])
        await hand.settle()
        assert "e edit" in hand.text()
        store.pull.receive(_left(store, block["tariq"]))
        page = hand.app.screen
        assert isinstance(page, RecordPage)
        await page.refresh_data()
        await hand.settle()
        assert "not on this laptop" in hand.text().splitlines()[0]
        assert hand.text().splitlines()[-1].strip() == "Esc back"
        await hand.press("k", "e", "d", "h")
        assert hand.app.screen is page


def _left(store: Store, record_id: str) -> Answered:
    """Let the server take everything, and say that the record stands in another area."""
    standing = store.outbox.log_position()
    assert standing is not None
    seqs = dict.fromkeys(range(1, standing.last_seq + 1), 1)
    gone = [("beneficiary", record_id)]
    return Answered(standing.origin, standing.last_seq, standing.head, seqs, gone=gone)


async def test_a_group_of_twelve_is_typed_without_leaving_the_form(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "noor", "<enter>")
        page = hand.app.screen
        assert isinstance(page, RecordPage)
        await hand.press("m", "<ctrl+n>")
        for number in range(12):
            await hand.press(f"Haseena {'abcdefghijkl'[number]}", "<ctrl+n>")
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, RecordPage)
        members = store.where("member", self_help_group_id=block["group"])
        assert len(members) == 13
        assert "Haseena a" in hand.text().replace("A", "a")


async def test_people_are_enrolled_one_after_the_other_and_nobody_twice(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("4", "<enter>", "<enter>", "m")
        assert isinstance(hand.app.screen, RosterPage)
        await hand.press("9419011432", "<enter>", "<enter>", "9419017710", "<enter>")
        assert "2 on the list" in hand.text()
        assert "On the list: Tariq Lone" in hand.text()
        await hand.press("9419017710")
        assert "Tariq Lone  s/o" not in hand.text()
        await hand.press("<escape>", "<escape>")
        assert "ENROLMENTS  2" in hand.text()
        assert "Ghulam Mohammad Bhat  Enrolled in batch" in hand.text()
    lines = store.where("training_enrolment", training_batch_id=block["batch"])
    assert {line.value("beneficiary_id") for line in lines} == {block["ghulam"], block["tariq"]}
    assert {line.value("state") for line in lines} == {"ENROLLED"}


async def test_the_menu_goes_everywhere_and_its_words_too(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("/", "member", "<enter>")
        assert "1" in hand.line("Members")
        await hand.press("<escape>", "<ctrl+p>", "he", "<enter>")
        assert "Help" in hand.line(CURSOR)
        await hand.press("not sent")
        assert "waits for the next sync" in hand.text()
        await hand.press("<escape>", "<escape>", "?", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
        await hand.press("/", "quit", "<enter>")
        assert not hand.app.is_running


async def test_no_screen_breaks_on_hostile_text(opened_app: At, store: Store) -> None:
    store.load(
        [
            Edit(Beneficiary, {"name": "[red]x[/] [@click=quit]", "trade_code": "CARP"}),
            Edit(Beneficiary, {"name": "\x1b]0;x\x07 \u202e", "trade_code": "CARP"}),
            Edit(Beneficiary, {"name": "علی محمد 🙂 ग़ुलाम", "trade_code": "CARP"}),
            Edit(Beneficiary, {"name": "z" * 10_000, "trade_code": "CARP"}),
        ],
        "[bold]",
    )
    async with opened_app(40, 10) as hand:
        await hand.press("/", "list: artisans", "<enter>")
        for _ in range(4):
            await hand.press("<enter>")
            assert "\x1b" not in hand.text()
            await hand.press("h", "<escape>", "<escape>", "<down>")
        assert isinstance(hand.app.screen, ListPage)


async def test_a_new_group_is_followed_by_its_page_and_escape_leads_back_to_the_list(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan SHG", "<ctrl+s>", "m", "<ctrl+n>")
        await hand.press("Haseena", "<ctrl+n>", "Rubeena", "<ctrl+s>")
        assert isinstance(hand.app.screen, RecordPage)
        assert hand.line(CRUMB).endswith("Gulshan SHG") or "Gulshan SHG" in hand.line(CRUMB)
        assert "MEMBERS  2" in hand.text()
        assert "Saved: Rubeena" in hand.text()
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, ListPage)
        await hand.press("<ctrl+n>", "Wular SHG", "<ctrl+n>", "<escape>")
        assert isinstance(hand.app.screen, ListPage)
    assert len(store.where("self_help_group")) == 3


async def test_the_header_counts_what_is_saved_from_a_page_and_beside_the_application(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "noor", "<enter>", "m", "<ctrl+n>")
        assert "6 not sent" in hand.text().splitlines()[0]
        await hand.press("Haseena", "<ctrl+n>")
        assert "7 not sent" in hand.text().splitlines()[0]
        put(store, Programme, programme_kind="ORIENT", held_on=date(2026, 1, 1))
        await hand.press("<escape>")
        assert "8 not sent" in hand.text().splitlines()[0]


async def test_a_record_is_deleted_when_asked_twice_running(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "noor", "<enter>", "d")
        assert "Delete self-help group Noor SHG? Press d again. What belongs to it stays: 1." in (
            hand.text()
        )
        await hand.press("<down>")
        assert "Press d again" not in hand.text()
        await hand.press("d")
        assert store.where("self_help_group")
        await hand.press("d")
        assert not store.where("self_help_group")
        assert isinstance(hand.app.screen, ListPage)
        assert "Deleted: self-help group Noor SHG" in hand.text()


async def test_a_line_of_a_page_is_deleted_by_the_delete_key(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("9419011432", "<enter>")
        await hand.press("<delete>", "<delete>")  # the person's own line
        assert store.get("beneficiary", block["ghulam"]) is not None
        await hand.press("<down>", "<delete>", "<delete>")
        assert "Deleted: toolkit Ghulam Mohammad Bhat" in hand.text()
        assert "Toolkit selected" not in hand.text()
    assert not store.where("toolkit")
    assert store.where("beneficiary", name="Ghulam Mohammad Bhat")


async def test_whoever_is_registered_from_a_roll_is_on_it_and_the_last_one_can_be_taken_off(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("4", "<enter>", "<enter>", "m", "shaista bano", "<ctrl+n>")
        model = hand.app.screen.query_one(Form).model
        while model is not None and model.at != "trade_code":
            await hand.press("<down>")
        await hand.press("tail", "<ctrl+s>")
        assert isinstance(hand.app.screen, RosterPage)
        assert "On the list: Shaista Bano" in hand.text()
        await hand.press("9419017710", "<enter>")
        assert "2 on the list" in hand.text()
        await hand.press("<ctrl+z>")
        assert "1 on the list" in hand.text()
        assert "Off the list again: Tariq Lone" in hand.text()


async def test_who_was_present_is_marked_by_number_and_down_the_list(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    for name in ("ghulam", "tariq"):
        put(
            store,
            TrainingEnrolment,
            training_batch_id=block["batch"],
            beneficiary_id=block[name],
            state="ENROLLED",
        )
    put(store, TrainingEnrolment, training_batch_id=block["batch"], member_id=block["zooni"])
    store.save([Edit(TrainingBatch, {"ends_on": date(2026, 1, 10)}, block["batch"])], "Asha")

    def marks(day: int) -> dict[object, object]:
        return {
            mark.value("beneficiary_id") or mark.value("member_id"): mark.value("present")
            for mark in store.where("attendance", on=date(2026, 1, day))
        }

    async with opened_app() as hand:
        await hand.press("4", "<enter>", "<enter>", "a")
        assert "0 of 3 present" in hand.line("10 Jan 2026")
        await hand.press("11", "<enter>", "<enter>")
        assert marks(10) == {block["tariq"]: True}
        await hand.press("<left>", "<space>", "<space>", "<minus>")
        assert "2 of 3 present" in hand.line("09 Jan 2026")
        assert marks(9) == {block["ghulam"]: True, block["tariq"]: True, block["zooni"]: False}
        await hand.press("<home>", "<space>", "11", "<minus>")
        assert marks(9) == {block["ghulam"]: True, block["tariq"]: False, block["zooni"]: False}
        await hand.press("<up>", "<delete>", "<delete>", "<right>", "<right>")
        assert "no other day that can be marked" in hand.text()
        assert set(marks(9)) == {block["tariq"], block["zooni"]}
        await hand.press("<escape>", "<escape>", "<escape>", "9419017710", "<enter>")
        assert "Training days 1 present, 1 absent Asha" in " ".join(
            hand.line("10 Jan 2026").split()
        )


async def test_marks_that_came_meanwhile_are_shown_and_counted_on(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    enrolled = {"training_batch_id": block["batch"], "beneficiary_id": block["ghulam"]}
    put(store, TrainingEnrolment, **enrolled)
    store.save([Edit(TrainingBatch, {"ends_on": date(2026, 1, 10)}, block["batch"])], "Asha")
    first, second = date(2026, 1, 10), date(2026, 1, 9)
    async with opened_app() as hand:
        await hand.press("4", "<enter>", "<enter>", "a")
        page = hand.app.screen
        assert isinstance(page, DaysPage)
        put(store, Attendance, **enrolled, on=first, present=False)
        await page.refresh_data()
        assert "absent" in hand.line("Ghulam")
        await hand.press("<left>")
        put(store, Attendance, **enrolled, on=second, present=False)
        await hand.press("<space>")
        assert "absent" in hand.line("Ghulam")
        await hand.press("<space>")
        assert "1 of 1 present" in hand.text()
    assert [mark.value("present") for mark in store.where("attendance", on=second)] == [True]


def test_days_of_one_training_are_one_line_where_the_last_of_them_stands() -> None:
    def event(day: int, number: str, state: State = State.ON_SERVER) -> Event:
        return Event(date(2026, 1, day), "attendance", number, "Training day", "Asha", state)

    between = Event(date(2026, 1, 6), "toolkit", "k", "Toolkit selected", "Asha", State.QUEUED)
    events = [event(5, "a"), between, event(7, "b", State.QUEUED), event(9, "c"), event(9, "d")]
    of = {"a": "T", "b": "T", "c": "T", "d": "U"}
    folded = fold_days(events, of, {"b"}, TrainingBatch)
    assert folded == [
        between,
        Event(
            date(2026, 1, 9),
            "training_batch",
            "T",
            "Training days: 2 present, 1 absent",
            "Asha",
            State.QUEUED,
        ),
        event(9, "d"),
    ]


async def test_a_registration_without_a_date_stands_last(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("9419011432", "<enter>")
        lines = [line for line in hand.text().splitlines() if "Asha" in line][1:]
        assert "Toolkit selected" in lines[0]
        assert "no date" in lines[1]


async def test_the_menu_of_a_page_offers_its_actions(opened_app: At, block: dict[str, str]) -> None:
    async with opened_app() as hand:
        await hand.press("9419017710", "<enter>", "/", "here")
        assert "k on this page" in hand.line("Here: toolkit")
        await hand.press(" loan", "<enter>")
        assert isinstance(hand.app.screen, FormPage)
        assert "New loan" in hand.text()
        assert "Tariq Lone" in hand.text()
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, RecordPage)


async def test_a_saved_remark_stays_on_the_records_page(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    store.save([Edit(Beneficiary, {"gender": "F"}, block["ghulam"])], "Asha")
    async with opened_app() as hand:
        await hand.press("9419011432", "<enter>")
        said = "s/o, d/o or w/o. Check both."
        assert hand.line("To check").strip().startswith(f"{CORRECT} To check  Man or woman:  This")
        assert hand.line("To check").endswith(said)
        assert hand.text().count(said) == 1


async def test_what_does_not_fit_scrolls_with_the_lines(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app(60, 16) as hand:
        await hand.press("9419011432", "<enter>")
        assert "more lines" in hand.text()
        assert "Born" not in hand.text()
        await hand.press("g")
        assert "Born  23 Jan 1984, 42 years" in hand.text()
        await hand.press("<enter>")  # the marked line is out of sight: it is shown first
        assert isinstance(hand.app.screen, RecordPage)
        assert "Toolkit selected" in hand.marked()
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, FormPage)


async def test_a_narrow_timeline_cuts_no_step(opened_app: At, block: dict[str, str]) -> None:
    async with opened_app(60, 20) as hand:
        await hand.press("9419011432", "<enter>")
        assert "Toolkit selected  " in hand.line("01 Feb 2026")
        assert hand.line("01 Feb 2026").endswith(OPEN)


async def test_a_wide_page_has_due_work_and_details_beside(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app(120, 36) as hand:
        await hand.press("9419011432", "<enter>")
        assert "─ Due ─" in hand.text()
        assert "─ Details ─" in hand.text()
        assert hand.text().count("23 Jan 1984, 42 years") == 1
        assert "DUE  " not in hand.text()
