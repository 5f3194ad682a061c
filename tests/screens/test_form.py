from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from fieldkit.records import Record, Value, kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.header_status import HeaderStatus
from fieldkit.screens.base.navigator import SavedRecord
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.look.text import words_of
from fieldkit.screens.records.page_data import read_page_data
from fieldkit.screens.widgets.bars import Sentence
from fieldkit.store import Draft, Edit, Store, StoreError

PERSON = [
    "gulam mohd bhat", "s", "abdul ahad=", "2301 1984", "9419011432", "0143", "gen",
    "Wathoora", "carp", "n",
]  # fmt: skip


class Trial(AppBase):
    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.header_status = HeaderStatus(operator="Asha")
        self.results: list[SavedRecord | None] = []


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = Store.open(tmp_path)
    store.init("Asha", 10, None)
    store.close()
    return tmp_path


@asynccontextmanager
async def opened(
    home: Path,
    kind: type[Record] = Beneficiary,
    *,
    size: tuple[int, int] = (80, 24),
    record_id: str | None = None,
    texts: Mapping[str, str] | None = None,
    draft: Draft | None = None,
) -> AsyncIterator[tuple[Trial, FormPage, Pilot[int]]]:
    app = Trial(home)
    async with app.run_test(size=size) as pilot:
        await app.open_store()
        screen = FormPage(kind, record_id=record_id, texts=texts, draft=draft)
        app.push_screen(screen, app.results.append)
        await settled(app, pilot)
        yield app, screen, pilot


async def settled(app: Trial, pilot: Pilot[int]) -> None:
    await pilot.pause()
    await app.keys_handled()
    for _ in range(2):
        await pilot.pause()
        await app.workers.wait_for_complete()
    await pilot.pause()


def send(app: Trial, *parts: str) -> None:
    """Type without a pause; names of keys stand in angle brackets."""
    for part in parts:
        keys = [part[1:-1]] if part.startswith("<") else list(part)
        for key in keys:
            character = key if len(key) == 1 else None
            app.post_message(events.Key("question_mark" if key == "?" else key, character))


def rows_of(app: Trial) -> list[str]:
    screen = app.screen
    return ["".join(s.text for s in strip) for strip in screen._compositor.render_strips()]


def saved(home: Path, kind: str) -> list[dict[str, Value]]:
    store = Store.open(home)
    try:
        return [record.values() for record in store.each(kind)]
    finally:
        store.close()


def typed(values: Sequence[str]) -> list[str]:
    return [part for value in values for part in (value, "<enter>")]


async def test_a_whole_page_typed_without_pauses_lands_in_its_fields(home: Path) -> None:
    async with opened(home) as (app, _, pilot):
        send(app, *typed(PERSON), "<ctrl+s>")
        await settled(app, pilot)
        assert [type(result) for result in app.results] == [SavedRecord]
    person = saved(home, "beneficiary")[0]
    assert {name: value for name, value in person.items() if value is not None} | {"id": ""} == {
        "name": "Gulam Mohd Bhat",
        "relation": "SO",
        "relation_name": "Abdul Ahad Bhat",
        "gender": "M",
        "born": "1984-01-23",
        "mobile": "9419011432",
        "aadhaar_last4": "0143",
        "category": "GEN",
        "village": "Wathoora",
        "trade_code": "CARP",
        "bars": False,
        "id": "",
        "district": 10,
        "deleted": False,
        "created_by": "Asha",
    } | {name: person[name] for name in ("created_at", "updated_at")}


async def test_save_and_next_at_full_speed(home: Path) -> None:
    others = {"Asif Lone": "2216", "Bashir Dar": "7590", "Nazir Wani": "3871", "Zahoor Mir": "9004"}
    people = [[name, *PERSON[1:5], four, *PERSON[6:]] for name, four in others.items()]
    async with opened(home) as (app, screen, pilot):
        for person in people:
            send(app, *typed(person), "<ctrl+n>")
        await settled(app, pilot)
        assert screen.model is not None
        assert screen.model.values["name"] is None
    names = sorted(str(person["name"]) for person in saved(home, "beneficiary"))
    assert names == sorted(person[0] for person in people)


async def test_what_stands_in_the_way_is_said_and_the_cursor_goes_there(home: Path) -> None:
    async with opened(home) as (app, screen, pilot):
        send(app, *typed(["Zooni Akhter", "d", "Ab Gani", "1990", "94190 1143"]), "<ctrl+s>")
        await settled(app, pilot)
        assert screen.model is not None
        assert screen.model.at == "mobile"
        sentence = app.screen.query_one(Sentence).text
        assert "9 digits: 1 missing" in sentence
        send(app, "2", "<ctrl+s>")
        await settled(app, pilot)
        assert screen.model.at == "trade_code"
        assert not saved(home, "beneficiary")
        send(app, "tail", "<ctrl+s>")
        await settled(app, pilot)
    assert saved(home, "beneficiary")[0]["mobile"] == "9419011432"


async def test_a_draft_brings_back_texts_field_and_cursor(home: Path) -> None:
    async with opened(home) as (app, _, pilot):
        send(app, *typed(PERSON[:4]), "94190", "<escape>")
        await settled(app, pilot)
        assert app.results == [None]
    store = Store.open(home)
    draft = store.drafts.of("Asha")[0]
    store.close()
    assert draft.texts["name"] == "gulam mohd bhat"
    async with opened(home, draft=draft) as (app, screen, pilot):
        model = screen.model
        assert model is not None
        assert (model.at, model.current.text, model.current.box.cursor) == ("mobile", "94190", 5)
        send(app, "11432", "<enter>", *typed(PERSON[5:]), "<ctrl+s>")
        await settled(app, pilot)
    store = Store.open(home)
    assert store.drafts.of("Asha") == []
    store.close()
    assert saved(home, "beneficiary")[0]["mobile"] == "9419011432"


async def test_a_whole_aadhaar_number_never_reaches_the_draft(home: Path) -> None:
    async with opened(home) as (app, _, pilot):
        send(app, "Zooni", "<enter>", "<down>", "999941057058", "<enter>")
        send(app, "<down>", "<down>", "<down>", "99994105", "<escape>")
        await settled(app, pilot)
    store = Store.open(home)
    draft = store.drafts.of("Asha")[0]
    store.close()
    assert draft.texts["name"] == "Zooni"
    assert not any("9999" in text for text in draft.texts.values())
    for path in home.iterdir():
        assert b"9999410" not in path.read_bytes()


async def test_leaving_an_untouched_form_leaves_nothing_behind(home: Path) -> None:
    async with opened(home, texts={"name": "Zooni"}) as (app, _, pilot):
        send(app, "<escape>")
        await settled(app, pilot)
    store = Store.open(home)
    assert store.drafts.of("Asha") == []
    store.close()


@pytest.fixture
def artisan(home: Path) -> str:
    store = Store.open(home)
    fields: dict[str, Value] = {"name": "Zooni Akhter", "village": "Nagam", "trade_code": "TAIL"}
    number = store.save([Edit(Beneficiary, fields)], "Asha")[0].id
    store.close()
    return number


async def test_an_edit_saves_only_what_was_changed(home: Path, artisan: str) -> None:
    async with opened(home, record_id=artisan) as (app, screen, pilot):
        assert screen.model is not None
        send(app, "<end>", " Jan", "<ctrl+s>")
        await settled(app, pilot)
        assert [(one.id, one.new) for one in app.results if one] == [(artisan, False)]
    store = Store.open(home)
    assert store.outbox.of(artisan)[-1].change.fields == {"name": "Zooni Akhter Jan"}
    store.close()


async def test_enter_on_a_reference_waits_for_what_is_found(home: Path, artisan: str) -> None:
    async with opened(home, TrainingEnrolment) as (app, screen, pilot):
        model = screen.model
        assert model is not None
        while model.at != "beneficiary_id":
            send(app, "<down>")
            await settled(app, pilot)
        send(app, "zooni akhter nagam", "<enter>")
        await settled(app, pilot)
        assert model.values["beneficiary_id"] == artisan
        assert any("Zooni Akhter, Nagam" in row for row in rows_of(app))


async def test_paste_goes_into_the_field_on_one_line(home: Path) -> None:
    async with opened(home) as (app, screen, pilot):
        app.post_message(events.Paste("Ghulam\r\n\tMohammad\x1b[31m\x07 \u202eBhat"))
        await settled(app, pilot)
        model = screen.model
        assert model is not None
        assert model.current.text == "Ghulam Mohammad[31m Bhat"


async def test_the_mouse_goes_to_a_field_and_takes_a_choice(home: Path) -> None:
    async with opened(home) as (app, screen, pilot):
        model = screen.model
        assert model is not None
        category = list(model.fields).index("category")
        await pilot.click("#form", offset=(5, 2 + category))
        assert model.at == "category"
        rows = rows_of(app)
        below = next(y for y, row in enumerate(rows) if "Other Backward" in row)
        await pilot.click("#form", offset=(rows[below].index("Backward"), below - 2))
        assert model.values["category"] == "OBC"
        await pilot.click("#form", offset=(5, 2))
        send(app, "Zooni")
        await settled(app, pilot)
        assert model.fields["name"].text == "Zooni"


@pytest.mark.parametrize(
    "text",
    [
        "[red]x[/]",
        "\x1b[31mred\x1b[0m",
        "\x00\x01\x02bell\x07",
        "\u202eevil\u2066",
        "x" * 10_000,
        "ग़ुलाम मोहम्मद",
        "غلام محمد بٹ",
        "漢字かな",
        "👨‍👩‍👧 family ❤️",
        "e\u0301\u0301\u0301",
        "\u0301",
        "\ud800",
        "\U000e0001\uffff",
    ],
)
@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_any_text_is_shown_without_breaking_the_screen(
    home: Path, text: str, size: tuple[int, int]
) -> None:
    async with opened(home, size=size) as (app, _, pilot):
        app.post_message(events.Paste(text))
        send(app, "<left>", "<left>", "a", "<home>", "b", "<end>", "<backspace>")
        await settled(app, pilot)
        for row in rows_of(app):
            assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in row)
            assert not any(c in row for c in "\u202e\u2066\u200f")
        strips = app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {size[0]}
        for character in text[:200]:
            app.post_message(events.Key("x", character))
        send(app, "<enter>", "<ctrl+s>")
        await settled(app, pilot)
        assert {s.cell_length for s in app.screen._compositor.render_strips()} == {size[0]}


@pytest.mark.parametrize("kind", sorted(kinds()))
async def test_every_kind_opens_and_can_be_walked_through(home: Path, kind: str) -> None:
    async with opened(home, kinds()[kind]) as (app, screen, pilot):
        model = screen.model
        assert isinstance(model, FormModel)
        for _ in model.fields:
            send(app, "?", "<down>")
        await settled(app, pilot)
        assert model.at == list(model.fields)[-1]


async def test_keys_wait_for_a_form_that_is_still_opening(home: Path) -> None:
    app = Trial(home)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = FormPage(SelfHelpGroup)
        app.push_screen(screen)
        await pilot.pause()
        send(app, "Abba Group", "<enter>")
        await pilot.pause()
        await app.open_store()
        await settled(app, pilot)
        assert screen.model is not None
        assert screen.model.fields["name"].text == "Abba Group"


async def test_a_field_that_was_left_is_in_the_draft(home: Path) -> None:
    async with opened(home) as (app, _, pilot):
        send(app, "Zooni", "<enter>")
        await settled(app, pilot)
        store = Store.open(home)
        drafts = store.drafts.of("Asha")
        store.close()
        assert [draft.texts for draft in drafts] == [{"name": "Zooni"}]
        assert drafts[0].field == "relation"


async def test_what_cannot_be_written_is_said_and_nothing_is_lost(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **options: object) -> None:
        raise StoreError("The disk is full: nothing more can be saved.")

    async with opened(home) as (app, _, pilot):
        send(app, *typed(PERSON))
        await settled(app, pilot)
        with monkeypatch.context() as patch:
            patch.setattr(Store, "save", full)
            send(app, "<ctrl+s>")
            await settled(app, pilot)
        assert "disk is full" in rows_of(app)[-2]
        assert not app.results
        send(app, "<ctrl+s>")
        await settled(app, pilot)
    assert [person["name"] for person in saved(home, "beneficiary")] == ["Gulam Mohd Bhat"]


async def test_what_a_rule_of_the_store_says_stands_beside_its_field(
    home: Path, artisan: str
) -> None:
    async with opened(home, Toolkit, texts={"beneficiary_id": artisan}) as (app, screen, pilot):
        send(app, "<ctrl+n>", "<ctrl+s>")
        await settled(app, pilot)
        assert len(saved(home, "toolkit")) == 1
        assert not app.results
        model = screen.model
        assert model is not None
        assert model.message.alarm
        assert model.fields[model.at].finding


async def test_the_next_member_belongs_to_the_same_group(home: Path) -> None:
    store = Store.open(home)
    group = store.save([Edit(SelfHelpGroup, {"name": "Abba Group"})], "Asha")[0].id
    store.close()
    async with opened(home, Member, texts={"self_help_group_id": group}) as (app, _, pilot):
        for word in ("One", "Two", "Three"):
            send(app, f"Member {word}", "<enter>", "<ctrl+n>")
        await settled(app, pilot)
    members = saved(home, "member")
    assert [member["self_help_group_id"] for member in members] == [group] * 3
    assert len({member["name"] for member in members}) == 3


async def test_as_last_time_fills_from_the_record_saved_before(home: Path) -> None:
    async with opened(home) as (app, screen, pilot):
        send(app, *typed(PERSON), "<ctrl+n>", "Zooni", "<enter>")
        await settled(app, pilot)
        model = screen.model
        assert model is not None
        assert model.last["village"] == "Wathoora"
        for name, field in Beneficiary.asked_fields().items():
            assert not (field.own and model.last.get(name)), "what is a person's own"
        send(app, *["<down>"] * 7, "=", "<enter>", "=", "<enter>", "<ctrl+s>")
        await settled(app, pilot)
    last = saved(home, "beneficiary")[-1]
    assert (last["village"], last["trade_code"]) == ("Wathoora", "CARP")


async def test_only_the_lines_that_changed_are_painted(home: Path) -> None:
    async with opened(home) as (app, screen, pilot):
        send(app, "Zoo")
        await settled(app, pilot)
        painted: list[int] = []
        draw = screen.form.render_line
        screen.form.render_line = lambda y: painted.append(y) or draw(y)  # type: ignore[func-returns-value, method-assign]
        send(app, "n")
        await settled(app, pilot)
        assert set(painted) == {2}


async def test_a_form_opened_anew_repeats_what_this_operator_saved_last(home: Path) -> None:
    store = Store.open(home)
    for operator, village in (("Asha", "Wathoora"), ("Reyaz", "Nagam")):
        store.save([Edit(SelfHelpGroup, {"name": "Noor", "village": village})], operator)
    store.save([Edit(VillageOrganisation, {"name": "Lolab", "village": "Kralpora"})], "Asha")
    store.close()
    async with opened(home, SelfHelpGroup) as (app, screen, pilot):
        model = screen.model
        assert model is not None
        while model.at != "village":
            send(app, "<down>")
            await settled(app, pilot)
        send(app, "<f2>")
        await settled(app, pilot)
        assert model.current.text == "Wathoora"


@pytest.mark.parametrize(("width", "said"), [(80, False), (110, True)])
async def test_the_header_names_the_place_where_it_has_room(
    home: Path, width: int, said: bool
) -> None:
    async with opened(home, size=(width, 24), texts={"village": "Wathoora"}) as (app, _, pilot):
        app.header_status = HeaderStatus(operator="Asha", area="Block Chadoora, Budgam")
        send(app, "Z")
        await settled(app, pilot)
        place = "› Wathoora, Block Chadoora, Budgam"
        assert (place in rows_of(app)[0]) is said


async def test_a_toolkit_saved_as_delivered_asks_for_its_day_at_once(
    home: Path, artisan: str
) -> None:
    store = Store.open(home)
    waiting: dict[str, Value] = {
        "beneficiary_id": artisan,
        "state": "AT_POST_OFFICE",
        "selected_on": date(2026, 1, 2),
        "at_post_office_on": date(2026, 2, 3),
    }
    number = store.save([Edit(Toolkit, waiting)], "Asha")[0].id
    store.close()
    async with opened(home, Toolkit, record_id=number) as (app, screen, pilot):
        model = screen.model
        assert model is not None
        while model.at != "state":
            send(app, "<down>")
            await settled(app, pilot)
        send(app, "DELIVERED", "<enter>")
        await settled(app, pilot)
        assert model.at == "delivered_on"
        send(app, "<ctrl+s>")
        await settled(app, pilot)
        assert model.asked == {"delivered_on"}
        assert "Enter the date it was handed over." in " ".join(rows_of(app)[-3:-1])
        assert model.at == "delivered_on"
        send(app, "<ctrl+s>")
        await settled(app, pilot)
    (kit,) = saved(home, "toolkit")
    assert (kit["state"], kit["delivered_on"]) == ("DELIVERED", None)
    store = Store.open(home)
    page = read_page_data(store, artisan)
    store.close()
    assert page is not None
    assert not [one for one in page.due if "oolkit" in str(one)]
    told = [tuple(words_of(cell).strip("●○ ") for cell in line[0][:2]) for line in page.lines]
    assert told[:2] == [  # the latest first
        ("no date", "Toolkit handed over"),
        ("03 Feb 2026", "Toolkit at the post office"),
    ]
